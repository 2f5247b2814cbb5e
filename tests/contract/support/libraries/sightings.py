"""What a library showed of a cloud, as JSON that can be compared with another's."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterable
from typing import Any

DATA = b"hello, world"
WAIT_LIMIT_S = 30
VARYING = (
    ("TIME", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?")),
    ("REQUEST", re.compile(r"\breq-[0-9a-f-]{36}")),
    ("file://", re.compile(r"file://[^\"]*/(?=[^/\"]+\")")),
)
IDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")


class Sightings:
    """Values by name, grouped by the part of a script that noted them.

    Scripts name what they create with `unique`, so that they meet no records of
    others.
    """

    def __init__(self, addresses: dict[str, str], elsewhere: str) -> None:
        self.elsewhere = elsewhere
        self._addresses = {**addresses, "elsewhere": elsewhere}
        self._stamp = uuid.uuid4().hex[:10]
        self._parts: dict[str, dict[str, Any]] = {}
        self._failures: dict[str, str] = {}
        self._notes: dict[str, Any] = {}
        self._cleaning = contextlib.ExitStack()

    def run(self, parts: Iterable[Callable[..., None]], library: Any) -> None:
        """Run every part; one that fails leaves its traceback and stops no other."""
        for part in parts:
            name = part.__name__
            self._notes = self._parts[name] = {}
            try:
                with contextlib.ExitStack() as self._cleaning:
                    part(library, self)
            except Exception:
                self._failures[name] = traceback.format_exc()

    def later(self, call: Callable[..., Any], *args: Any, **options: Any) -> None:
        """Call this when the part ends, even where it fails."""

        def clean_up() -> None:
            with contextlib.suppress(Exception):
                call(*args, **options)

        self._cleaning.callback(clean_up)

    def unique(self, word: str) -> str:
        return f"{word}-{self._stamp}"

    def note(self, name: str, value: Any) -> Any:
        assert name not in self._notes, name
        self._notes[name] = plain(value)
        return value

    def refused(self, name: str, call: Callable[..., Any], *args: Any) -> None:
        """Note the error of a call that must be refused."""
        try:
            value = call(*args)
        except Exception as error:
            status = getattr(error, "status_code", getattr(error, "code", None))
            self._notes[name] = [type(error).__name__, status, str(error)]
        else:
            raise AssertionError(f"{name} was not refused: {value}")

    def write(self) -> None:
        parts = {name: self._mask(notes) for name, notes in self._parts.items()}
        sys.stdout.write(json.dumps({"parts": parts, "failures": self._failures}))

    def _mask(self, notes: dict[str, Any]) -> Any:
        """Replace what differs from run to run; an id by its number in the part."""
        text = json.dumps(notes, sort_keys=True)
        for name, address in self._addresses.items():
            text = text.replace(address, f"http://{name}")
        text = text.replace(self._stamp, "STAMP")
        for word, pattern in VARYING:
            text = pattern.sub(word, text)
        known: dict[str, str] = {}
        return json.loads(
            IDS.sub(lambda m: known.setdefault(m[0], f"ID{len(known) + 1}"), text)
        )


def plain(value: Any) -> Any:
    """Turn what a library returns into what JSON holds.

    What openstacksdk does not know of a resource is None there, and left out.
    """
    if hasattr(value, "to_dict"):
        shown = value.to_dict().items()
        value = {k: v for k, v in shown if v is not None and k != "location"}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, bytes):
        return value.decode()
    items = [plain(item) for item in value]
    are_roles = items and all(isinstance(i, dict) and "domain_id" in i for i in items)
    return sorted(items, key=lambda role: role["name"]) if are_roles else items


def wait_until(is_done: Callable[[], bool]) -> None:
    """Poll until ``is_done``; TimeoutError after WAIT_LIMIT_S."""
    end = time.monotonic() + WAIT_LIMIT_S
    while not is_done():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)
