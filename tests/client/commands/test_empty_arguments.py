"""An empty argument, as of a shell variable that is not set, is refused."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, distribution

import pytest

from imagectl import DISTRIBUTION
from imagectl.api import lookup
from imagectl.command import Command
from imagectl.contract.identity import USER
from imagectl.errors import NotFoundError, UsageError
from imagectl.program import any_text
from imagectl.registry import GROUP
from imagectl.shell import Shell
from mockserver.cloud import MockCloud
from tests.conftest import Run

pytestmark = pytest.mark.fault(6)

ENTRIES = [e for e in distribution(DISTRIBUTION).entry_points if e.group == GROUP]
EVERY_COMMAND = pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.name)
BLANKS = ("", " ", "\t\n")
ANY_VALUE = "GET"
"""What any argument with no choices takes that stands before another one."""

MAY_BE_EMPTY = {
    # texts of any command that has them
    "--description",
    "--prefix",
    # texts, passwords and data
    "api --data",
    "credential create <data>",
    "credential set --data",
    "image metadef namespace create --display-name",
    "image metadef namespace set --display-name",
    "user create --email",
    "user create --password",
    "user set --email",
    "user set --password",
}
"""Arguments whose value may be empty; those without a command, in all commands."""

Parse = Callable[[list[str]], object]


def command_of(entry: EntryPoint) -> Command:
    command = entry.load()(Shell(), None)
    assert isinstance(command, Command)
    return command


def name_of(action: argparse.Action) -> str:
    return "/".join(action.option_strings) or str(action.metavar)


def with_value(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of a command that take a value."""
    yield from (action for action in parser._actions if action.nargs != 0)


def may_be_empty(entry: EntryPoint, action: argparse.Action) -> bool:
    names = action.option_strings or [str(action.metavar)]
    path = entry.name.replace("_", " ")
    return any({name, f"{path} {name}"} & MAY_BE_EMPTY for name in names)


def command_lines(
    parser: argparse.ArgumentParser, action: argparse.Action, blank: str
) -> Iterator[list[str]]:
    """Yield command lines that give one argument a blank value."""
    if action.option_strings:
        option = action.option_strings[-1]
        yield [f"{option}={blank}"]
        if action.nargs != "?":  # what follows --progress may be another argument
            yield [option, blank]
        return
    before: list[str] = []
    for other in parser._get_positional_actions():
        if other is action:
            break
        before.append(next(iter(other.choices or [ANY_VALUE])))
    yield [*before, blank]
    if action.nargs in ("*", "+"):
        yield [*before, ANY_VALUE, blank]


