"""The file in which ``mockserver serve`` says where it is."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver.cli.environment import CREDENTIALS
from mockserver.cli.failure import Failure
from mockserver.state.addresses import is_loopback

_REQUIRED = ("id", "identity_url", "control_url")
_OPTIONAL = ("image_url", *CREDENTIALS)


def write_ready_file(path: Path, described: Mapping[str, Any]) -> None:
    """Write a cloud's description to a file that appears whole.

    Only its owner can read it, since it holds a password. Raises OSError.
    """
    # mkstemp: a name that nobody can foresee, opened exclusively, mode 0600
    descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(described, indent=2) + "\n")
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


@contextmanager
def keep_ready_file(path: Path | None, described: Mapping[str, Any]) -> Iterator[None]:
    """Let a ready file be there while the block runs, if ``path`` names one.

    At the end it is removed, unless another server has replaced it. Raises
    :class:`Failure` where it cannot be written.
    """
    if path is None:
        yield
        return
    try:
        write_ready_file(path, described)
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}") from error
    try:
        yield
    finally:
        with contextlib.suppress(Failure, OSError):
            if _read(path).get("id") == described["id"]:
                path.unlink()


def read_ready_file(path: Path) -> dict[str, Any]:
    """Return the description of a cloud in a ready file.

    Raises :class:`Failure` for a file that is none, and where the process that wrote it
    has ended. Whether the cloud answers is for the caller to find out.
    """
    described = _read(path)
    is_text = [isinstance(described.get(key), str) for key in _REQUIRED]
    is_text += [isinstance(described.get(key, ""), str) for key in _OPTIONAL]
    pid = described.get("pid")
    if not all(is_text) or not isinstance(pid, int):
        raise Failure(f"{path} is no ready file")
    if _is_on_this_machine(described["control_url"]) and not _is_alive(pid):
        raise Failure(f"{path} is left over: the server that wrote it has ended")
    return described


def _read(path: Path) -> dict[str, Any]:
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Failure(f"{path} is no ready file: {error}") from error
    if not isinstance(described, dict):
        raise Failure(f"{path} is no ready file")
    return described


def _is_on_this_machine(url: str) -> bool:
    """Tell whether a process id of a URL's server means anything here."""
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:  # it is another user's
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return pid > 0
