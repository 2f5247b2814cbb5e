"""The requests of a command by hand: what a script that imports requests takes.

Arguments are paths of the image service or, below /v3, of Keystone. The token is that
of ``BARE_TOKEN``; without it the script signs in first.
"""

from __future__ import annotations

import os
import sys

import requests


def main() -> None:
    http = requests.Session()
    keystone = os.environ["OS_AUTH_URL"].removesuffix("/v3")
    token = os.environ.get("BARE_TOKEN") or sign_in(http, keystone)
    for path in sys.argv[1:]:
        root = keystone if path.startswith("/v3") else os.environ["BARE_IMAGE_URL"]
        answer = http.get(root + path, headers={"X-Auth-Token": token})
        answer.raise_for_status()
        sys.stdout.write(f"{answer.json()}\n")


def sign_in(http: requests.Session, keystone: str) -> str:
    """Ask what imagectl asks: a token, and the image service's version."""
    domain = {"name": os.environ["OS_USER_DOMAIN_NAME"]}
    project = {"name": os.environ["OS_PROJECT_NAME"], "domain": domain}
    user = {
        "name": os.environ["OS_USERNAME"],
        "password": os.environ["OS_PASSWORD"],
        "domain": domain,
    }
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity, "scope": {"project": project}}}
    answer = http.post(f"{keystone}/v3/auth/tokens", json=body)
    answer.raise_for_status()
    http.get(os.environ["BARE_IMAGE_URL"])
    return answer.headers["X-Subject-Token"]


if __name__ == "__main__":
    main()
