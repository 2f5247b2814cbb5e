"""``image sync``: a project follows the images that a file declares."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import resource
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from examples.make_qcow2 import build_qcow2
from tests.client.support.auth_server import Answer, serve
from tests.conftest import Outcome, Run

ROOT = Path(__file__).parents[4]
OLD, NEW = b"old data" * 1000, b"new data" * 1000
RAW = ("--disk-format", "raw")
HEAD = "defaults: {disk_format: raw}\nimages:\n"

Sync = Callable[..., Outcome]


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "declared"
    path.mkdir()
    (path / "old.img").write_bytes(OLD)
    (path / "new.img").write_bytes(NEW)
    return path


@pytest.fixture
def sync(run: Run, folder: Path) -> Sync:
    """Write a declaration and follow it."""

    def follow(text: str, *options: str, name: str = "images.yaml") -> Outcome:
        path = folder / name
        path.write_text(text)
        return run("image", "sync", path, "-f", "json", *options)

    return follow


def actions(outcome: Outcome) -> list[tuple[str, str]]:
    assert outcome.exit_code == 0, outcome.err
    return [(row["Action"], row["Name"]) for row in outcome.json]


def listed(run: Run, *options: str) -> list[str]:
    return [i["Name"] for i in run("image", "list", "-f", "json", *options).json]


def show(run: Run, name: str) -> dict[str, Any]:
    return dict(run("image", "show", name, "-f", "json").json)


def test_images_are_created_as_declared_and_only_once(run: Run, sync: Sync) -> None:
    text = """
    collection: base
    defaults:
      disk_format: raw
      visibility: public
      tags: [lts]
      properties: {os_distro: debian, os_version: 12}
    images:
      - name: a
        file: old.img
        min_disk: 2
        min_ram: 512
        protected: true
        hidden: no
        tags: [x86]
        properties: {os_version: 24.10, hw_boot: true}
    """
    assert actions(sync(text)) == [("create", "a")]
    image = show(run, "a")
    assert (image["status"], image["size"]) == ("active", len(OLD))
    assert (image["min_disk"], image["min_ram"]) == (2, 512)
    assert (image["visibility"], image["protected"]) == ("public", True)
    assert sorted(image["tags"]) == ["lts", "x86"]
    properties = image["properties"]
    # as they are written: neither number nor truth
    assert (properties["os_version"], properties["hw_boot"]) == ("24.10", "true")
    assert properties["os_distro"] == "debian"
    assert actions(sync(text)) == [("keep", "a")]
    assert show(run, "a") == image


def test_a_dry_run_shows_the_plan_and_does_nothing(run: Run, sync: Sync) -> None:
    planned = sync(f"{HEAD}  - {{name: a, file: old.img}}", "--dry-run")
    assert actions(planned) == [("create", "a")]
    assert planned.json[0]["Result"] == "planned"
    assert listed(run) == []


def test_manual_changes_are_reverted(run: Run, sync: Sync) -> None:
    entry = "name: a, file: old.img, min_disk: 1, tags: [t], properties: {p: q}"
    text = f"{HEAD}  - {{{entry}}}"
    sync(text)
    run("image", "set", "a", "--min-disk", "9", "--tag", "u", "--property", "r=s")
    done = sync(text)
    assert actions(done) == [("update", "a")]
    assert done.json[0]["Changes"] == (
        "min_disk: 9 -> 1; tags: ['t', 'u'] -> ['t']; r: removed"
    )
    image = show(run, "a")
    assert (image["min_disk"], image["tags"]) == (1, ["t"])
    assert "r" not in image["properties"]
    assert actions(sync(text)) == [("keep", "a")]


def test_undeclared_attributes_are_left_alone(run: Run, sync: Sync) -> None:
    text = f"{HEAD}  - {{name: a, file: old.img}}"
    sync(text)
    run("image", "set", "a", "--min-disk", "9", "--tag", "u", "--property", "r=s")
    assert actions(sync(text)) == [("keep", "a")]


def rotated(run: Run) -> list[str]:
    return listed(run, "--hidden")


def test_new_data_takes_the_name_and_the_old_is_hidden(run: Run, sync: Sync) -> None:
    sync(f"{HEAD}  - {{name: a, file: old.img, version: 2026-11-01}}")
    old_id = show(run, "a")["id"]
    text = f"{HEAD}  - {{name: a, file: new.img, version: 2026-11-22}}"
    assert actions(sync(text)) == [
        ("create", "a"),
        ("rotate", "a (2026-11-01)"),
        ("publish", "a"),
    ]
    assert listed(run) == ["a"]
    assert show(run, "a")["size"] == len(NEW)
    assert rotated(run) == ["a (2026-11-01)"]
    assert show(run, "a (2026-11-01)")["id"] == old_id
    assert actions(sync(text)) == [("keep", "a (2026-11-01)"), ("keep", "a")]


def test_a_version_without_a_name_is_called_by_its_day(run: Run, sync: Sync) -> None:
    sync(f"{HEAD}  - {{name: a, file: old.img}}")
    day = show(run, "a")["created_at"][:10]
    sync(f"{HEAD}  - {{name: a, file: new.img}}")
    assert rotated(run) == [f"a ({day})"]


def test_going_back_publishes_the_old_image_again(run: Run, sync: Sync) -> None:
    old = f"{HEAD}  - {{name: a, file: old.img, version: 1}}"
    sync(old)
    old_id = show(run, "a")["id"]
    sync(f"{HEAD}  - {{name: a, file: new.img, version: 2}}")
    assert actions(sync(old)) == [("rotate", "a (2)"), ("update", "a")]
    assert (show(run, "a")["id"], rotated(run)) == (old_id, ["a (2)"])


def test_versions_beyond_those_to_keep_go_only_with_prune(
    run: Run, sync: Sync, folder: Path
) -> None:
    def text(version: int) -> str:
        (folder / "v.img").write_bytes(b"%d" % version)
        return f"{HEAD}  - {{name: a, file: v.img, version: {version}, keep: 1}}"

    for version in range(4):
        sync(text(version))
    assert rotated(run) == ["a (0)", "a (1)", "a (2)"]
    assert sync(text(3), "--prune=hide").exit_code == 0
    assert rotated(run) == ["a (0)", "a (1)", "a (2)"]
    sync(text(3), "--prune")
    assert rotated(run) == ["a (2)"]
    assert listed(run) == ["a"]


def test_an_image_no_longer_declared_stays_unless_pruned(run: Run, sync: Sync) -> None:
    run("image", "create", "a stranger's")
    sync(f"{HEAD}  - {{name: a, file: old.img, protected: yes}}")
    done = sync(f"{HEAD} []")
    assert actions(done) == [("keep", "a")]
    assert done.json[0]["Changes"] == "no longer declared"
    assert actions(sync(f"{HEAD} []", "--prune", "hide")) == [("hide", "a")]
    assert rotated(run) == ["a"]
    assert actions(sync(f"{HEAD} []", "--prune")) == [("delete", "a")]
    assert (rotated(run), listed(run)) == ([], ["a stranger's"])


def test_prune_leaves_other_collections_alone(run: Run, sync: Sync) -> None:
    sync(f"collection: one\n{HEAD}  - {{name: a, file: old.img}}")
    done = sync(f"collection: two\n{HEAD} []", "--prune")
    assert (actions(done), listed(run)) == ([], ["a"])


def test_an_image_of_the_same_data_is_taken_over(
    run: Run, sync: Sync, folder: Path
) -> None:
    run("image", "create", "a", "--file", folder / "old.img", *RAW)
    before = show(run, "a")["id"]
    assert actions(sync(f"{HEAD}  - {{name: a, file: old.img}}")) == [("update", "a")]
    assert (show(run, "a")["id"], listed(run)) == (before, ["a"])


def test_a_name_like_an_operator_takes_over_no_other_image(
    run: Run, sync: Sync, folder: Path
) -> None:
    run("image", "create", "precious", "--file", folder / "old.img", *RAW)
    entry = "  - {name: 'in:precious', file: old.img}"
    assert actions(sync(f"{HEAD}{entry}")) == [("create", "in:precious")]
    assert actions(sync(f"{HEAD}{entry}")) == [("keep", "in:precious")]
    assert listed(run) == ["in:precious", "precious"]


def test_an_image_of_the_name_with_other_data_stops_everything(
    run: Run, sync: Sync, folder: Path
) -> None:
    run("image", "create", "b", "--file", folder / "new.img", *RAW)
    entries = "  - {name: a, file: old.img}\n  - {name: b, file: old.img}"
    done = sync(f"{HEAD}{entries}")
    assert done.exit_code == 5
    assert "is called b already, has other data and was not made by sync" in done.err
    assert listed(run) == ["b"]


def test_a_run_that_was_killed_is_finished_by_the_next(run: Run, sync: Sync) -> None:
    text = f"{HEAD}  - {{name: a, file: old.img}}"
    marks = ("imagectl_collection=default", "imagectl_name=a")
    run("image", "create", "a", *(f"--property={mark}" for mark in marks))
    assert actions(sync(text)) == [("create", "a")]
    assert actions(sync(text, "--prune")) == [("delete", "a"), ("keep", "a")]
    assert listed(run) == ["a"]
    assert actions(sync(text)) == [("keep", "a")]


@contextlib.contextmanager
def serving(data: bytes, length: int | None = None) -> Iterator[str]:
    """Serve data, of which the header may tell another length; yield the URL."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path.startswith("/a.img") else 404)
            if length is not None:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Tests read stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/a.img"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def from_url(url: str, checksum: str) -> str:
    return f"{HEAD}  - {{name: a, url: '{url}', checksum: '{checksum}'}}"


