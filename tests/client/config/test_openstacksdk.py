"""openstacksdk reads the same settings from the cases of ``auth_cases.py``."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.client.support.auth_cases import CASES, DEFAULTS, Case, expand_home
from tests.client.support.auth_layer_cases import LAYER_CASES

pytestmark = pytest.mark.reference

READ_ONE = """
import json, os, sys, warnings
warnings.simplefilter("ignore")
import logging
logging.disable()
from openstackclient import shell
from osc_lib.cli.client_config import OSC_Config

app = shell.OpenStackShell()
app.options = app.build_option_parser("", "").parse_args(sys.argv[1:])
app._final_defaults()
defaults = {"interface": "public", "auth_type": app._auth_type}
reader = OSC_Config(override_defaults=defaults)
try:
    found = reader.get_one(
        cloud=app.options.cloud, argparse=app.options, validate=False
    )
except Exception as error:
    print(json.dumps({"error": str(error)}))
    raise SystemExit
loader = reader._get_auth_loader(found.config)
reader.auth_config_hook(found.config)
options = loader.get_options()
for option in options:
    option.required = False
loader.get_options = lambda: options
auth = reader._validate_auth(found.config, loader)["auth"]
interface = found.get_interface("image")
verify, cert = found.get_requests_verify_args()
print(json.dumps({
    "auth_type": found.config["auth_type"],
    "auth": auth,
    "region": found.get_region_name("image") or None,
    "interfaces": interface if isinstance(interface, list) else [interface],
    "verify": verify,
    "cert": cert,
    "image_url": found.get_endpoint("image"),
    "image_version": found.get_api_version("image"),
}))
"""


@pytest.mark.parametrize("case", [*CASES, *LAYER_CASES], ids=lambda case: case.title)
def test_the_reference_reads_what_we_expect(case: Case, tmp_path: Path) -> None:
    reference = os.environ.get("IMAGECTL_REFERENCE_BIN")
    if not reference:
        pytest.skip("IMAGECTL_REFERENCE_BIN names no reference client")
    case.lay_out(tmp_path)
    # Without it `openstack` gives neither user nor project its default domain.
    argv = ["--os-identity-api-version", "3", *case.argv]
    done = subprocess.run(
        [f"{reference}/python", "-c", READ_ONE, *argv],
        cwd=tmp_path / "work",
        env={"PATH": os.environ["PATH"], **case.variables(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    if case.error:
        assert found["error"].startswith(case.error)
        return
    expected = expand_home({**DEFAULTS, **case.expected}, tmp_path / "home")
    if not expected["auth"].get("username"):
        # `openstack` gives the user a domain even where it has an id or is nobody.
        for key in ("user_domain_id", "project_domain_id"):
            if found["auth"].get(key) == "default":
                del found["auth"][key]
    found["interfaces"] = [name.removesuffix("URL") for name in found["interfaces"]]
    assert found == expected
