"""A scratch folder and the processes that serve the real services from it.

Part of the script `real_services.py`: only the standard library, and no package.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from real_settings import WSGI_MODULE

START_TIMEOUT_S = 120
THREADS = ("--threads", "8")
PARALLEL = {
    # threads of one Keystone mix up who is asking when they answer at once
    "keystone": ("--workers", "3"),
    # one Glance has one cache; of its threads, some may wait for uploads
    "glance": THREADS,
}


@dataclass(frozen=True)
class Scratch:
    """A folder that holds one cloud, and the environment that serves it."""

    venv: Path
    directory: Path
    is_one_process: bool = False
    """Whether Keystone, too, is served by threads of one process."""

    def run(self, name: str, *arguments: str, **environ: str) -> None:
        command = [str(self.venv / "bin" / name), *arguments]
        log = self.directory / f"{name}.out"
        with log.open("ab") as out:
            done = subprocess.run(
                command, env={**os.environ, **environ}, stdout=out, stderr=out
            )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{read_tail(log)}")

    def write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.write_text(text)
        return path

    @contextlib.contextmanager
    def serve(self, name: str, listener: socket.socket) -> Iterator[None]:
        """Serve NAME.wsgi.api behind gunicorn until the block is left.

        The listening socket is handed over, never re-opened, so that no one
        else can take the port in between.
        """
        self.write(f"serve_{name}.py", WSGI_MODULE.format(name=name))
        log = self.directory / f"{name}.out"
        bind = f"fd://{listener.fileno()}"
        gunicorn = [str(self.venv / "bin" / "python"), "-m", "gunicorn", "--bind", bind]
        parallel = THREADS if self.is_one_process else PARALLEL[name]
        gunicorn += [*parallel, "--timeout", "120", f"serve_{name}"]
        if "--no-control-socket" in self._gunicorn_help():
            gunicorn.insert(3, "--no-control-socket")
        configuration = {f"OS_{name.upper()}_CONFIG_DIR": str(self.directory)}
        with log.open("ab") as out:
            process = subprocess.Popen(
                gunicorn,
                cwd=self.directory,
                env={**os.environ, **configuration},
                stdout=out,
                stderr=out,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        url = url_of(listener)
        listener.close()
        try:
            wait_until_it_answers(process, url, log)
            yield
        finally:
            stop(process)

    def _gunicorn_help(self) -> str:
        command = [str(self.venv / "bin" / "python"), "-m", "gunicorn", "--help"]
        return subprocess.run(command, capture_output=True, text=True).stdout


def open_listener() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.set_inheritable(True)
    return listener


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def read_tail(path: Path, lines: int = 40) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def wait_until_it_answers(
    process: subprocess.Popen[bytes], url: str, log: Path
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=START_TIMEOUT_S).close()
        except urllib.error.HTTPError:
            return  # both services answer / with 300 Multiple Choices
        except OSError:
            time.sleep(0.1)
        else:
            return
    stop(process)
    raise SystemExit(f"{url} did not start:\n{read_tail(log)}")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        # a worker may still wait for the rest of somebody's upload
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