@pytest.mark.parametrize("length", [len(OLD), None])
def test_a_url_is_streamed_and_verified(
    run: Run, sync: Sync, length: int | None
) -> None:
    with serving(OLD, length) as url:
        text = from_url(f"{url}?signature=s3cr3t", sha256(OLD))
        done = sync(text)
        assert actions(done) == [("create", "a")]
        assert url in done.json[0]["Changes"]
        assert "s3cr3t" not in done.out + done.err
    # with the server gone: nothing is fetched that is there
    assert actions(sync(text)) == [("keep", "a")]
    assert show(run, "a")["checksum"] == hashlib.md5(OLD).hexdigest()


def test_a_url_with_other_data_leaves_no_image(run: Run, sync: Sync) -> None:
    with serving(NEW) as url:
        done = sync(from_url(url, sha256(OLD)))
    assert (done.exit_code, listed(run)) == (7, [])
    assert f"{url} is not what is declared: its sha256 is" in done.err
    assert done.json[0]["Result"] == "failed"


def test_a_url_that_breaks_off_leaves_no_image(run: Run, sync: Sync) -> None:
    with serving(OLD[:100], len(OLD)) as url:
        done = sync(from_url(url, sha256(OLD)))
    assert (done.exit_code, listed(run)) == (6, [])


