"""Every option of a cloud, by the name it has on the command line and in Python."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mockserver.state.relaxations import describe

DEFAULT_PASSWORD = "secret"
PASSWORD_VARIABLE = "MOCKSERVER_ADMIN_PASSWORD"
AUTH_METHODS = (
    "external",
    "password",
    "token",
    "oauth1",
    "mapped",
    "application_credential",
    "ec2credential",
)
"""Keystone's default methods of authentication; ``totp`` can be added."""
_IMAGE_API_VERSION = re.compile(r"2\.(\d|1[0-8])\Z", re.ASCII)
_STORE_NAME = re.compile(r"[\w-]+\Z")


class BadSetting(ValueError):
    """An option has a wrong value."""


def _help(text: str, *choices: str, is_repeatable: bool = False) -> dict[str, Any]:
    """Return a field's metadata: what the command line shows, and how it reads a list.

    On the command line, an option that ``is_repeatable`` is given once for each item;
    any other list is given once, with commas between the items. ``choices`` are the
    only values that are allowed, if any are named.
    """
    return {"help": text, "choices": choices or None, "is_repeatable": is_repeatable}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Options of ``mockserver serve``, ``mockserver run`` and ``MockCloud()``.

    Raises :class:`BadSetting` for a wrong value.
    """

    admin_password: str = field(
        default=DEFAULT_PASSWORD,
        metadata=_help(f"password of the user admin (default ${PASSWORD_VARIABLE})"),
    )
    region_name: str = field(
        default="RegionOne", metadata=_help("region of the bootstrapped endpoints")
    )
    data_dir: Path | None = field(
        default=None,
        metadata=_help(
            "folder that keeps records and images, instead of a temporary one"
        ),
    )
    seed: str | Path | Mapping[str, Any] | None = field(
        default=None,
        metadata=_help(
            "JSON file, or name of a shipped seed (documents, bare), to start with"
        ),
    )
    metadefs: str | Path | None = field(
        default=None,
        metadata=_help(
            "folder of metadata definitions, as an installed Glance has it, or name of"
            " a shipped one (samples), to start with"
        ),
    )
    store: str = field(
        default="file",
        metadata=_help("where images are kept: file, memory", "file", "memory"),
    )
    stores: tuple[str, ...] = field(
        default=("fast", "slow"),
        metadata=_help(
            "names of stores for images, the first one the default (fast,slow); empty"
            " for a single one without a name"
        ),
    )
    allow_web_download: tuple[str, ...] = field(
        default=(),
        metadata=_help(
            "HOST[:PORT] that web-download and http locations may fetch from;"
            " repeatable (nowhere)",
            is_repeatable=True,
        ),
    )
    require_image_format_match: bool = field(
        default=True,
        metadata=_help("refuse data that is not of its image's disk format"),
    )
    show_image_direct_url: bool = field(
        default=False,
        metadata=_help("show where an image is first looked for, as direct_url"),
    )
    loose: bool = field(
        default=False,
        metadata=_help(f"relax a few checks: {describe()} (none)"),
    )
    image_api_version: str = field(
        default="2.18",
        metadata=_help(
            "latest version of the image API that is announced and honoured: what came"
            " later is not there (2.18)"
        ),
    )
    cache: bool = field(
        default=True,
        metadata=_help("keep an image cache, and announce the versions with its API"),
    )
    cache_max_bytes: int = field(
        default=10 << 30,
        metadata=_help("size in bytes to which the cache is pruned"),
    )
    public_url: str | None = field(
        default=None,
        metadata=_help(
            "address that answers name, instead of the one a request came to"
        ),
    )
    auth_methods: tuple[str, ...] = field(
        default=AUTH_METHODS,
        metadata=_help(
            "how users may sign in, by Keystone's names; totp is one that is not among"
            " the default ones"
        ),
    )
    token_lifetime_s: int = field(
        default=3600, metadata=_help("seconds after which a token expires")
    )
    lockout_failure_attempts: int = field(
        default=0,
        metadata=_help("failed sign-ins that lock a user out; 0 for never (0)"),
    )
    lockout_duration_s: int = field(
        default=1800, metadata=_help("seconds for which a user is locked out")
    )
    unique_last_password_count: int = field(
        default=0,
        metadata=_help("last passwords that users may not choose again (0)"),
    )
    list_limit: int = field(
        default=1000, metadata=_help("most records that the identity service lists")
    )

    identity_url: str | None = field(
        default=None,
        metadata=_help(
            "a Keystone elsewhere that validates the tokens of the image service"
        ),
    )
    service_username: str = field(
        default="glance", metadata=_help("user who asks that Keystone")
    )
    service_password: str = field(default="", metadata=_help("password of that user"))
    service_project_name: str = field(
        default="service", metadata=_help("project of that user")
    )
    service_user_domain_name: str = field(
        default="Default", metadata=_help("domain of that user")
    )
    service_project_domain_name: str = field(
        default="Default", metadata=_help("domain of that project")
    )

    def __post_init__(self) -> None:
        for one in self.fields():
            choices, value = one.metadata.get("choices"), getattr(self, one.name)
            if choices and value not in choices:
                raise BadSetting(f"{one.name} is {value!r}, not one of {choices}")
        self._check_stores()
        for name in self.auth_methods:
            if name not in (*AUTH_METHODS, "totp"):
                raise BadSetting(f"{name!r} is no method of authentication")
        if not _IMAGE_API_VERSION.match(self.image_api_version):
            raise BadSetting(
                f"{self.image_api_version!r} is no version of the image API:"
                " 2.0 to 2.18"
            )

    def _check_stores(self) -> None:
        for name in self.stores:
            is_free = name != "web" and not name.startswith("os_glance")
            is_single = self.stores.count(name) == 1
            if not (is_free and is_single and _STORE_NAME.match(name)):
                raise BadSetting(f"{name!r} cannot be the name of a store")

    @property
    def image_api_minor(self) -> int:
        """The number after the dot of ``image_api_version``."""
        return int(self.image_api_version.partition(".")[2])

    @property
    def must_match_format(self) -> bool:
        """Whether data is refused that does not have its image's disk format."""
        return self.require_image_format_match and not self.loose

    @classmethod
    def fields(cls) -> tuple[dataclasses.Field[Any], ...]:
        """Return the options, with what :func:`_help` says of each as metadata."""
        return dataclasses.fields(cls)


def default_password() -> str:
    """Return the administrator's password where no option names one."""
    return os.environ.get(PASSWORD_VARIABLE) or DEFAULT_PASSWORD
