"""The files that describe clouds: clouds.yaml, secure.yaml, clouds-public.yaml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from imagectl.config.yaml_text import load_yaml, read_text
from imagectl.errors import UsageError

Settings = dict[str, Any]
SUFFIXES = (".yaml", ".yml", ".json")


class CloudFiles:
    """The clouds in clouds.yaml and secure.yaml, and the vendors' profiles.

    Follows openstacksdk 4.22 (``config/loader.py``): of each kind of file, the first
    one on the search path that can be read counts. ``path`` is that of clouds.yaml,
    None if there is none. ``skipped`` has a line for each file that exists and could
    not be read, with the reason, ``malformed`` one for each that is no YAML or JSON.
    ``unquoted`` are the names of clouds that YAML does not read as text. Making one
    raises :class:`UsageError` for a file that holds no mapping of clouds.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.skipped: list[str] = []
        self.malformed: list[str] = []
        self._directories = _search_path(environ)
        named = environ.get("OS_CLIENT_CONFIG_FILE")
        self.path, content = self._read("clouds", named)
        _, secret = self._read("secure", environ.get("OS_CLIENT_SECURE_FILE"))
        clouds = _merge(content, secret).get("clouds") or {}
        self.clouds: Settings = {k: v for k, v in clouds.items() if type(k) is str}
        self.unquoted = [str(name) for name in clouds if type(name) is not str]

    def profile(self, name: str) -> Settings | None:
        """Return the settings in a vendor's profile; None if there is no such profile.

        Profiles in clouds-public.yaml come before those that are installed with
        openstacksdk. Raises :class:`UsageError` for a cloud that was shut down.
        """
        _, content = self._read("clouds-public")
        profiles = content.get("public-clouds") or {}
        profile = profiles.get(name) if isinstance(profiles, dict) else None
        return dict(profile) if isinstance(profile, dict) else _installed_profile(name)

    def _read(
        self, stem: str, named: str | None = None
    ) -> tuple[Path | None, Settings]:
        paths = [d / (stem + suffix) for d in self._directories for suffix in SUFFIXES]
        for path in [Path(named), *paths] if named else paths:
            try:
                content = _parse(path, read_text(path))
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                self.skipped.append(f"{path}: {error.strerror}")
            except ValueError as error:
                line = f"{path}: {' '.join(str(error).split())}"
                self.malformed += [] if line in self.malformed else [line]
            else:
                return path, _as_mapping(path, content)
        return None, {}


def _installed_profile(name: str) -> Settings | None:
    """Return a profile that comes with openstacksdk, if that is installed.

    The files are read without importing openstacksdk. A profile that only has the URL
    of another profile is not followed. Raises :class:`UsageError` for a cloud that
    was shut down.
    """
    spec = find_spec("openstack") if "/" not in name else None
    packages = (spec.submodule_search_locations if spec else None) or ()
    for path in (
        Path(p, "config", "vendors", name + s) for p in packages for s in SUFFIXES
    ):
        if path.is_file():
            profile = _parse(path, path.read_text(encoding="utf-8"))["profile"]
            if profile.get("status") == "shutdown":
                raise UsageError(f"{name} is no more: {profile.get('message', '')}")
            return dict(profile)
    return None


def _search_path(environ: Mapping[str, str]) -> list[Path]:
    home = Path(environ.get("HOME") or Path.home())
    configuration = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    site = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    unix_home = Path(environ.get("SNAP_REAL_HOME") or home)
    return [
        Path(),
        configuration / "openstack",
        unix_home / ".config" / "openstack",
        *(Path(directory) / "openstack" for directory in site),
        Path("/etc/openstack"),
    ]


def _parse(path: Path, text: str) -> Any:
    """Return the content of a file. Raises ValueError if it is malformed."""
    if path.suffix == ".json":
        try:
            return json.loads(text)
        except RecursionError:
            raise ValueError("it has too many levels") from None
    import yaml

    return load_yaml(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _as_mapping(path: Path, content: Any) -> Settings:
    if not content:
        return {}
    if not isinstance(content, dict) or not isinstance(
        content.get("clouds") or {}, dict
    ):
        raise UsageError(f"Configuration file {path} is no mapping of clouds.")
    return content


def _merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> Settings:
    """Return ``old`` updated with ``new``, mapping by mapping."""
    merged = dict(old)
    for key, value in new.items():
        replaced = merged.get(key)
        if isinstance(value, dict) and isinstance(replaced, dict):
            merged[key] = _merge(replaced, value)
        else:
            merged[key] = value
    return merged