def test_a_url_that_is_not_there_is_told_of(run: Run, sync: Sync) -> None:
    with serving(OLD) as url:
        missing = url.replace("a.img", "b.img")
        done = sync(from_url(missing, sha256(OLD)))
    assert (done.exit_code, listed(run)) == (4, [])
    assert f"{missing}: Not Found (HTTP 404)" in done.err


def test_a_failed_image_does_not_stop_the_others(run: Run, sync: Sync) -> None:
    wrong = f"  - {{name: a, file: old.img, checksum: '{sha256(NEW)}'}}\n"
    done = sync(f"{HEAD}{wrong}  - {{name: b, file: new.img}}")
    assert done.exit_code == 7
    assert [row["Result"] for row in done.json] == ["failed", "done"]
    assert "1 of 2 failed" in done.err
    assert listed(run) == ["b"]


def test_a_version_that_fails_leaves_the_one_before_in_place(
    run: Run, sync: Sync
) -> None:
    sync(f"{HEAD}  - {{name: a, file: old.img}}")
    wrong = f"{{name: a, file: new.img, checksum: 'sha256:{'0' * 64}'}}"
    done = sync(f"{HEAD}  - {wrong}")
    assert [row["Result"] for row in done.json] == ["failed"] * 3
    assert (listed(run), rotated(run)) == (["a"], [])
    assert show(run, "a")["size"] == len(OLD)


