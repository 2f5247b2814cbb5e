"""Command lines of every command, each with a text for an argument that names or
filters something."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distribution

from imagectl import DISTRIBUTION
from imagectl.registry import GROUP
from imagectl.shell import Shell

TEXT = "{text}"
"""Stands for the text in a command line."""
LEFT_OUT = {
    "api": "sends what it is told",
    "command list": "asks no service",
    "complete": "asks no service",
    "image copy": "works on two clouds",
    "image metadef namespace export": "writes files",
    "image save": "writes files, takes patterns",
    "module list": "asks no service",
    "image upload": "names files",
    "token revoke": "takes a token",
}
NAMES = frozenset(
    (
        "access-rule-id",
        "application-credential",
        "credential-id",
        "domain",
        "endpoint",
        "endpoint-group",
        "endpoint-id",
        "group",
        "image",
        "limit-id",
        "marker",
        "model",
        "namespace",
        "object",
        "parent",
        "policy-id",
        "project",
        "property",
        "region",
        "region-id",
        "registered-limit-id",
        "resource-type",
        "role",
        "service",
        "store",
        "tag",
        "task-id",
        "user",
    )
)
"""What an argument is called in help texts that names a record."""
FILTERS = {
    "checksum": TEXT,
    "hash": TEXT,
    "key=value": f"decoy={TEXT}",
    "name": TEXT,
    "region_name": TEXT,
    "resource-name": TEXT,
    "status": TEXT,
    "type": TEXT,
}
"""What else filters a listing, and the value to give."""
TAKEN_AS_IT_IS = {
    ("image create", "stores"),
    ("image audit", "store_preference"),
    ("image import", "remote_region"),
    ("image import", "stores"),
    ("image metadef namespace show", "resource_type"),
    ("image set", "store"),
    ("project list", "not_tags"),
    ("project list", "not_tags_any"),
    ("region create", "region"),
}
"""Arguments that name nothing that must be there before, by command."""
LISTINGS = ("image audit", "versions show")
MADE_NEW = {
    "create": ("namespace", "resource-type", "tag"),
    "add": ("tag",),
    "set": ("tag",),
}
"""By verb: what these arguments name need not be there before."""
REQUIRED = {
    "data": "{}",
    "default-limit": "7",
    "domain-name": "changed",
    "filename": "/dev/null",
    "file": "/dev/null",
    "group-name": "changed",
    "image-name": "changed",
    "json": "{}",
    "membership": "accepted",
    "metadef-object-name": "changed",
    "method": "copy-image",
    "name": "changed",
    "project-name": "changed",
    "property-key": "decoy",
    "resource-limit": "7",
    "resource-name": "changed",
    "role-name": "changed",
    "schema": '{"type": "string"}',
    "title": "changed",
    "type": "string",
    "url": "http://127.0.0.1:9/changed",
}
"""Values for what a command requires besides names."""
CHANGES = {
    "--description": "changed",
    "--disable": "",
    "--data": "changed",
    "--title": "changed",
    "--min-disk": "7",
    "--resource-limit": "7",
    "--schema": '{"description": "changed"}',
    "--auto-approve": "",
    "--file": "/dev/null",
}
"""What to change, where a command changes only what it is told."""


@dataclass(frozen=True)
class Line:
    """A command line with :data:`TEXT` as the argument ``place``."""

    command: str
    place: str
    words: tuple[str, ...]
    is_listing: bool

    def argv(self, text: str) -> list[str]:
        return [word.replace(TEXT, text) for word in self.words]

    def takes(self, text: str) -> bool:
        """Tell whether a text is one value for this argument, and no pattern."""
        takes_patterns = (self.command, self.place) == ("image list", "name")
        takes_lists = self.place.startswith("tags") or self.place == "resource_types"
        return not (takes_patterns and set(text) & {"*", "?"}) and not (
            takes_lists and "," in text
        )


def command_lines(names: Mapping[str, str]) -> Iterator[Line]:
    """Yield a line for each naming argument; ``names`` are used for all others."""
    for command, parser in _commands():
        for action in parser._actions:
            if template := _template(command, action):
                yield _line(command, parser, action, template, names)


def _commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for entry in distribution(DISTRIBUTION).entry_points:
        name = entry.name.replace("_", " ")
        if entry.group == GROUP and name not in LEFT_OUT:
            yield name, entry.load()(Shell(), None).get_parser(name)


def _word(action: argparse.Action) -> str:
    """Return what an argument is called in help texts: ``user`` for ``<user>``."""
    found = re.match(r"<([^>]+)>", str(action.metavar))
    word = found[1] if found else ""
    return "domain" if word.endswith("-domain") else word


def _template(command: str, action: argparse.Action) -> str:
    """Return the value to give to an argument with a text; "" if it names nothing."""
    word, verb = _word(action), command.split()[-1]
    if action.nargs == 0 or action.choices or action.help == argparse.SUPPRESS:
        return ""
    if word in MADE_NEW.get(verb, ()) or (command, action.dest) in TAKEN_AS_IT_IS:
        return ""
    is_filter = verb in ("list", "audit", "show") and not action.required
    return TEXT if word in NAMES else FILTERS.get(word, "") if is_filter else ""


def _line(
    command: str,
    parser: argparse.ArgumentParser,
    target: argparse.Action,
    template: str,
    names: Mapping[str, str],
) -> Line:
    given = {target: template}
    for action in parser._actions:
        is_optional = action.option_strings and not action.required
        is_needed = action.dest == target.dest.removesuffix("_domain")
        if command == "endpoint group list" and target.dest == "domain":
            is_needed = action.dest == "project"
        if action not in given and (
            is_needed
            or not (is_optional or action.nargs == "?" or command == "image audit")
        ):
            given[action] = _usual(action, names)
    for group in parser._mutually_exclusive_groups:
        if group.required and not given.keys() & set(group._group_actions):
            named = [each for each in group._group_actions if _word(each) in NAMES]
            first = (named or group._group_actions)[0]
            given[first] = _usual(first, names)
    options, operands = [], []
    for action, value in given.items():
        if not action.option_strings:
            operands.append((parser._actions.index(action), value))
        elif action.nargs == 0:
            options.append(action.option_strings[-1])
        else:
            options.append(f"{action.option_strings[-1]}={value}")
    if command.split()[-1] in ("set", "stage", "update", "cleanup"):
        options += _changes(parser, given)
    is_listing = command.endswith("list") or command in LISTINGS
    words = (*command.split(), *options, *(["-f", "json"] if is_listing else []))
    if operands:
        words = (*words, "--", *(value for _, value in sorted(operands)))
    return Line(command, target.dest, words, is_listing)


def _usual(action: argparse.Action, names: Mapping[str, str]) -> str:
    if action.nargs == 0:
        return ""
    word = _word(action)
    if action.choices and word not in REQUIRED:
        return str(next(iter(action.choices)))
    return names[word] if word in NAMES else REQUIRED[word]


def _changes(
    parser: argparse.ArgumentParser, given: Mapping[argparse.Action, str]
) -> list[str]:
    used = {option for action in given for option in action.option_strings}
    known = parser._option_string_actions
    return [
        f"{option}={value}" if value else option
        for option, value in CHANGES.items()
        if option in known and option not in used
    ][:1]
