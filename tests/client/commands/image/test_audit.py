"""Stored images read again, with a mock whose files were damaged behind its back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from tests.client.support.faulty_glance import FaultyGlance
from tests.client.support.two_clouds import stored_path
from tests.conftest import Outcome, Run

DATA = os.urandom(2 << 20) + b"end"

Store = Callable[..., Path]


@pytest.fixture
def store(run: Run, cloud: MockCloud, tmp_path: Path) -> Store:
    """Store an image, and return where the mock keeps its bytes."""

    def create(name: str, *options: str) -> Path:
        source = tmp_path / "source"
        source.write_bytes(DATA)
        argv = ("image", "create", name, "--file", source, "-f", "json", *options)
        return stored_path(cloud, run(*argv).json["id"])

    return create


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {row["Name"]: row["Verdict"] for row in outcome.json}


def audit(run: Run, *argv: str) -> Outcome:
    return run("image", "audit", "-f", "json", *argv)


def test_images_that_are_what_they_were_are_ok(run: Run, store: Store) -> None:
    path = store("a")
    store("b")
    run("image", "create", "queued")
    done = audit(run)
    assert (done.exit_code, done.err) == (0, "")
    assert verdicts(done) == {"a": "ok", "b": "ok"}
    assert done.json[0] == {
        "ID": path.name,
        "Name": "a",
        "Size": len(DATA),
        "Verdict": "ok",
    }


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "wrong data": (flip_a_bit, "did not verify: its sha512 is"),
    "cut short": (
        lambda path: os.truncate(path, 1 << 20),
        f"ends after {1 << 20} of {len(DATA)} bytes",
    ),
    "missing": (Path.unlink, "is gone: its store has none"),
}


@pytest.mark.parametrize("verdict", DAMAGES)
def test_damage_is_found_and_told(run: Run, store: Store, verdict: str) -> None:
    damage, message = DAMAGES[verdict]
    path = store("a")
    store("b")
    damage(path)
    done = audit(run)
    assert done.exit_code == 7
    assert verdicts(done) == {"a": verdict, "b": "ok"}
    said = [line for line in done.err.splitlines() if "trying again" not in line]
    assert said[0].startswith(f"imagectl: a: The data of image {path.name} ")
    assert message in said[0]
    assert said[1:] == ["imagectl: 1 of 2 failed"]


def test_data_emptied_to_nothing_is_cut_short(run: Run, store: Store) -> None:
    os.truncate(store("a"), 0)
    done = audit(run, "a")
    assert (done.exit_code, verdicts(done)) == (7, {"a": "cut short"})


def test_a_service_that_sends_more_than_there_was(run_anonymous: Run) -> None:
    glance = FaultyGlance()
    glance.hold(DATA)
    glance.record["size"] -= 1
    with glance.serving():
        done = run_anonymous(
            *glance.options, "image", "audit", glance.record["id"], "-f", "json"
        )
    assert done.exit_code == 7
    assert done.json[0]["Verdict"] == "wrong data"


def test_what_is_read_is_the_store_and_not_its_cache(run_anonymous: Run) -> None:
    """Only whole images come from the cache of Glance 33."""
    glance = FaultyGlance()
    glance.hold(DATA)
    with glance.serving():
        done = run_anonymous(*glance.options, "image", "audit", glance.record["id"])
    assert (done.exit_code, done.err) == (0, "")
    assert glance.ranges == [f"bytes=0-{len(DATA) - 1}"]


def test_images_are_chosen_by_name_pattern_and_filter(run: Run, store: Store) -> None:
    store("ubuntu-22", "--tag", "lts")
    store("ubuntu-24", "--property", "os_distro=ubuntu", "--public")
    store("debian", "--hidden")
    assert set(verdicts(audit(run, "ubuntu-*"))) == {"ubuntu-22", "ubuntu-24"}
    assert set(verdicts(audit(run, "debian", "ubuntu-2?", "ubuntu-22"))) == {
        "debian",
        "ubuntu-22",
        "ubuntu-24",
    }
    assert set(verdicts(audit(run, "--hidden"))) == {"debian"}
    assert set(verdicts(audit(run, "--tag", "lts"))) == {"ubuntu-22"}
    assert set(verdicts(audit(run, "--property", "os_distro=ubuntu"))) == {"ubuntu-24"}
    assert set(verdicts(audit(run, "--public"))) == {"ubuntu-24"}


def test_an_image_without_data_is_not_wrong(run: Run) -> None:
    run("image", "create", "queued")
    done = audit(run, "queued")
    assert (done.exit_code, verdicts(done)) == (0, {"queued": "no data"})


def test_a_name_that_is_not_there_does_not_keep_the_others(
    run: Run, store: Store
) -> None:
    store("a")
    done = audit(run, "nope", "a", "none-*")
    assert (done.exit_code, verdicts(done)) == (4, {"a": "ok"})
    assert "No Image found for nope" in done.err
    assert "No active image has a name like none-*" in done.err


def test_damage_outweighs_other_failures(run: Run, store: Store) -> None:
    flip_a_bit(store("a"))
    assert audit(run, "nope", "a").exit_code == 7


def test_a_deactivated_image_is_read_by_those_who_may(run: Run, store: Store) -> None:
    store("a")
    run("image", "set", "a", "--deactivate")
    assert verdicts(audit(run, "a")) == {"a": "ok"}


def test_names_beside_filters_make_no_sense(run: Run) -> None:
    done = audit(run, "a", "--tag", "t")
    assert (done.exit_code, done.err) == (
        2,
        "imagectl: Either name images or filter them.\n",
    )


def test_the_verdicts_are_a_table_for_people(run: Run, store: Store) -> None:
    store("a")
    head, row = (
        run("image", "audit").out.splitlines()[number].split() for number in (1, 3)
    )
    assert head[1::2] == ["ID", "Name", "Size", "Verdict"]
    assert row[3::2] == ["a", str(len(DATA)), "ok"]


def test_nothing_stored_is_nothing_wrong(run: Run) -> None:
    done = audit(run)
    assert (done.exit_code, json.loads(done.out)) == (0, [])
