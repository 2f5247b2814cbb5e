"""The precedence of settings from files, ``OS_*`` variables and options.

Follows openstacksdk 4.22 (``config/loader.py``) as `openstack` 10.5 uses it. From the
lowest to the highest precedence: the vendor's profile, the cloud in clouds.yaml and
secure.yaml, its region, ``OS_*`` variables, options of the command line. A variable
that corresponds to a global option overrides the files. Any other ``OS_*`` variable
counts only when no cloud is named.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from imagectl.config.files import CloudFiles, Settings
from imagectl.config.options import AUTH_OPTIONS, option_names
from imagectl.errors import UsageError, is_text

logger = logging.getLogger(__name__)

IGNORED_PREFIXES = ("OS_TEST", "OS_STD", "OS_LOG")
SELECTING_VARIABLES = {
    "OS_CLOUD",
    "OS_REGION_NAME",
    "OS_CLIENT_CONFIG_FILE",
    "OS_CLIENT_SECURE_FILE",
    "OS_CLOUD_NAME",
}
"""Variables that choose a cloud, but do not make one by themselves."""


class MergedSettings(NamedTuple):
    """The settings of one cloud after all sources were merged.

    ``name`` is "" when no cloud is named. ``auth`` holds the options of the
    authentication plugin, ``settings`` everything. ``hint`` tells the user which
    clouds the files have, and which files could not be read.
    """

    name: str
    settings: Settings
    auth: dict[str, Any]
    hint: str = ""


def merge_settings(
    options: argparse.Namespace, environ: Mapping[str, str]
) -> MergedSettings:
    """Return the settings of the cloud that the options and variables choose.

    Raises :class:`UsageError` for an unknown cloud or region, and for a clouds.yaml
    that is not laid out as openstacksdk expects.
    """
    given = {k: v for k, v in vars(options).items() if v not in (None, "")}
    variables = _select_variables(environ)
    own_name = environ.get("OS_CLOUD_NAME") or "envvars"
    name = given.get("cloud") or environ.get("OS_CLOUD") or ""
    if not name and variables.keys() - SELECTING_VARIABLES:
        name = own_name
    from_variables, from_options = _read_variables(variables), _read_options(given)
    if name == own_name and variables.keys() - SELECTING_VARIABLES:
        return _merge_layers(name, [from_variables, from_options])
    files = CloudFiles(environ)
    if not name and len(files.clouds) == 1:
        name = next(iter(files.clouds))
    if name and name not in files.clouds:
        from imagectl.slips.distance import hint_among

        unquoted = ", ".join(files.unquoted)
        quoting = f" In {files.path}, quote the name {unquoted}." if unquoted else ""
        hint = _describe_files(files, [*files.skipped, *files.malformed])
        hint = hint_among(name, files.clouds, hint)
        raise UsageError(f"Cloud {name} was not found.{quoting}", hint=hint)
    for line in files.malformed:
        logger.warning("Skipping %s", line)
    known = option_names()
    overriding = {k: v for k, v in from_variables.items() if k in known}
    higher = [overriding, from_options]
    lower = _read_files(name, files, _find_highest(higher, "region_name"))
    hint = _describe_files(files, files.skipped)
    return _merge_layers(name, [*lower, *higher], hint)


def _select_variables(environ: Mapping[str, str]) -> dict[str, str]:
    selected = {
        name: value
        for name, value in environ.items()
        if name.startswith("OS_") and not name.startswith(IGNORED_PREFIXES)
    }
    for name, value in selected.items():
        _check_variable(name, value)
    return selected


def _check_variable(name: str, value: str) -> None:
    """Raise :class:`UsageError` for a value that no service could be given."""
    if "\r" in value:
        raise UsageError(
            f"{name} has a carriage return at its end: the file that sets it has the"
            " line ends of Windows",
            hint="convert it, for example by dos2unix, and read it again",
        )
    if value.isspace():
        raise UsageError(
            f"{name} holds only blanks.", hint=f"set it, or take it away: unset {name}"
        )
    if not is_text(value):
        raise UsageError(f"{name} is no text in this system's encoding.")


def _read_variables(variables: Mapping[str, str]) -> Settings:
    return {name[3:].lower(): value for name, value in variables.items() if value}


def _read_options(given: Mapping[str, Any]) -> Settings:
    return {**given, "insecure": False} if given.get("verify") else dict(given)


def _describe_files(files: CloudFiles, skipped: list[str]) -> str:
    names = ", ".join(sorted(files.clouds))
    known = f"{files.path} has: {names}" if names else "no clouds.yaml names any cloud"
    return "; skipped ".join([known, *skipped])


def _read_files(
    name: str, files: CloudFiles, region_name: str | None
) -> list[Settings]:
    """Return the layers of a cloud in the files: profile, cloud, chosen region."""
    cloud = files.clouds.get(name) or {}
    if not isinstance(cloud, dict):
        raise UsageError(f"Cloud {name} is no mapping in {files.path}: {cloud}")
    profile_name = as_text("profile", cloud.get("profile", cloud.get("cloud")))
    profile = files.profile(profile_name) if profile_name else {}
    if profile is None:
        logger.warning("No vendor profile %s for the cloud %s", profile_name, name)
    layers = [_replace_dashes(profile or {}), _replace_dashes(cloud)]
    regions = _read_regions(
        _find_highest(layers, "regions"), _find_highest(layers, "region_name")
    )
    if regions:
        chosen = as_text("region_name", region_name) or next(iter(regions))
        if chosen not in regions:
            raise UsageError(
                f"Region {chosen} is not a valid region name for cloud {name}. "
                f"Valid choices are {','.join(regions)}."
            )
        layers.append({**_replace_dashes(regions[chosen]), "region_name": chosen})
    return layers


def _read_regions(regions: Any, region_name: Any) -> dict[str, Settings]:
    """Return the settings that each region overrides, by the region's name."""
    if regions is None:
        regions = (as_text("region_name", region_name) or "").split(",")
        regions = [region for region in regions if region]
    if not isinstance(regions, list):
        raise UsageError(f"regions is no list in clouds.yaml: {regions}")
    found: dict[str, Settings] = {}
    for region in regions:
        entry = region if isinstance(region, dict) else {"name": region}
        if "name" not in entry or entry.keys() - {"name", "values"}:
            raise UsageError(f"Invalid region entry in clouds.yaml: {region}")
        values = entry.get("values") or {}
        if not isinstance(values, dict):
            raise UsageError(f"Invalid region entry in clouds.yaml: {region}")
        found[str(entry["name"])] = values
    return found


