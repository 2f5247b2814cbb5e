"""Store settings of the mock: names, folders, memory and shown locations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.main import main
from mockserver.cloud import MockCloud
from mockserver.state.settings import BadSetting, Settings
from tests.mock.support.glance_service import Glance, reason

RAW = {"disk_format": "raw", "container_format": "bare"}


@contextmanager
def glance_of(**settings: Any) -> Iterator[Glance]:
    cloud = MockCloud(**settings)
    try:
        yield Glance(cloud)
    finally:
        cloud.close()


def test_a_single_store_has_no_name() -> None:
    with glance_of(stores=[]) as glance:
        image_id = glance.create(**RAW)
        glance.upload(image_id, b"data", X_Image_Meta_Store="nope")
        image = glance.show(image_id)
        assert "stores" not in image
        assert [one["metadata"] for one in image["locations"]] == [{}]
        created = glance.ask("POST", "/v2/images", {})
        assert "OpenStack-image-store-ids" not in created.headers
        for path in ("/v2/info/stores", "/v2/info/stores/detail"):
            answer = glance.ask("GET", path)
            assert answer.status_code == 404
            assert reason(answer) == "Multi backend is not supported at this site."
        answer = glance.ask("GET", f"/v2/images/{image_id}/file?prefer=fast")
        assert answer.status_code == 400
        answer = glance.ask("DELETE", f"/v2/stores/fast/{image_id}")
        assert answer.status_code == 404


def test_each_store_has_a_folder_of_its_own(tmp_path: Path) -> None:
    with glance_of(data_dir=tmp_path, stores=["near", "far"]) as glance:
        ids = [glance.create(**RAW) for _ in range(3)]
        glance.upload(ids[0], b"here")
        glance.upload(ids[1], b"there", X_Image_Meta_Store="far")
        glance.ask("PUT", f"/v2/images/{ids[2]}/stage", b"staged", Content_Type=OCTETS)
    assert (tmp_path / "images" / ids[0]).read_bytes() == b"here"
    assert (tmp_path / "images-far" / ids[1]).read_bytes() == b"there"
    assert (tmp_path / "staging" / ids[2]).read_bytes() == b"staged"


OCTETS = "application/octet-stream"


def test_data_goes_from_all_stores_with_its_image(tmp_path: Path) -> None:
    with glance_of(data_dir=tmp_path) as glance:
        image_id = glance.create(**RAW)
        glance.upload(image_id, b"data")
        body = {"method": {"name": "copy-image"}, "all_stores": True}
        glance.ask("POST", f"/v2/images/{image_id}/import", body)
        while "os_glance_import_task" in glance.show(image_id):
            pass
        assert glance.show(image_id)["stores"] == "fast,slow"
        glance.ask("DELETE", f"/v2/images/{image_id}")
    for folder in ("images", "images-slow", "staging"):
        assert not list((tmp_path / folder).glob("*"))


def test_stores_in_memory_have_no_folders() -> None:
    with glance_of(store="memory") as glance:
        stores = glance.ask("GET", "/v2/info/stores/detail").json["stores"]
        assert [one["type"] for one in stores] == ["memory", "memory", "http"]
        assert [one["properties"] for one in stores] == [{}, {}, {}]


@pytest.mark.parametrize("names", ["a,a", "web", "os_glance_x,a", "a/b", "a b"])
def test_a_store_has_a_name_of_its_own(names: str) -> None:
    with pytest.raises(BadSetting, match="cannot be the name of a store"):
        Settings(stores=tuple(names.split(",")))


def test_a_bad_name_is_one_line_in_the_shell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["run", "--stores", "a,a", "--", "true"]) == 1
    assert capsys.readouterr().err == (
        "mockserver: 'a' cannot be the name of a store\n"
    )


def test_hosts_to_fetch_from_are_named_one_by_one() -> None:
    from mockserver.cli.main import build_parser
    from mockserver.cli.serve import settings_of

    argv = ["serve", "--allow-web-download", "a:1", "--allow-web-download", "b"]
    settings = Settings(**settings_of(build_parser().parse_args(argv)))
    assert list(settings.allow_web_download) == ["a:1", "b"]


def test_a_direct_url_is_the_first_location_that_is_shown() -> None:
    with glance_of(show_image_direct_url=True) as glance:
        image_id = glance.create(**RAW)
        assert "direct_url" not in glance.show(image_id)
        glance.upload(image_id, b"data")
        image = glance.show(image_id)
        [location] = image["locations"]
        assert image["direct_url"] == location["url"]
        [listed] = glance.ask("GET", "/v2/images").json["images"]
        assert listed == image
        glance.ask("POST", f"/v2/images/{image_id}/actions/deactivate")
        assert "direct_url" in glance.show(image_id)
        assert "direct_url" not in glance.show(image_id, by="member@ops")


def test_a_direct_url_is_not_shown_unless_a_setting_asks_for_it() -> None:
    with glance_of() as glance:
        image_id = glance.create(**RAW)
        glance.upload(image_id, b"data")
        assert "direct_url" not in glance.show(image_id)
