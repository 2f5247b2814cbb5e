"""What each key of ``images.yaml`` takes: a text becomes a value, or a reason why not.

Scalars arrive as the texts that were written (``24.10`` is no number), so that a
property or version is what the file shows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from imagectl.contract.image import CONTAINER_FORMATS, DISK_FORMATS, IMAGE, VISIBILITIES

ALGORITHMS = ("md5", "sha1", "sha256", "sha384", "sha512")
TRUTHS = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
}
MARK_PREFIX = "imagectl_"
"""Properties by which images are known again; see :mod:`imagectl.sync.marks`."""
MAX_LENGTH = 255


@dataclass(frozen=True)
class Checksum:
    algorithm: str
    value: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value}"


def _text(content: Any) -> str:
    if not isinstance(content, str) or not content:
        raise ValueError("is no text")
    if len(content) > MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH} characters")
    return content


def _path(content: Any) -> str:
    if not isinstance(content, str) or not content:
        raise ValueError("is no path")
    return content


def _url(content: Any) -> str:
    url = urlsplit(content) if isinstance(content, str) else None
    if url is None or url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("is no http or https URL")
    return str(content)


def _count(content: Any) -> int:
    if not isinstance(content, str) or not content.isdecimal():
        raise ValueError(f"'{content}' is not a number of 0 or more")
    return int(content)


def _truth(content: Any) -> bool:
    if not isinstance(content, str) or content.lower() not in TRUTHS:
        raise ValueError(f"'{content}' is neither true nor false")
    return TRUTHS[content.lower()]


def _choice(choices: Sequence[str], content: Any) -> str:
    if content not in choices:
        raise ValueError(f"'{content}' is none of {', '.join(choices)}")
    return str(content)


def _checksum(content: Any) -> Checksum:
    algorithm, _, value = str(content).lower().partition(":")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"'{content}' is not of the form sha256:...")
    digits = 2 * hashlib.new(algorithm, usedforsecurity=False).digest_size
    if not re.fullmatch(f"[0-9a-f]{{{digits}}}", value):
        raise ValueError(f"{algorithm} has {digits} hexadecimal digits")
    return Checksum(algorithm, value)


def _tags(content: Any) -> tuple[str, ...]:
    if not isinstance(content, list):
        raise ValueError("is no list")
    return tuple(dict.fromkeys(_text(tag) for tag in content))


def _properties(content: Any) -> Mapping[str, str]:
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


READERS: Mapping[str, Callable[[Any], Any]] = {
    "name": _text,
    "file": _path,
    "url": _url,
    "checksum": _checksum,
    "version": _text,
    "keep": _count,
    "disk_format": partial(_choice, DISK_FORMATS),
    "container_format": partial(_choice, CONTAINER_FORMATS),
    "min_disk": _count,
    "min_ram": _count,
    "visibility": partial(_choice, VISIBILITIES),
    "protected": _truth,
    "hidden": _truth,
    "tags": _tags,
    "properties": _properties,
}
