"""Shell sessions as text: commands, input, and all that is printed.

A line ``$ command`` runs it, ``< text`` below is typed at its prompts, ``[exit N]``
is the exit code where it is not 0, and every other line is expected output. Lines of
``#`` are comments; ``# [TAG]`` says which clouds the commands from there on are for.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

EVERY_CLOUD = "every cloud"


@dataclass
class Step:
    argv: list[str]
    tag: str
    typed: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    exit_code: int = 0

    @property
    def output(self) -> str:
        """All that the command prints; blank lines around it do not count."""
        return "\n".join(self.printed).strip("\n")


def read_session(path: Path) -> list[Step]:
    steps: list[Step] = []
    tag = EVERY_CLOUD
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            found = re.match(r"# \[(.+?)\]", line)
            tag = found.group(1) if found else tag
        elif line.startswith("$ imagectl "):
            steps.append(Step(shlex.split(line[2:])[1:], tag))
        elif line.startswith("< "):
            steps[-1].typed.append(line[2:])
        elif code := re.fullmatch(r"\[exit (\d+)\]", line):
            steps[-1].exit_code = int(code.group(1))
        elif steps:
            steps[-1].printed.append(line)
    return steps


MASKS = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b", "ID"),
    (r"(?<=domain_id \| )\S+", "ID"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"-+", "-"),
)


def mask(text: str) -> str:
    """Return ``text`` with what differs from cloud to cloud replaced by a word."""
    text = re.sub(r" +", " ", text)
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    return text
