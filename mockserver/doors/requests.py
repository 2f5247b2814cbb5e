"""One request on a connection: cheroot's, with a head and a body that are strict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from cheroot.server import HTTPRequest

from mockserver.doors.bodies import Body
from mockserver.doors.heads import BadHead, parse_head

if TYPE_CHECKING:
    from mockserver.doors.streams import Reader


class Request(HTTPRequest):
    """A request whose head is received already."""

    conn: Any

    def parse_request(self) -> None:
        """Read the head; ``ready`` tells then whether there is a request to answer."""
        stream: Reader = self.conn.rfile
        received = stream.peek_head() or stream.peek_received()
        stream.skip(len(received))
        if not received:
            return
        try:
            head = parse_head(received)
        except BadHead as error:
            self.simple_response(error.status, str(error))
            return
        path, _, query = head.target.partition(b"?")
        self.method, self.uri, self.qs = head.method, head.target, query
        self.path = unquote_to_bytes(path)
        self.request_protocol = b"HTTP/1.%d" % head.minor
        self.response_protocol = "HTTP/1.1" if head.minor else "HTTP/1.0"
        self.inheaders = head.fields
        self.close_connection = not head.is_kept_alive
        self.chunked_read = head.is_chunked
        self.rfile = Body(stream, None if head.is_chunked else head.length)
        if head.minor and b"expect" in head.fields:
            self.conn.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.started_request = self.ready = True

    def respond(self) -> None:
        """Let the application answer."""
        self.server.gateway(self).respond()
        self.ensure_headers_sent()
        if self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")

    def send_headers(self) -> None:
        """Send the answer's head, once the body is read: most clients send all first.

        The connection ends where the body does not: nobody may take the rest of one
        for the next request.
        """
        if not self.rfile.drain():
            self.close_connection = True
        super().send_headers()
