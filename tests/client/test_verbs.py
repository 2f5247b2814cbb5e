"""The options that the shared verbs read are those that their commands declare."""

from __future__ import annotations

from importlib.metadata import distribution

from imagectl import DISTRIBUTION, verbs
from imagectl.command import Command
from imagectl.shell import Shell


def options_of_commands() -> dict[type[Command], set[str]]:
    """Return the names under which each command's parser keeps its arguments."""
    loaded = [
        entry.load()
        for entry in distribution(DISTRIBUTION).entry_points
        if entry.group == "imagectl.commands"
    ]
    shell = Shell()
    return {
        command: {
            action.dest for action in command(shell, None).get_parser("x")._actions
        }
        for command in loaded
    }


def test_a_listing_is_paged_by_the_verb_that_reads_the_options() -> None:
    paging = {"limit", "marker", "max_items"}
    for command, options in options_of_commands().items():
        declared = paging if issubclass(command, verbs.PagedList) else set()
        assert options & paging == declared, command


def test_or_show_is_declared_where_it_is_read() -> None:
    for command, options in options_of_commands().items():
        is_read = issubclass(command, verbs.CreateOrShow)
        assert ("or_show" in options) == is_read, command


def test_the_domain_of_an_operand_is_declared_where_it_is_read() -> None:
    readers = (verbs.Show, verbs.Set, verbs.Delete)
    for command, options in options_of_commands().items():
        if issubclass(command, readers):
            is_read = command(Shell(), None).is_named_in_domain
            assert ("domain" in options) == is_read, command


def test_long_is_declared_by_every_listing_that_has_long_columns() -> None:
    for command, options in options_of_commands().items():
        if issubclass(command, verbs.List):
            assert ("long" in options) == bool(command.resource.long_columns), command
