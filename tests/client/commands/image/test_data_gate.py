"""Every command that sends or names data checks it before anything is created."""

from __future__ import annotations

import hashlib
import http.server
import itertools
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from tests.client.support.two_clouds import TwoClouds, open_two, stored_path
from tests.conftest import Run
from tests.contract.support.data_corpus import CORPUS, DANGEROUS
from tests.robustness.sizes import size

WRONG = {
    "page.img": "html",
    "disk.img.gz": "gzip",
    "a.img": "luks-2",
    "no.qcow2": "zeros",
}
"""Names of files that are refused unless more is said, and their samples."""
Cases = Callable[[int], None]


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud(allow_web_download=["127.0.0.1"]) as started:
        yield started


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    for name, sample in WRONG.items():
        (tmp_path / name).write_bytes(CORPUS[sample])
    return tmp_path


@pytest.fixture
def web(samples: Path) -> Iterator[str]:
    """The samples on a web server."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(samples))  # type: ignore[arg-type]

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def changes_of(cloud: MockCloud) -> list[str]:
    """Return the requests that would change an image or send its data."""
    methods = ("POST", "PUT", "PATCH")
    return [e.path for e in cloud.journal if e.method in methods and "images" in e.path]


NEW = [
    ("create", "x", "--file"),
    ("create", "x", "--import", "--file"),
    ("upload",),
]


@pytest.mark.fault(11)
def test_no_image_is_made_of_what_is_no_disk(
    run: Run, cloud: MockCloud, samples: Path, cases: Cases
) -> None:
    for command, name in itertools.product(NEW, WRONG):
        done = run("image", *command, samples / name)
        assert done.exit_code == 7, done.err
        assert str(samples / name) in done.err
        assert "hint: " in done.err
        cases(1)
    assert changes_of(cloud) == []


@pytest.mark.fault(11)
def test_standard_input_is_checked_as_well(
    credentials: dict[str, str], cloud: MockCloud, samples: Path, cases: Cases
) -> None:
    names = ["page.img", "disk.img.gz", "a.img"]
    for name in names[: size(1, 3)]:
        done = subprocess.run(
            [sys.executable, "-m", "imagectl", "image", "create", "x"],
            input=(samples / name).read_bytes(),
            capture_output=True,
        )
        assert done.returncode == 7
        assert b"standard input is " in done.stderr
        cases(1)
    assert changes_of(cloud) == []


@pytest.mark.fault(13)
def test_a_queued_image_takes_nothing_that_is_no_disk(
    run: Run, cloud: MockCloud, samples: Path, cases: Cases
) -> None:
    run("image", "create", "later")
    cloud.journal.clear()
    for verb, name in itertools.product(("set", "stage"), WRONG):
        done = run("image", verb, "later", "--file", samples / name)
        assert done.exit_code == 7, done.err
        cases(1)
    assert changes_of(cloud) == []


@pytest.mark.fault(11)
def test_raw_insists_for_a_file_that_is_no_disk(run: Run, samples: Path) -> None:
    raw = ("--disk-format", "raw")
    page = samples / "page.img"
    assert run("image", "create", "a", "--file", page, *raw).exit_code == 0
    assert run("image", "upload", page, *raw).exit_code == 0
    run("image", "create", "later")
    assert run("image", "set", "later", "--file", page, *raw).exit_code == 0
    run("image", "create", "staged")
    assert run("image", "stage", "staged", "--file", page, *raw).exit_code == 0
    imported = run("image", "import", "staged", "--wait", "-f", "json")
    assert (imported.json["status"], imported.json["disk_format"]) == ("active", "raw")


@pytest.mark.fault(11)
def test_an_empty_file_is_refused(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.img"
    empty.touch()
    for argv in (("create", "x", "--file", empty), ("upload", empty)):
        done = run("image", *argv)
        assert (done.exit_code, done.out.strip()) == (7, "")
        assert done.err.splitlines()[0] == f"imagectl: {empty} is empty"
        assert "--disk-format raw" in done.err
        assert run("image", *argv, "--disk-format", "raw").exit_code == 0


@pytest.mark.fault(13)
@pytest.mark.parametrize(
    "sample", ["qcow2-v3", "vmdk-sparse", "iso", "vdi", "vhd-dynamic"][: size(1, 5)]
)
def test_the_format_of_later_data_is_found_out(
    run: Run, tmp_path: Path, sample: str
) -> None:
    path = tmp_path / "data"
    path.write_bytes(CORPUS[sample])
    own = sample.partition("-")[0]
    run("image", "create", "later")
    done = run("image", "set", "later", "--file", path, "--property", "a=1")
    assert done.exit_code == 0
    assert f"is made {own}, as its data is" in done.err
    shown = run("image", "show", "later", "-f", "json").json
    assert (shown["status"], shown["disk_format"]) == ("active", own)
    assert shown["properties"]["a"] == "1"
    run("image", "create", "staged")
    assert run("image", "stage", "staged", "--file", path).exit_code == 0
    imported = run("image", "import", "staged", "--wait", "-f", "json").json
    assert (imported["status"], imported["disk_format"]) == ("active", own)


@pytest.mark.fault(13)
def test_the_format_of_a_uri_is_found_out(
    run: Run, samples: Path, web: str, qcow2: Path
) -> None:
    (samples / "disk").write_bytes(qcow2.read_bytes())
    made = run("image", "create", "a", "--uri", f"{web}/disk?token=1", "-f", "json")
    assert (made.json["status"], made.json["disk_format"]) == ("active", "qcow2")
    run("image", "create", "b")
    fetch = ("--method", "web-download", "--uri", f"{web}/disk", "--wait", "-f", "json")
    done = run("image", "import", "b", *fetch)
    assert (done.json["status"], done.json["disk_format"]) == ("active", "qcow2")


@pytest.mark.fault(13)
def test_a_uri_of_what_is_no_disk_is_refused(
    run: Run, cloud: MockCloud, web: str, cases: Cases
) -> None:
    run("image", "create", "b")
    cloud.journal.clear()
    for name in WRONG:
        uri = f"{web}/{name}"
        assert run("image", "create", "a", "--uri", uri).exit_code == 7
        fetch = ("--method", "web-download", "--uri", uri)
        assert run("image", "import", "b", *fetch).exit_code == 7
        cases(2)
    assert changes_of(cloud) == []


@pytest.mark.fault(13)
def test_a_format_that_cannot_be_found_out_is_asked_for(
    run: Run, cloud: MockCloud, web: str, cases: Cases
) -> None:
    for uri in ("http://127.0.0.1:1/a", "ftp://host/a", f"{web}/gone"):
        done = run("image", "create", "a", "--uri", uri)
        assert done.exit_code == 2
        assert done.err.startswith("imagectl: The disk format cannot be found out: ")
        assert done.err.endswith("hint: say what it is with --disk-format\n")
        cases(1)
    assert changes_of(cloud) == []


def test_a_disk_format_goes_with_web_download_alone(run: Run) -> None:
    for method in ("glance-direct", "copy-image", "glance-download"):
        argv = ("image", "import", "b", "--method", method, "--disk-format", "raw")
        done = run(*argv, "--store", "slow")
        assert done.exit_code == 2
        assert f"--disk-format does not go with --method {method}." in done.err


@pytest.mark.fault(12)
def test_a_copy_that_the_target_refuses_is_not_begun(
    run_anonymous: Run, home: Path, monkeypatch: pytest.MonkeyPatch, cases: Cases
) -> None:
    monkeypatch.setenv("OS_CLOUD", "here")
    with open_two(run_anonymous, home) as clouds:
        for sample in ("qcow2-backed", "kernel"):
            image_id = smuggle(clouds, DANGEROUS[sample])
            done = clouds.copy(image_id)
            assert done.exit_code == 7, done.err
            assert "is not safe to use" in done.err
            cases(1)
        assert clouds.list_there() == []
        assert changes_of(clouds.there) == []


def smuggle(clouds: TwoClouds, data: bytes) -> str:
    """Store data here that no longer would be taken, and return the image's id."""
    made = clouds.create("old", bytes(len(data)), "--disk-format", "raw")
    image_id = str(made["id"])
    clouds.run("image", "set", image_id, "--name", image_id)
    stored_path(clouds.here, image_id).write_bytes(data)
    return image_id


