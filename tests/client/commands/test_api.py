"""``imagectl api``: raw requests, with credentials and exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from imagectl.commands.api import resolve_path
from imagectl.errors import UsageError
from tests.conftest import Run


def test_an_answer_is_printed_as_json(run: Run) -> None:
    run("image", "create", "a")
    assert [i["name"] for i in run("api", "get", "/images?limit=5").json["images"]] == [
        "a"
    ]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (("/images", None), ("image", "/images")),
        (("images", None), ("image", "/images")),
        (("/v2/images", None), ("image", "/images")),
        (("/v3/users?name=v3", None), ("identity", "/users?name=v3")),
        (("/users", "identity"), ("identity", "/users")),
        (("/v2images", None), ("image", "/v2images")),
    ],
)
def test_the_path_says_which_service_is_meant(
    given: tuple[str, str | None], meant: tuple[str, str]
) -> None:
    assert resolve_path(*given) == meant


def test_a_token_goes_to_no_other_host(run: Run) -> None:
    with pytest.raises(UsageError):
        resolve_path("http://elsewhere/", None)
    assert run("api", "GET", "http://elsewhere/").exit_code == 2


def test_a_body_comes_from_the_line_a_file_or_standard_input(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "body"
    path.write_text('{"name": "file"}')
    given = io.TextIOWrapper(io.BytesIO(b'{"name": "stdin"}'))
    monkeypatch.setattr("sys.stdin", given)
    for body, name in (('{"name": "l"}', "l"), (f"@{path}", "file"), ("-", "stdin")):
        assert run("api", "POST", "/images", "-d", body).json["name"] == name


def test_a_patch_of_an_image_has_its_own_type(run: Run) -> None:
    image = run("api", "POST", "/images", "-d", '{"name": "a"}').json
    patch = '[{"op": "replace", "path": "/name", "value": "b"}]'
    assert (
        run("api", "PATCH", f"/images/{image['id']}", "-d", patch).json["name"] == "b"
    )


def test_headers_are_sent_and_data_is_printed_as_it_comes(
    run: Run, tmp_path: Path
) -> None:
    record = '{"name": "a", "disk_format": "raw", "container_format": "bare"}'
    image = run("api", "POST", "/images", "-d", record).json
    path = tmp_path / "data"
    path.write_bytes(b"some data")
    place_of_data = f"/images/{image['id']}/file"
    content_type = "Content-Type: application/octet-stream"
    sent = run("api", "PUT", place_of_data, "-d", f"@{path}", "-H", content_type)
    assert (sent.exit_code, sent.out, sent.err) == (0, "", "")
    assert run("api", "GET", place_of_data).out == "some data"


@pytest.mark.parametrize(
    ("argv", "exit_code"),
    [
        (("GET", "/images/nope"), 4),
        (("POST", "/images", "-d", "{"), 1),
        (("GET", "/users", "--service", "nope"), 2),
        (("GE T", "/images"), 2),
        (("GET", "/images", "-H", "no colon"), 2),
        (("POST", "/images", "-d", "@/no/such/file"), 1),
    ],
)
def test_failures_are_those_of_any_command(
    run: Run, argv: tuple[str, ...], exit_code: int
) -> None:
    outcome = run("api", *argv)
    assert outcome.exit_code == exit_code
    assert outcome.err.startswith("imagectl: ")
    assert outcome.out == ""


def test_dry_run_sends_only_what_reads(run: Run) -> None:
    outcome = run("api", "--dry-run", "POST", "/images", "-d", '{"name": "a"}')
    line, _, body = outcome.out.partition("\n")
    assert line.startswith("POST http")
    assert json.loads(body) == {"name": "a"}
    assert run("api", "--dry-run", "GET", "/images").json["images"] == []
