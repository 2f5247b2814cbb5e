"""``help``: the overview, nouns, topics, examples that parse, and the man page."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.commands import described_commands, shell
from docs.reference import spell_man
from imagectl.errors import EXIT_CODES
from imagectl.manual.examples import EXAMPLES
from imagectl.manual.topics import TOPICS
from tests.conftest import Run

ROOT = Path(__file__).parents[3]
Cases = Callable[[int], None]
NAMES = [command.name for command in described_commands()]


@pytest.mark.fault("P24")
@pytest.mark.parametrize("argv", [("--help",), ("help",), ("-h",)])
def test_the_overview_fits_a_screen(run_anonymous: Run, argv: tuple[str, ...]) -> None:
    outcome = run_anonymous(*argv)
    lines = outcome.out.splitlines()
    assert (outcome.exit_code, outcome.err) == (0, "")
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 80
    assert "imagectl image create debian --file debian.qcow2" in outcome.out


@pytest.mark.fault("P24")
def test_the_overview_names_every_noun(run_anonymous: Run) -> None:
    words = run_anonymous("--help").out.replace(",", " ").split()
    assert {name.split()[0] for name in NAMES} <= {*words}


@pytest.mark.fault("P24")
def test_all_help_has_every_option_and_command(run_anonymous: Run) -> None:
    text = run_anonymous("help", "--all").out
    assert "--os-oauth2-client-secret" in text
    for name in NAMES:
        assert f"\n  {name} " in text


@pytest.mark.fault("P24")
@pytest.mark.parametrize("argv", [("help", "image"), ("image", "--help")])
def test_the_help_of_a_noun_lists_its_commands(
    run_anonymous: Run, argv: tuple[str, ...]
) -> None:
    outcome = run_anonymous(*argv)
    listed = [line.split("  ")[1] for line in outcome.out.splitlines()]
    assert listed == sorted(name for name in NAMES if name.startswith("image "))
    assert "List images, filtered and sorted by the service\n" in outcome.out


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.fault("P24")
def test_every_topic_has_its_text(run_anonymous: Run, topic: str) -> None:
    text = run_anonymous("help", topic).out
    wanted = {
        "options": "--os-auth-url <auth-url>",
        "environment": "OS_CLIENT_CONFIG_FILE",
        "exit-codes": EXIT_CODES,
        "sync-file": "| `disk_format`, `container_format` |",
    }
    assert wanted[topic] in text
    assert topic in run_anonymous("--help").out


@pytest.mark.fault(32)
@pytest.mark.parametrize(
    "argv", [("help", "image", "lst"), ("help", "lst"), ("image", "lst", "--help")]
)
def test_help_of_a_slip_names_the_right_command(
    run_anonymous: Run, argv: tuple[str, ...]
) -> None:
    outcome = run_anonymous(*argv)
    assert (outcome.exit_code, outcome.out) == (2, "")
    assert outcome.err.splitlines()[1].startswith("hint: did you mean image list")


@pytest.mark.fault("P24")
def test_examples_are_of_commands_people_use() -> None:
    assert EXAMPLES.keys() <= {*NAMES}
    assert len(EXAMPLES) >= 50


@pytest.mark.fault("P24")
def test_every_example_is_a_command_line_that_parses(cases: Cases) -> None:
    lines = [(name, line) for name in EXAMPLES for _, line in EXAMPLES[name]]
    for name, line in lines:
        _, words = shell().parser.parse_known_args(shlex.split(line.split(" > ")[0]))
        make, found, arguments = shell().command_manager.find_command(words)
        assert found == name
        make(shell(), None).get_parser(found).parse_args(arguments)
    cases(len(lines))


@pytest.mark.fault("P24")
def test_help_ends_with_the_examples(run_anonymous: Run) -> None:
    for argv in (("image", "save", "--help"), ("help", "image", "save")):
        text = run_anonymous(*argv).out
        assert "\nexamples:\n  # Into a file, verified\n" in text
        assert "\n  imagectl image save debian --file debian.qcow2\n" in text


@pytest.mark.fault("P23")
def test_paragraphs_of_help_stand_apart(run_anonymous: Run, cases: Cases) -> None:
    described = [one for one in described_commands() if "\n\n" in one.description]
    for command in described:
        text = run_anonymous(*command.name.split(), "--help").out
        for paragraph in command.description.split("\n\n"):
            first = " ".join(paragraph.split()[:2])
            assert f"\n\n{first}" in text.replace("\n\n\n", "\n\n"), command.name
    cases(len(described))


@pytest.mark.fault("P23")
def test_paragraphs_of_the_man_page_stand_apart() -> None:
    assert "what to mend\n.PP\n" in spell_man()


@pytest.mark.fault("P24")
def test_the_man_page_has_the_usual_sections() -> None:
    sections = [
        line.removeprefix(".SH ")
        for line in spell_man().splitlines()
        if line.startswith(".SH ")
    ]
    for section in ("EXAMPLES", "ENVIRONMENT", "EXIT STATUS", "FILES", "SEE ALSO"):
        assert section in sections


@pytest.mark.fault("P24")
def test_help_refers_to_no_page_outside_the_package(run_anonymous: Run) -> None:
    texts = [command.description for command in described_commands()]
    assert not [text for text in texts if "docs/" in text]
    assert "docs/" not in run_anonymous("help", "--all").out
