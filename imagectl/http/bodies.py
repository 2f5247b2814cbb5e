"""Bodies of answers: read up to a limit, and the JSON in them checked.

What a service sends is not trusted: it may never end, unpack to gigabytes, nest too
deep for Python, or say a thing twice.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from imagectl.errors import ServiceError, TooLongError, UnreachableError
from imagectl.http.urls import shown_url

if TYPE_CHECKING:
    import requests

BLOCK_BYTES = 65536
MAX_BYTES = 16 << 20
"""The longest body that is taken into memory, unpacked. A page of 1,000 images has
about 2 MiB."""
MAX_ERROR_BYTES = 64 << 10
"""How much is read of the body of an error, whose status says enough."""
MAX_VALUES = 1_000_000
"""How many values JSON may hold: an empty list takes 2 bytes there, and 64 here."""
MAX_DEPTH = 64
MAX_DIGITS = 20
"""The longest whole number: those of Glance have 64 bits."""

_BEFORE_VALUES = (b",", b"[", b"{")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def load(response: requests.Response) -> None:
    """Read the body of an answer, which was asked for as a stream, into memory.

    Raises :class:`TooLongError` for one that is too long; of an error's, the rest is
    left. What urllib3 raises for a connection that breaks passes through.
    """
    if isinstance(response._content, bytes):
        return
    is_error = response.status_code >= 400
    limit_bytes = MAX_ERROR_BYTES if is_error else MAX_BYTES
    blocks, size_bytes = [], 0
    while block := response.raw.read(BLOCK_BYTES, decode_content=True):
        blocks.append(block)
        size_bytes += len(block)
        if size_bytes > limit_bytes:
            response.close()
            if not is_error:
                what = f"more than {limit_bytes >> 20} MiB"
                raise broken(response, what, TooLongError)
            break
    response._content = b"".join(blocks)
    response.__dict__["_content_consumed"] = True
    if size_bytes <= limit_bytes:
        response.raw.release_conn()


def _load_rest(response: requests.Response) -> None:
    """Read the body of an answer that was streamed; it raises imagectl's errors."""
    from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

    try:
        load(response)
    except DecodeError:
        raise unpackable(response) from None
    except (HTTPError, OSError) as error:
        is_late = isinstance(error, ReadTimeoutError | TimeoutError)
        reason = "no answer within the time limit" if is_late else "it broke off"
        url = shown_url(response.url)
        raise UnreachableError(f"Unable to reach {url}: {reason}") from error


def has_body(response: requests.Response) -> bool:
    """Return whether an answer has a body, which is read for that."""
    _load_rest(response)
    return bool(response.content)


def read_json(response: requests.Response) -> Any:
    """Return the JSON in the body of an answer.

    Raises :class:`ServiceError` for any other body, and for JSON that is too deep or
    too large, has numbers that are none, names twice in an object, or broken text.
    """
    _load_rest(response)
    try:
        return parse_json(response.content)
    except ValueError as error:
        reason = str(error) if type(error) is ValueError else "no JSON"
        raise broken(response, reason) from None


def parse_json(body: bytes, limit_bytes: int = MAX_BYTES) -> Any:
    """Return the document in ``body``; raises ValueError with the reason."""
    if len(body) > limit_bytes:
        raise ValueError(f"more than {limit_bytes >> 20} MiB")
    if len(body) > MAX_VALUES and sum(map(body.count, _BEFORE_VALUES)) > MAX_VALUES:
        raise ValueError(f"JSON of more than {MAX_VALUES:,} values")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("text that is no UTF-8") from None
    try:
        document = json.loads(
            text,
            object_pairs_hook=_make_object,
            parse_int=_parse_integer,
            parse_float=_parse_float,
            parse_constant=_parse_float,
        )
    except RecursionError:
        raise ValueError(f"JSON of more than {MAX_DEPTH} levels") from None
    if "\\u" in text and "\\ud" in text.lower():
        _check_text(document)
    if not _is_surely_shallow(body):
        _check_depth(document)
    return document


def broken(
    response: requests.Response, what: str, kind: type[ServiceError] = ServiceError
) -> ServiceError:
    """Return the error for an answer that is not what it should be."""
    return kind(
        f"{shown_url(response.url)} answers with {what}.",
        hint="is this the service's endpoint? see: imagectl catalog list",
    )


def unpackable(response: requests.Response) -> ServiceError:
    """Return the error for a body that is not compressed as its head says."""
    return broken(response, "data that is not packed as it says")


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("JSON that says the same name twice")
    return made


def _parse_integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of more than {MAX_DIGITS} digits")
    return int(digits)


def _parse_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number that is none")
    return number


def _check_text(document: Any) -> None:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        raise ValueError("text that is no Unicode") from None


def _is_surely_shallow(body: bytes) -> bool:
    """Tell from the brackets alone that JSON is not too deep, in a fraction of the time
    that it takes to look at each value; those within texts may hinder that."""
    brackets = body.translate(None, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return True
    return False


def _check_depth(document: Any) -> None:
    level = [document]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        level = inner
        if not level:
            return
    raise ValueError(f"JSON of more than {MAX_DEPTH} levels")