FAULTS = {
    "images: [": ", line 1: expected the node content, but found '<stream end>'",
    "[]": " is no mapping with the key images",
    "image: []": ": unknown key 'image'",
    "{}": ": images is no list",
    "images: {a: b}": ": images is no list",
    "images: [{file: x}]": ": image 1 has no name",
    "images: [a]": ": image 1 has no name",
    "defaults: {name: a}\nimages: []": ": defaults: name is said by each image",
    "images: []\nimages: []": ", line 2: images stands twice",
}
ENTRY_FAULTS = {
    "nane: b": "unknown key 'nane'",
    "x: y": "unknown key 'x'",
    "url: 'http://h/x'": "needs either file or url",
    "min_disk: 10x": "min_disk: '10x' is not a number of 0 or more",
    "min_ram: -1": "min_ram: '-1' is not a number of 0 or more",
    "protected: maybe": "protected: 'maybe' is neither true nor false",
    "disk_format: qcow3": "disk_format: 'qcow3' is none of ami, ari, aki, vhd",
    "visibility: secret": "visibility: 'secret' is none of community, public",
    "checksum: abc": "checksum: 'abc' is not of the form sha256:...",
    "checksum: 'md5:abc'": "checksum: md5 has 32 hexadecimal digits",
    "tags: lts": "tags: is no list",
    "tags: [[a]]": "tags: is no text",
    "properties: [a]": "properties: is no mapping",
    "properties: {a: [b]}": "properties: a is no text",
    "properties: {size: 5}": "properties: size is an attribute of images",
    "properties: {imagectl_name: b}": "properties: imagectl_name cannot be set",
    "version: ''": "version: is no text",
    "file: none.img": "file: ",
}


@pytest.mark.parametrize("text", FAULTS, ids=str)
def test_a_file_that_cannot_be_taken_is_refused_in_one_line(
    sync: Sync, folder: Path, text: str
) -> None:
    done = sync(text)
    assert (done.exit_code, done.out) == (2, "")
    first = done.err.splitlines()[0]
    assert first.startswith(f"imagectl: {folder / 'images.yaml'}{FAULTS[text]}")


@pytest.mark.parametrize("key", ENTRY_FAULTS, ids=str)
def test_a_wrong_value_is_refused_by_file_image_and_key(
    run: Run, sync: Sync, folder: Path, key: str
) -> None:
    base = {"name": "a", "file": "old.img"} if "file" not in key else {"name": "a"}
    fields = ", ".join([*(f"{k}: {v}" for k, v in base.items()), key])
    done = sync(f"{HEAD}  - {{name: b, file: new.img}}\n  - {{{fields}}}")
    assert (done.exit_code, done.out, listed(run)) == (2, "", [])
    place = f"imagectl: {folder / 'images.yaml'}: image 'a': "
    assert done.err.startswith(place + ENTRY_FAULTS[key])


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("{name: a, disk_format: raw}", "needs either file or url"),
        ("{name: a, file: x}", "disk_format is missing"),
        (
            "{name: a, disk_format: raw, url: 'http://h/x'}",
            "checksum is needed for what comes from a url",
        ),
        ("{name: a, disk_format: raw, url: 'ftp://h/x'}", "url: is no http or https"),
    ],
)
def test_a_missing_key_is_named(sync: Sync, entry: str, reason: str) -> None:
    done = sync(f"images: [{entry}]")
    assert done.exit_code == 2
    assert f": image 'a': {reason}" in done.err


