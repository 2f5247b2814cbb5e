"""``image save``: to files, standard output and folders, with progress and resuming."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pty
import resource
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests

from imagectl.api import images
from imagectl.errors import UnreachableError
from mockserver.cloud import MockCloud
from tests.client.support.scripted_glance import IMAGE_ID, Handler, ScriptedGlance
from tests.conftest import Run

IMAGECTL = (sys.executable, "-m", "imagectl")
DATA = bytes(range(256)) * 12_000


@pytest.fixture
def image(run: Run, tmp_path: Path) -> str:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    return str(run("image", "create", "a", "--file", source, "-f", "json").json["id"])


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "saved"
    folder.mkdir()
    return folder / "a.img"


@pytest.fixture
def glance() -> Iterator[ScriptedGlance]:
    with ScriptedGlance().serving() as scripted:
        yield scripted


def is_empty(folder: Path) -> bool:
    return list(folder.iterdir()) == []


def test_an_image_is_saved_to_a_file(run: Run, image: str, target: Path) -> None:
    done = run("image", "save", "a", "--file", target)
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert target.read_bytes() == DATA
    assert [path.name for path in target.parent.iterdir()] == ["a.img"]


def test_preferred_stores_are_sent_in_their_order(
    run: Run, cloud: MockCloud, image: str, target: Path
) -> None:
    save = ("image", "save", "a", "--file", target)
    for store, other in (("slow", "fast"), ("fast", "slow")):
        prefer = ("--store-preference", store, "--store-preference", other)
        assert run(*save, "--force", *prefer).exit_code == 0
        queries = [e.query for e in cloud.journal if e.path.endswith("/file")]
        assert unquote(queries[-1]) == f"prefer={store},{other}"
    target.unlink()
    refused = run(*save, "--store-preference", "nope")
    assert refused.exit_code == 1
    assert "Store 'nope' is not configured." in refused.err
    assert is_empty(target.parent)


def test_standard_output_takes_the_data(image: str) -> None:
    done = subprocess.run([*IMAGECTL, "image", "save", image], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, DATA, b"")


def test_a_terminal_is_not_for_images(image: str) -> None:
    master, terminal = pty.openpty()
    done = subprocess.run(
        [*IMAGECTL, "image", "save", image], stdout=terminal, stderr=subprocess.PIPE
    )
    os.close(terminal)
    os.close(master)
    assert done.returncode == 2
    assert done.stderr.startswith(b"imagectl: An image is not for a terminal.")


def test_progress_is_shown_on_a_terminal(image: str, target: Path) -> None:
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    command = [*IMAGECTL, "image", "save", image, "--file", target]
    assert subprocess.run(command, stderr=terminal).returncode == 0
    os.close(terminal)
    assert b"100%" in os.read(master, 1 << 16)
    os.close(master)


def test_wrong_bytes_are_not_kept(
    run: Run, cloud: MockCloud, image: str, target: Path
) -> None:
    stored = cloud.state.directory / "images" / image
    stored.write_bytes(DATA[:-1] + b"!")
    target.write_text("what was here before")
    done = run("image", "save", "a", "--file", target, "--force")
    assert done.exit_code == 7
    assert f"The data of image {image} did not verify: its sha512 is " in done.err
    assert target.read_text() == "what was here before"
    assert [path.name for path in target.parent.iterdir()] == ["a.img"]


def test_wrong_bytes_on_standard_output_are_told(cloud: MockCloud, image: str) -> None:
    (cloud.state.directory / "images" / image).write_bytes(DATA[:-1] + b"!")
    done = subprocess.run([*IMAGECTL, "image", "save", image], capture_output=True)
    assert done.returncode == 7
    assert b"did not verify" in done.stderr


def test_an_image_without_data_leaves_no_file(run: Run, target: Path) -> None:
    run("image", "create", "void")
    done = run("image", "save", "void", "--file", target)
    assert done.exit_code == 1
    assert " holds no data yet." in done.err
    assert is_empty(target.parent)


def test_a_missing_or_forbidden_image_leaves_no_file(
    run: Run, image: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("image", "save", "nope", "--file", target).exit_code == 4
    run("image", "set", "a", "--deactivate")
    run("user", "create", "mia", "--password", "pw")
    run("role", "add", "--project", "admin", "--user", "mia", "member")
    monkeypatch.setenv("OS_USERNAME", "mia")
    monkeypatch.setenv("OS_PASSWORD", "pw")
    refused = run("image", "save", image, "--file", target)
    assert refused.exit_code == 3
    assert "(HTTP 403)" in refused.err
    assert is_empty(target.parent)


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(
    image: str, target: Path
) -> None:
    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    done = subprocess.run(
        [*IMAGECTL, "image", "save", image, "--file", target],
        capture_output=True,
        preexec_fn=limit_files,
    )
    assert done.returncode == 1
    assert done.stderr == f"imagectl: {target}: File too large\n".encode()
    assert is_empty(target.parent)


@pytest.mark.fault(7)
def test_a_full_device_is_told_in_one_line(run: Run, image: str) -> None:
    done = run("image", "save", "a", "--file", "/dev/full")
    assert done.exit_code == 1
    assert done.err == "imagectl: /dev/full: No space left on device\n"
    with open("/dev/full", "wb") as full:
        command = [*IMAGECTL, "image", "save", image]
        piped = subprocess.run(command, stdout=full, stderr=subprocess.PIPE)
    assert piped.returncode == 74
    assert piped.stderr == (
        b"imagectl: standard output cannot be written: No space left on device\n"
    )


@pytest.mark.fault(7)
def test_a_reader_that_has_enough_is_no_error_to_report(image: str) -> None:
    with subprocess.Popen(
        [*IMAGECTL, "image", "save", image],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as saving:
        assert saving.stdout
        assert saving.stderr
        assert saving.stdout.read(10) == DATA[:10]
        saving.stdout.close()
        assert saving.stderr.read() == b""
        assert saving.wait() == 141


def test_a_broken_connection_leaves_a_part(
    run_anonymous: Run, glance: ScriptedGlance, target: Path
) -> None:
    def send_half(request: Handler) -> None:
        if not request.path.endswith("/file"):
            request.answer(200, {"images": [{**glance.record, "size": 100}]})
            return
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"x" * 50)
        request.close_connection = True

    glance.on["GET"] = send_half
    command = (*glance.options, "image", "save", "odd", "--file", target)
    done = run_anonymous(*command)
    assert done.exit_code == 6
    assert "imagectl: The connection broke: " in done.err
    assert "hint: 50 of 100 bytes are kept in " in done.err
    assert not target.exists()
    assert target.with_name("a.img.part").stat().st_size == 50


def test_a_token_that_expires_midway_is_renewed(
    run: Run,
    cloud: MockCloud,
    image: str,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, refused = images.read_blocks, []

    def revoke_once(response: requests.Response, block_bytes: int) -> Iterator[bytes]:
        blocks = read(response, block_bytes)
        yield next(blocks)
        token = response.request.headers["X-Auth-Token"]
        if not refused:
            refused.append(token)
            headers = {"X-Auth-Token": token, "X-Subject-Token": token}
            url = f"{cloud.identity_url}/v3/auth/tokens"
            requests.delete(url, headers=headers, timeout=5)
            raise UnreachableError("The connection broke")
        yield from blocks

    monkeypatch.setattr(images, "read_blocks", revoke_once)
    assert run("image", "save", image, "--file", target).exit_code == 0
    assert target.read_bytes() == DATA
    answers = [e.status for e in cloud.journal if e.path.endswith("/file")]
    assert answers[-3:] == [200, 401, 206]


@pytest.mark.fault("P30")
def test_ctrl_c_while_saving_leaves_a_part(
    glance: ScriptedGlance, target: Path
) -> None:
    def send_slowly(request: Handler) -> None:
        if not request.path.endswith("/file"):
            request.answer(200, {**glance.record, "size": 1 << 30})
            return
        request.send_response(200)
        request.send_header("Content-Length", str(1 << 30))
        request.end_headers()
        request.wfile.write(bytes(3 << 20))
        request.wfile.flush()
        request.rfile.read(1)  # until the client is gone

    glance.on["GET"] = send_slowly
    with subprocess.Popen(
        [*IMAGECTL, *glance.options, "image", "save", IMAGE_ID, "--file", target],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as saving:
        part = target.with_name("a.img.part")
        while not (part.exists() and part.stat().st_size > 1 << 20):
            assert saving.poll() is None
        saving.send_signal(signal.SIGINT)
        assert saving.wait() == 130
    assert not target.exists()
    assert part.stat().st_size > 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "images"


def create(run: Run, tmp_path: Path, name: str, data: bytes, *options: str) -> str:
    source = tmp_path / "data"
    source.write_bytes(data)
    given = ("--file", source, "--disk-format", "raw", *options)
    made = run("image", "create", name, *given, "-f", "json")
    return str(made.json["id"])


def test_all_images_are_saved_under_their_names(
    run: Run, tmp_path: Path, folder: Path
) -> None:
    create(run, tmp_path, "one", b"1")
    create(run, tmp_path, ".a/b.raw", b"2")
    twins = [create(run, tmp_path, "twin", bytes([n])) for n in range(2)]
    run("image", "create", "without data")
    done = run("image", "save", "--all", "--directory", folder)
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "one.raw": b"1",
        "_a_b.raw": b"2",
        f"twin-{twins[0]}.raw": b"\0",
        f"twin-{twins[1]}.raw": b"\1",
    }


def test_one_failure_does_not_stop_the_others(
    run: Run, cloud: MockCloud, tmp_path: Path, folder: Path
) -> None:
    for name in ("a", "b", "c"):
        image_id = create(run, tmp_path, name, name.encode())
    (cloud.state.directory / "images" / image_id).write_bytes(b"!")
    folder.mkdir()
    (folder / "a.raw").write_text("mine")
    done = run("image", "save", "a", "b", "c", "d", "--directory", folder)
    assert done.exit_code == 1
    assert sorted(done.err.splitlines()) == [
        "hint: --force replaces it",
        "imagectl: 3 of 4 failed",
        "imagectl: No Image found for d",
        f"imagectl: a: {folder}/a.raw exists already.",
        f"imagectl: c: The data of image {image_id} did not verify: its sha512 is"
        f" {hashlib.sha512(b'!').hexdigest()[:16]}..., and the image's is"
        f" {hashlib.sha512(b'c').hexdigest()[:16]}...",
    ]
    assert (folder / "b.raw").read_bytes() == b"b"
    assert sorted(path.name for path in folder.iterdir()) == ["a.raw", "b.raw"]


def test_failures_that_agree_give_their_own_exit_code(
    run: Run, tmp_path: Path, folder: Path
) -> None:
    create(run, tmp_path, "a", b"a")
    folder.mkdir()
    (folder / "a.raw").write_text("mine")
    taken = run("image", "save", "a", "--directory", folder)
    assert (taken.exit_code, taken.err.splitlines()) == (
        5,
        [f"imagectl: {folder}/a.raw exists already.", "hint: --force replaces it"],
    )
    absent = run("image", "save", "a", "b", "c", "--force", "--directory", folder)
    assert (absent.exit_code, absent.err.splitlines()[-1]) == (
        4,
        "imagectl: 2 of 3 failed",
    )
    assert (folder / "a.raw").read_bytes() == b"a"


def test_a_second_run_fetches_only_what_is_missing(
    run: Run, cloud: MockCloud, tmp_path: Path, folder: Path
) -> None:
    for name in ("a", "b"):
        create(run, tmp_path, name, name.encode())
    command = ("image", "save", "--all", "--directory", folder, "--continue")
    run(*command)
    (folder / "a.raw").unlink()
    before = len(cloud.journal)
    assert run(*command).exit_code == 0
    fetched = [e for e in list(cloud.journal)[before:] if e.path.endswith("/file")]
    assert len(fetched) == 1


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "Give the images to save, or --all."),
        (("a", "--all"), "Give the images to save, or --all."),
        (("a", "b"), "Several images need a --directory to be saved in."),
        (("--all",), "Several images need a --directory to be saved in."),
    ],
)
def test_wrong_combinations_of_images_and_targets_are_refused(
    run: Run, argv: tuple[str, ...], message: str
) -> None:
    done = run("image", "save", *argv)
    assert (done.exit_code, done.err) == (2, f"imagectl: {message}\n")


def test_a_log_gets_lines_of_progress(run: Run, image: str, target: Path) -> None:
    done = run("image", "save", image, "--file", target, "--progress", "plain")
    assert done.err.startswith(f"imagectl: {image}: 100 %, 2.9 MiB of 2.9 MiB, ")
    folder = target.parent / "images"
    many = run("image", "save", "a", "--directory", folder, "--progress", "plain")
    [progress] = many.err.splitlines()
    assert progress.startswith("imagectl: 100 %, 2.9 MiB of 2.9 MiB, ")
    quiet = run("-q", "image", "save", image, "--file", "/dev/null", "--progress=plain")
    assert quiet.err == ""


def test_many_options_of_one_download_go_together(
    run: Run, image: str, target: Path
) -> None:
    command = ("image", "save", image, "--file", target)
    options = ("--parallel", "3", "--sparse", "--chunk-size", "1000")
    assert run(*command, *options).exit_code == 0
    assert target.read_bytes() == DATA
    refused = run(*command)
    assert refused.exit_code == 5
    assert f"{target} exists already." in refused.err
    assert run(*command, "--force").exit_code == 0
