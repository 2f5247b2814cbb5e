"""``image create``: options, data from files and pipes, formats, and clean-up."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from imagectl.auth.session import Session
from mockserver.cloud import MockCloud
from tests.client.support.scripted_glance import IMAGE_ID, Handler, ScriptedGlance
from tests.conftest import Run

IMAGECTL = (sys.executable, "-m", "imagectl")
DOCUMENTED_ROWS = [
    "checksum",
    "container_format",
    "created_at",
    "disk_format",
    "file",
    "id",
    "min_disk",
    "min_ram",
    "name",
    "owner",
    "protected",
    "schema",
    "size",
    "status",
    "tags",
    "updated_at",
    "virtual_size",
    "visibility",
]


@pytest.fixture
def glance() -> Iterator[ScriptedGlance]:
    with ScriptedGlance().serving() as scripted:
        yield scripted


def rows(table: str) -> list[str]:
    return [line.split("|")[1].strip() for line in table.splitlines()[3:-1]]


def names(run: Run) -> list[str]:
    return [row["Name"] for row in run("image", "list", "-f", "json").json]


def posts(cloud: MockCloud) -> list[str]:
    return [e.path for e in cloud.journal if e.method == "POST" and "/images" in e.path]


def test_a_file_becomes_an_image_with_the_documented_rows(
    run: Run, qcow2: Path
) -> None:
    done = run("image", "create", "small", "--file", qcow2, "--disk-format", "qcow2")
    assert (done.exit_code, done.err) == (0, "")
    assert rows(done.out) == DOCUMENTED_ROWS
    shown = run("image", "show", "small", "-f", "json").json
    data = qcow2.read_bytes()
    assert shown["status"] == "active"
    assert shown["size"] == len(data)
    assert shown["virtual_size"] == 1 << 20
    assert shown["checksum"] == hashlib.md5(data).hexdigest()
    assert shown["os_hash_value"] == hashlib.sha512(data).hexdigest()


def test_every_option_reaches_the_image(run: Run, qcow2: Path) -> None:
    image_id = "0f5f0a3c-9a8b-4f77-a1f3-9a4a8f4b7c11"
    project = run("project", "show", "service", "-f", "json").json["id"]
    options = (
        f"--disk-format qcow2 --container-format bare --id {image_id}"
        " --min-disk 2 --min-ram 64 --community --protected --hidden"
        " --property os_distro=debian --property note=a=b --tag x --tag y"
        " --project service -f json"
    )
    done = run("image", "create", "full", "--file", qcow2, *options.split())
    made = done.json
    assert {key: made[key] for key in ("id", "min_disk", "min_ram", "owner")} == {
        "id": image_id,
        "min_disk": 2,
        "min_ram": 64,
        "owner": project,
    }
    assert made["visibility"] == "community"
    assert made["protected"] is made["os_hidden"] is True
    assert sorted(made["tags"]) == ["x", "y"]
    assert made["properties"]["os_distro"] == "debian"
    assert made["properties"]["note"] == "a=b"


def test_properties_are_a_row_of_what_the_user_set(run: Run) -> None:
    done = run("image", "create", "plain", "--property", "b=2", "--property", "a=1")
    assert rows(done.out) == [*DOCUMENTED_ROWS, "properties"]
    assert "a='1', b='2' " in done.out


def test_programs_find_in_properties_what_openstack_puts_there(
    run: Run, qcow2: Path
) -> None:
    options = "--disk-format qcow2 --property a=1 -f json"
    done = run("image", "create", "small", "--file", qcow2, *options.split())
    properties = done.json["properties"]
    assert properties["os_hash_algo"] == "sha512"
    assert properties["os_hash_value"] == done.json["os_hash_value"]
    assert properties["os_hidden"] is False
    assert properties["a"] == "1"


def test_an_image_without_data_is_queued(run: Run) -> None:
    assert run("image", "create", "void", "-f", "json").json["status"] == "queued"


def create_from(stdin: Any, *argv: str) -> subprocess.CompletedProcess[bytes]:
    command = [*IMAGECTL, "image", "create", "piped", *argv, "-f", "value"]
    source = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
    return subprocess.run([*command, "-c", "status"], capture_output=True, **source)


@pytest.mark.parametrize("argv", [(), ("--file", "-"), ("--size", "3000000")])
def test_piped_data_is_stored(run: Run, argv: tuple[str, ...]) -> None:
    data = bytes(range(250)) * 12_000
    assert create_from(data, *argv).stdout == b"active\n"
    shown = run("image", "show", "piped", "-f", "json").json
    assert shown["checksum"] == hashlib.md5(data).hexdigest()


def test_redirected_data_is_stored_from_where_it_stands(run: Run, qcow2: Path) -> None:
    with qcow2.open("rb") as stdin:
        stdin.seek(512)
        assert create_from(stdin).stdout == b"active\n"
    shown = run("image", "show", "piped", "-f", "json").json
    assert shown["checksum"] == hashlib.md5(qcow2.read_bytes()[512:]).hexdigest()


@pytest.mark.parametrize("argv", [(), ("--file", "-")])
def test_an_empty_standard_input_stores_nothing(
    credentials: dict[str, str], argv: tuple[str, ...]
) -> None:
    assert create_from(b"", *argv).stdout == b"queued\n"
    assert create_from(subprocess.DEVNULL, *argv).stdout == b"queued\n"


@pytest.mark.fault(6)
@pytest.mark.parametrize("option", ["--store", "--size"])
def test_what_goes_with_data_is_refused_without_any(run: Run, option: str) -> None:
    outcome = run("image", "create", "x", "--disk-format", "raw", option, "1")
    assert outcome.exit_code == 2
    assert f"{option}" in outcome.err
    assert run("image", "list", "-f", "json").json == []


def test_a_size_that_standard_input_does_not_have_is_refused(run: Run) -> None:
    short = create_from(b"\0" * 9, "--size", "10")
    assert short.returncode == 7
    assert b"standard input ended after 9 of 10 bytes." in short.stderr
    long = create_from(b"\0" * 11, "--size", "10")
    assert long.returncode == 7
    assert b"standard input has more than 10 bytes." in long.stderr
    assert names(run) == []


def test_a_file_that_is_missing_or_a_folder_is_named(
    run: Run, cloud: MockCloud, tmp_path: Path
) -> None:
    missing = run("image", "create", "a", "--file", tmp_path / "nope")
    assert missing.exit_code == 1
    assert missing.err == f"imagectl: {tmp_path / 'nope'}: No such file or directory\n"
    folder = run("image", "create", "a", "--file", tmp_path)
    assert folder.exit_code == 1
    assert folder.err == f"imagectl: {tmp_path}: Is a directory\n"
    assert posts(cloud) == []


def test_a_file_that_is_not_of_its_format_is_not_sent(
    run: Run, cloud: MockCloud, qcow2: Path
) -> None:
    done = run("image", "create", "a", "--file", qcow2, "--disk-format", "vmdk")
    assert done.exit_code == 7
    assert done.err == (
        f"imagectl: {qcow2} is not in the format 'vmdk'; it looks like qcow2\n"
        "hint: give the disk format that it has; qemu-img info tells it\n"
    )
    assert posts(cloud) == []


def add_backing_file(qcow2: Path) -> None:
    data = bytearray(qcow2.read_bytes())
    # The header's backing_file_offset and backing_file_size.
    data[8:20] = (0x200).to_bytes(8, "big") + (11).to_bytes(4, "big")
    data[0x200 : 0x200 + 11] = b"/etc/passwd"
    qcow2.write_bytes(data)


@pytest.mark.parametrize("disk_format", ["qcow2", "auto"])
def test_a_qcow2_with_a_backing_file_is_not_sent(
    run: Run, cloud: MockCloud, qcow2: Path, disk_format: str
) -> None:
    add_backing_file(qcow2)
    done = run("image", "create", "a", "--file", qcow2, "--disk-format", disk_format)
    assert done.exit_code == 7
    assert done.err == (
        f"imagectl: {qcow2} is not safe to use: Image has a backing file"
        " (backing_file)\n"
        "hint: --allow-unsafe sends it all the same, to a service that does not check\n"
    )
    assert posts(cloud) == []


def test_a_dangerous_file_is_sent_if_it_is_insisted_on(run: Run, qcow2: Path) -> None:
    add_backing_file(qcow2)
    argv = ("image", "create", "a", "--file", qcow2, "--allow-unsafe", "-f", "json")
    # The service does not take it either.
    assert "(HTTP 415)" in run(*argv).err


def test_raw_may_be_anything(run: Run, qcow2: Path) -> None:
    raw = ("--disk-format", "raw")
    done = run("image", "create", "a", "--file", qcow2, *raw, "-f", "json")
    assert (done.json["disk_format"], done.json["status"]) == ("raw", "active")


def test_the_format_of_a_file_is_found_out(run: Run, qcow2: Path) -> None:
    for argv in ((), ("--disk-format", "auto")):
        done = run("image", "create", "a", "--file", qcow2, *argv, "-f", "json")
        assert (done.json["disk_format"], done.json["status"]) == ("qcow2", "active")


def test_the_format_of_piped_data_is_found_out(run: Run, qcow2: Path) -> None:
    assert create_from(qcow2.read_bytes()).stdout == b"active\n"
    assert run("image", "show", "piped", "-f", "json").json["disk_format"] == "qcow2"


def test_data_of_no_known_format_is_raw(run: Run, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(range(256)) * 9)
    done = run("image", "create", "a", "--file", plain, "-f", "json")
    assert done.json["disk_format"] == "raw"
    assert run("image", "create", "b", "-f", "json").json["disk_format"] == "raw"


def test_data_in_a_container_is_not_inspected(run: Run, qcow2: Path) -> None:
    ovf = ("--container-format", "ovf")
    done = run("image", "create", "a", "--file", qcow2, *ovf, "-f", "json")
    assert done.json["disk_format"] == "raw"


def test_an_unknown_format_is_wrong_usage(run: Run, qcow2: Path) -> None:
    done = run("image", "create", "a", "--file", qcow2, "--disk-format", "floppy")
    assert done.exit_code == 2
    assert "argument --disk-format: invalid choice: 'floppy'" in done.err


def test_an_id_that_is_taken_is_a_conflict(run: Run) -> None:
    image_id = run("image", "create", "a", "-f", "json").json["id"]
    done = run("image", "create", "b", "--id", image_id)
    assert done.exit_code == 5
    assert "(HTTP 409)" in done.err
    assert names(run) == ["a"]


def test_a_member_may_not_create_a_public_image(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("user", "create", "mia", "--password", "pw")
    run("role", "add", "--project", "admin", "--user", "mia", "member")
    monkeypatch.setenv("OS_USERNAME", "mia")
    monkeypatch.setenv("OS_PASSWORD", "pw")
    done = run("image", "create", "a", "--public")
    assert done.exit_code == 3
    assert "(HTTP 403)" in done.err


def test_a_refusal_while_data_is_still_sent_gives_the_reason(
    run_anonymous: Run, glance: ScriptedGlance, tmp_path: Path
) -> None:
    def refuse(request: Handler) -> None:
        request.answer(413, {"message": "The quota is full."}, close=True)
        request.close_connection = True

    glance.on["PUT"] = refuse
    large = tmp_path / "large"
    large.touch()
    with large.open("r+b") as file:
        file.truncate(64 << 20)
    done = run_anonymous(*glance.options, "image", "create", "a", "--file", large)
    assert done.exit_code == 1
    assert done.err.startswith("imagectl: The quota is full. (HTTP 413)\n")
    assert f"image {IMAGE_ID} was deleted again" in done.err
    assert glance.seen[-1] == f"DELETE /v2/images/{IMAGE_ID}"


def test_data_that_the_service_stored_wrong_is_deleted(
    run_anonymous: Run, glance: ScriptedGlance, qcow2: Path
) -> None:
    glance.record |= {"os_hash_algo": "sha512", "os_hash_value": "0" * 128}
    done = run_anonymous(*glance.options, "image", "create", "a", "--file", qcow2)
    assert done.exit_code == 7
    assert f"{qcow2} did not verify: its sha512 is " in done.err
    assert f"hint: image {IMAGE_ID} was deleted again" in done.err
    assert glance.stored == qcow2.read_bytes()
    assert glance.seen[-1].startswith("DELETE ")


def test_a_protected_image_is_deleted_too_if_its_upload_fails(
    run_anonymous: Run, glance: ScriptedGlance, qcow2: Path
) -> None:
    glance.on["PUT"] = lambda request: request.answer(503, close=True)
    done = run_anonymous(
        *glance.options, "image", "create", "a", "--file", qcow2, "--protected"
    )
    assert done.exit_code == 6
    assert [line.split()[0] for line in glance.seen[-2:]] == ["PATCH", "DELETE"]


def test_an_image_that_cannot_be_deleted_again_is_named(
    run_anonymous: Run, glance: ScriptedGlance, qcow2: Path
) -> None:
    glance.on["PUT"] = lambda request: request.answer(503, close=True)
    glance.on["DELETE"] = lambda request: request.answer(500, {"message": "no"})
    done = run_anonymous(*glance.options, "image", "create", "a", "--file", qcow2)
    assert done.exit_code == 6
    assert f"image {IMAGE_ID} is left behind" in done.err


@pytest.mark.parametrize(
    ("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_an_upload_that_is_interrupted_leaves_no_image(
    run: Run, number: signal.Signals, exit_code: int
) -> None:
    with subprocess.Popen(
        [*IMAGECTL, "image", "create", "slow"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # As a shell starts it: a test runner in the background ignores Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as uploading:
        assert uploading.stdin
        assert uploading.stderr
        uploading.stdin.write(bytes(3 << 20))
        uploading.stdin.flush()
        while "saving" not in run("image", "list", "-f", "json").out:
            assert uploading.poll() is None
        uploading.send_signal(number)
        message = uploading.stderr.read().decode()
        assert uploading.wait() == exit_code
    assert message.startswith("imagectl: image ")
    assert message.endswith(" was deleted again\n")
    assert names(run) == []


def test_an_image_whose_upload_fails_can_be_kept(
    run_anonymous: Run, glance: ScriptedGlance, qcow2: Path
) -> None:
    glance.on["PUT"] = lambda request: request.answer(503, close=True)
    done = run_anonymous(
        *glance.options, "image", "create", "a", "--file", qcow2, "--keep"
    )
    assert done.exit_code == 6
    assert (
        f"hint: image {IMAGE_ID} is kept without data; try again with:"
        f" imagectl image set {IMAGE_ID} --file FILE" in done.err
    )
    assert not any(line.startswith("DELETE") for line in glance.seen)


def test_an_image_with_wrong_data_is_not_kept(
    run_anonymous: Run, glance: ScriptedGlance, qcow2: Path
) -> None:
    glance.record |= {"os_hash_algo": "sha512", "os_hash_value": "0" * 128}
    done = run_anonymous(
        *glance.options, "image", "create", "a", "--file", qcow2, "--keep"
    )
    assert done.exit_code == 7
    assert glance.seen[-1].startswith("DELETE ")


def revoke(cloud: MockCloud, token: str) -> None:
    headers = {"X-Auth-Token": token, "X-Subject-Token": token}
    requests.delete(f"{cloud.identity_url}/v3/auth/tokens", headers=headers, timeout=5)


def test_a_token_that_expired_before_the_upload_is_renewed(
    run: Run, cloud: MockCloud, qcow2: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []
    send = Session.request

    def expire_first(self: Session, method: str, url: str, **options: Any) -> Any:
        if method == "PUT" and not refused:
            refused.append(self.token)
            monkeypatch.setattr(self, "_issued_at", float("-inf"))
            revoke(cloud, self.token)
        return send(self, method, url, **options)

    monkeypatch.setattr(Session, "request", expire_first)
    done = run("image", "create", "a", "--file", qcow2, "-f", "value", "-c", "status")
    assert (done.exit_code, done.out) == (0, "active\n")
    puts = [e.status for e in cloud.journal if e.method == "PUT"]
    assert puts == [401, 204]


@pytest.mark.fault(34)
def test_attributes_that_are_given_as_properties_are_typed(
    run: Run, cases: Callable[[int], None]
) -> None:
    for given, key, value in (
        ("min_disk=5", "min_disk", 5),
        ("min_ram=512", "min_ram", 512),
        ("protected=True", "protected", True),
        ("is_public=true", "visibility", "public"),
        ("is_public=False", "visibility", "private"),
        ("visibility=community", "visibility", "community"),
    ):
        done = run("image", "create", "a", "--property", given, "-f", "json")
        assert (done.exit_code, done.json[key]) == (0, value)
        assert "is_public" not in done.json.get("properties", {})
        cases(1)


@pytest.mark.fault(34)
def test_a_property_that_is_not_of_its_type_is_refused(
    run: Run, cloud: MockCloud, cases: Callable[[int], None]
) -> None:
    for given in ("min_disk=x", "min_ram=-1", "is_public=maybe", "protected=1"):
        done = run("image", "create", "a", "--property", given)
        assert done.exit_code == 2
        key = given.partition("=")[0]
        assert done.err.startswith(f"imagectl: --property {key} is ")
        cases(1)
    assert posts(cloud) == []
