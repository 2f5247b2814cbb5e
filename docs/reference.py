"""The command reference: a page a noun, and a man page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import dedent

from docs.commands import (
    Argument,
    Described,
    described_commands,
    global_options,
    output_options,
)
from imagectl.errors import EXIT_CODES
from imagectl.manual.topics import ENVIRONMENT, FILES
from imagectl.shell import DESCRIPTION

SINGLE_WORDS = "general"
"""The page of the commands that have no noun."""
INDEX = """\
# Command reference

Made from the commands by `make docs`. `imagectl help <command>` prints the same.

{pages}

## Global options

They stand before or after the command.

{global_options}

## Options of every listing and every record

{output_options}

## Exit codes

{exit_codes}
"""
MAN = """\
.\\" made from the commands by make docs
.TH IMAGECTL 1
.SH NAME
imagectl \\- {description}
.SH SYNOPSIS
.B imagectl
[<option>...] <command> [<argument>...]
.SH DESCRIPTION
Without a command, commands are read from standard input.
.B imagectl help
<command> prints what stands here of it.
.SH GLOBAL OPTIONS
{global_options}
.SH OUTPUT OPTIONS
Listings and records have these besides their own.
{output_options}
.SH COMMANDS
{commands}
.SH EXIT STATUS
{exit_codes}
.SH ENVIRONMENT
{environment}
.SH FILES
{files}
.SH EXAMPLES
{examples}
.SH SEE ALSO
.BR openstack (1),
.BR glance (1),
.BR qemu\\-img (1)
"""
IN_THE_MAN_PAGE = ("image create", "image list", "image save", "image sync", "role add")
"""The commands whose examples stand in a section of their own, too."""


def reference_files() -> dict[str, str]:
    """Return the content of every generated file by its path below ``docs``."""
    pages = pages_of(described_commands())
    files = {f"reference/{noun}.md": spell_page(noun, c) for noun, c in pages.items()}
    return {
        **files,
        "reference/README.md": spell_index(pages),
        "imagectl.1": spell_man(),
    }


def pages_of(commands: Iterable[Described]) -> dict[str, list[Described]]:
    pages: dict[str, list[Described]] = {}
    for command in commands:
        noun, _, rest = command.name.partition(" ")
        pages.setdefault(noun if rest else SINGLE_WORDS, []).append(command)
    return pages


def spell_index(pages: Mapping[str, Sequence[Described]]) -> str:
    rows = (
        f"- [{noun}]({noun}.md): {', '.join(f'`{c.name}`' for c in commands)}"
        for noun, commands in sorted(pages.items())
    )
    codes = (line.strip().split("  ") for line in EXIT_CODES.splitlines()[1:])
    return INDEX.format(
        pages="\n".join(rows),
        global_options=spell_list(global_options()),
        output_options=spell_list(output_options()),
        exit_codes="\n".join(f"- {code}: {meaning}" for code, meaning in codes),
    )


def spell_page(noun: str, commands: Iterable[Described]) -> str:
    return f"# {noun}\n\n" + "\n".join(spell_command(c) for c in commands)


def spell_command(command: Described) -> str:
    parts = [
        f"## {command.name}",
        command.description,
        f"```\n{command.usage}\n```",
        spell_list([*command.operands, *command.options]),
        f"```sh\n{dedent(command.examples)}\n```" if command.examples else "",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def spell_list(arguments: Iterable[Argument]) -> str:
    return "\n".join(f"- `{a.spelling}`: {_markdown(a.help)}" for a in arguments)


def _markdown(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*")


def spell_man() -> str:
    codes = (line.strip().split("  ") for line in EXIT_CODES.splitlines()[1:])
    return MAN.format(
        description=_roff(DESCRIPTION),
        global_options=spell_man_list(global_options()),
        output_options=spell_man_list(output_options()),
        commands="\n".join(spell_man_command(c) for c in described_commands()),
        exit_codes="\n".join(f".TP\n{code}\n{meaning}" for code, meaning in codes),
        environment=spell_man_terms(ENVIRONMENT),
        files=spell_man_terms(FILES),
        examples="\n".join(
            spell_man_lines(dedent(command.examples))
            for command in described_commands()
            if command.name in IN_THE_MAN_PAGE
        ),
    )


def spell_man_command(command: Described) -> str:
    parts = [
        f".SS {command.name}",
        f".B {_roff(command.usage)}",
        ".PP",
        spell_man_paragraphs(command.description),
        spell_man_list([*command.operands, *command.options]),
        spell_man_lines(dedent(command.examples)),
    ]
    return "\n".join(filter(None, parts))


def spell_man_paragraphs(text: str) -> str:
    paragraphs = (" ".join(one.split()) for one in text.split("\n\n"))
    return "\n.PP\n".join(map(_roff, paragraphs))


def spell_man_lines(text: str) -> str:
    """Return lines of a shell as they are, or "" where there are none."""
    lines = "\n".join(map(_roff, text.splitlines()))
    return f".PP\n.nf\n{lines}\n.fi" if lines else ""


def spell_man_terms(meanings: Mapping[str, str]) -> str:
    return "\n".join(f".TP\n{_roff(t)}\n{_roff(m)}" for t, m in meanings.items())


def spell_man_list(arguments: Iterable[Argument]) -> str:
    return "\n".join(f".TP\n.B {_roff(a.spelling)}\n{_roff(a.help)}" for a in arguments)


def _roff(text: str) -> str:
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
