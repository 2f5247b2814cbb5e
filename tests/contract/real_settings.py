"""What the real services are told: the sections and keys of the documents'
`glance-api.conf` (stores file and http, file the default, flavor keystone), on
SQLite.

Beyond them, `show_multiple_locations` is on, because the mock shows locations by
default; everything else is the service's own default, among them
`require_image_format_match` and `service_token_roles_required`, both on. Keystone
hashes passwords with the fewest rounds that bcrypt has, so that tests which sign
in do not wait; no answer depends on it.
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
node_staging_uri = file://{dir}/staging
worker_self_reference_url = {image_url}
[database]
connection = sqlite:///{dir}/glance.db?timeout=60
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
flavor = keystone
config_file = {venv}/etc/glance/glance-api-paste.ini
[glance_store]
stores = file,http
default_store = file
filesystem_store_datadir = {dir}/images
[oslo_concurrency]
lock_path = {dir}/locks
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
