"""Generated pages in docs/ are up to date; `make docs` writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.compatibility import compare, compatibility_files, read_differences
from docs.data_checks import data_check_files
from docs.reference import reference_files

DOCS = Path(__file__).parent.parent / "docs"
STALE = "run `make docs`"
DIFFERENCES = """
## Out of scope

| theirs | why |
|---|---|
| `openstack trust` | no images |
| `openstack image show --volume` | no volumes |

## Spelt otherwise

| theirs | ours |
|---|---|
| `glance image-download` | `image save` |
| `glance image-download --prefer` | `image save --store-preference` |
| `glance import` | `image create --nope` |
"""


def test_the_reference_is_what_the_commands_say() -> None:
    files = reference_files()
    kept = {
        path.relative_to(DOCS).as_posix() for path in (DOCS / "reference").glob("*")
    }
    assert kept | {"imagectl.1"} == files.keys(), STALE
    for name, text in files.items():
        assert (DOCS / name).read_text() == text, STALE


def test_the_compatibility_table_is_what_the_commands_offer() -> None:
    for name, text in compatibility_files().items():
        assert (DOCS / name).read_text() == text, STALE


def test_the_table_of_data_checks_is_what_the_checks_say() -> None:
    for name, text in data_check_files().items():
        assert (DOCS / name).read_text() == text, STALE


@pytest.mark.parametrize(
    ("client", "name", "options", "rows"),
    [
        ("openstack", "trust list", [["--x"]], [("trust list", "", "out of scope")]),
        (
            "openstack",
            "image show",
            [["--long"], ["--volume"], ["--nope"]],
            [
                ("image show", "image show", "yes"),
                ("image show --long", "image show --long", "yes"),
                ("image show --volume", "", "out of scope"),
                ("image show --nope", "image show --nope", "**no**"),
            ],
        ),
        (
            "glance",
            "image-download",
            [["--file"], ["--prefer"]],
            [
                ("image-download", "image save", "yes"),
                ("image-download --file", "image save --file", "yes"),
                ("image-download --prefer", "image save --store-preference", "yes"),
            ],
        ),
        ("glance", "import", [], [("import", "image create --nope", "**no**")]),
    ],
)
def test_a_command_and_its_options_are_found_or_not(
    client: str, name: str, options: list[list[str]], rows: list[tuple[str, str, str]]
) -> None:
    found = compare(client, {name: options}, read_differences(DIFFERENCES))
    expected = [(f"{client} {theirs}", ours, said) for theirs, ours, said in rows]
    assert [row[:3] for row in found] == expected


def test_a_command_is_shown_with_the_test_that_runs_it() -> None:
    rows = compare("openstack", {"image list": []}, read_differences(DIFFERENCES))
    assert next(iter(rows)).test == "tests/client/commands/image/test_list.py"


def tables_of(page: str) -> list[list[list[str]]]:
    """Return the cells of each table: what stands together and begins with a bar."""
    blocks = re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)
    return [
        [re.split(r"(?<!\\)\|", row)[1:-1] for row in block.splitlines()]
        for block in blocks
    ]


@pytest.mark.fault("P22")
@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_every_row_stands_in_a_table_with_a_head(page: Path) -> None:
    for head, rule, *rows in tables_of(page.read_text()):
        assert all(set(cell.strip()) <= {"-", ":"} for cell in rule), head
        assert {len(row) for row in rows} <= {len(head)}, head


@pytest.mark.fault(34, "P22")
def test_differences_are_stated_whole(cases: Callable[[int], None]) -> None:
    tables = tables_of((DOCS / "openstack-differences.md").read_text())
    heads = [[cell.strip() for cell in head] for head, *_ in tables]
    assert heads == [
        ["theirs", "why not"],
        ["theirs", "ours"],
        ["what", "`openstack`", "`imagectl`"],
    ]
    rows = [row for _, _, *rows in tables for row in rows]
    assert all(cell.strip() for row in rows for cell in row)
    cases(len(rows))


@pytest.mark.fault(34)
def test_every_exit_code_that_differs_is_listed() -> None:
    *_, answers = tables_of((DOCS / "openstack-differences.md").read_text())
    listed = {row[2].strip()[0] for row in answers if "exit code" in row[0]}
    assert listed >= {"2", "3", "4", "5", "6", "7", "8"}
