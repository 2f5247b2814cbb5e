"""Drive a cloud with openstacksdk: ``drive_openstacksdk.py CLOUD ELSEWHERE``.

CLOUD is the cloud as JSON, ELSEWHERE a web server that images can be fetched from.
Run by the Python that has the library; prints what it saw as JSON.
"""

from __future__ import annotations

import json
import sys

import openstack
import sdk_accounts
import sdk_assignments
import sdk_catalog
import sdk_images
import sdk_metadefs
from sightings import Sightings


def main(cloud: dict[str, str], elsewhere: str) -> None:
    sdk = openstack.connect(
        auth_url=f"{cloud['identity_url']}/v3",
        username=cloud["username"],
        password=cloud["password"],
        project_name=cloud["project_name"],
        user_domain_name="Default",
        project_domain_name="Default",
        region_name=cloud["region_name"],
        load_yaml_config=False,
        load_envvars=False,
    )
    addresses = {"identity": cloud["identity_url"], "image": cloud["image_url"]}
    seen = Sightings(addresses, elsewhere)
    modules = (sdk_images, sdk_metadefs, sdk_accounts, sdk_assignments, sdk_catalog)
    for module in modules:
        seen.run(module.PARTS, sdk)
    seen.write()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2])
