"""Tempest's settings: every feature that the real services have is on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

REMOTE_SERVICE_TYPE = "image_remote"
LOCKOUT_ATTEMPTS = 2
LOCKOUT_DURATION_S = 5
REMEMBERED_PASSWORDS = 2

TEMPEST_CONF = """\
[DEFAULT]
log_file = {dir}/tempest.log
[oslo_concurrency]
lock_path = {dir}/locks
[auth]
admin_username = {username}
admin_password = {password}
admin_project_name = {project_name}
admin_domain_name = Default
create_isolated_networks = false
[identity]
uri = {identity_url}/v3
uri_v3 = {identity_url}/v3
region = {region_name}
user_lockout_failure_attempts = {lockout_attempts}
user_lockout_duration = {lockout_duration_s}
user_unique_last_password_count = {remembered_passwords}
[identity-feature-enabled]
trust = true
access_rules = true
security_compliance = true
domain_specific_drivers = true
[image]
image_caching_enabled = true
alternate_image_endpoint = {remote}
http_image = {web_url}/image.raw
http_qcow2_image = {web_url}/image.qcow2
build_timeout = 60
[image-feature-enabled]
import_image = true
os_glance_reserved = true
manage_locations = true
http_store_enabled = true
store_weight_enabled = true
do_secure_hash = true
# off lets the tests run that upload bytes under every format's name
image_format_enforcement = false
[enforce_scope]
glance = true
keystone = true
[service_available]
cinder = false
neutron = false
nova = false
swift = false
glance = true
[validation]
run_validation = false
"""


def render_settings(cloud: dict[str, Any], web_url: str, directory: Path) -> str:
    names = ("identity_url", "username", "password", "project_name", "region_name")
    return TEMPEST_CONF.format(
        dir=directory,
        web_url=web_url,
        remote=REMOTE_SERVICE_TYPE,
        lockout_attempts=LOCKOUT_ATTEMPTS,
        lockout_duration_s=LOCKOUT_DURATION_S,
        remembered_passwords=REMEMBERED_PASSWORDS,
        **{name: cloud[name] for name in names},
    )
