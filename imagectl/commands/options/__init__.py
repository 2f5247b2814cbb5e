"""Options that several commands share, and the types of their values.

``add_...`` functions add options to a parser. In their help, ``noun`` is what the
command works on, and ``help_text`` is completed with the kinds of value.
"""

from __future__ import annotations

import argparse
from typing import Any

from imagectl.api.client import PAGE_SIZE
from imagectl.program import any_text

TAG_FILTERS = {
    "--tags": "List only the projects that have all of these tags",
    "--tags-any": "List only the projects that have any of these tags",
    "--not-tags": "Leave out the projects that have all of these tags",
    "--not-tags-any": "Leave out the projects that have any of these tags",
}


def add_description(parser: argparse.ArgumentParser, *, is_new: bool = False) -> None:
    """Add ``--description``; ``is_new`` is for commands that change a record."""
    parser.add_argument(
        "--description",
        metavar="<description>",
        type=any_text,
        help="New description" if is_new else "Description",
    )


def add_new_name(parser: argparse.ArgumentParser, metavar: str = "<name>") -> None:
    """Add ``--name`` as ``new_name``, for commands that rename a record."""
    parser.add_argument("--name", dest="new_name", metavar=metavar, help="New name")


def add_domain(parser: argparse.ArgumentParser, help_text: str) -> None:
    """Add ``--domain``."""
    parser.add_argument(
        "--domain", metavar="<domain>", help=f"{help_text} (name or ID)"
    )


def add_domain_of(parser: argparse.ArgumentParser, *nouns: str) -> None:
    """Add ``--user-domain`` and the like: the domain in which a name is looked up."""
    for noun in nouns:
        parser.add_argument(
            f"--{noun}-domain",
            metavar=f"<{noun}-domain>",
            help=f"Domain of the {noun} (name or ID), if its name is not enough",
        )


def add_project(
    parser: argparse.ArgumentParser, help_text: str, *, required: bool = False
) -> None:
    """Add ``--project`` and ``--project-domain``."""
    parser.add_argument(
        "--project",
        metavar="<project>",
        required=required,
        help=f"{help_text} (name or ID)",
    )
    add_domain_of(parser, "project")


def add_user(parser: argparse.ArgumentParser, help_text: str) -> None:
    """Add ``--user`` and ``--user-domain``."""
    parser.add_argument("--user", metavar="<user>", help=f"{help_text} (name or ID)")
    add_domain_of(parser, "user")


def add_enable(parser: argparse.ArgumentParser, noun: str) -> None:
    """Add ``--enable`` and ``--disable`` as ``enabled``; None where none is given."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--enable",
        dest="enabled",
        action="store_true",
        default=None,
        help=f"Enable the {noun} (a new one is)",
    )
    group.add_argument(
        "--disable", dest="enabled", action="store_false", help=f"Disable the {noun}"
    )


def add_enabled_filter(parser: argparse.ArgumentParser, nouns: str) -> None:
    """Add ``--enabled`` and ``--disabled`` as ``enabled``; None where none is given."""
    parser.add_argument(
        "--enabled",
        action="store_true",
        default=None,
        help=f"List only enabled {nouns}",
    )
    parser.add_argument(
        "--disabled",
        dest="enabled",
        action="store_false",
        help=f"List only disabled {nouns}",
    )


def add_immutable(parser: argparse.ArgumentParser, noun: str) -> None:
    """Add ``--immutable`` and ``--no-immutable``; None where none is given."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--immutable",
        action="store_true",
        default=None,
        help=f"Protect the {noun} from changes and deletion",
    )
    group.add_argument(
        "--no-immutable",
        dest="immutable",
        action="store_false",
        help=f"Let the {noun} be changed and deleted (a new one can be)",
    )


def add_inherited(parser: argparse.ArgumentParser) -> None:
    """Add ``--inherited``, for role assignments."""
    parser.add_argument(
        "--inherited",
        action="store_true",
        help="In the projects below, rather than in the place itself",
    )


def add_or_show(parser: argparse.ArgumentParser, noun: str) -> None:
    """Add ``--or-show``."""
    parser.add_argument(
        "--or-show",
        action="store_true",
        help=f"Show the {noun} of this name if there is one already",
    )


def add_property(parser: argparse.ArgumentParser, noun: str) -> None:
    """Add ``--property`` as ``properties``: a list of pairs."""
    parser.add_argument(
        "--property",
        dest="properties",
        metavar="<key=value>",
        type=pair,
        action="append",
        default=[],
        help=f"Set a property of the {noun} (repeat to set several)",
    )


def add_paging(parser: argparse.ArgumentParser, noun: str) -> None:
    """Add ``--limit``, ``--marker`` and ``--max-items``."""
    parser.add_argument(
        "--limit",
        metavar="<limit>",
        type=count,
        help=f"List no more than this many {noun}s, however many pages that takes",
    )
    parser.add_argument(
        "--marker", metavar="<marker>", help=f"ID of the {noun} to list from, left out"
    )
    parser.add_argument(
        "--max-items", metavar="<max-items>", type=count, help="The same as --limit"
    )


def add_page_size(parser: argparse.ArgumentParser, nouns: str) -> None:
    """Add ``--page-size``: the number of records in one request."""
    parser.add_argument(
        "--page-size",
        metavar="<size>",
        type=count,
        default=PAGE_SIZE,
        help=f"Ask for so many {nouns} at once (default: {PAGE_SIZE}, the most that"
        " a service gives)",
    )


def add_tag(parser: argparse.ArgumentParser, noun: str) -> None:
    """Add ``--tag`` as ``tags``: a list."""
    parser.add_argument(
        "--tag",
        dest="tags",
        metavar="<tag>",
        action="append",
        default=[],
        help=f"Tag to add to the {noun} (repeat to add several)",
    )


def add_tag_filters(parser: argparse.ArgumentParser) -> None:
    """Add the filters by tags that Keystone has for projects."""
    for name, help_text in TAG_FILTERS.items():
        parser.add_argument(
            name, metavar="<tag>[,<tag>,...]", type=comma_list, help=help_text
        )


def pair(text: str) -> tuple[str, str]:
    """Return the key and value of ``key=value``; the type of an option."""
    key, sign, content = text.partition("=")
    if not sign or not key.strip():
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form key=value")
    return key, content


def comma_list(text: str) -> list[str]:
    """Return the items of ``a,b``, none of them empty; the type of an option."""
    items = text.split(",")
    if not all(item.strip() for item in items):
        raise argparse.ArgumentTypeError(f"'{text}' has an empty item")
    return items


def count(text: str) -> int:
    """Return a whole number of at least 0; the type of an option."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of 0 or more")
    return int(text)


def positive(text: str) -> int:
    """Return a whole number of at least 1; the type of an option."""
    if not count(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of 1 or more")
    return int(text)


def given(**attributes: Any) -> dict[str, Any]:
    """Return the attributes that are not None: those given on the command line."""
    return {key: value for key, value in attributes.items() if value is not None}


def resource_options(args: argparse.Namespace) -> dict[str, bool] | None:
    """Return a record's ``options`` for ``--immutable``; None if it is not given."""
    return None if args.immutable is None else {"immutable": args.immutable}
