"""A cache of the names of images, users and others, for completion in a shell.

Names stay fresh for a minute. Older ones are fetched by another process, for which a
completion waits only a moment; what comes later is there for the next completion.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from imagectl.api.client import Cloud
from imagectl.auth.private_files import PrivateDirectory
from imagectl.auth.token_cache import cache_directory
from imagectl.config.clouds import CloudConfig
from imagectl.contract import Resource
from imagectl.contract.identity import DOMAIN, GROUP, PROJECT, ROLE, USER
from imagectl.contract.image import IMAGE
from imagectl.http.bodies import parse_json

RESOURCES: Mapping[str, Resource] = {
    resource.noun: resource for resource in (DOMAIN, GROUP, IMAGE, PROJECT, ROLE, USER)
}
CLOUD = "cloud"
"""The noun of what clouds.yaml names; it is asked of nobody."""
FRESH_S = 60.0
"""How long cached names are used without fetching them again."""
WAIT_S = 0.25
"""How long a completion waits for names; with its start it takes half a second."""
RETRY_S = 10.0
"""How long no other process is started to fetch the same names."""
MAX_NAMES = 1000
SECRETS = ("password", "secret", "token", "passcode", "code")


_PROGRAM = """\
import os, sys
sys.path[:] = [path for path in sys.path if path not in ("", os.getcwd())]
from imagectl.__main__ import main
sys.exit(main())
"""


class CachedNames:
    """The names of one kind of resource in one cloud, as last fetched."""

    def __init__(self, directory: Path, config: CloudConfig, noun: str) -> None:
        self._files = PrivateDirectory(directory.with_name("names"))
        public = {k: v for k, v in config.auth.items() if not k.endswith(SECRETS)}
        identity = [noun, config.name, config.region_name, public]
        text = json.dumps(identity, sort_keys=True, default=str)
        self._name = hashlib.sha256(text.encode()).hexdigest()
        self.noun = noun

    def read(self) -> list[str]:
        """Return the cached names, however old."""
        with contextlib.suppress(OSError, ValueError):
            names = parse_json(self._files.read(self._name))
            return [str(name) for name in names] if isinstance(names, list) else []
        return []

    @property
    def is_fresh(self) -> bool:
        return self._age_s(self._name) < FRESH_S

    def fetch(self, cloud: Cloud) -> None:
        """Fetch the names; raises :class:`imagectl.errors.ImagectlError`."""
        resource = RESOURCES[self.noun]
        records = cloud.client(resource.service).list(resource, limit=MAX_NAMES)
        names = {str(record["name"]) for record in records if record.get("name")}
        usable = sorted(name for name in names if name.isprintable())
        self._files.write(self._name, json.dumps(usable).encode())

    def fetch_in_background(self) -> None:
        """Start a process that fetches the names, and wait for it a moment."""
        asked = f"{self._name}.asked"
        if self._age_s(asked) < RETRY_S:
            return
        self._files.write(asked, b"")
        fetching = subprocess.Popen(
            fetch_command(self.noun),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            fetching.wait(WAIT_S)
        # It may go on without us: Popen warns of a process without a return code.
        fetching.returncode = fetching.returncode or 0

    def _age_s(self, name: str) -> float:
        with contextlib.suppress(OSError):
            return time.time() - self._files.modified_at(name)
        return float("inf")


def fetch_command(noun: str) -> list[str]:
    """Return the command that fetches names; it imports nothing from where it runs.

    ``python -m`` would look for every module in the working directory first.
    """
    return [sys.executable, "-c", _PROGRAM, "complete", "--fetch", noun]


def open_name_cache(
    config: CloudConfig, noun: str, environ: Mapping[str, str] | None = None
) -> CachedNames | None:
    """Return the cache of the names of ``noun``; None where nothing may be cached."""
    directory = cache_directory(os.environ if environ is None else environ)
    if directory is None or not config.token_cache:
        return None
    return CachedNames(directory, config, noun)
