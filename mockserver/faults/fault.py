"""A fault: which requests go wrong, and what happens to them."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SENDING = ("PUT", "POST", "PATCH")
"""Methods whose requests have a body that is worth breaking."""

Moment = Literal["request", "answer"]
Place = int | str
"""Where in a body: bytes before it, or a percentage ("99.9%") of the body's length."""


class BadFault(ValueError):
    """A setting of a fault has a wrong value, or settings contradict each other."""


# Checks of settings. Each returns the value to keep, or raises ValueError with the end
# of BadFault's sentence. On the command line its name stands for the value: COUNT.


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is no text")
    return value


def _count(value: Any) -> int:
    number = _number(value)
    if number < 0:
        raise ValueError("is less than none")
    return number


def _number(value: Any) -> int:
    if isinstance(value, (bool, float)):
        raise ValueError("is no whole number")
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError("is no whole number") from None


def _seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        raise ValueError("is no number of seconds") from None
    if not 0 <= seconds <= threading.TIMEOUT_MAX:
        raise ValueError("is no time to wait")
    return seconds


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _place(value: Any) -> Place:
    if not isinstance(value, str) or not value.endswith("%"):
        return _count(value)
    try:
        percent = float(value[:-1])
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise ValueError("is no percentage")
    return value


def _status(value: Any) -> int:
    status = _number(value)
    if not 200 <= status <= 599:
        raise ValueError("is no status of an answer")
    return status


def _moment(value: Any) -> str:
    if value not in ("request", "answer"):
        raise ValueError("is neither 'request' nor 'answer'")
    return str(value)


def _headers(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError("is no mapping of names to values")
    for text in (*value.keys(), *value.values()):
        if not (_text(text).isascii() and text.isprintable()):
            raise ValueError("is no mapping of headers")
    return dict(value)


def _about(check: Callable[[Any], Any], text: str) -> dict[str, Any]:
    """Return a field's metadata: its check, and what the command line shows of it."""
    return {
        "check": check,
        "help": text,
        "metavar": check.__name__.strip("_").upper(),
    }


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Which requests go wrong, and what happens to them.

    :meth:`mockserver.faults.armed.Faults.add` describes each setting; the texts here
    are those that ``mockserver fault add --help`` shows. Values may be text that stands
    for a number, as a command line has it. Raises :class:`BadFault`.
    """

    method: str = field(
        default="*",
        metadata=_about(_text, "method of the requests that go wrong (any)"),
    )
    path: str = field(
        default="*",
        metadata=_about(
            _text, "glob of their paths at the service: /v2/images/*/file (any)"
        ),
    )
    after: int = field(
        default=0, metadata=_about(_count, "let the first COUNT of them pass (0)")
    )
    times: int | None = field(
        default=None, metadata=_about(_count, "hit COUNT of them, and no more (all)")
    )
    delay_s: float = field(
        default=0.0, metadata=_about(_seconds, "wait before anything else is done")
    )
    expire_token: bool = field(
        default=False,
        metadata=_about(_flag, "end the caller's token: 401 from then on"),
    )
    status: int | None = field(
        default=None, metadata=_about(_status, "answer so, and do not ask the service")
    )
    headers: Mapping[str, str] = field(
        default_factory=dict,
        metadata=_about(_headers, "header of that answer; repeatable"),
    )
    body: str = field(default="", metadata=_about(_text, "body of that answer"))
    drop: Moment | None = field(
        default=None,
        metadata=_about(
            _moment,
            "reset the connection instead of handling the 'request', or instead of"
            " sending the 'answer'",
        ),
    )
    stall: Moment | None = field(
        default=None,
        metadata=_about(_moment, "do nothing then, until the client hangs up"),
    )
    cut_after: Place | None = field(
        default=None,
        metadata=_about(_place, "reset the connection at a PLACE in the body"),
    )
    end_after: Place | None = field(
        default=None,
        metadata=_about(
            _place, "close it there: the body is shorter than its Content-Length"
        ),
    )
    stall_after: Place | None = field(
        default=None,
        metadata=_about(
            _place, "neither read nor send from there on, until the client hangs up"
        ),
    )
    full_after: Place | None = field(
        default=None,
        metadata=_about(_place, "refuse an upload there: the medium is full"),
    )
    flip_at: Place | None = field(
        default=None, metadata=_about(_place, "invert the byte there")
    )
    grow_by: int = field(
        default=0,
        metadata=_about(
            _number,
            "answer with so many bytes more, or less, and a Content-Length to match",
        ),
    )
    of: Moment | None = field(
        default=None,
        metadata=_about(
            _moment, "whose body it is: the 'request' sends it, or the 'answer'"
        ),
    )

    def __post_init__(self) -> None:
        for one in dataclasses.fields(self):
            value = getattr(self, one.name)
            if value is None:
                continue
            try:
                object.__setattr__(self, one.name, one.metadata["check"](value))
            except ValueError as error:
                raise BadFault(f"{one.name}: {value!r} {error}") from None
        if not any(getattr(self, name) for name in _EFFECTS) and not self.places:
            effects = ", ".join((*_EFFECTS, *_PLACES))
            raise BadFault(f"a fault does something: {effects}")
        if len(set(self.places) - {"flip_at"}) > 1:
            raise BadFault("a body ends once: one of cut_after, end_after, ...")
        if self.full_after is not None and self.of == "answer":
            raise BadFault("full_after: an answer fills no medium")

    @classmethod
    def from_document(cls, document: Any) -> Fault:
        """Return the fault that a JSON object describes. Raises :class:`BadFault`."""
        if not isinstance(document, dict):
            raise BadFault("a fault is an object")
        known = {one.name for one in dataclasses.fields(cls)}
        if unknown := sorted(set(document) - known):
            raise BadFault(f"a fault has no {', '.join(unknown)}")
        return cls(**document)

    def to_document(self) -> dict[str, Any]:
        """Return its method, its path, and every other setting that is no default."""
        values = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        return {
            one.name: values[one.name]
            for one in dataclasses.fields(self)
            if one.name in ("method", "path")
            or values[one.name] not in (one.default, {})
        }

    @property
    def places(self) -> dict[str, Place]:
        """The settings that name a place in a body, and the place of each."""
        given = {name: getattr(self, name) for name in _PLACES}
        return {name: place for name, place in given.items() if place is not None}

    def is_of_request(self, method: str) -> bool:
        """Tell whether its places are in the body of a request with this method."""
        is_sent = method in SENDING or self.full_after is not None
        return bool(self.places) and (self.of == "request" or (is_sent and not self.of))


_EFFECTS = ("delay_s", "expire_token", "status", "drop", "stall", "grow_by")
_PLACES = ("cut_after", "end_after", "stall_after", "full_after", "flip_at")
