"""One cloud's settings out of its layers: profile, clouds.yaml, region, OS_*, options.

Follows openstacksdk 4.22 (``config/loader.py``) as `openstack` 10.5 uses it: a
variable that stands for a global option counts as that option and overrides the named
cloud; any other ``OS_*`` variable counts only where no cloud is named.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from imagectl.config.files import CloudFiles, Settings
from imagectl.config.options import AUTH_OPTIONS, option_names
from imagectl.errors import UsageError

logger = logging.getLogger(__name__)

IGNORED_PREFIXES = ("OS_TEST", "OS_STD", "OS_LOG")
SELECTORS = {
    "OS_CLOUD",
    "OS_REGION_NAME",
    "OS_CLIENT_CONFIG_FILE",
    "OS_CLIENT_SECURE_FILE",
    "OS_CLOUD_NAME",
}


class Selection(NamedTuple):
    """A cloud's name ("" for none), its settings, and where else it might have been."""

    name: str
    settings: Settings
    auth: dict[str, Any]
    hint: str = ""


def select_settings(given: Mapping[str, Any], environ: Mapping[str, str]) -> Selection:
    """Merge the settings of the cloud that ``given`` and ``environ`` mean.

    ``given`` are the options of the command line that have a value. Raises
    :class:`UsageError` for an unknown cloud or region.
    """
    variables = _variables(environ)
    own_name = environ.get("OS_CLOUD_NAME") or "envvars"
    name = given.get("cloud") or environ.get("OS_CLOUD") or ""
    if not name and variables.keys() - SELECTORS:
        name = own_name
    if name == own_name and variables.keys() - SELECTORS:
        return _merge(name, [_lower(variables), _command_line(given)])
    files = CloudFiles(environ)
    if not name and len(files.clouds) == 1:
        name = next(iter(files.clouds))
    hint = _describe(files)
    if name and name not in files.clouds:
        raise UsageError(f"Cloud {name} was not found.", hint=hint)
    options = option_names()
    lowered = _lower(variables).items()
    chosen = {key: value for key, value in lowered if key in options}
    above = [chosen, _command_line(given)]
    below = _file_layers(name, files, _last(above, "region_name"))
    return _merge(name, [*below, *above], hint)


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environ.items()
        if name.startswith("OS_") and not name.startswith(IGNORED_PREFIXES)
    }


def _lower(variables: Mapping[str, str]) -> Settings:
    return {name[3:].lower(): value for name, value in variables.items() if value}


def _command_line(given: Mapping[str, Any]) -> Settings:
    layer = dict(given)
    if layer.get("verify"):
        layer["insecure"] = False
    return layer


def _describe(files: CloudFiles) -> str:
    """Tell which clouds there are, and which files could not be read."""
    names = ", ".join(sorted(files.clouds))
    known = f"{files.path} has: {names}" if names else "no clouds.yaml names any cloud"
    return "; skipped ".join([known, *files.skipped])


def _file_layers(
    name: str, files: CloudFiles, region_name: str | None
) -> list[Settings]:
    cloud = dict(files.clouds.get(name) or {})
    profile_name = cloud.get("profile", cloud.get("cloud"))
    profile = files.profile(profile_name) if profile_name else {}
    if profile is None:
        logger.warning("No vendor profile %s for the cloud %s", profile_name, name)
    layers = [_dashless(profile or {}), _dashless(cloud)]
    regions = _regions(_last(layers, "regions"), _last(layers, "region_name"))
    if regions:
        chosen = region_name or next(iter(regions))
        if chosen not in regions:
            raise UsageError(
                f"Region {chosen} is not a valid region name for cloud {name}. "
                f"Valid choices are {','.join(regions)}."
            )
        layers.append({**_dashless(regions[chosen]), "region_name": chosen})
    return layers


def _regions(regions: Any, region_name: Any) -> dict[str, Settings]:
    """Return every region with the settings it overrides."""
    if regions is None:
        regions = str(region_name).split(",") if region_name else []
    if not isinstance(regions, list):
        raise UsageError(f"regions is no list in clouds.yaml: {regions}")
    found: dict[str, Settings] = {}
    for region in regions:
        entry = region if isinstance(region, dict) else {"name": region}
        if "name" not in entry or entry.keys() - {"name", "values"}:
            raise UsageError(f"Invalid region entry in clouds.yaml: {region}")
        found[str(entry["name"])] = entry.get("values") or {}
    return found


def _merge(name: str, layers: list[Settings], hint: str = "") -> Selection:
    settings: Settings = {}
    auth: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            if value is not None:
                settings[_rename_interface(key, layer)] = value
        auth.update(_auth_of(layer))
    return Selection(name, settings, auth, hint)


def _rename_interface(key: str, layer: Mapping[str, Any]) -> str:
    renamed = key.replace("endpoint_type", "interface")
    return key if renamed in layer else renamed


def _auth_of(layer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer's plugin options; those outside of ``auth`` win."""
    nested = layer.get("auth") or {}
    if not isinstance(nested, dict):
        raise UsageError("auth is no mapping in clouds.yaml.")
    found: dict[str, Any] = {}
    for option in AUTH_OPTIONS:
        names = [(place, name) for name in option.names for place in (layer, nested)]
        for place, name in names:
            if place.get(name) not in (None, ""):
                found[option.target] = _as_plain(place[name])
                break
    return found


def _as_plain(value: Any) -> Any:
    """YAML reads numbers and dates out of unquoted secrets and ids."""
    return value if isinstance(value, bool | list) else str(value)


def _dashless(layer: Mapping[str, Any]) -> Settings:
    return {
        str(key).replace("-", "_"): _dashless(value)
        if isinstance(value, dict)
        else value
        for key, value in layer.items()
    }


def _last(layers: list[Settings], key: str) -> Any:
    """Return the value of the uppermost layer that has one."""
    return next((layer[key] for layer in reversed(layers) if layer.get(key)), None)
