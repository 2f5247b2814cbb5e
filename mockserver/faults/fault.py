"""What a fault says: which requests go wrong, and how."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SENDING = ("PUT", "POST", "PATCH")


class BadFault(ValueError):
    """A fault says something that cannot be."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is no text")
    return value


def _count(value: Any) -> int:
    """Take how many, of what there are none or more of."""
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


def _place(value: Any) -> int | str:
    """Take a place in a body: bytes before it, or a percentage of the body."""
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


def _option(default: Any, take: Callable[[Any], Any], text: str) -> Any:
    metavar = take.__name__.strip("_").upper()
    metadata = {"take": take, "help": text, "metavar": metavar}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Which requests go wrong, and how. Raises :class:`BadFault`.

    A place in a body is a number of bytes, or a percentage ("99.9%") of the length
    that is announced. The body is the request's for PUT, POST and PATCH, unless ``of``
    says otherwise, and of each request on its own: the fault does not know what
    earlier ones carried.
    """

    method: str = _option("*", _text, "method of the requests that go wrong (any)")
    path: str = _option(
        "*", _text, "glob of their paths at the service: /v2/images/*/file (any)"
    )
    after: int = _option(0, _count, "let the first COUNT of them pass (0)")
    times: int | None = _option(None, _count, "hit COUNT of them, and no more (all)")
    delay_s: float = _option(0.0, _seconds, "wait before anything else is done")
    expire_token: bool = _option(
        False, _flag, "end the caller's token: 401 from then on"
    )
    status: int | None = _option(None, _status, "answer so, and do not ask the service")
    headers: Mapping[str, str] = field(
        default_factory=dict,
        metadata={"take": _headers, "help": "header of that answer; repeatable"},
    )
    body: str = _option("", _text, "body of that answer")
    drop: str | None = _option(
        None,
        _moment,
        "reset the connection instead of handling the 'request', or instead of sending"
        " the 'answer'",
    )
    stall: str | None = _option(
        None, _moment, "do nothing then, until the client hangs up"
    )
    cut_after: int | str | None = _option(
        None, _place, "reset the connection at a PLACE in the body"
    )
    end_after: int | str | None = _option(
        None, _place, "close it there: the body is shorter than its Content-Length"
    )
    stall_after: int | str | None = _option(
        None, _place, "neither read nor send from there on, until the client hangs up"
    )
    full_after: int | str | None = _option(
        None, _place, "refuse an upload there: the medium is full"
    )
    flip_at: int | str | None = _option(None, _place, "invert the byte there")
    grow_by: int = _option(
        0,
        _number,
        "answer with so many bytes more, or less, and a Content-Length to match",
    )
    of: str | None = _option(
        None, _moment, "whose body it is: the 'request' sends it, or the 'answer'"
    )

    def __post_init__(self) -> None:
        for one in dataclasses.fields(self):
            value = getattr(self, one.name)
            if value is None:
                continue
            try:
                object.__setattr__(self, one.name, one.metadata["take"](value))
            except ValueError as error:
                raise BadFault(f"{one.name}: {value!r} {error}") from None
        if not any(getattr(self, name) for name in _DOES) and not self.places:
            raise BadFault(f"a fault does something: {', '.join((*_DOES, *_PLACES))}")
        if len(set(self.places) - {"flip_at"}) > 1:
            raise BadFault("a body ends once: one of cut_after, end_after, ...")
        if self.full_after is not None and self.of == "answer":
            raise BadFault("full_after: an answer fills no medium")

    @classmethod
    def from_document(cls, document: Any) -> Fault:
        """Return the fault that a JSON object describes."""
        if not isinstance(document, dict):
            raise BadFault("a fault is an object")
        known = {one.name for one in dataclasses.fields(cls)}
        if unknown := sorted(set(document) - known):
            raise BadFault(f"a fault has no {', '.join(unknown)}")
        return cls(**document)

    @property
    def places(self) -> dict[str, int | str]:
        """What happens amid a body, and where."""
        given = {name: getattr(self, name) for name in _PLACES}
        return {name: place for name, place in given.items() if place is not None}

    def breaks_request(self, method: str) -> bool:
        """Whether it breaks the body that a request of this method sends."""
        is_sent = method in SENDING or self.full_after is not None
        return bool(self.places) and (self.of == "request" or (is_sent and not self.of))

    def settings(self) -> dict[str, Any]:
        """Return what it says, without what it leaves as it is."""
        said = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        for one in dataclasses.fields(self):
            if one.name not in _WHICH and said[one.name] in (one.default, {}):
                del said[one.name]
        return said


_WHICH = ("method", "path")
_DOES = ("delay_s", "expire_token", "status", "drop", "stall", "grow_by")
_PLACES = ("cut_after", "end_after", "stall_after", "full_after", "flip_at")
