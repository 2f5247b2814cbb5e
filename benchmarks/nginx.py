"""nginx, as fast as a server of files is, on a free port of loopback."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

CONFIGURATION = """\
daemon off; pid nginx.pid; error_log stderr crit; user root;
events {{}}
http {{
    access_log off; sendfile on; client_max_body_size 0; default_type application/json;
    server {{ listen 127.0.0.1:{port}; root .; {locations} }}
}}
"""


@contextlib.contextmanager
def serve(folder: Path, locations: str = "") -> Iterator[str]:
    """Serve the files below ``folder``; yield the URL, once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = CONFIGURATION.format(port=port, locations=locations)
    (folder / "nginx.conf").write_text(text)
    command = ["nginx", "-p", str(folder), "-c", "nginx.conf"]
    with subprocess.Popen(command) as server:
        try:
            _await(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _await(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.1)
    raise TimeoutError("nginx does not start")
