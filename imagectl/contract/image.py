"""Images, members and tasks of Glance 33 (API v2).

Sources: ``api/v2/images.py``, the models in ``db``, and the schemas that Glance
publishes. The fields are in the order in which Glance publishes them in
``/v2/schemas/image``, ``/v2/schemas/member`` and ``/v2/schemas/task``.
"""

from __future__ import annotations

from imagectl.contract import Field, Resource

UUID_PATTERN = (
    "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}"
    "-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"
)
STATUSES = (
    "queued",
    "saving",
    "active",
    "killed",
    "deleted",
    "uploading",
    "importing",
    "pending_delete",
    "deactivated",
)
VISIBILITIES = ("community", "public", "private", "shared")
CONTAINER_FORMATS = (
    "ami",
    "ari",
    "aki",
    "bare",
    "ovf",
    "ova",
    "docker",
    "compressed",
)
DISK_FORMATS = (
    "ami",
    "ari",
    "aki",
    "vhd",
    "vhdx",
    "vmdk",
    "raw",
    "qcow2",
    "vdi",
    "iso",
    "ploop",
)
MEMBERSHIP_STATUSES = ("pending", "accepted", "rejected")
MEMBER_STATUS_FILTERS = (*MEMBERSHIP_STATUSES, "all")
"""What ``member_status`` may be in a listing of images."""
TASK_STATUSES = ("pending", "processing", "success", "failure")

_VALIDATION_DATA = {
    "description": (
        "Values to be used to populate the corresponding image properties. If the"
        " image status is not 'queued', values must exactly match those already"
        " contained in the image properties."
    ),
    "type": "object",
    "writeOnly": True,
    "additionalProperties": False,
    "properties": {
        "checksum": {"type": "string", "minLength": 32, "maxLength": 32},
        "os_hash_algo": {"type": "string", "maxLength": 64},
        "os_hash_value": {"type": "string", "maxLength": 128},
    },
    "required": ["os_hash_algo", "os_hash_value"],
}
_LOCATION = {
    "type": "object",
    "properties": {
        "url": {"type": "string", "maxLength": 255},
        "metadata": {"type": "object"},
        "validation_data": _VALIDATION_DATA,
    },
    "required": ["url", "metadata"],
}

IMAGE = Resource(
    noun="image",
    service="image",
    collection="images",
    columns=("id", "name", "status"),
    long_columns=(
        "id",
        "name",
        "disk_format",
        "container_format",
        "size",
        "checksum",
        "status",
        "visibility",
        "protected",
        "owner",
        "os_hash_algo",
        "os_hash_value",
        "tags",
    ),
    extensible=True,
    extras="properties",
    query_keys=(
        "limit",
        "marker",
        "sort",
        "sort_key",
        "sort_dir",
        "tag",
        "member_status",
        "size_min",
        "size_max",
        "min_ram_min",
        "min_ram_max",
        "min_disk_min",
        "min_disk_max",
    ),
    fields=(
        Field(
            "id",
            description="An identifier for the image",
            pattern=UUID_PATTERN,
            create_only=True,
            filter="in",
            sortable=True,
        ),
        Field(
            "name",
            description="Descriptive name for the image",
            nullable=True,
            max_length=255,
            filter="in",
            sortable=True,
        ),
        Field(
            "status",
            description="Status of the image",
            choices=STATUSES,
            read_only=True,
            filter="in",
            sortable=True,
        ),
        Field(
            "visibility",
            description="Scope of image accessibility",
            choices=VISIBILITIES,
            default="shared",
            filter="exact",
        ),
        Field(
            "protected",
            "boolean",
            "If true, image will not be deletable.",
            default=False,
            filter="exact",
        ),
        Field(
            "os_hidden",
            "boolean",
            "If true, image will not appear in default image list response.",
            default=False,
            filter="exact",
            shown="long",
        ),
        Field(
            "checksum",
            description="md5 hash of image contents.",
            nullable=True,
            max_length=32,
            read_only=True,
            filter="exact",
        ),
        Field(
            "os_hash_algo",
            description="Algorithm to calculate the os_hash_value",
            nullable=True,
            max_length=64,
            read_only=True,
            shown="long",
            header="Hash Algorithm",
        ),
        Field(
            "os_hash_value",
            description=(
                "Hexdigest of the image contents using the algorithm specified by"
                " the os_hash_algo"
            ),
            nullable=True,
            max_length=128,
            read_only=True,
            filter="exact",
            shown="long",
            header="Hash Value",
        ),
        Field(
            "owner",
            description="Owner of the image",
            nullable=True,
            max_length=255,
            filter="exact",
            header="Project",
        ),
        Field(
            "size",
            "integer",
            "Size of image file in bytes",
            nullable=True,
            read_only=True,
            sortable=True,
        ),
        Field(
            "virtual_size",
            "integer",
            "Virtual size of image in bytes",
            nullable=True,
            read_only=True,
        ),
        Field(
            "container_format",
            description="Format of the container",
            nullable=True,
            choices=(None, *CONTAINER_FORMATS),
            filter="in",
            sortable=True,
        ),
        Field(
            "disk_format",
            description="Format of the disk",
            nullable=True,
            choices=(None, *DISK_FORMATS),
            filter="in",
            sortable=True,
        ),
        Field(
            "created_at",
            "time",
            "Date and time of image registration",
            read_only=True,
            filter="time",
            sortable=True,
        ),
        Field(
            "updated_at",
            "time",
            "Date and time of the last image modification",
            read_only=True,
            filter="time",
            sortable=True,
        ),
        Field(
            "tags",
            "array",
            "List of strings related to the image",
            items={"type": "string", "maxLength": 255},
            stored=False,
        ),
        Field(
            "direct_url",
            description="URL to access the image file kept in external store",
            read_only=True,
            stored=False,
            shown="long",
        ),
        Field(
            "min_ram",
            "integer",
            "Amount of ram (in MB) required to boot image.",
            default=0,
        ),
        Field(
            "min_disk",
            "integer",
            "Amount of disk space (in GB) required to boot image.",
            default=0,
        ),
        Field(
            "self",
            description="An image self url",
            read_only=True,
            stored=False,
            shown="never",
        ),
        Field("file", description="An image file url", read_only=True, stored=False),
        Field(
            "stores",
            description=(
                "Store in which image data resides.  Only present when the operator"
                " has enabled multiple stores.  May be a comma-separated list of"
                " store identifiers."
            ),
            read_only=True,
            stored=False,
            shown="long",
        ),
        Field(
            "schema", description="An image schema url", read_only=True, stored=False
        ),
        Field(
            "locations",
            "array",
            "A set of URLs to access the image file kept in external store",
            items=_LOCATION,
            stored=False,
            shown="long",
        ),
    ),
)

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
