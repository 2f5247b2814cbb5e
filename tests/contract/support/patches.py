"""Changes to an image record, as JSON patches."""

from __future__ import annotations

from typing import Any

import requests

from tests.contract.support.callers import PATCH_TYPE, Caller

OLD_PATCH_TYPE = "application/openstack-images-v2.0-json-patch"
MISSING = object()


def change(op: str, path: str, value: Any = MISSING) -> dict[str, Any]:
    return {"op": op, "path": path, **({} if value is MISSING else {"value": value})}


def patch_raw(
    admin: Caller, image_id: str, body: str, media_type: str | None = PATCH_TYPE
) -> requests.Response:
    headers = {"Content-Type": media_type}
    return admin.image("PATCH", f"/images/{image_id}", data=body, headers=headers)
