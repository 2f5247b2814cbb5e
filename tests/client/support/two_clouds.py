"""Two mock clouds over TCP, which clouds.yaml calls ``here`` and ``there``."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mockserver.cloud import MockCloud
from tests.conftest import Run


class TwoClouds(NamedTuple):
    here: MockCloud
    there: MockCloud
    run: Run

    def create(self, name: str, data: bytes, *options: str) -> dict[str, Any]:
        """Store an image here and return its record."""
        source = self.here.state.directory / "source"
        source.write_bytes(data)
        made = self.run("image", "create", name, "--file", source, *options)
        assert made.exit_code == 0, made.err
        return self.show(name)

    def show(self, name: str, cloud: str = "here") -> dict[str, Any]:
        shown = self.run("--os-cloud", cloud, "image", "show", name, "-f", "json")
        assert shown.exit_code == 0, shown.err
        return dict(shown.json)

    def list_there(self) -> list[dict[str, Any]]:
        """Return every image of the other cloud, whatever its status or visibility."""
        argv = ("--os-cloud", "there", "image", "list", "--long", "-f", "json")
        return [*self.run(*argv).json, *self.run(*argv, "--hidden").json]

    def copy(self, *argv: str) -> Any:
        return self.run("image", "copy", *argv, "--to-cloud", "there", "-f", "json")


@contextlib.contextmanager
def open_two(run: Run, home: Path, **settings: Any) -> Iterator[TwoClouds]:
    """Serve both; commands that name no cloud go to the first, by ``OS_CLOUD``."""
    with MockCloud() as here, MockCloud(**settings) as there:
        describe_clouds(home, here=entry(here), there=entry(there))
        yield TwoClouds(here, there, run)


def entry(cloud: MockCloud) -> dict[str, Any]:
    """Return what clouds.yaml says of a mock cloud."""
    return {
        "auth": {
            "auth_url": f"{cloud.identity_url}/v3",
            "username": cloud.username,
            "password": cloud.password,
            "project_name": cloud.project_name,
        },
        "region_name": cloud.region_name,
    }


def describe_clouds(home: Path, **clouds: dict[str, Any]) -> None:
    path = home / ".config/openstack/clouds.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"clouds": clouds}))


def stored_path(cloud: MockCloud, image_id: str) -> Path:
    """Return where a mock keeps an image's data, to be damaged there."""
    return cloud.state.directory / "images" / image_id
