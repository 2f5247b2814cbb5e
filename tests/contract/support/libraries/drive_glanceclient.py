"""Drive a cloud with python-glanceclient: ``drive_glanceclient.py CLOUD ELSEWHERE``.

As `drive_openstacksdk.py`, for the other library.
"""

from __future__ import annotations

import json
import sys

import glanceclient_images
import glanceclient_metadefs
from glanceclient import Client
from keystoneauth1 import session
from keystoneauth1.identity import v3
from sightings import Sightings


def main(cloud: dict[str, str], elsewhere: str) -> None:
    auth = v3.Password(
        auth_url=f"{cloud['identity_url']}/v3",
        username=cloud["username"],
        password=cloud["password"],
        project_name=cloud["project_name"],
        user_domain_id="default",
        project_domain_id="default",
    )
    signed_in = session.Session(auth=auth)
    library = Client("2", session=signed_in, region_name=cloud["region_name"])
    addresses = {"identity": cloud["identity_url"], "image": cloud["image_url"]}
    seen = Sightings(addresses, elsewhere)
    for module in (glanceclient_images, glanceclient_metadefs):
        seen.run(module.PARTS, library)
    seen.write()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2])
