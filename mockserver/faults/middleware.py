"""What faults do to exchanges: the layer between the journal and the services.

What a service cannot do to a connection is raised here, and done by the door the
request came through. These are no errors: handlers, which catch those, never see them.
"""

from __future__ import annotations

import http
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from mockserver.blobs import PIECE_BYTES, StoreFull
from mockserver.faults.disconnects import HOLD, Disconnected, Reset, Stalled
from mockserver.faults.fault import Fault

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mockserver.faults.armed import ArmedFault, Faults

HIT_BY = "mockserver.fault"
"""Where the environment of a request says the number of the fault that hit it."""


def inject_faults(
    faults: Faults,
    expire_token: Callable[[str], None],
    application: Callable[..., Iterable[bytes]],
) -> WSGIApplication:
    """Put the faults of a cloud before a service.

    ``expire_token`` ends a token, by its id.
    """

    def answer(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        armed = faults.match(method, environ.get("PATH_INFO", ""))
        if armed is None:
            return application(environ, start_response)
        environ[HIT_BY] = armed.number
        _begin(armed, environ, expire_token)
        fault = armed.fault
        if fault.status is not None:
            return _answer_otherwise(fault, environ, start_response)
        if fault.breaks_request(method):
            environ["wsgi.input"] = _BrokenInput(armed, environ)
        return _break_answer(armed, application, environ, start_response)

    return answer


def _begin(
    armed: ArmedFault, environ: WSGIEnvironment, expire_token: Callable[[str], None]
) -> None:
    fault = armed.fault
    armed.over.wait(fault.delay_s)
    token_id = environ.get("HTTP_X_AUTH_TOKEN")
    if fault.expire_token and token_id:
        expire_token(token_id)
    _leave("request", armed, environ)


def _leave(moment: str, armed: ArmedFault, environ: WSGIEnvironment) -> None:
    if armed.fault.drop == moment:
        raise Reset
    if armed.fault.stall == moment:
        _stall(armed, environ)


def _stall(armed: ArmedFault, environ: WSGIEnvironment) -> NoReturn:
    if HOLD in environ:
        environ[HOLD](armed.over)
    raise Stalled


def _answer_otherwise(
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
    """Read what is sent, so that its sender hears the answer."""
    source, left = environ["wsgi.input"], int(environ.get("CONTENT_LENGTH") or 0)
    if environ.get("wsgi.input_terminated") and not left:
        while source.read(PIECE_BYTES):
            pass
    while left > 0 and (piece := source.read(min(left, PIECE_BYTES))):
        left -= len(piece)


def _break_answer(
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
        _leave("answer", armed, environ)
    except BaseException:
        close()
        raise
    method = environ["REQUEST_METHOD"]
    if method == "HEAD" or not lengths:
        return pieces
    sent = _resize(pieces, lengths[0])
    if not armed.fault.breaks_request(method):
        sent = _send(sent, _Passage(armed, environ, lengths[0]))
    return _close_at_end(sent, close)


def _resize(pieces: Iterable[bytes], left: int) -> Iterator[bytes]:
    """Yield so many bytes: no more than the pieces hold, or zeros after them."""
    for piece in pieces:
        yield piece[:left]
        left -= min(len(piece), left)
    while left > 0:
        yield bytes(min(left, PIECE_BYTES))
        left -= PIECE_BYTES


def _send(pieces: Iterator[bytes], passage: _Passage) -> Iterator[bytes]:
    passage.check()
    for piece in pieces:
        yield passage.take(piece)
        passage.check()


def _close_at_end(pieces: Iterator[bytes], close: Any) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        close()


class _Passage:
    """A body on its way, of which a fault says where it goes wrong."""

    def __init__(
        self, armed: ArmedFault, environ: WSGIEnvironment, length: int
    ) -> None:
        self._armed, self._environ = armed, environ
        places = {
            name: _locate(place, length) for name, place in armed.fault.places.items()
        }
        self._flip_at = places.pop("flip_at", None)
        self._kind = next(iter(places), "")
        self._left = places.get(self._kind)
        self._at = 0

    def check(self) -> None:
        """Raise what happens here, once."""
        if self._left != 0:
            return
        self._left = None
        if self._kind == "full_after":
            raise StoreFull
        if self._kind == "stall_after":
            _stall(self._armed, self._environ)
        raise Reset if self._kind == "cut_after" else Disconnected

    def take(self, piece: bytes) -> bytes:
        """Return what passes of a piece."""
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        flipped = -1 if self._flip_at is None else self._flip_at - self._at
        self._at += len(piece)
        if not 0 <= flipped < len(piece):
            return piece
        inverted = bytes([piece[flipped] ^ 0xFF])
        return piece[:flipped] + inverted + piece[flipped + 1 :]

    def most(self, size: int) -> int:
        """Return how much of a size is before the place where it goes wrong."""
        if self._left is None:
            return size
        return self._left if size < 0 else min(size, self._left)


def _locate(place: int | str, length: int) -> int:
    if isinstance(place, int):
        return place
    return int(length * float(place[:-1]) / 100)


class _BrokenInput(_Passage):
    """What a service reads of a request."""

    def __init__(self, armed: ArmedFault, environ: WSGIEnvironment) -> None:
        told = environ.get("CONTENT_LENGTH") or environ.get(
            "HTTP_X_OPENSTACK_IMAGE_SIZE"
        )
        super().__init__(armed, environ, int(told or 0))
        self._source = environ["wsgi.input"]

    def read(self, size: int = -1) -> bytes:
        piece = self.take(self._source.read(self.most(size)))
        if len(piece) != size:  # no reader takes what is short for all there is
            self.check()
        return piece
