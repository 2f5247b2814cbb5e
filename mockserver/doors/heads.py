"""Request heads, read as strictly as gunicorn does, which serves the real services."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_LINE_BYTES = 4094
MOST_FIELDS = 100
MOST_FIELD_BYTES = 8190
MOST_HEAD_BYTES = 1 << 20
_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_LINE = re.compile(
    rb"([!$%&'*+\-.^_`|~0-9A-Z]{3,20}) ([\x21-\x7e]+) HTTP/1\.([0-9])\r\n"
)
_FIELD = re.compile(rb"(%b):[ \t]*([^\x00\r\n]*)\r\n" % _TOKEN)
_ADDRESS = re.compile(rb"https?://[^/?#]*", re.I)
_DIGITS = re.compile(rb"[0-9]{1,19}\Z")
_ONCE = (b"host", b"content-length", b"content-type")
_CODINGS = (b"compress", b"deflate", b"gzip")


class BadHead(Exception):
    """A head that cannot be served: ``status`` is that of the answer."""

    def __init__(self, reason: str, status: str = "400 Bad Request") -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class Head:
    """The first line and the header fields of a request."""

    method: bytes
    target: bytes
    """Path and query as they were sent, without scheme, host and fragment."""
    minor: int
    """The digit after ``HTTP/1.``"""
    fields: dict[bytes, bytes]
    """The fields by their names in lower case; values of repeated ones are joined.

    Names with an underscore are left out: WSGI could not tell them from others.
    """

    @property
    def is_kept_alive(self) -> bool:
        """Whether the client wants to send more requests."""
        wishes = self.fields.get(b"connection", b"").lower()
        return b"close" not in wishes if self.minor else b"keep-alive" in wishes

    @property
    def is_chunked(self) -> bool:
        return b"transfer-encoding" in self.fields

    @property
    def length(self) -> int:
        """The number of bytes that the body has, where it is not chunked."""
        return int(self.fields.get(b"content-length", b"0"))


def parse_head(head: bytes) -> Head:
    """Return what a head says, which ends with its empty line.

    Raises :class:`BadHead`.
    """
    head = head.removeprefix(b"\r\n")  # which old clients sent after a body
    end_of_line = head.find(b"\n") + 1
    if end_of_line > MOST_LINE_BYTES:
        raise BadHead("the request line is too long", "414 URI Too Long")
    line = _LINE.fullmatch(head, 0, end_of_line)
    if line is None:
        raise BadHead("this is no request line of HTTP/1")
    method, target, minor = line.groups()
    fields = _parse_fields(head, end_of_line)
    parsed = Head(method, _strip_target(target), int(minor), fields)
    _check_framing(parsed)
    return parsed


def _parse_fields(head: bytes, start: int) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    count = 0
    while head[start:] != b"\r\n":
        match = _FIELD.match(head, start)
        if match is None:
            raise BadHead("a header field is malformed")
        count += 1
        if count > MOST_FIELDS or match.end() - start > MOST_FIELD_BYTES:
            reason = "the header fields are too many or too long"
            raise BadHead(reason, "431 Request Header Fields Too Large")
        start = match.end()
        name, value = match[1].lower(), match[2].rstrip(b" \t")
        if name in fields:
            if name in _ONCE:
                raise BadHead(f"more than one {name.decode()}")
            value = fields[name] + b"," + value
        if b"_" not in name:
            fields[name] = value
    return fields


def _strip_target(target: bytes) -> bytes:
    address = _ADDRESS.match(target)
    if address is not None:
        target = target[address.end() :]
        target = target if target.startswith(b"/") else b"/" + target
    if not target.startswith(b"/"):
        raise BadHead("the request is not for a path")
    return target.partition(b"#")[0]


def _check_framing(head: Head) -> None:
    """Raise :class:`BadHead` where it is not certain what belongs to the body."""
    length, codings = (
        head.fields.get(name) for name in (b"content-length", b"transfer-encoding")
    )
    if length is not None and (codings is not None or not _DIGITS.match(length)):
        raise BadHead("the length of the body is malformed, or told twice")
    if codings is not None:
        *others, last = (one.strip(b" \t").lower() for one in codings.split(b","))
        if any(
            one not in (*_CODINGS, b"chunked", b"identity") for one in (*others, last)
        ):
            raise BadHead("unknown transfer coding", "501 Not Implemented")
        if last != b"chunked" or not head.minor or set(others) - set(_CODINGS):
            raise BadHead("the body does not end with a chunked coding")
    if head.fields.get(b"expect", b"100-continue").lower() != b"100-continue":
        raise BadHead("unknown expectation", "417 Expectation Failed")
