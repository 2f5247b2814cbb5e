"""Setting up a real Keystone and a real Glance, and serving them.

Part of the script `real_services.py`: only the standard library, and no package.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

from real_registration import (
    SERVICE_PASSWORD,
    SERVICE_USERNAME,
    Identity,
    register_image_service,
    register_service_user,
)
from real_scratch import Scratch, open_listener, url_of
from real_settings import (
    GLANCE_CONF,
    KEYSTONE_CONF,
    SECURITY_COMPLIANCE,
    STORE_WEIGHTS,
)


@contextlib.contextmanager
def serve_keystone(
    scratch: Scratch, password: str = "secret", *, for_tempest: bool = False
) -> Iterator[Identity]:
    """Bootstrap and serve Keystone; yields the administrator's access to it."""
    listener = open_listener()
    identity = Identity(url_of(listener), password)
    text = KEYSTONE_CONF.format(dir=scratch.directory)
    text += SECURITY_COMPLIANCE if for_tempest else ""
    configuration = str(scratch.write("keystone.conf", text))
    owner = ["--keystone-user", str(os.getuid()), "--keystone-group", str(os.getgid())]
    manage = ["--config-file", configuration]
    scratch.run("keystone-manage", *manage, "db_sync")
    scratch.run("keystone-manage", *manage, "fernet_setup", *owner)
    scratch.run("keystone-manage", *manage, "credential_setup", *owner)
    options = ["--bootstrap-password", password, "--bootstrap-region-id", "RegionOne"]
    for interface in ("public", "internal", "admin"):
        options += [f"--bootstrap-{interface}-url", identity.url + "/v3"]
    scratch.run("keystone-manage", *manage, "bootstrap", *options)
    with scratch.serve("keystone", listener):
        yield identity


@contextlib.contextmanager
def serve_glance(
    scratch: Scratch,
    identity: Identity,
    *,
    bare: bool = False,
    for_tempest: bool = False,
) -> Iterator[str]:
    """Serve Glance, registered at a Keystone of any make; yields its URL.

    With `bare` it is not in the catalog, as before the guide's own steps. With
    `for_tempest`, another Glance with the same records and stores is in the
    catalog as the service `image_remote`, and the shipped metadata definitions
    are loaded.
    """
    listener = open_listener()
    image_url = url_of(listener)
    extra = STORE_WEIGHTS if for_tempest else ""
    configuration = configure_glance(scratch, scratch, identity, listener, extra)
    manage = ["--config-file", configuration]
    scratch.run("glance-manage", *manage, "db_sync")
    if for_tempest:
        definitions = str(scratch.venv / "etc" / "glance" / "metadefs")
        scratch.run("glance-manage", *manage, "db_load_metadefs", definitions)
    api = register_service_user(identity)
    if not bare:
        register_image_service(api, identity, image_url)
    with contextlib.ExitStack() as services:
        services.enter_context(scratch.serve("glance", listener))
        if for_tempest:
            remote = Scratch(scratch.venv, scratch.directory / "remote")
            listener = open_listener()
            configure_glance(remote, scratch, identity, listener, extra)
            register_image_service(api, identity, url_of(listener), "image_remote")
            services.enter_context(remote.serve("glance", listener))
        yield image_url


def configure_glance(
    scratch: Scratch,
    shared: Scratch,
    identity: Identity,
    listener: socket.socket,
    extra: str,
) -> str:
    """Write a Glance's file, its records and stores in `shared`; return its path."""
    for name in ("images", "slow", "staging", "tasks", "cache", "locks"):
        (scratch.directory / name).mkdir(parents=True, exist_ok=True)
    text = GLANCE_CONF.format(
        dir=scratch.directory,
        shared=shared.directory,
        venv=scratch.venv,
        identity_url=identity.url,
        image_url=url_of(listener),
        service_username=SERVICE_USERNAME,
        service_password=SERVICE_PASSWORD,
    )
    return str(scratch.write("glance-api.conf", text + extra))
