"""Seeds: what a cloud starts with, written down as JSON.

``mockserver serve --seed FILE`` and ``MockCloud(seed=...)`` take a file, the name of
a shipped seed (``seeds/*.json``) or, in Python, the mapping itself. Every key is
optional::

    description what the seed is for; nothing reads it
    clock       the instant at which time is frozen, "2016-06-21T16:07:16Z"
    ids         ids for records that are made later, by noun: {"user": ["81712f..."]}
    addresses   where `in_process` answers: {"identity": "http://...", "image": ...}
    bootstrap   what to start from: domain_id, domain_name, admin_project_id, and
                image: false for a cloud whose catalog has no image service yet
    regions, domains, projects, roles, users, groups, services, endpoints
                records as the API shows them; the id is optional, except a region's.
                A user may have a "password", a group "users", which are its members
    assignments {"user" or "group": .., "role": .., "project" or "domain": ..,
                "system": true, "inherited": true}
    images      records as the API shows them, and one of "data", which is text,
                "base64", which stands for bytes, and "file", a path relative to the
                seed's. Size and hashes are computed from these. An image without any
                of them has the size and status that it says, and no data
    metadefs    namespaces of metadata definitions as the API shows them, or a folder
                of JSON files with one namespace each, as an installed Glance has it

Users, groups, roles, projects, domains and services are named by id or by name. A seed
is inserted when the database is created, and again when the cloud is reset: where
``data_dir`` keeps the database, not at later starts. A running cloud takes further
seeds, without ``addresses`` and ``bootstrap``.

The shipped ``documents`` is the install guide's cloud before the guide's own steps: the
catalog has no image service, and the ids of the user, service and endpoints that the
guide makes are scripted. The guide's endpoints name a host of its own: clients of such
a cloud set OS_IMAGE_ENDPOINT_OVERRIDE, or are in process, where the mock answers under
that host's name. ``bare`` is the usual cloud before its image service is registered.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.keystone.beginning import Bootstrap
from mockserver.seeds.checks import BadRecord, check_record

if TYPE_CHECKING:
    from mockserver.state.clock import Clock
    from mockserver.state.ids import Ids

SHIPPED = Path(__file__).parent
SHIPPED_METADEFS = SHIPPED / "metadefs"
NOUNS = (
    "regions",
    "domains",
    "projects",
    "roles",
    "users",
    "services",
    "endpoints",
    "groups",
    "assignments",
    "images",
    "metadefs",
)
"""Kinds of records, in the order in which they are inserted."""


class BadSeed(Exception):
    """A seed cannot be read, has a wrong value, or names what does not exist."""


@dataclass(frozen=True)
class Seed:
    """What a seed says, read and checked but not inserted yet.

    ``records`` are by noun. Raises :class:`BadSeed` where one of them lacks something
    or has a value of a wrong type.
    """

    bootstrap: Bootstrap = field(default_factory=Bootstrap)
    clock: datetime | None = None
    ids: Mapping[str, list[str]] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    folder: Path | None = Path()
    """What the paths of files are relative to; None where it must not name any."""

    def __post_init__(self) -> None:
        for noun, records in self.records.items():
            for record in records:
                try:
                    check_record(noun, record)
                except BadRecord as error:
                    raise BadSeed(f"the seed's {noun}: {record}: {error}") from error

    def path_of(self, file: str | Path | None) -> Path | None:
        """Return the path of a file that the seed names, None for None.

        Raises :class:`BadSeed` where it must not name any.
        """
        if file is None:
            return None
        if self.folder is None:
            raise BadSeed(f"a running cloud reads no files: {file}")
        return self.folder / file

    def script(self, clock: Clock, ids: Ids) -> None:
        """Freeze the clock and queue the ids that the seed scripts."""
        if self.clock is not None:
            clock.freeze(self.clock)
        for noun, scripted in self.ids.items():
            ids.script(noun, scripted)


def load_seed(
    source: str | Path | Mapping[str, Any] | None, metadefs: str | Path | None = None
) -> Seed:
    """Read a seed: a mapping, the name of a shipped seed, or the path of a file.

    ``metadefs`` is a folder of further metadata definitions, or the name of a shipped
    one. Raises :class:`BadSeed`.
    """
    seed = _load(source)
    if metadefs is None:
        return seed
    namespaces = [*seed.records.get("metadefs", ()), *read_metadefs(metadefs)]
    records = {**seed.records, "metadefs": namespaces}
    return dataclasses.replace(seed, records=records)


def parse_seed(document: Any) -> Seed:
    """Read a seed that came in a request; it must not name any files.

    Raises :class:`BadSeed`.
    """
    return _parse(document, "the seed", None)


def write_seed(seed: Seed) -> dict[str, Any]:
    """Return a seed as a JSON object that names no files: their bytes are in it.

    Raises :class:`BadSeed` where a file cannot be read.
    """
    images = [_embed_file(dict(one), seed) for one in seed.records.get("images", ())]
    return {
        "clock": seed.clock and seed.clock.isoformat(),
        "ids": dict(seed.ids),
        "addresses": dict(seed.addresses),
        "bootstrap": dataclasses.asdict(seed.bootstrap),
        **seed.records,
        "images": images,
    }


def _embed_file(image: dict[str, Any], seed: Seed) -> dict[str, Any]:
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
    """Return the seed that a document describes; ``name`` is for error messages."""
    if not isinstance(document, Mapping):
        raise BadSeed(f"{name} is not an object")
    known = {"clock", "ids", "addresses", "bootstrap", "description", *NOUNS}
    if unknown := sorted(set(document) - known):
        raise BadSeed(f"{name} has unknown keys: {', '.join(unknown)}")
    ids = _take_object(document, "ids", name)
    return Seed(
        bootstrap=_parse_bootstrap(_take_object(document, "bootstrap", name), name),
        clock=_parse_time(document.get("clock"), name),
        ids={noun: _as_list(scripted, "ids", name) for noun, scripted in ids.items()},
        addresses=_parse_addresses(_take_object(document, "addresses", name), name),
        records={noun: _take_records(document, noun, name, folder) for noun in NOUNS},
        folder=folder,
    )


def _take_object(document: Mapping[str, Any], key: str, name: str) -> dict[str, Any]:
    value = document.get(key, {})
    if not isinstance(value, Mapping):
        raise BadSeed(f"{name}: {key} is not an object: {value!r}")
    return dict(value)


def _as_list(value: Any, key: str, name: str) -> list[Any]:
    if not isinstance(value, Iterable) or isinstance(value, (str, Mapping)):
        raise BadSeed(f"{name}: {key} is not a list: {value!r}")
    return list(value)


def _take_records(
    document: Mapping[str, Any], noun: str, name: str, folder: Path | None
) -> list[dict[str, Any]]:
    written = document.get(noun, ())
    if noun == "metadefs" and isinstance(written, str):
        if folder is None:
            raise BadSeed(f"a running cloud reads no files: {written}")
        return read_metadefs(folder / written)
    return _as_list(written, noun, name)


def _parse_addresses(wanted: Mapping[str, Any], name: str) -> dict[str, str]:
    for service, url in wanted.items():
        if not isinstance(url, str):
            raise BadSeed(f"{name}: the address of {service} is not text: {url!r}")
    return dict(wanted)


def _parse_bootstrap(wanted: Mapping[str, Any], name: str) -> Bootstrap:
    known = [one.name for one in dataclasses.fields(Bootstrap)]
    if unknown := sorted(set(wanted) - set(known)):
        raise BadSeed(
            f"{name}: bootstrap has no {', '.join(unknown)}; it has {', '.join(known)}"
        )
    return Bootstrap(**wanted)


def _parse_time(text: Any, name: str) -> datetime | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise BadSeed(f"{name}: clock is not an ISO 8601 time: {text!r}")
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise BadSeed(f"{name}: clock: {error}") from error


def read_metadefs(source: str | Path) -> list[dict[str, Any]]:
    """Read metadata definitions: the JSON files of a folder, in their names' order.

    ``source`` is the path of the folder or the name of a shipped one. Raises
    :class:`BadSeed`.
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
