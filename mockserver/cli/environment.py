"""What makes clients use a cloud, and no other: variables and a clouds.yaml.

``run`` gives both to its command, ``env`` prints the variables for a shell.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.cli.failure import Failure
from mockserver.state.settings import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud

CREDENTIALS = (
    "username",
    "password",
    "project_name",
    "user_domain_name",
    "project_domain_name",
    "region_name",
)
"""Keys of a cloud's description whose values clients take as ``OS_`` variables."""
CONTROL_VARIABLE = "MOCKSERVER_CONTROL_URL"
CLOUD_NAME = "mock"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NO_FILES = {
    "OS_CLIENT_CONFIG_FILE": os.devnull,
    "OS_CLIENT_SECURE_FILE": os.devnull,
}
"""Empty files in place of the clouds.yaml and secure.yaml on the search path.

openstacksdk 4.22 (``config/loader.py``) reads only the first file of each kind that
exists, and these variables come first.
"""
_VARIABLES_CLOUD = "envvars"
"""openstacksdk's name for the cloud that variables describe. It refuses a clouds.yaml
that has a cloud of this name."""
_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)


def describe(cloud: MockCloud) -> dict[str, Any]:
    """Return the URLs and credentials of a cloud that is served over TCP.

    ``id`` is another one at every start. Where another Keystone validates the tokens,
    there are no credentials but its URL.
    """
    described = {
        "image_url": cloud.image_url,
        "pid": os.getpid(),
        "id": cloud.plane.start_id,
    }
    if cloud.control_url is not None:
        described["control_url"] = cloud.control_url
    if cloud.settings.identity_url is not None:
        return {"identity_url": cloud.settings.identity_url, **described}
    return {
        "identity_url": cloud.identity_url,
        **described,
        "username": cloud.username,
        "password": cloud.password,
        "project_name": cloud.project_name,
        "user_domain_name": cloud.domain_name,
        "project_domain_name": cloud.domain_name,
        "region_name": cloud.region_name,
    }


def variables_of(described: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment variables that make clients use a described cloud."""
    identity_url = _identity_url(described)
    variables = {
        "OS_AUTH_TYPE": "password",
        "OS_AUTH_URL": f"{identity_url}/v3",
        "OS_IDENTITY_API_VERSION": "3",
        "MOCKSERVER_IDENTITY_URL": identity_url,
    }
    for key in CREDENTIALS:
        if key in described:
            variables[f"OS_{key.upper()}"] = described[key]
    if override := _image_override(described):
        variables["OS_IMAGE_ENDPOINT_OVERRIDE"] = override
    if image_url := described.get("image_url"):
        variables["MOCKSERVER_IMAGE_URL"] = image_url
    if control_url := described.get("control_url"):
        variables[CONTROL_VARIABLE] = control_url
    return variables


def environment_of(
    described: Mapping[str, Any], environ: Mapping[str, str], clouds_file: Path
) -> dict[str, str]:
    """Return ``environ`` changed so that clients use a described cloud and no other.

    No ``OS_*`` or ``MOCKSERVER_*`` of ``environ`` is kept, but for the password that
    ``mockserver`` itself reads.
    """
    replaced = set(_replaced_names(environ))
    kept = {name: value for name, value in environ.items() if name not in replaced}
    return {
        **kept,
        **_no_proxy_variables(environ),
        **variables_of(described),
        **NO_FILES,
        "OS_CLIENT_CONFIG_FILE": str(clouds_file),
    }


def write_shell_code(described: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """Return code that makes a POSIX shell and its children use a described cloud.

    ``environ`` is that of the shell. Cloud files are hidden, as for a failure: a name
    in one of them would lead to another cloud.
    """
    variables = {
        **_no_proxy_variables(environ),
        **variables_of(described),
        **NO_FILES,
    }
    names = [name for name in _replaced_names(environ) if name not in variables]
    return _write_unsets(names) + _write_exports(variables)


def write_failing_code(environ: Mapping[str, str]) -> str:
    """Return code that fails in a POSIX shell and leaves it no cloud to use.

    The exit status of ``$(mockserver env)`` is lost in ``eval "$(mockserver env)"``, so
    the code itself has to fail.
    """
    unsets = _write_unsets(_replaced_names(environ))
    exports = "; ".join(_write_exports(NO_FILES).splitlines())
    return f"{unsets}{exports}; false\n"


@contextmanager
def write_clouds_file(
    described: Mapping[str, Any], names: Iterable[str] = ()
) -> Iterator[Path]:
    """Yield a clouds.yaml that calls a described cloud ``mock`` and by other names.

    It is private to its owner and removed when the block ends, or by the next mock if
    this process is killed. Raises :class:`~mockserver.cli.failure.Failure` where it
    cannot be written.
    """
    import yaml

    from mockserver.state.folder import Folder

    used = [name for name in (CLOUD_NAME, *names) if name != _VARIABLES_CLOUD]
    clouds = {name: _cloud_entry(described) for name in used}
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(closing(Folder(None)))
            path = folder.path / "clouds.yaml"
            with open(path, "x", encoding="utf-8", opener=_open_private) as file:
                yaml.safe_dump({"clouds": clouds}, file)
        except OSError as error:
            raise Failure(f"cannot write a clouds.yaml: {error.strerror}") from error
        yield path


def _cloud_entry(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what clouds.yaml says of a described cloud."""
    auth = {key: described[key] for key in CREDENTIALS[:-1] if key in described}
    entry: dict[str, Any] = {
        "auth_type": "password",
        "auth": {"auth_url": f"{_identity_url(described)}/v3", **auth},
        "identity_api_version": "3",
    }
    if "region_name" in described:
        entry["region_name"] = described["region_name"]
    if override := _image_override(described):
        entry["image_endpoint_override"] = override
    return entry


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _identity_url(described: Mapping[str, Any]) -> str:
    """Return the URL of a described cloud's Keystone, without ``/v3``."""
    return str(described["identity_url"]).rstrip("/").removesuffix("/v3")


def _image_override(described: Mapping[str, Any]) -> str | None:
    """Return the image service's URL where a Keystone elsewhere has the catalog.

    That catalog may lead to another Glance.
    """
    return None if "username" in described else described.get("image_url")


def _replaced_names(environ: Mapping[str, str]) -> list[str]:
    """Return the names of variables that could lead to another cloud, sorted."""
    return sorted(
        name
        for name in environ
        if name.startswith(("OS_", "MOCKSERVER_")) and name != PASSWORD_VARIABLE
    )


def _no_proxy_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return ``no_proxy`` and ``NO_PROXY`` as they are, with the loopback added.

    Clients read one of them, and the other only where that is not set. So a variable
    that is not set takes over what the other one has.
    """
    lower, upper = environ.get("no_proxy"), environ.get("NO_PROXY")
    return {
        "no_proxy": _add_loopback(lower or upper or ""),
        "NO_PROXY": _add_loopback(upper or lower or ""),
    }


def _add_loopback(hosts: str) -> str:
    if hosts.strip() == "*":  # every host, but only where it stands alone
        return hosts
    held = [host.strip() for host in hosts.split(",")]
    missing = [host for host in LOOPBACK if host not in held]
    return ",".join([*([hosts] if hosts else []), *missing])


def _write_unsets(names: Iterable[str]) -> str:
    """Return a line for each name that a shell can unset.

    The semicolons are for an eval whose argument is not quoted: it joins the lines.
    """
    return "".join(f"unset {name};\n" for name in names if _SHELL_NAME.match(name))


def _write_exports(variables: Mapping[str, str]) -> str:
    return "".join(
        f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()
    )
