"""Random sequences of requests, which two clouds must answer alike.

They are the same in every run. ``IMAGECTL_FUZZ_SEQUENCES`` plays about as many with
each service and pair of clouds, ``IMAGECTL_FUZZ_SEED`` draws others. How many were
played is said at the end of the run.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.contract.support.differential import Stage, Step, differences, open_stage
from tests.contract.support.identity_requests import identity_sequences
from tests.contract.support.image_requests import image_sequences

SERVICES = {"image": image_sequences, "identity": identity_sequences}
BATCH = 9
"""Sequences of one run of Hypothesis. From the tenth on, it plays mutations of the
sequence before, most of which repeat a request; a fresh one finds more."""
BATCHES = {"doors": 1, "real": 4}
"""How many there are usually; on the mock's own doors they are few, to be quick."""
WANTED = os.environ.get("IMAGECTL_FUZZ_SEQUENCES")
FIRST_SEED = int(os.environ.get("IMAGECTL_FUZZ_SEED", 1))

Open = Callable[[], contextlib.AbstractContextManager[Stage]]
Count = Callable[[str, object], None]


def seeds(kind: str) -> range:
    batches = -(-int(WANTED) // BATCH) if WANTED else BATCHES[kind]
    return range(FIRST_SEED, FIRST_SEED + batches)


@pytest.fixture(scope="module")
def tcp() -> Iterator[Open]:
    with open_stage("tcp") as stage:
        yield lambda: contextlib.nullcontext(stage)


@pytest.fixture(scope="module")
def real() -> Iterator[Open]:
    with open_stage("real") as stage:
        yield lambda: contextlib.nullcontext(stage)


def inprocess() -> contextlib.AbstractContextManager[Stage]:
    """Open the door for one sequence: it lets nothing out while it is open."""
    return open_stage("inprocess")


def compare(
    sequences: SearchStrategy[list[Step]],
    number: int,
    one: Open,
    other: Open,
    record_property: Count,
) -> None:
    """Play a batch of sequences on both, and fail with the first that differs."""
    played = Counter[str]()

    # shrinking would take minutes, and what differs is named
    @seed(number)
    @settings(
        max_examples=BATCH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sequences)
    def play(steps: list[Step]) -> None:
        played.update(sequences=1, requests=len(steps))
        answers = []
        for opened in (one, other):
            with opened() as stage:
                answers.append(stage.play_all(steps))
        found = list(differences(steps, *answers))
        assert not found, "\n".join(found)

    try:
        play()
    finally:
        for name, count in played.items():
            record_property(f"fuzz {name}", count)


@pytest.mark.parametrize("number", seeds("doors"))
@pytest.mark.parametrize("service", SERVICES)
def test_both_doors_answer_alike(
    tcp: Open, service: str, number: int, record_property: Count
) -> None:
    compare(SERVICES[service], number, tcp, inprocess, record_property)


@pytest.mark.real
@pytest.mark.parametrize("number", seeds("real"))
@pytest.mark.parametrize("service", SERVICES)
def test_the_mock_answers_as_the_real_services(
    tcp: Open, real: Open, service: str, number: int, record_property: Count
) -> None:
    compare(SERVICES[service], number, tcp, real, record_property)
