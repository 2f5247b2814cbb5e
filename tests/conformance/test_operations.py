"""The mock's operations, and who called them on the real services."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.conformance.operations import (
    build_applications,
    list_operations,
    read_recording,
)


def test_a_recorded_call_counts_for_its_operation(tmp_path: Path) -> None:
    applications = build_applications()
    show = ("image", "/v2/images/{image_id}", "GET")
    assert show in list(list_operations(applications))
    called = ["image", "HEAD", "/v2/images/5", "image/test_images", 3]
    (tmp_path / "main.json").write_text(json.dumps([called]))
    recorded = read_recording(tmp_path, applications)
    assert recorded == {show: Counter({"image/test_images": 3})}
