"""What the real services are told: everything that a Glance can offer, on SQLite.

Two writable stores, `fast` (the default) and `slow`, and the read-only `web`;
every import method; the cache and its management; locations shown. A
web-download may reach any port, the loopback's too. Everything else is the
service's own default, among them `require_image_format_match` and
`service_token_roles_required`, both on. Keystone hashes passwords with the
fewest rounds that bcrypt has, so that tests which sign in do not wait; no answer
depends on it.

Part of the script `real_services.py`: only the standard library, and no package.
"""

from __future__ import annotations

KEYSTONE_CONF = """\
[DEFAULT]
log_file = {dir}/keystone.log
[database]
connection = sqlite:///{dir}/keystone.db?timeout=60
[identity]
password_hash_rounds = 4
[fernet_tokens]
key_repository = {dir}/fernet-keys
[fernet_receipts]
key_repository = {dir}/fernet-keys
[credential]
key_repository = {dir}/credential-keys
"""

GLANCE_CONF = """\
[DEFAULT]
log_file = {dir}/glance.log
show_multiple_locations = true
enabled_backends = fast:file, slow:file, web:http
enabled_import_methods = [glance-direct,web-download,copy-image,glance-download]
image_cache_dir = {dir}/cache
worker_self_reference_url = {image_url}
[database]
connection = sqlite:///{shared}/glance.db?timeout=60
[keystone_authtoken]
www_authenticate_uri = {identity_url}
auth_url = {identity_url}
auth_type = password
project_domain_name = Default
user_domain_name = Default
project_name = service
username = {service_username}
password = {service_password}
[paste_deploy]
flavor = keystone+cachemanagement
config_file = {venv}/etc/glance/glance-api-paste.ini
[glance_store]
default_backend = fast
[fast]
store_description = The default store
filesystem_store_datadir = {shared}/images
[slow]
store_description = Another store
filesystem_store_datadir = {shared}/slow
[web]
store_description = Images elsewhere
[os_glance_staging_store]
filesystem_store_datadir = {dir}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {dir}/tasks
[import_filtering_opts]
allowed_hosts = [127.0.0.1]
allowed_ports = []
[oslo_concurrency]
lock_path = {dir}/locks
"""

# What Tempest takes a cloud to be told before it runs all its tests.
SECURITY_COMPLIANCE = """\
[security_compliance]
lockout_failure_attempts = 2
lockout_duration = 5
unique_last_password_count = 2
"""

STORE_WEIGHTS = """\
[image_format]
require_image_format_match = false
[fast]
weight = 200
[slow]
weight = 100
"""

# Both applications read sys.argv when they are imported and would take gunicorn's
# options for their own. oslo.db opens every transaction for reading; of two that
# then want to write, SQLite refuses one at once: let them queue from the start.
WSGI_MODULE = """\
import sys
from sqlalchemy import Engine, event

sys.argv = ["{name}"]

@event.listens_for(Engine, "before_cursor_execute", retval=True)
def queue_for_writing(conn, cursor, statement, parameters, context, executemany):
    return "BEGIN IMMEDIATE" if statement == "BEGIN" else statement, parameters

from {name}.wsgi.api import application
"""
