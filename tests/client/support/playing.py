"""Runs the session of every command on a mock cloud, with any streams."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

import pytest

from imagectl.shell import main
from mockserver.cli.environment import describe, variables_of
from mockserver.cloud import MockCloud
from tests.client.support.every_command import make_argv, write_files

DIFFERENT = (
    (r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", "ID"),
    (r"\b[0-9a-f]{64,}\b", "HASH"),
    (r"gAAAA[\w=-]+", "TOKEN"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+0000|Z)?", "TIME"),
    (r"127\.0\.0\.1:\d+", "HOST"),
    (r"\S*/(test_|mockserver-)\w+", "FOLDER"),
    (r"\d+(\.\d+)? (m?s|seconds?)\b|\+?-{3,}", "LENGTH"),
)
"""What differs from one cloud to the next."""


class Done(NamedTuple):
    """What one command line said, and what it had the cloud do."""

    exit_code: int
    out: str
    err: str
    exchanges: list[tuple[str, str, int]]

    @property
    def creations(self) -> int:
        """How many records it created and did not delete again."""
        posts = [e for e in self.exchanges if e[0] == "POST" and e[2] == 201]
        posts = [e for e in posts if not e[1].endswith("/tags")]  # it has only names
        deletions = [e for e in self.exchanges if e[0] == "DELETE" and e[2] == 204]
        return max(0, len(posts) - len(deletions))


class Player:
    """Runs the lines of the session against a cloud, with any streams."""

    def __init__(self, cloud: MockCloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        self.words = write_files(folder)
        self.stdout: Callable[[], TextIO | None] = lambda: self.open("stdout")
        self.stderr: Callable[[], TextIO | None] = lambda: self.open("stderr")

    def open(self, name: str, encoding: str = "utf-8") -> TextIO:
        return (self.folder / name).open("w", encoding=encoding)

    def look_up(self, argv: list[str]) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            main(argv)
        return out.getvalue()

    def argv(self, line: str) -> list[str]:
        return make_argv(line, self.words, self.look_up)

    def play(self, argv: list[str]) -> Done:
        for name in ("stdout", "stderr"):
            (self.folder / name).write_text("")
        before = len(self.cloud.journal)
        out, err = self.stdout(), self.stderr()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            exit_code = main(argv)
        for stream in (out, err):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()
        exchanges = [
            (e.method, normalize(e.path), e.status)
            for e in list(self.cloud.journal)[before:]
            if e.method != "GET" and not e.path.endswith("/auth/tokens")
        ]
        said = [
            (self.folder / name).read_bytes().decode("latin-1")
            for name in ("stdout", "stderr")
        ]
        return Done(exit_code, said[0], said[1], exchanges)


def normalize(text: str) -> str:
    """Return what is the same for all clouds in a text."""
    for pattern, name in DIFFERENT:
        text = re.sub(pattern, name, text)
    return text


def words(text: str) -> list[str]:
    return sorted(re.sub(r"[|+]", " ", normalize(text)).split())


@contextlib.contextmanager
def player(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Player]:
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    with MockCloud() as cloud:
        for name, content in variables_of(describe(cloud)).items():
            monkeypatch.setenv(name, content)
        yield Player(cloud, folder)
