"""WSGI middleware that does to requests and answers what faults say.

It stands between the journal and a service. A WSGI application cannot reset, close or
hold a connection: for that it raises an exception of ``faults/disconnects.py``, which
the door that the request came through carries out.
"""

from __future__ import annotations

import http
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from mockserver.blobs import PIECE_BYTES, StoreFull
from mockserver.faults.disconnects import HOLD, Disconnected, Reset, Stalled
from mockserver.faults.fault import Fault, Moment, Place

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mockserver.faults.armed import ArmedFault, Faults

HIT_BY = "mockserver.fault"
"""Key of a request's WSGI environment: the number of the fault that hit it."""


def inject_faults(
    faults: Faults,
    expire_token: Callable[[str], None],
    application: Callable[..., Iterable[bytes]],
) -> WSGIApplication:
    """Return ``application``, a service, with the faults of a cloud before it.

    ``expire_token`` is called with the id of a token that a fault revokes.
    """

    def answer(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        armed = faults.match(method, environ.get("PATH_INFO", ""))
        if armed is None:
            return application(environ, start_response)
        environ[HIT_BY] = armed.number
        _do_before_service(armed, environ, expire_token)
        fault = armed.fault
        if fault.status is not None:
            return _answer_instead(fault, environ, start_response)
        if fault.is_of_request(method):
            environ["wsgi.input"] = _FaultyInput(armed, environ)
        return _answer_with_fault(armed, application, environ, start_response)

    return answer


def _do_before_service(
    armed: ArmedFault, environ: WSGIEnvironment, expire_token: Callable[[str], None]
) -> None:
    fault = armed.fault
    armed.removed.wait(fault.delay_s)
    token_id = environ.get("HTTP_X_AUTH_TOKEN")
    if fault.expire_token and token_id:
        expire_token(token_id)
    _drop_or_stall("request", armed, environ)


def _drop_or_stall(moment: Moment, armed: ArmedFault, environ: WSGIEnvironment) -> None:
    if armed.fault.drop == moment:
        raise Reset
    if armed.fault.stall == moment:
        _stall(armed, environ)


def _stall(armed: ArmedFault, environ: WSGIEnvironment) -> NoReturn:
    if HOLD in environ:
        environ[HOLD](armed.removed)
    raise Stalled


def _answer_instead(
    fault: Fault, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    _drain(environ)
    body = fault.body.encode()
    kind = "text/html" if body.startswith(b"<") else "text/plain"
    headers = {
        "content-type": f"{kind}; charset=utf-8",
        "content-length": str(len(body)),
        **{name.lower(): value for name, value in fault.headers.items()},
    }
    phrases = {one.value: one.phrase for one in http.HTTPStatus}
    phrase = phrases.get(fault.status or 0, "Unknown")
    start_response(f"{fault.status} {phrase}", list(headers.items()))
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _drain(environ: WSGIEnvironment) -> None:
    """Read the request's body, because most clients send all before they listen."""
    source, left = environ["wsgi.input"], int(environ.get("CONTENT_LENGTH") or 0)
    if environ.get("wsgi.input_terminated") and not left:
        while source.read(PIECE_BYTES):
            pass
    while left > 0 and (piece := source.read(min(left, PIECE_BYTES))):
        left -= len(piece)


def _answer_with_fault(
    armed: ArmedFault,
    application: Callable[..., Iterable[bytes]],
    environ: WSGIEnvironment,
    start_response: StartResponse,
) -> Iterable[bytes]:
    lengths: list[int] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        resized = []
        for name, value in headers:
            if name.lower() == "content-length":
                lengths.append(max(int(value) + armed.fault.grow_by, 0))
                value = str(lengths[0])
            resized.append((name, value))
        return start_response(status, resized, exc_info)

    pieces = application(environ, start)
    close = getattr(pieces, "close", lambda: None)
    try:
        _drop_or_stall("answer", armed, environ)
    except BaseException:
        close()
        raise
    method = environ["REQUEST_METHOD"]
    if method == "HEAD" or not lengths:
        return pieces
    sent = _resize(pieces, lengths[0])
    if not armed.fault.is_of_request(method):
        sent = _send(sent, _FaultyBody(armed, environ, lengths[0]))
    return _close_at_end(sent, close)


def _resize(pieces: Iterable[bytes], left: int) -> Iterator[bytes]:
    """Yield ``left`` bytes: the first of the pieces, and zeros where they end."""
    for piece in pieces:
        yield piece[:left]
        left -= min(len(piece), left)
    while left > 0:
        yield bytes(min(left, PIECE_BYTES))
        left -= PIECE_BYTES


def _send(pieces: Iterator[bytes], body: _FaultyBody) -> Iterator[bytes]:
    body.raise_if_due()
    for piece in pieces:
        yield body.take(piece)
        body.raise_if_due()


def _close_at_end(pieces: Iterator[bytes], close: Any) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        close()


class _FaultyBody:
    """The part of a body that has passed, and the places where a fault acts on it.

    ``length`` is the announced length in bytes, which percentages are of.
    """

    def __init__(
        self, armed: ArmedFault, environ: WSGIEnvironment, length: int
    ) -> None:
        self._armed, self._environ = armed, environ
        places = {
            name: _locate(place, length) for name, place in armed.fault.places.items()
        }
        self._flip_at = places.pop("flip_at", None)
        self._end_kind = next(iter(places), "")
        self._left = places.get(self._end_kind)
        """Bytes that still pass; None where the fault does not end the body."""
        self._at = 0

    def raise_if_due(self) -> None:
        """End the body as the fault says, once the place to end it is reached.

        Raises :class:`StoreFull` or a kind of :class:`Disconnected`, once only.
        """
        if self._left != 0:
            return
        self._left = None
        if self._end_kind == "full_after":
            raise StoreFull
        if self._end_kind == "stall_after":
            _stall(self._armed, self._environ)
        raise Reset if self._end_kind == "cut_after" else Disconnected

    def take(self, piece: bytes) -> bytes:
        """Return what passes of the next piece of the body."""
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        flipped = -1 if self._flip_at is None else self._flip_at - self._at
        self._at += len(piece)
        if not 0 <= flipped < len(piece):
            return piece
        inverted = bytes([piece[flipped] ^ 0xFF])
        return piece[:flipped] + inverted + piece[flipped + 1 :]

    def limit(self, size: int) -> int:
        """Return how many of the next ``size`` bytes pass; -1 is all that is left."""
        if self._left is None:
            return size
        return self._left if size < 0 else min(size, self._left)


def _locate(place: Place, length: int) -> int:
    """Return a place as a number of bytes; ``length`` is that of the body."""
    if isinstance(place, int):
        return place
    return int(length * float(place[:-1]) / 100)


class _FaultyInput(_FaultyBody):
    """The ``wsgi.input`` of a request whose body a fault acts on."""

    def __init__(self, armed: ArmedFault, environ: WSGIEnvironment) -> None:
        announced = environ.get("CONTENT_LENGTH") or environ.get(
            "HTTP_X_OPENSTACK_IMAGE_SIZE"
        )
        super().__init__(armed, environ, int(announced or 0))
        self._source = environ["wsgi.input"]

    def read(self, size: int = -1) -> bytes:
        piece = self.take(self._source.read(self.limit(size)))
        # a full piece is handed over first; a short one would look like the body's end
        if len(piece) != size:
            self.raise_if_due()
        return piece
