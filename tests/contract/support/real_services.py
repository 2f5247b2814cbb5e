"""Start a real Keystone and a real Glance in a scratch folder, on loopback.

    python tests/contract/support/real_services.py --venv DIR [--install]
        [-- COMMAND...]

A script that needs nothing but the standard library of Python 3.10 or later, so it
and the ``real_*.py`` beside it import each other without a package; the services
come from the virtual environment DIR. With a COMMAND, runs it against them and exits
with its code; without, serves until SIGTERM or an interrupt.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from real_registration import SERVICE_PASSWORD, SERVICE_USERNAME, Identity
from real_scratch import Scratch
from real_serving import serve_glance, serve_keystone

REQUIREMENTS = ("keystone==30.*", "glance==33.*", "gunicorn")


def describe(venv: Path, identity: Identity, image_url: str | None) -> dict[str, Any]:
    return {
        "identity_url": identity.url,
        "image_url": image_url,
        "username": identity.username,
        "password": identity.password,
        "project_name": identity.project_name,
        "user_domain_name": "Default",
        "project_domain_name": "Default",
        "region_name": identity.region_name,
        "service_username": SERVICE_USERNAME,
        "service_password": SERVICE_PASSWORD,
        "venv": str(venv),
        "pid": os.getpid(),
    }


@contextlib.contextmanager
def serve_real_services(
    venv: Path,
    directory: Path,
    *,
    identity: Identity | None = None,
    only: str | None = None,
    bare: bool = False,
    for_tempest: bool = False,
    one_process: bool = False,
) -> Iterator[dict[str, Any]]:
    """Serve the real services and yield what a client needs to reach them.

    With `identity`, only Glance is started and validates its tokens there; with
    `only="identity"`, only Keystone; `for_tempest` turns on what its tests need
    beyond a cloud's defaults; with `one_process`, Keystone is one process like
    Glance, and not to be asked by several users at once. Raises SystemExit, with
    the end of the log, when a service does not start.
    """
    directory.mkdir(parents=True, exist_ok=True)
    scratch = Scratch(venv.absolute(), directory.absolute(), one_process)
    with contextlib.ExitStack() as services:
        if identity is None:
            identity = services.enter_context(
                serve_keystone(scratch, for_tempest=for_tempest)
            )
        image_url = None
        if only != "identity":
            image_url = services.enter_context(
                serve_glance(scratch, identity, bare=bare, for_tempest=for_tempest)
            )
        yield describe(scratch.venv, identity, image_url)


def install(venv: Path) -> None:
    """Make a virtual environment that holds both services, unless it is there."""
    if (venv / "bin" / "glance-manage").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *REQUIREMENTS], check=True)


def run_command(command: list[str], cloud: dict[str, Any], ready_file: Path) -> int:
    environ = {
        "OS_AUTH_URL": cloud["identity_url"] + "/v3",
        "OS_IDENTITY_API_VERSION": "3",
        "OS_USERNAME": cloud["username"],
        "OS_PASSWORD": cloud["password"],
        "OS_PROJECT_NAME": cloud["project_name"],
        "OS_USER_DOMAIN_NAME": cloud["user_domain_name"],
        "OS_PROJECT_DOMAIN_NAME": cloud["project_domain_name"],
        "OS_REGION_NAME": cloud["region_name"],
        "IMAGECTL_REAL_CLOUD": str(ready_file),
        "IMAGE_URL": cloud["image_url"] or "",
    }
    return subprocess.run(command, env={**os.environ, **environ}).returncode


def raise_exit(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + signum)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument(
        "--install", action="store_true", help="make --venv and install both there"
    )
    parser.add_argument("--dir", type=Path, help="scratch folder, kept")
    parser.add_argument("--ready-file", type=Path, help="JSON to write when ready")
    parser.add_argument(
        "--bare", action="store_true", help="leave the image service out of the catalog"
    )
    parser.add_argument(
        "--for-tempest",
        action="store_true",
        help="with lockouts, store weights and a second image service",
    )
    parser.add_argument(
        "--one-process",
        action="store_true",
        help="serve Keystone from one process, for a single user's benchmarks",
    )
    parser.add_argument("--only", choices=["identity"], help="start Keystone alone")
    parser.add_argument(
        "--identity-url", help="start Glance alone, at this Keystone (without /v3)"
    )
    parser.add_argument("--identity-password", default="secret")
    parser.add_argument("command", nargs="*", metavar="COMMAND")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, raise_exit)
    if arguments.install:
        install(arguments.venv)
    if not (arguments.venv / "bin" / "glance-manage").exists():
        raise SystemExit(f"no Glance in {arguments.venv}; --install puts it there")
    identity = None
    if arguments.identity_url:
        identity = Identity(
            arguments.identity_url.rstrip("/"), arguments.identity_password
        )
    with contextlib.ExitStack() as stack:
        directory = arguments.dir or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="real-"))
        )
        cloud = stack.enter_context(
            serve_real_services(
                arguments.venv,
                directory,
                identity=identity,
                only=arguments.only,
                bare=arguments.bare,
                for_tempest=arguments.for_tempest,
                one_process=arguments.one_process,
            )
        )
        ready_file = (arguments.ready_file or directory / "cloud.json").absolute()
        part = ready_file.with_suffix(".part")
        part.write_text(json.dumps(cloud, indent=2) + "\n")
        part.replace(ready_file)
        if arguments.command:
            return run_command(arguments.command, cloud, ready_file)
        sys.stdout.write(json.dumps(cloud) + "\n")
        sys.stdout.flush()
        signal.pause()
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
