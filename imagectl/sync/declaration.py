"""The images that a YAML file declares; ``imagectl help sync-file`` describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imagectl.errors import UsageError
from imagectl.slips.distance import hint_among
from imagectl.sync.values import PARSERS, Checksum
from imagectl.sync.yaml_file import read_mapping

DEFAULT_COLLECTION = "default"
TOP_KEYS = ("collection", "defaults", "images")
UNIQUE_KEYS = ("name", "file", "url", "checksum", "version")
"""Keys that ``defaults`` may not have, because they differ from image to image."""
ATTRIBUTES = (
    "disk_format",
    "container_format",
    "min_disk",
    "min_ram",
    "visibility",
    "protected",
)
"""Keys whose values are sent to Glance as attributes of the same name."""


@dataclass(frozen=True)
class DeclaredImage:
    """One entry of ``images``; None stands for a key that is not given."""

    place: str
    """The file and the image's name, for messages."""
    collection: str
    name: str
    checksum: Checksum | None
    file: Path | None = None
    url: str | None = None
    version: str | None = None
    keep: int | None = None
    hidden: bool = False
    tags: tuple[str, ...] | None = None
    properties: Mapping[str, str] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """The values of the keys in ``ATTRIBUTES``."""


@dataclass(frozen=True)
class Declaration:
    """The content of one file: a collection and all images that belong into it."""

    path: Path
    collection: str
    images: tuple[DeclaredImage, ...]


def read_declaration(path: Path) -> Declaration:
    """Read and check a file. Paths of data files in it are relative to the file.

    Raises :class:`UsageError` for wrong content, with the file, the image and the key
    in its message, and :class:`OSError` if the file cannot be read.
    """
    content = read_mapping(path)
    _check_keys(content, TOP_KEYS, f"{path}")
    collection = _parse_value(
        "name", content.get("collection", DEFAULT_COLLECTION), path
    )
    defaults = _parse_entry(content.get("defaults", {}), f"{path}: defaults")
    for key in UNIQUE_KEYS:
        if key in defaults:
            raise UsageError(f"{path}: defaults: {key} is said by each image")
    entries = content.get("images")
    if not isinstance(entries, list):
        raise UsageError(f"{path}: images is no list")
    images: dict[str, DeclaredImage] = {}
    for number, entry in enumerate(entries, 1):
        image = _read_image(path, number, entry, defaults, collection)
        if image.name in images:
            raise UsageError(f"{path}: image '{image.name}' is declared twice")
        images[image.name] = image
    return Declaration(path, collection, tuple(images.values()))


def _read_image(
    path: Path, number: int, entry: Any, defaults: Mapping[str, Any], collection: str
) -> DeclaredImage:
    place = f"{path}: image {number}"
    if not isinstance(entry, dict) or "name" not in entry:
        raise UsageError(f"{place} has no name")
    place = f"{path}: image '{entry['name']}'"
    values = _merge(defaults, _parse_entry(entry, place))
    if ("file" in values) == ("url" in values):
        raise UsageError(f"{place}: needs either file or url")
    if "url" in values and "checksum" not in values:
        raise UsageError(f"{place}: checksum is needed for what comes from a url")
    if "disk_format" not in values:
        raise UsageError(f"{place}: disk_format is missing")
    values.setdefault("container_format", "bare")
    if "file" in values:
        values["file"] = path.parent / values["file"]
    values.setdefault("checksum", None)
    attributes = {key: values.pop(key) for key in ATTRIBUTES if key in values}
    return DeclaredImage(place, collection, attributes=attributes, **values)


def _parse_entry(entry: Any, place: str) -> dict[str, Any]:
    """Return the values of an image or of ``defaults``, each parsed by its key."""
    if not isinstance(entry, dict):
        raise UsageError(f"{place} is no mapping")
    _check_keys(entry, tuple(PARSERS), place)
    return {key: _parse_value(key, text, place) for key, text in entry.items()}


def _parse_value(key: str, content: Any, place: object) -> Any:
    try:
        return PARSERS[key](content)
    except ValueError as error:
        raise UsageError(f"{place}: {key}: {error}") from None


def _check_keys(content: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    for key in content:
        if key not in known:
            hint = hint_among(str(key), known, f"keys are {', '.join(known)}")
            raise UsageError(f"{place}: unknown key '{key}'", hint=hint)


def _merge(defaults: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults, overridden by the entry; tags and properties are united."""
    merged = {**defaults, **entry}
    if "properties" in merged:
        parts = (defaults.get("properties", {}), entry.get("properties", {}))
        merged["properties"] = {**parts[0], **parts[1]}
    if "tags" in merged:
        both = (*defaults.get("tags", ()), *entry.get("tags", ()))
        merged["tags"] = tuple(dict.fromkeys(both))
    return merged
