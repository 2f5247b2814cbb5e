"""What ``images.yaml`` says, checked: see ``docs/image-sync.md``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imagectl.errors import UsageError
from imagectl.sync.reading import read_mapping
from imagectl.sync.values import READERS, Checksum

DEFAULT_COLLECTION = "default"
TOP_KEYS = ("collection", "defaults", "images")
OF_ONE_IMAGE = ("name", "file", "url", "checksum", "version")
"""What no two images have in common, so that ``defaults`` may not say it."""
ATTRIBUTES = (
    *("disk_format", "container_format", "min_disk", "min_ram", "visibility"),
    "protected",
)


@dataclass(frozen=True)
class DeclaredImage:
    """One entry of ``images``; ``None`` is what it says nothing of."""

    place: str
    """Where it stands, for messages."""
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
    """What is sent to the service as it stands here."""


@dataclass(frozen=True)
class Declaration:
    """One file: the images that are to be in its collection, and no others."""

    path: Path
    collection: str
    images: tuple[DeclaredImage, ...]


def read_declaration(path: Path) -> Declaration:
    """Read and check a file; data files are looked for beside it.

    Raises :class:`UsageError` in one line that says file, image and key, and
    :class:`OSError` where the file cannot be read.
    """
    content = read_mapping(path)
    _check_keys(content, TOP_KEYS, f"{path}")
    collection = _value("name", content.get("collection", DEFAULT_COLLECTION), path)
    defaults = _entry(content.get("defaults", {}), f"{path}: defaults")
    for key in OF_ONE_IMAGE:
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
    values = _merge(defaults, _entry(entry, place))
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


def _entry(entry: Any, place: str) -> dict[str, Any]:
    """Return the values of an image or of ``defaults``, each read as its key asks."""
    if not isinstance(entry, dict):
        raise UsageError(f"{place} is no mapping")
    _check_keys(entry, tuple(READERS), place)
    return {key: _value(key, text, place) for key, text in entry.items()}


def _value(key: str, content: Any, place: object) -> Any:
    try:
        return READERS[key](content)
    except ValueError as error:
        raise UsageError(f"{place}: {key}: {error}") from None


def _check_keys(content: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    for key in content:
        if key not in known:
            raise UsageError(
                f"{place}: unknown key '{key}'", hint=f"keys are {', '.join(known)}"
            )


def _merge(defaults: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Let an image's values go before the defaults; tags and properties add up."""
    merged = {**defaults, **entry}
    if "properties" in merged:
        parts = (defaults.get("properties", {}), entry.get("properties", {}))
        merged["properties"] = {**parts[0], **parts[1]}
    if "tags" in merged:
        both = (*defaults.get("tags", ()), *entry.get("tags", ()))
        merged["tags"] = tuple(dict.fromkeys(both))
    return merged
