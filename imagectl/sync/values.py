"""The values of the keys in ``images.yaml``: one parser for each key.

A parser takes what :func:`read_mapping` returns, where every scalar is a text as
written. It returns the value, or raises :class:`ValueError` with the reason. Texts
stay as written, so that a version or property ``24.10`` does not become ``24.1``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from imagectl.contract.image import CONTAINER_FORMATS, DISK_FORMATS, IMAGE, VISIBILITIES
from imagectl.http.urls import is_url

ALGORITHMS = ("md5", "sha1", "sha256", "sha384", "sha512")
BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
}
MARK_PREFIX = "imagectl_"
"""Begins the names of the properties by which ``image sync`` finds its images again;
see :mod:`imagectl.sync.stored`."""
MAX_LENGTH = 255
"""The longest name, tag or version, in characters."""


@dataclass(frozen=True)
class Checksum:
    """A hash of an image's data, in lower-case hexadecimal digits."""

    algorithm: str
    value: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value}"


def _parse_text(content: Any) -> str:
    if not isinstance(content, str) or not content:
        raise ValueError("is no text")
    if len(content) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH} characters")
    return content


def _parse_path(content: Any) -> str:
    if not isinstance(content, str) or not content:
        raise ValueError("is no path")
    return content


def _parse_url(content: Any) -> str:
    if not is_url(content):
        raise ValueError("is no http or https URL")
    return str(content)


def _parse_count(content: Any) -> int:
    if not isinstance(content, str) or not content.isdecimal():
        raise ValueError(f"'{content}' is not a number of 0 or more")
    return int(content)


def _parse_boolean(content: Any) -> bool:
    if not isinstance(content, str) or content.lower() not in BOOLEANS:
        raise ValueError(f"'{content}' is neither true nor false")
    return BOOLEANS[content.lower()]


def _parse_choice(choices: Sequence[str], content: Any) -> str:
    if content not in choices:
        raise ValueError(f"'{content}' is none of {', '.join(choices)}")
    return str(content)


def _parse_checksum(content: Any) -> Checksum:
    algorithm, _, value = str(content).lower().partition(":")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"'{content}' is not of the form sha256:...")
    digits = 2 * hashlib.new(algorithm, usedforsecurity=False).digest_size
    if not re.fullmatch(f"[0-9a-f]{{{digits}}}", value):
        raise ValueError(f"{algorithm} has {digits} hexadecimal digits")
    return Checksum(algorithm, value)


def _parse_tags(content: Any) -> tuple[str, ...]:
    if not isinstance(content, list):
        raise ValueError("is no list")
    return tuple(dict.fromkeys(_parse_text(tag) for tag in content))


def _parse_properties(content: Any) -> Mapping[str, str]:
    if not isinstance(content, dict):
        raise ValueError("is no mapping")
    for key, value in content.items():
        if IMAGE.has(key):
            raise ValueError(f"{key} is an attribute of images, and no property")
        if key.startswith((MARK_PREFIX, "os_glance_")):
            raise ValueError(f"{key} cannot be set")
        if not isinstance(value, str):
            raise ValueError(f"{key} is no text")
    return content


PARSERS: Mapping[str, Callable[[Any], Any]] = {
    "name": _parse_text,
    "file": _parse_path,
    "url": _parse_url,
    "checksum": _parse_checksum,
    "version": _parse_text,
    "keep": _parse_count,
    "disk_format": partial(_parse_choice, DISK_FORMATS),
    "container_format": partial(_parse_choice, CONTAINER_FORMATS),
    "min_disk": _parse_count,
    "min_ram": _parse_count,
    "visibility": partial(_parse_choice, VISIBILITIES),
    "protected": _parse_boolean,
    "hidden": _parse_boolean,
    "tags": _parse_tags,
    "properties": _parse_properties,
}