def test_one_name_in_two_places_is_refused(run: Run, sync: Sync, folder: Path) -> None:
    entry = "  - {name: a, file: old.img}\n"
    twice = sync(HEAD + entry + entry)
    assert (twice.exit_code, "image 'a' is declared twice" in twice.err) == (2, True)
    other = folder / "other.yaml"
    other.write_text(f"collection: other\n{HEAD}{entry}")
    done = sync(HEAD + entry, "--file", str(other))
    assert done.exit_code == 2
    assert f"{other}: image 'a' is in {folder / 'images.yaml'} too" in done.err


def test_merge_keys_of_yaml_work(run: Run, sync: Sync) -> None:
    base = "name: a, file: old.img, min_disk: 3"
    merged = "{<<: *base, name: b, min_ram: 4}"
    assert sync(f"{HEAD}  - &base {{{base}}}\n  - {merged}").exit_code == 0
    assert (show(run, "b")["min_disk"], show(run, "b")["min_ram"]) == (3, 4)


def test_the_example_can_be_followed(run: Run, sync: Sync, folder: Path) -> None:
    text = (ROOT / "examples/images.yaml").read_text()
    data = build_qcow2(virtual_size_bytes=1 << 20)
    (folder / "small.qcow2").write_bytes(data)
    assert actions(sync(text)) == [("create", "small"), ("create", "debian-13")]
    assert actions(sync(text)) == [("keep", "small"), ("keep", "debian-13")]
    assert show(run, "debian-13")["properties"]["hw_disk_bus"] == "virtio"


def test_the_plan_is_a_table_for_people(run: Run, folder: Path) -> None:
    path = folder / "images.yaml"
    path.write_text(f"{HEAD}  - {{name: a, file: old.img}}")
    done = run("image", "sync", "--dry-run", path)
    head, row = (done.out.splitlines()[number].split() for number in (1, 3))
    assert head[1::2] == ["Action", "Name", "ID", "Changes", "Result"]
    assert (row[1], row[3], row[-2]) == ("create", "a", "planned")


@pytest.mark.fault("P20")
def test_the_output_format_is_f_as_everywhere(run: Run, folder: Path) -> None:
    path = folder / "images.yaml"
    path.write_text(f"{HEAD}  - {{name: a, file: old.img}}")
    for given in ([path], ["--file", path], [f"--file={path}"]):
        planned = run("image", "sync", *given, "--dry-run", "-f", "value", "-c", "Name")
        assert (planned.exit_code, planned.out) == (0, "a\n")


@pytest.mark.fault("P20")
def test_a_file_after_f_is_the_file_as_it_once_was(run: Run, folder: Path) -> None:
    path = folder / "images.yaml"
    path.write_text(f"{HEAD}  - {{name: a, file: old.img}}")
    planned = run("image", "sync", "-f", path, "--dry-run", "-f", "value", "-c", "Name")
    assert (planned.exit_code, planned.out) == (0, "a\n")
    assert run("image", "sync", "-f", "jsn", path).exit_code == 2


@pytest.mark.fault("P20")
def test_a_declaration_must_be_named(run: Run) -> None:
    refused = run("image", "sync", "--dry-run")
    assert refused.exit_code == 2
    assert "The file that declares the images is missing." in refused.err


@pytest.mark.fault("P21")
@pytest.mark.parametrize("prune", [(), ("--prune",), ("--prune=hide",)])
def test_drift_has_an_exit_code_of_its_own(
    sync: Sync, run: Run, prune: tuple[str, ...]
) -> None:
    asked = ("--dry-run", "--detailed-exitcode", *prune)
    entry = f"{HEAD}  - {{name: a, file: old.img}}"
    assert sync(entry, *asked).exit_code == 9
    assert sync(entry, "--dry-run").exit_code == 0
    assert sync(entry).exit_code == 0
    assert sync(entry, *asked).exit_code == 0
    run("image", "set", "a", "--property", "os_distro=debian")
    assert sync(entry, *asked).exit_code == 0  # what is not declared may be there
    changed = entry.replace("}", ", min_disk: 7}")
    assert sync(changed, *asked).exit_code == 9
    assert sync(f"{HEAD} []".replace("\n []", " []"), *asked).exit_code == (
        9 if prune else 0
    )


