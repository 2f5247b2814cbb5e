"""Names and filters of every command, drawn: only what was named is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import Outcome, Run, runner
from tests.contract.support.callers import Caller, unique
from tests.contract.support.clouds import DOORS, Cloud
from tests.contract.support.decoys import Decoys
from tests.contract.support.lives import LIVES, Life
from tests.contract.support.naming_arguments import TEXT, Line, command_lines
from tests.contract.support.side_by_side import administrator_variables
from tests.robustness.sizes import size

VARIATIONS = (
    *("{}#", "{}?", "{}?a=b", "{}&name={}", "{};x", "{}/", "/{}", "{}/..", "../{}"),
    *("../../{}#", "{}/x#", "x/../{}", "{}%", "{}%23", "{}%2F", "%2e%2e%2f{}", "{}%00"),
    *("{} ", " {}", "{}\t", "{}\n", "{}\r\n", "{}\u00a0", "{}\u200b", "\ufeff{}"),
    *("in:{}", "in:{},b", 'in:"{}"', "eq:{}", "neq:{}x", "neq:x", "gt:{}", "gte:a"),
    *("lt:~", "like:{}", "contains:{}", "{}:eq", "{},", "{},{}", '"{}"', "'{}'"),
    *("[{}]", "({})", "{}\\", "\\{}", "{}*", "%{}%", "_{}", "-{}", "--{}", "{}\u0301"),
    *("~{}", "$({})", "`{}`", "{}=", "={}", "+{}", "@{}", "{}<", "true", "null"),
)
"""A name or id made into another text, which might be read as the same one."""
PARTS = (
    *("in:", "eq:", "neq:", "a", "é", "😀", "İ", "ß", "%", "%2f", "&", "?", "#", "+"),
    *(",", '"', "\\", ":", "[a]", " ", "/", "..", ";", "=", "~", "default", "all"),
)


@pytest.fixture(
    scope="module", params=["tcp", pytest.param("real", marks=pytest.mark.real)]
)
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with DOORS[request.param]() as opened:
        yield opened


@pytest.fixture
def run(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Run one command line in this process, as the administrator of ``cloud``."""
    for name, value in administrator_variables(cloud).items():
        monkeypatch.setenv(name, value)
    return runner(capfd)


@pytest.fixture(scope="module")
def decoys(admin: Caller) -> Iterator[Decoys]:
    made = Decoys(admin)
    yield made
    made.clear()


LONGEST_IN_A_PATH = 1000
"""Some of the texts are longer than the line of a request may be."""


def draw_text(random: Random, known: list[str]) -> str:
    """Return a text that names no record, most often much like a name or id of one."""
    word, part = random.choice(known), random.choice(PARTS)
    text = random.choice(
        (
            random.choice(VARIATIONS).replace("{}", word),
            random.choice(VARIATIONS).replace("{}", word),
            word.upper(),
            "".join(random.choices(PARTS, k=random.randint(1, 5))),
            random.choice((word, part)) * 300,
        )
    )
    return text if text.strip() and text not in known else draw_text(random, known)


def try_each(examples: int, check: Callable[[Random], None]) -> None:
    """Call ``check`` with so many different sources of randomness."""
    each = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )(given(st.randoms(use_true_random=True))(check))
    each()


def is_nothing(line: Line, done: Outcome) -> bool:
    """Tell whether a command found nothing: a listing may be empty instead."""
    if done.exit_code == 0:
        return line.is_listing and done.json == []
    return done.exit_code != 2


@pytest.mark.fault(4, 5)
def test_what_names_nothing_touches_nothing(
    cloud: Cloud, run: Run, decoys: Decoys, cases: Callable[[int], None]
) -> None:
    known = sorted(decoys.known())
    lines = list(command_lines(decoys.words))
    before = decoys.read()

    def check(random: Random) -> None:
        wrong = []
        for line in random.sample(lines, size(25, len(lines))):
            text = draw_text(random, known)
            if line.takes(text):
                done = run(*line.argv(text))
                cases(1)
                if not is_nothing(line, done):
                    wrong.append(f"{line.words} {text[:80]!r}: {str(done)[:200]}")
        assert not wrong, "\n".join(wrong)
        assert decoys.read() == before

    try_each(size(1, 1 if cloud.door == "real" else 8), check)


@pytest.mark.fault(4)
@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.noun)
def test_a_name_means_the_record_that_has_it(
    cloud: Cloud,
    run: Run,
    decoys: Decoys,
    tmp_path: Path,
    cases: Callable[[int], None],
    life: Life,
) -> None:
    if life.is_for_real and cloud.door != "real":
        pytest.skip("the mock has none")
    known, before = sorted(decoys.known()), decoys.read()
    namespace = unique("own")
    run("image", "metadef", "namespace", "create", namespace)

    def check(random: Random) -> None:
        text = draw_text(random, known)

        def do(verb: str) -> Outcome:
            cases(1)
            return run(*life.argv(verb, text, namespace))

        assert do("show").exit_code not in (0, 2), text
        assert do("delete").exit_code not in (0, 2), text
        made = do("create")
        if made.exit_code == 0:
            live(life, text, made, do)
        assert decoys.read() == before

    try_each(size(1, 2 if cloud.door == "real" else 6), check)
    assert run("image", "metadef", "namespace", "delete", namespace).exit_code == 0


@pytest.mark.fault(4)
def test_a_tag_is_added_and_removed_as_it_is(
    run: Run, decoys: Decoys, admin: Caller, cases: Callable[[int], None]
) -> None:
    image_id, known = decoys.ids["image"], sorted(decoys.known())
    before = decoys.read()

    def tags() -> set[str]:
        return set(admin.image("GET", f"/images/{image_id}").json()["tags"])

    kept = tags()

    def check(random: Random) -> None:
        text = draw_text(random, known)
        cases(1)
        if run("image", "tag", "add", "--", image_id, text).exit_code == 0:
            assert tags() == {*kept, text}
            assert run("image", "tag", "remove", "--", image_id, text).exit_code == 0
        assert tags() == kept

    try_each(size(3, 10), check)
    for path, text in before.items():
        assert path.endswith(image_id) or decoys.read()[path] == text


def live(life: Life, text: str, made: Outcome, do: Callable[[str], Outcome]) -> None:
    """Find, change and delete what was made, by its name."""
    shown = do("show")
    is_part = life.operand != TEXT
    stands_in_paths = is_part or life.name_key in ("region", "namespace")
    is_no_path = "/" in text or text in (".", "..")
    is_misread = stands_in_paths and not text.isascii()
    is_stripped = text != text.strip()  # Keystone drops blanks at the ends of names
    is_long = len(text) > LONGEST_IN_A_PATH
    if (stands_in_paths and (is_no_path or is_long)) or is_misread or is_stripped:
        # It cannot be named, or is another: nothing is shown but what was asked for.
        assert shown.exit_code != 0 or shown.json[life.name_key] == text
        if shown.exit_code != 0:
            return
    assert shown.exit_code == 0, (text, made, shown)
    assert shown.json[life.name_key] == text
    created = made.json if isinstance(made.json, dict) else shown.json
    [made_id, shown_id] = [
        each.get("id", each.get("ID")) for each in (created, shown.json)
    ]
    assert made_id == shown_id
    for listing in life.filters:
        found = [row["ID"] for row in do(listing).json]
        assert found == [made_id], (text, listing)
    if life.change:
        changed = do("change")
        assert changed.exit_code == 0, (text, changed)
    gone = do("delete")
    assert gone.exit_code == 0, (text, gone)
    assert do("show").exit_code not in (0, 2), text
