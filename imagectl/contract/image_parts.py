"""What belongs to an image in Glance 33: its members and tasks; source: the schemas
that the service publishes."""

from __future__ import annotations

from imagectl.contract import Field, Resource
from imagectl.contract.image import UUID_PATTERN

MEMBERSHIP_STATUSES = ("pending", "accepted", "rejected")
TASK_STATUSES = ("pending", "processing", "success", "failure")

MEMBER = Resource(
    noun="member",
    service="image",
    collection="members",
    columns=("image_id", "member_id", "status"),
    fields=(
        Field("member_id", description="An identifier for the image member (tenantId)"),
        Field(
            "image_id",
            description="An identifier for the image",
            pattern=UUID_PATTERN,
        ),
        Field("created_at", description="Date and time of image member creation"),
        Field(
            "updated_at",
            description="Date and time of last modification of image member",
        ),
        Field(
            "status",
            description="The status of this image member",
            choices=MEMBERSHIP_STATUSES,
        ),
        Field("schema", read_only=True),
    ),
)

TASK = Resource(
    noun="task",
    service="image",
    collection="tasks",
    columns=("id", "type", "status", "owner"),
    query_keys=("limit", "marker", "sort_key", "sort_dir"),
    fields=(
        Field("id", description="An identifier for the task", pattern=UUID_PATTERN),
        Field(
            "type",
            description="The type of task represented by this content",
            choices=("import", "api_image_import", "location_import"),
        ),
        Field(
            "status",
            description="The current status of this task",
            choices=TASK_STATUSES,
        ),
        Field(
            "input",
            "object",
            "The parameters required by task, JSON blob",
            nullable=True,
        ),
        Field(
            "result",
            "object",
            "The result of current task, JSON blob",
            nullable=True,
        ),
        Field(
            "owner",
            description="An identifier for the owner of this task",
            label="owner_id",
        ),
        Field(
            "message",
            description=(
                "Human-readable informative message only included when appropriate"
                " (usually on failure)"
            ),
        ),
        Field("image_id", description="Image associated with the task", shown="set"),
        Field(
            "request_id",
            description="Human-readable informative request-id",
            shown="set",
        ),
        Field("user_id", description="User associated with the task", shown="set"),
        Field(
            "expires_at",
            description="Datetime when this resource would be subject to removal",
            nullable=True,
        ),
        Field("created_at", description="Datetime when this resource was created"),
        Field("updated_at", description="Datetime when this resource was updated"),
        Field("self", read_only=True, shown="never"),
        Field("schema", read_only=True, shown="never"),
    ),
)
