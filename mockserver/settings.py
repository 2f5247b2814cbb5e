"""Every option of a cloud, under the name it has in the shell and in Python."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEFAULT_PASSWORD = "secret"
PASSWORD_VARIABLE = "MOCKSERVER_ADMIN_PASSWORD"


def _help(text: str, *choices: str) -> dict[str, Any]:
    """What the command line shows of a setting."""
    return {"help": text, "choices": choices or None}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Options of ``mockserver serve``, ``mockserver run`` and ``MockCloud()``."""

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
    store: str = field(
        default="file",
        metadata=_help("where images are kept: file, memory", "file", "memory"),
    )
    public_url: str | None = field(
        default=None,
        metadata=_help(
            "address that answers name, instead of the one a request came to"
        ),
    )
    token_lifetime_s: int = field(
        default=3600, metadata=_help("seconds after which a token expires")
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
                raise ValueError(f"{one.name} is {value!r}, not one of {choices}")
        if self.data_dir is not None:
            object.__setattr__(self, "data_dir", Path(self.data_dir))

    @classmethod
    def fields(cls) -> tuple[dataclasses.Field[Any], ...]:
        return dataclasses.fields(cls)


def default_password() -> str:
    """Return the administrator's password where no option gives one."""
    return os.environ.get(PASSWORD_VARIABLE) or DEFAULT_PASSWORD