def refusal(parse: Parse, argv: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the line about a command line that is refused as it is read."""
    with pytest.raises(SystemExit) as leave:
        parse(argv)
    assert leave.value.code == 2, argv
    line, hint = capsys.readouterr().err.splitlines()
    assert hint.startswith("hint: see ")
    return line


@EVERY_COMMAND
def test_no_argument_of_a_command_is_empty_or_blank(
    entry: EntryPoint, capsys: pytest.CaptureFixture[str]
) -> None:
    command = command_of(entry)
    parser = command.get_parser(f"imagectl {entry.name}")
    for action in with_value(parser):
        if may_be_empty(entry, action):
            continue
        for blank in BLANKS:
            for argv in command_lines(parser, action, blank):
                prepared = command.prepare_arguments(argv)
                line = refusal(parser.parse_args, prepared, capsys)
                expected = f"imagectl: argument {name_of(action)}: may not be empty"
                assert line == expected, argv


def test_exactly_the_listed_arguments_may_be_empty() -> None:
    found, met = set(), set()
    for entry in ENTRIES:
        path = entry.name.replace("_", " ")
        for action in with_value(command_of(entry).get_parser("imagectl")):
            name = (action.option_strings or [str(action.metavar)])[-1]
            if action.type is any_text or action.default == "":
                found.add(name if name in MAY_BE_EMPTY else f"{path} {name}")
            elif name in MAY_BE_EMPTY:
                met.add(f"{path} {name}")
    assert (found, met) == (MAY_BE_EMPTY, set())


def test_no_global_option_is_empty_or_blank(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = Shell().parser
    for action in with_value(parser):
        for blank in BLANKS:
            for argv in command_lines(parser, action, blank):
                line = refusal(parser.parse_args, argv, capsys)
                expected = f"imagectl: argument {name_of(action)}: may not be empty"
                assert line == expected


@pytest.mark.parametrize(
    ("command_line", "name"),
    [
        ("image delete --store {} a", "--store"),
        ("image delete a {}", "<image>"),
        ("image create {}", "<image-name>"),
        ("image set --name {} a", "--name"),
        ("image list --project {}", "--project"),
        ("image list --marker {}", "--marker"),
        ("image import --method copy-image --store one {} -- a", "--store"),
        ("image metadef tag delete ns a {}", "<tag>"),
        ("project cleanup --auto-approve --project {}", "--project"),
        (
            "project cleanup --auto-approve --auth-project --created-before {}",
            "--created-before",
        ),
        ("role assignment list --user {}", "--user"),
        ("user list --group {}", "--group"),
        ("--os-project-name {} image list", "--os-project-name"),
    ],
)
def test_an_empty_argument_sends_no_request(
    run: Run, cloud: MockCloud, command_line: str, name: str
) -> None:
    argv = ["" if word == "{}" else word for word in command_line.split()]
    outcome = run(*argv)
    assert (outcome.exit_code, outcome.out) == (2, "")
    first, _ = outcome.err.splitlines()
    assert first == f"imagectl: argument {name}: may not be empty"
    assert list(cloud.journal) == []


@pytest.mark.parametrize("text", [",", "a,", ",a", "a,,b", "a, ,b"])
@pytest.mark.parametrize(
    "command_line",
    [
        "image list --sort",
        "image metadef namespace list --resource-types",
        "image task list --sort-key",
        "image task list --sort-dir",
        "project list --tags",
        "project list --tags-any",
        "project list --not-tags",
        "project list --not-tags-any",
        "user create u --multi-factor-auth-rule",
    ],
)
def test_no_item_of_a_list_is_empty(
    run_anonymous: Run, command_line: str, text: str
) -> None:
    *words, option = command_line.split()
    outcome = run_anonymous(*words, option, text)
    assert outcome.exit_code == 2
    first = outcome.err.splitlines()[0]
    assert first == f"imagectl: argument {option}: '{text}' has an empty item"


@pytest.mark.parametrize("text", [",", "password,", ",totp", "password,,totp", "a, ,b"])
def test_no_item_of_the_sign_in_methods_is_empty(
    run: Run, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    said = f"imagectl: auth_methods '{text}' has an empty item.\n"
    outcome = run("--os-auth-methods", text, "image", "list")
    assert (outcome.exit_code, outcome.err) == (2, said)
    monkeypatch.setenv("OS_AUTH_METHODS", text)
    outcome = run("image", "list")
    assert (outcome.exit_code, outcome.err) == (2, said)


@pytest.mark.parametrize("text", ["=", "=x", " =x"])
def test_a_property_has_a_key(run_anonymous: Run, text: str) -> None:
    for words in (["image", "list"], ["image", "create", "a"]):
        outcome = run_anonymous(*words, "--property", text)
        assert outcome.exit_code == 2
        assert f"'{text}' is not of the form key=value" in outcome.err


def test_a_filter_may_ask_for_an_empty_property(run: Run) -> None:
    for name, value in (("a", ""), ("b", "x")):
        run("image", "create", name, "--property", f"team={value}")
    found = run("image", "list", "--property", "team=", "-f", "json").json
    assert [image["Name"] for image in found] == ["a"]


def test_a_description_can_be_emptied(run: Run) -> None:
    run("project", "create", "p", "--description", "old")
    assert run("project", "set", "p", "--description", "").exit_code == 0
    assert run("project", "show", "p", "-f", "json").json["description"] == ""


@pytest.mark.fault(6)
@pytest.mark.parametrize(("name", "domain"), [("", None), ("admin", "")])
def test_no_look_up_takes_an_empty_name_for_none(
    credentials: dict[str, str], name: str, domain: str | None
) -> None:
    shell = Shell()
    shell.options = shell.parser.parse_args([])
    with pytest.raises(NotFoundError):
        lookup.find_optional_id(shell.cloud, USER, name, domain)
    with pytest.raises(UsageError):
        lookup.find_optional_id(shell.cloud, USER, None, "")
    shell.cloud.session.close()


def test_an_empty_variable_counts_as_not_set(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OS_CLOUD", "OS_REGION_NAME", "OS_TRUST_ID", "OS_CACERT"):
        monkeypatch.setenv(name, "")
    assert run("image", "list").exit_code == 0