def _merge_layers(name: str, layers: list[Settings], hint: str = "") -> MergedSettings:
    """Merge layers, the lowest first; a value of None overrides nothing."""
    settings: Settings = {}
    auth: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            if value is not None:
                settings[_rename_interface(key, layer)] = value
        auth.update(_collect_auth(layer))
    return MergedSettings(name, settings, auth, hint)


def _rename_interface(key: str, layer: Mapping[str, Any]) -> str:
    """Return ``interface`` for ``endpoint_type``, its older name."""
    renamed = key.replace("endpoint_type", "interface")
    return key if renamed in layer else renamed


def _collect_auth(layer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer's plugin options; those beside ``auth`` override those in it."""
    nested = layer.get("auth") or {}
    if not isinstance(nested, dict):
        raise UsageError("auth is no mapping in clouds.yaml.")
    found: dict[str, Any] = {}
    for option in AUTH_OPTIONS:
        names = [(source, name) for name in option.names for source in (layer, nested)]
        for source, name in names:
            if source.get(name) not in (None, ""):
                found[option.target] = _undo_yaml_typing(name, source[name])
                break
    return found


def _undo_yaml_typing(name: str, value: Any) -> Any:
    """Return a plugin's option: YAML turns unquoted secrets and ids into numbers."""
    if name == "auth_methods" and isinstance(value, list):
        return [str(method) for method in value]
    return as_text(name, value)


def as_text(name: str, value: Any) -> str | None:
    """Return the text of a setting, of a number too; None and "" are no setting.

    Raises :class:`UsageError` for any other value: YAML reads ``on`` as true.
    """
    if value in (None, ""):
        return None
    if isinstance(value, bool | list | dict):
        raise UsageError(f"{name} is no text in clouds.yaml: {value}; quote it")
    return str(value)


def _replace_dashes(layer: Mapping[str, Any]) -> Settings:
    return {
        str(key).replace("-", "_"): _replace_dashes(value)
        if isinstance(value, dict)
        else value
        for key, value in layer.items()
    }


def _find_highest(layers: list[Settings], key: str) -> Any:
    """Return the value of ``key`` in the highest layer that has one, or None."""
    return next((layer[key] for layer in reversed(layers) if layer.get(key)), None)
