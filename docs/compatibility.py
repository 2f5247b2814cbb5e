"""Each command and option of `openstack` and `glance`, and ours beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from docs.commands import described_commands

HERE = Path(__file__).parent
DIFFERENCES = "openstack-differences.md"
PAGE = """\
# Beside `openstack` and `glance`

Made by `make docs` from our commands and from the installed clients' parsers
([reference-clients.json](reference-clients.json)). What is out of scope or spelt
otherwise says [{differences}]({differences}), with its reason.

{summary}

## openstack {openstack_version}

{openstack}

## glance {glance_version}

{glance}
"""
HEAD = """\
| theirs | ours | offered | tested in |
|---|---|---|---|
"""
_ROW = re.compile(r"^\| `(.+?)` \| (.+?) \|$", re.MULTILINE)
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_WORDS = re.compile(r'^ *(\w+) = \(((?:"[^"]*"(?:, )?)+)\)$', re.MULTILINE)
COMMAND_TESTS = "tests/client/commands"
WRONG_WORDS = "test_slips.py"
"""A test of command lines that are refused."""
METADEF = "image metadef "
"""What the tests of metadata definitions leave to the function that runs them."""


class Row(NamedTuple):
    theirs: str
    ours: str
    offered: str
    test: str = ""


class Differences(NamedTuple):
    """What the hand-written page says of commands, and of options of them."""

    excluded: Mapping[str, str]
    renamed: Mapping[str, str]


def compatibility_files() -> dict[str, str]:
    clients = json.loads((HERE / "reference-clients.json").read_text())
    differences = read_differences((HERE / DIFFERENCES).read_text())
    tables, counts = {}, []
    for client, described in sorted(clients.items(), reverse=True):
        rows = list(compare(client, described["commands"], differences))
        tables[client] = HEAD + "\n".join(map(spell_row, rows))
        tables[f"{client}_version"] = described["version"]
        counts.append(spell_count(client, rows))
    page = PAGE.format(differences=DIFFERENCES, summary="\n".join(counts), **tables)
    return {"openstack-compatibility.md": page}


def read_differences(page: str) -> Differences:
    """Read the tables ``Out of scope`` and ``Spelt otherwise`` of the page."""
    parts = _SECTION.split(page)
    tables = dict(zip(parts[1::2], parts[2::2], strict=True))
    renamed = dict(_ROW.findall(tables["Spelt otherwise"]))
    return Differences(
        dict(_ROW.findall(tables["Out of scope"])),
        {theirs: ours.strip("`") for theirs, ours in renamed.items()},
    )


def compare(
    client: str, commands: Mapping[str, Sequence[Sequence[str]]], known: Differences
) -> Iterator[Row]:
    ours = {command.name: command.all_names for command in described_commands()}
    for name, options in sorted(commands.items()):
        theirs = f"{client} {name}"
        if any(f"{theirs} ".startswith(f"{key} ") for key in known.excluded):
            yield Row(theirs, "", "out of scope")
            continue
        spelling = known.renamed.get(theirs, name.replace("-", " "))
        target, _, extra = spelling.partition(" --")
        is_offered = target in ours and (not extra or f"--{extra}" in ours[target])
        shown = f"{target} --{extra}" if extra else target
        yield Row(theirs, shown, _say(is_offered), find_test(target))
        for names in options:
            yield compare_option(theirs, target, names, ours, known)


def compare_option(
    theirs: str,
    target: str,
    names: Sequence[str],
    ours: Mapping[str, frozenset[str]],
    known: Differences,
) -> Row:
    option = next((name for name in names if name.startswith("--")), names[0])
    if f"{theirs} {option}" in known.excluded:
        return Row(f"{theirs} {option}", "", "out of scope")
    renamed = known.renamed.get(f"{theirs} {option}")
    place, _, spelling = (renamed or f"{target} {option}").rpartition(" ")
    offered = ours.get(place, frozenset())
    is_offered = spelling in offered if renamed else not offered.isdisjoint(names)
    shown, test = f"{place} {spelling}", find_test(place, spelling)
    return Row(f"{theirs} {option}", shown, _say(is_offered), test)


def find_test(command: str, option: str = "") -> str:
    """Return the test module that is named after a command, or runs it most often.

    With ``option``, it is one that gives it. One that runs the command in words comes
    before one that is only named after it.
    """
    words, tests = command.split(), _tests(option)
    names = ("_".join(words), "_".join(words[:-1]))
    named = [path for name in names for path in tests if _subject(path) == name]
    spellings = ('", "'.join(words), command.removeprefix(METADEF))
    counts = {
        path: sum(text.count(f'"{spelling}') for spelling in spellings)
        for path, text in tests.items()
    }
    running = sorted(filter(counts.get, tests), key=lambda path: -counts[path])
    best = [path for path in named if counts[path]] or running or named
    return best[0] if best else ""


def _subject(path: str) -> str:
    """Return what a test of commands is named after: ``image_list``."""
    return (
        path.removeprefix(f"{COMMAND_TESTS}/")[:-3]
        .replace("test_", "")
        .replace("/", "_")
    )


@cache
def _tests(option: str) -> Mapping[str, str]:
    root = HERE.parent
    found = (root / "tests").glob("c*/**/test_*.py")
    paths = sorted(path for path in found if path.name != WRONG_WORDS)
    texts = {path.relative_to(root).as_posix(): spell_out(path) for path in paths}
    is_given = re.compile(rf"{re.escape(option)}(?![\w-])" if option[:1] == "-" else "")
    return {path: text for path, text in texts.items() if is_given.search(text)}


def spell_out(path: Path) -> str:
    """Return a test module with words in the place of ``*NAME``, if it has but one."""
    text = path.read_text()
    for name, words in _WORDS.findall(text):
        if text.count(f" {name} = ") + text.count(f"\n{name} = ") == 1:
            text = re.sub(rf"\*{name}\b", lambda _, words=words: words, text)
    return text


def _say(is_offered: bool) -> str:
    return "yes" if is_offered else "**no**"


def spell_row(row: Row) -> str:
    theirs, ours = (f"`{text}`" if text else "" for text in (row.theirs, row.ours))
    name = row.test.removeprefix("tests/").removesuffix(".py")
    test = f"[{name}](../{row.test})" if row.test else ""
    return f"| {theirs} | {ours} | {row.offered} | {test} |"


def spell_count(client: str, rows: Iterable[Row]) -> str:
    offered = [row.offered for row in rows]
    yes, no = offered.count("yes"), offered.count("**no**")
    return f"- `{client}`: {yes} of {yes + no} commands and options in scope"
