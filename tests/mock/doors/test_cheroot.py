"""What the TCP door uses of cheroot's internals: a version without it fails here."""

from __future__ import annotations

import pytest
from cheroot import makefile, server, wsgi
from cheroot.connections import ConnectionManager, _ThreadsafeSelector

from mockserver.cloud import MockCloud

USED = [
    (ConnectionManager, ["_expire", "_from_server_socket", "put", "stop", "close"]),
    (_ThreadsafeSelector, ["register", "unregister", "connections", "__len__"]),
    (
        server.HTTPRequest,
        ["parse_request", "respond", "send_headers", "ensure_headers_sent"],
    ),
    (server.HTTPRequest, ["simple_response"]),
    (server.HTTPConnection, ["communicate", "close", "_close_kernel_socket"]),
    (wsgi.Server, ["prepare", "serve", "stop", "process_conn", "put_conn"]),
    (
        wsgi.Server,
        ["bind_socket", "keep_alive_conn_limit", "can_add_keepalive_connection"],
    ),
    (wsgi.Gateway_10, ["get_environ", "respond"]),
    (makefile.StreamReader, ["read", "readline"]),
    (makefile.StreamWriter, ["write", "_flush_unlocked"]),
]


@pytest.mark.parametrize(("kind", "names"), USED)
def test_cheroot_has_what_the_door_uses(kind: type, names: list[str]) -> None:
    assert [name for name in names if not hasattr(kind, name)] == []


def test_a_served_cloud_has_the_doors_own_parts() -> None:
    with MockCloud() as cloud:
        [served] = cloud._server._listeners  # type: ignore[union-attr]
        parts = (served.requests, served._connections, served.ConnectionClass)
    names = ["Workers", "_Waiting", "Connection"]
    assert [getattr(part, "__name__", type(part).__name__) for part in parts] == names
