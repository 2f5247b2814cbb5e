"""Cases of clouds.yaml, variables and options, and the settings read from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOME_FILE = "home/.config/openstack/clouds.yaml"
TWO_CLOUDS = """
clouds:
  red:
    auth:
      auth_url: http://red/v3
      username: rita
      password: 12345
      project_name: roses
      user-domain-name: Flowers
      project_domain_id: flora
    region_name: North
    interface: internal
  blue:
    auth:
      auth_url: http://blue/v3
      user_id: u-blue
      password: bluebell
      project_id: p-blue
"""
ONE_CLOUD = """
clouds:
  only:
    auth: {auth_url: "http://only/v3", username: olga, password: o, project_name: op}
    image_endpoint_override: http://images:9292
"""
REGIONS = """
clouds:
  wide:
    auth:
      auth_url: "https://{region_name}.example.org/v3"
      username: w
      password: w
      project_name: w
    regions:
    - name: East
      values:
        auth: {project_name: east-project}
        image_endpoint_override: "http://{region_name}.images"
    - West
"""
VENDOR = """
public-clouds:
  acme:
    auth: {auth_url: "https://acme/v3", project_domain_name: Acme}
    region_name: Acme1
    interface: admin
"""
RED = {
    "auth_url": "http://red/v3",
    "username": "rita",
    "password": "12345",
    "project_name": "roses",
    "user_domain_name": "Flowers",
    "project_domain_id": "flora",
}
VARIABLES = {
    "OS_AUTH_URL": "http://env/v3",
    "OS_USERNAME": "eve",
    "OS_PASSWORD": "e",
    "OS_PROJECT_NAME": "ep",
}
EVE = {
    "auth_url": "http://env/v3",
    "username": "eve",
    "password": "e",
    "project_name": "ep",
    "user_domain_id": "default",
    "project_domain_id": "default",
}


@dataclass(frozen=True)
class Case:
    """Files, variables and options, and what must come of them.

    Paths are below the parent of home; ``expected`` holds the settings that are not
    defaults; ``error`` is the beginning of the message.
    """

    title: str
    files: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    argv: tuple[str, ...] = ()
    expected: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    def variables(self, directory: Path) -> dict[str, str]:
        """Return the whole environment; ``{dir}`` in a value is ``directory``."""
        own = {k: v.replace("{dir}", str(directory)) for k, v in self.environ.items()}
        return {"HOME": str(directory / "home"), **own}

    def lay_out(self, directory: Path) -> None:
        for name, text in {"home/.keep": "", "work/.keep": "", **self.files}.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


DEFAULTS: dict[str, Any] = {
    "auth_type": "password",
    "auth": {},
    "region": None,
    "interfaces": ["public"],
    "verify": True,
    "cert": None,
    "image_url": None,
    "image_version": None,
}


def expand_home(value: Any, home: Path) -> Any:
    """Put ``home`` for ``~`` wherever it leads a text."""
    text = json.dumps(value).replace('"~/', f'"{home}/')
    return json.loads(text)


def two_clouds(title: str, *argv: str, **details: Any) -> Case:
    return Case(title, files={HOME_FILE: TWO_CLOUDS}, argv=argv, **details)


def red(**changed: Any) -> dict[str, Any]:
    return {"auth": RED, "region": "North", "interfaces": ["internal"], **changed}


CASES = [
    Case("variables alone", environ=VARIABLES, expected={"auth": EVE}),
    Case(
        "an option wins over a variable",
        environ=VARIABLES,
        argv=("--os-username", "carl", "--os-default-domain", "d"),
        expected={
            "auth": EVE
            | {"username": "carl", "user_domain_id": "d", "project_domain_id": "d"}
        },
    ),
    Case(
        "other variables count where no cloud is named",
        environ=VARIABLES
        | {"OS_INSECURE": "true", "OS_IMAGE_ENDPOINT_OVERRIDE": "http://i"},
        expected={"auth": EVE, "verify": False, "image_url": "http://i"},
    ),
    Case(
        "the tenant is the project",
        environ={k: v for k, v in VARIABLES.items() if k != "OS_PROJECT_NAME"}
        | {"OS_TENANT_NAME": "ep"},
        expected={"auth": EVE},
    ),
    Case(
        "one domain serves user and project",
        environ=VARIABLES | {"OS_DOMAIN_NAME": "Both"},
        expected={
            "auth": {k: v for k, v in EVE.items() if "domain" not in k}
            | {"user_domain_name": "Both", "project_domain_name": "Both"}
        },
    ),
    Case(
        "variables hide a file that nobody named",
        files={HOME_FILE: ONE_CLOUD},
        environ=VARIABLES,
        expected={"auth": EVE},
    ),
    Case(
        "endpoint type is the interface's older name",
        environ=VARIABLES | {"OS_ENDPOINT_TYPE": "internalURL"},
        expected={"auth": EVE, "interfaces": ["internal"]},
    ),
    Case(
        "the only cloud is chosen",
        files={HOME_FILE: ONE_CLOUD},
        expected={
            "auth": {
                "auth_url": "http://only/v3",
                "username": "olga",
                "password": "o",
                "project_name": "op",
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            "image_url": "http://images:9292",
        },
    ),
    two_clouds("an option names the cloud", "--os-cloud", "red", expected=red()),
    two_clouds(
        "a variable names the cloud", environ={"OS_CLOUD": "red"}, expected=red()
    ),
    two_clouds(
        "the option wins over OS_CLOUD",
        "--os-cloud",
        "red",
        environ={"OS_CLOUD": "blue"},
        expected=red(),
    ),
    two_clouds(
        "ids need no domain",
        "--os-cloud",
        "blue",
        expected={
            "auth": {
                "auth_url": "http://blue/v3",
                "user_id": "u-blue",
                "password": "bluebell",
                "project_id": "p-blue",
            }
        },
    ),
    two_clouds(
        "a variable of an option overrides the named cloud",
        "--os-cloud",
        "red",
        "--os-interface",
        "admin",
        environ={"OS_USERNAME": "eve", "OS_CACERT": "/ca.pem"},
        expected=red(
            auth=RED | {"username": "eve"}, interfaces=["admin"], verify="/ca.pem"
        ),
    ),
    two_clouds(
        "another variable does not touch the named cloud",
        "--os-cloud",
        "red",
        environ={"OS_INSECURE": "true", "OS_VERIFY": "false"},
        expected=red(),
    ),
    two_clouds(
        "an unknown cloud", "--os-cloud", "green", error="Cloud green was not found."
    ),
    two_clouds(
        "a region the cloud has not",
        "--os-cloud",
        "red",
        "--os-region-name",
        "South",
        error="Region South is not a valid region name for cloud red. "
        "Valid choices are North.",
    ),
    Case(
        "secure.yaml adds to the cloud",
        files={
            HOME_FILE: TWO_CLOUDS,
            "home/.config/openstack/secure.yaml": (
                "clouds: {red: {auth: {password: hush}, cacert: /red.pem}}"
            ),
        },
        argv=("--os-cloud", "red"),
        expected=red(auth=RED | {"password": "hush"}, verify="/red.pem"),
    ),
    Case(
        "variables name both files",
        files={"a/c.yaml": TWO_CLOUDS, "a/s.yaml": "clouds: {red: {insecure: true}}"},
        environ={
            "OS_CLIENT_CONFIG_FILE": "{dir}/a/c.yaml",
            "OS_CLIENT_SECURE_FILE": "{dir}/a/s.yaml",
            "OS_CLOUD": "red",
        },
        expected=red(verify=False),
    ),
    Case(
        "the working directory comes first",
        files={
            HOME_FILE: ONE_CLOUD,
            "work/clouds.json": '{"clouds": {"x": {"region_name": "J"}}}',
        },
        expected={"region": "J"},
    ),
    Case(
        "XDG_CONFIG_HOME comes before ~/.config",
        files={HOME_FILE: ONE_CLOUD, "x/openstack/clouds.yml": "clouds: {x: {key: k}}"},
        environ={"XDG_CONFIG_HOME": "{dir}/x"},
    ),
    Case(
        "a vendor's profile lies below the cloud",
        files={
            HOME_FILE: (
                "clouds: {v: {profile: acme, auth: {username: v, password: v, "
                "project_name: v}, interface: [internal, public]}}"
            ),
            "home/.config/openstack/clouds-public.yaml": VENDOR,
        },
        expected={
            "auth": {
                "auth_url": "https://acme/v3",
                "project_domain_name": "Acme",
                "username": "v",
                "password": "v",
                "project_name": "v",
                "user_domain_id": "default",
            },
            "region": "Acme1",
            "interfaces": ["internal", "public"],
        },
    ),
    Case(
        "the first region is the default and has its own values",
        files={HOME_FILE: REGIONS},
        expected={
            "auth": {
                "auth_url": "https://East.example.org/v3",
                "username": "w",
                "password": "w",
                "project_name": "east-project",
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            "region": "East",
            "image_url": "http://East.images",
        },
    ),
    Case(
        "another region is chosen by its name",
        files={HOME_FILE: REGIONS},
        argv=("--os-region-name", "West"),
        expected={
            "auth": {
                "auth_url": "https://West.example.org/v3",
                "username": "w",
                "password": "w",
                "project_name": "w",
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            "region": "West",
        },
    ),
    Case(
        "certificates are found from home",
        environ=VARIABLES | {"OS_CACERT": "~/ca", "OS_CERT": "~/c", "OS_KEY": "~/k"},
        expected={"auth": EVE, "verify": "~/ca", "cert": ["~/c", "~/k"]},
    ),
    Case(
        "insecure wins over a CA",
        environ=VARIABLES,
        argv=("--insecure", "--os-cacert", "/ca"),
        expected={"auth": EVE, "verify": False},
    ),
    Case(
        "no authentication at all",
        argv=("--os-auth-type", "none", "--os-endpoint", "http://bare:9292"),
        expected={
            "auth_type": "none",
            "auth": {"endpoint": "http://bare:9292"},
            "image_url": "http://bare:9292",
        },
    ),
    Case(
        "an endpoint and a token need no Keystone",
        argv=("--os-endpoint", "http://bare", "--os-token", "t"),
        expected={
            "auth_type": "admin_token",
            "auth": {"endpoint": "http://bare", "token": "t"},
        },
    ),
    Case(
        "token_endpoint is admin_token",
        files={
            HOME_FILE: (
                "clouds: {t: {auth_type: token_endpoint, "
                "auth: {url: 'http://bare', token: t}}}"
            )
        },
        expected={
            "auth_type": "admin_token",
            "auth": {"endpoint": "http://bare", "token": "t"},
        },
    ),
    Case(
        "an application credential",
        environ={
            "OS_AUTH_TYPE": "v3applicationcredential",
            "OS_AUTH_URL": "http://env/v3",
            "OS_APPLICATION_CREDENTIAL_ID": "i",
            "OS_APPLICATION_CREDENTIAL_SECRET": "s",
        },
        expected={
            "auth_type": "v3applicationcredential",
            "auth": {
                "auth_url": "http://env/v3",
                "application_credential_id": "i",
                "application_credential_secret": "s",
            },
        },
    ),
    Case(
        "what lies outside of auth wins",
        files={
            HOME_FILE: (
                "clouds: {o: {auth_url: 'http://out', user_id: out, "
                "auth: {auth_url: 'http://in', user_id: in, password: p, "
                "tenant-id: 7}}}"
            )
        },
        expected={
            "auth": {
                "auth_url": "http://out",
                "user_id": "out",
                "password": "p",
                "project_id": "7",
            }
        },
    ),
    Case(
        "a malformed file is passed over",
        files={
            "work/clouds.yaml": "clouds: {a: [",
            HOME_FILE: "clouds: {b: {cert: c}}",
        },
        expected={"cert": "c"},
    ),
]
