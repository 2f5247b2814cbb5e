"""What Keystone 30 keeps without reading it: credentials and policies.

Sources: ``credential/schema.py`` and ``policy/schema.py``.
"""

from __future__ import annotations

from imagectl.contract import Field, Resource

CREDENTIAL = Resource(
    noun="credential",
    service="identity",
    collection="credentials",
    columns=("id", "type", "user_id", "blob", "project_id"),
    extensible=True,
    query_keys=("limit",),
    fields=(
        Field("id", read_only=True, max_length=64),
        Field("user_id", required=True, create_only=True, filter="exact"),
        Field("project_id", nullable=True, create_only=True),
        Field("type", required=True, create_only=True, filter="exact"),
        Field("blob", required=True, header="Data"),
    ),
)

POLICY = Resource(
    noun="policy",
    service="identity",
    collection="policies",
    columns=("id", "type"),
    long_columns=("id", "type", "blob"),
    extensible=True,
    query_keys=("limit",),
    fields=(
        Field("id", read_only=True, max_length=64),
        Field("blob", required=True, label="rules", header="Rules"),
        Field("type", max_length=255, required=True, filter="exact"),
    ),
)
