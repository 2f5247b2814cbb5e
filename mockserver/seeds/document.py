"""Seeds: a cloud to start from, written down as JSON.

``mockserver serve --seed FILE`` and ``MockCloud(seed=...)`` take a file, the name of
a shipped seed (``seeds/*.json``) or, in Python, the mapping itself. Every key may be
left out::

    clock       the instant at which time stands still, "2016-06-21T16:07:16Z"
    ids         ids for what is made later, by noun: {"user": ["81712f..."]}
    addresses   where `in_process` answers: {"identity": "http://...", "image": ...}
    bootstrap   what to start from: domain_id, domain_name, admin_project_id, and
                image: false for a cloud whose catalog knows no image service yet
    regions, domains, projects, roles, users, groups, services, endpoints
                records as the API shows them, with or without an id; a group's
                "users" are its members
    assignments {"user" or "group": .., "role": .., "project" or "domain": ..,
                "system": true, "inherited": true}
    images      records as the API shows them; "data" is text, "base64" bytes, or
                "file" a path relative to the seed, of which size and hashes are
                computed. Without any of them an image is as it says it is and has
                nothing to download.

    metadefs    namespaces of metadata definitions as the API shows them, or a folder
                of JSON files that hold one each, as an installed Glance has it

Users, groups, roles, projects, domains and services are named by id or by name. A seed
is sown when the database is made, which a kept folder outlives, and at a reset. A
running cloud takes more of them, without ``addresses`` and ``bootstrap``.

The shipped ``documents`` is the install guide's cloud as it stands before its own
steps: no image service is in the catalog, and the ids of the user, service and
endpoints that the guide makes are scripted. The endpoints it makes lead to a host of
its own, so images are reached past the catalog (OS_IMAGE_ENDPOINT_OVERRIDE), or in
process, where the mock answers under that host's name. ``bare`` is the usual cloud
before its image service is registered.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.keystone.bootstrap import Bootstrap

if TYPE_CHECKING:
    from mockserver.state.clock import Clock
    from mockserver.state.ids import Ids

SHIPPED = Path(__file__).parent
NOUNS = (
    *("regions", "domains", "projects", "roles", "users", "services", "endpoints"),
    *("groups", "assignments", "images", "metadefs"),
)
SHIPPED_METADEFS = SHIPPED / "metadefs"


class BadSeed(Exception):
    """A seed cannot be read, or says something that cannot be."""


@dataclass(frozen=True)
class Seed:
    """What a seed says, before it is sown."""

    bootstrap: Bootstrap = field(default_factory=Bootstrap)
    clock: datetime | None = None
    ids: Mapping[str, list[str]] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    folder: Path | None = Path()
    """Where the paths that it names begin; None where it may name none."""

    def path_of(self, file: str | None) -> Path | None:
        """Return where a file is that it names. Raises :class:`BadSeed`."""
        if file is None:
            return None
        if self.folder is None:
            raise BadSeed(f"a running cloud reads no files: {file}")
        return self.folder / file

    def script(self, clock: Clock, ids: Ids) -> None:
        """Let time stand and the next ids be what the seed says."""
        if self.clock is not None:
            clock.freeze(self.clock)
        for noun, scripted in self.ids.items():
            ids.script(noun, scripted)


def load_seed(
    source: str | Path | Mapping[str, Any] | None, metadefs: str | Path | None = None
) -> Seed:
    """Read a seed: a mapping, a shipped one's name, or a file's path.

    ``metadefs`` is a folder of more definitions. Raises :class:`BadSeed`.
    """
    seed = _load(source)
    if metadefs is None:
        return seed
    namespaces = [*seed.records.get("metadefs", ()), *read_metadefs(metadefs)]
    records = {**seed.records, "metadefs": namespaces}
    return dataclasses.replace(seed, records=records)


def parse_seed(document: Any) -> Seed:
    """Read a seed that somebody sent, and none of the files it may name.

    Raises :class:`BadSeed`.
    """
    return _parse(document, "the seed", None)


def write_seed(seed: Seed) -> dict[str, Any]:
    """Return a seed as one JSON object, with the files that it names in it.

    Raises :class:`BadSeed`.
    """
    images = [_enclose(dict(image), seed) for image in seed.records.get("images", ())]
    return {
        "clock": seed.clock and seed.clock.isoformat(),
        "ids": dict(seed.ids),
        "addresses": dict(seed.addresses),
        "bootstrap": dataclasses.asdict(seed.bootstrap),
        **seed.records,
        "images": images,
    }


def _enclose(image: dict[str, Any], seed: Seed) -> dict[str, Any]:
    path = seed.path_of(image.pop("file", None))
    if path is not None:
        try:
            image["base64"] = base64.b64encode(path.read_bytes()).decode()
        except OSError as error:
            raise BadSeed(f"cannot read the image {path}: {error.strerror}") from error
    return image


def _load(source: str | Path | Mapping[str, Any] | None) -> Seed:
    if source is None:
        return Seed()
    if isinstance(source, Mapping):
        return _parse(source, "the seed", Path())
    path = Path(source)
    if not path.exists() and (SHIPPED / f"{source}.json").exists():
        path = SHIPPED / f"{source}.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSeed(f"cannot read the seed {path}: {error.strerror}") from error
    except ValueError as error:
        raise BadSeed(f"the seed {path} is not JSON: {error}") from error
    return _parse(document, f"the seed {path}", path.parent)


def _parse(document: Any, name: str, folder: Path | None) -> Seed:
    if not isinstance(document, Mapping):
        raise BadSeed(f"{name} is not an object")
    known = {"clock", "ids", "addresses", "bootstrap", "description", *NOUNS}
    if unknown := sorted(set(document) - known):
        raise BadSeed(f"{name} has unknown keys: {', '.join(unknown)}")
    try:
        return Seed(
            bootstrap=Bootstrap(**document.get("bootstrap", {})),
            clock=_parse_time(document.get("clock")),
            ids={noun: list(ids) for noun, ids in document.get("ids", {}).items()},
            addresses=dict(document.get("addresses", {})),
            records={noun: _records(document, noun, folder) for noun in NOUNS},
            folder=folder,
        )
    except (TypeError, ValueError, AttributeError) as error:
        fields = ", ".join(one.name for one in dataclasses.fields(Bootstrap))
        raise BadSeed(f"{name}: {error} (bootstrap knows {fields})") from error


def _records(
    document: Mapping[str, Any], noun: str, folder: Path | None
) -> list[dict[str, Any]]:
    written = document.get(noun, ())
    if noun == "metadefs" and isinstance(written, str):
        if folder is None:
            raise BadSeed(f"a running cloud reads no files: {written}")
        return read_metadefs(folder / written)
    return list(written)


def read_metadefs(source: str | Path) -> list[dict[str, Any]]:
    """Read the files of a folder, or of a shipped one's name, in their names' order.

    Raises :class:`BadSeed`.
    """
    folder = Path(source)
    if not folder.exists() and (SHIPPED_METADEFS / source).exists():
        folder = SHIPPED_METADEFS / source
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise BadSeed(f"there are no JSON files in {folder}")
    return [_read_definitions(path) for path in paths]


def _read_definitions(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSeed(f"cannot read the definitions {path}: {error}") from error
    if not isinstance(document, dict):
        raise BadSeed(f"the definitions {path} are not an object")
    return document


def _parse_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))