@pytest.mark.fault("P21")
def test_the_detailed_exit_code_is_of_a_plan(sync: Sync) -> None:
    refused = sync(f"{HEAD}  - {{name: a, file: old.img}}", "--detailed-exitcode")
    assert (refused.exit_code, refused.out) == (2, "")


EXPRESSIONS = (
    "in:precious",
    'in:a,"precious"',
    "neq:x",
    "precious ",
    "é%&name=precious",
)


@pytest.mark.fault(4)
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_declared_name_or_collection_is_no_expression(
    run: Run, sync: Sync, name: str
) -> None:
    entry = json.dumps({"name": name, "file": "old.img", "tags": [name]})
    kept = json.dumps({"name": "precious", "file": "new.img"})
    assert actions(sync(f"collection: precious\n{HEAD}  - {kept}")) == [
        ("create", "precious")
    ]
    precious = show(run, "precious")
    text = f"collection: {json.dumps(name)}\n{HEAD}"
    assert actions(sync(f"{text}  - {entry}")) == [("create", name)]
    assert actions(sync(f"{text}  - {entry}")) == [("keep", name)]
    other = json.dumps({"name": "other", "file": "old.img"})
    done = actions(sync(f"{text}  - {other}", "--prune", "delete"))
    assert ("delete", name) in done
    assert "precious" not in [each for _, each in done]
    assert show(run, "precious") == precious


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in itertools.pairwise("abcdefghijk")
)


@pytest.mark.fault(23)
@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        BOMB.replace("[x,x,x,x,x,x,x,x,x]", "{x: 1}") + "images: {<<: *k}",
        BOMB + "images: *k",
        "images: &a [*a]",
        "{images: " * 5_000,
        "- " * 5_000,
        "x: " + "y" * (5 << 20),
    ],
    ids=["bomb", "merge", "used", "itself", "deep", "lists", "long"],
)
def test_a_file_that_stands_for_gigabytes_is_refused(sync: Sync, text: str) -> None:
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = sync(text)
    assert outcome.exit_code == 2
    assert len(outcome.err.splitlines()) == 1
    taken_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib
    assert taken_kib < 100 << 10


@pytest.mark.fault(23)
def test_no_pipe_or_device_is_read_without_end(sync: Sync, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for place in ("pipe", "/dev/zero", "/dev/urandom", "/dev/tty"):
        outcome = sync(HEAD + f"- {{name: a, file: {place}}}")
        assert outcome.exit_code == 2
        assert "is no regular file" in outcome.err


@pytest.mark.fault(23)
def test_a_declaration_is_a_regular_file(run: Run, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for place in (folder / "pipe", "/dev/zero"):
        outcome = run("image", "sync", place)
        assert outcome.exit_code == 2
        assert "is no regular file" in outcome.err


@pytest.mark.fault(23)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_netrc_is_read_for_no_image_server(sync: Sync, home: Path, status: int) -> None:
    (home / ".netrc").write_text("default login me password mine\n")
    data = OLD.decode()
    with serve(lambda asked: Answer(200, data)) as other:
        moved = Answer(status, "", {"Location": f"{other.url}/image"})
        with serve(lambda asked: moved) as first:
            url = first.url.replace("http://", "http://user:secret@")
            entry = f"- {{name: a, url: '{url}/a', checksum: '{sha256(OLD)}'}}"
            assert actions(sync(HEAD + entry)) == [("create", "a")]
    assert {"authorization"} & first.asked[0].headers.keys()
    assert not {"authorization", "cookie"} & other.asked[0].headers.keys()
    assert "bWU6bWluZQ" not in str(first.asked)  # me:mine