@pytest.mark.fault(12)
@pytest.mark.parametrize("sample", ["qcow2-backed", "luks-2"][: size(1, 2)])
def test_sync_checks_files_and_urls(
    run: Run, cloud: MockCloud, samples: Path, web: str, sample: str
) -> None:
    data = CORPUS[sample]
    (samples / "bad").write_bytes(data)
    checksum = f"checksum: 'sha256:{hashlib.sha256(data).hexdigest()}'"
    declared = samples / "images.yaml"
    for place in (f"url: '{web}/bad'", "file: bad"):
        entry = f"{{name: a, disk_format: raw, {place}, {checksum}}}"
        declared.write_text(f"images:\n  - {entry}\n")
        done = run("image", "sync", declared)
        assert done.exit_code == 7, done.err
        assert "is not safe to use" in done.err
    assert changes_of(cloud) == []


@pytest.mark.fault(12)
def test_a_format_given_as_a_property_counts(
    run: Run, cloud: MockCloud, qcow2: Path
) -> None:
    argv = ("image", "create", "x", "--file", qcow2, "--property", "disk_format=vdi")
    done = run(*argv)
    assert done.exit_code == 7
    assert "is not in the format 'vdi'" in done.err
    assert changes_of(cloud) == []


@pytest.mark.fault(34)
def test_a_url_where_a_file_belongs_is_pointed_to_uri(run: Run, cases: Cases) -> None:
    for url in ("http://host/a.qcow2", "HTTPS://host/a", "ftp://h/a"):
        for command in (("create", "x", "--file"), ("upload",)):
            done = run("image", *command, url)
            assert done.exit_code == 2
            assert f"imagectl: {url} is a URL, not a file." in done.err
            assert "hint: image create --uri lets the service fetch it" in done.err
            cases(1)
