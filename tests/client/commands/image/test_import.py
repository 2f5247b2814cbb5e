"""``image stage``, ``image import`` and ``image create --import``, with ``--wait``."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagectl.api.waiting import WaitLimit
from imagectl.commands.image.options.waiting import wait_limit
from imagectl.shell import Shell
from mockserver.cloud import MockCloud
from tests.client.support.scripted_glance import (
    IMAGE_ID,
    QUEUED,
    Handler,
    ScriptedGlance,
)
from tests.conftest import Run
from tests.contract.support.elsewhere import DATA, serve_elsewhere

RAW = ("--disk-format", "raw")
TASK_ID = "22222222-2222-4333-8444-555555555555"


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud(allow_web_download=["127.0.0.1"]) as started:
        yield started


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with serve_elsewhere() as url:
        yield url


@pytest.fixture
def glance() -> Iterator[ScriptedGlance]:
    with ScriptedGlance().serving() as scripted:
        yield scripted


@pytest.fixture
def staged(run: Run, qcow2: Path) -> str:
    run("image", "create", "a", "--disk-format", "qcow2")
    done = run("image", "stage", "a", "--file", qcow2)
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    return "a"


def names(run: Run) -> list[str]:
    return [row["Name"] for row in run("image", "list", "-f", "json").json]


def shown(run: Run, name: str) -> dict[str, Any]:
    record: dict[str, Any] = run("image", "show", name, "-f", "json").json
    return record


def test_staged_data_is_imported(run: Run, staged: str, qcow2: Path) -> None:
    assert shown(run, staged)["status"] == "uploading"
    done = run("image", "import", staged, "--wait", "-f", "json")
    assert (done.exit_code, done.err) == (0, "")
    assert done.json["status"] == "active"
    assert done.json["checksum"] == hashlib.md5(qcow2.read_bytes()).hexdigest()
    assert shown(run, staged)["status"] == "active"


def test_staging_checks_the_stated_size(run: Run, qcow2: Path) -> None:
    run("image", "create", "a", "--disk-format", "qcow2")
    size_bytes = qcow2.stat().st_size
    stage = ("image", "stage", "a", "--file", qcow2, "--size")
    refused = run(*stage, str(size_bytes + 1))
    assert refused.exit_code == 2
    assert f"has {size_bytes} bytes, not the {size_bytes + 1}" in refused.err
    assert shown(run, "a")["status"] == "queued"
    assert run(*stage, str(size_bytes)).exit_code == 0
    assert shown(run, "a")["status"] == "uploading"


def test_how_far_sending_is_is_shown(run: Run, qcow2: Path) -> None:
    data = ("--file", qcow2, "--progress", "plain")
    for name in ("a", "b"):
        run("image", "create", name, "--disk-format", "qcow2")
    for argv in (
        ("image", "stage", "a", *data),
        ("image", "set", "b", *data),
        ("image", "create", "c", *data),
        ("image", "create", "d", "--import", *data),
    ):
        done = run(*argv)
        assert done.exit_code == 0
        assert ": 100 %, " in done.err


@pytest.mark.parametrize(
    ("option", "must_succeed"),
    [((), False), (("--disallow-failure",), True), (("--allow-failure",), False)],
)
def test_allow_failure_decides_whether_every_store_must_succeed(
    run_anonymous: Run,
    glance: ScriptedGlance,
    option: tuple[str, ...],
    must_succeed: bool,
) -> None:
    uri = ("--uri", "http://a/b", "--disk-format", "raw", "--all-stores", *option)
    methods = {"import-methods": {"value": ["web-download"]}}
    for argv in (
        ("import", IMAGE_ID, "--method", "web-download", *uri),
        ("create", "a", "--no-wait", *uri),
    ):
        glance.record = {**QUEUED, **methods, "disk_format": "raw"}
        assert run_anonymous(*glance.options, "image", *argv).exit_code == 0
        assert glance.record["all_stores"] is True
        assert glance.record["all_stores_must_succeed"] is must_succeed


def test_glance_download_names_the_remote_image_and_region(
    run_anonymous: Run, glance: ScriptedGlance
) -> None:
    glance.record |= {"import-methods": {"value": ["glance-download"]}}
    options = (
        f"--method glance-download --remote-image {TASK_ID} --remote-region North"
        " --remote-service-interface internal"
    )
    argv = ("image", "import", IMAGE_ID, *options.split())
    done = run_anonymous(*glance.options, *argv)
    assert (done.exit_code, done.err) == (0, "")
    assert glance.record["method"] == {
        "name": "glance-download",
        "glance_image_id": TASK_ID,
        "glance_region": "North",
        "glance_service_interface": "internal",
    }


def test_import_wait_is_not_ignored(run: Run, staged: str) -> None:
    done = run("image", "import", staged, "--wait", "--timeout", "0", "-f", "json")
    if done.exit_code == 0:  # it was over before it was first asked for
        assert done.json["status"] == "active"
    else:
        assert done.exit_code == 8
        assert "is not done after 0 s" in done.err
        assert "hint: it goes on without us" in done.err


def test_an_import_goes_into_several_stores(run: Run, staged: str) -> None:
    done = run("image", "import", staged, "--wait", "--store", "slow", "fast")
    assert done.exit_code == 0
    assert sorted(shown(run, staged)["stores"].split(",")) == ["fast", "slow"]


def test_an_import_that_glance_refuses_is_not_a_success(run: Run, staged: str) -> None:
    done = run("image", "import", staged, "--store", "nope")
    assert (done.exit_code, done.out) == (5, "")
    assert "(HTTP 409)" in done.err


def test_an_active_image_is_copied_to_the_other_stores(run: Run, qcow2: Path) -> None:
    run("image", "create", "a", "--file", qcow2)
    method = ("--method", "copy-image")
    assert run("image", "import", "a", *method).exit_code == 2
    done = run("image", "import", "a", *method, "--all-stores", "--wait")
    assert done.exit_code == 0
    assert shown(run, "a")["stores"] == "fast,slow"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--method", "web-download"), "--method web-download needs --uri."),
        (("--uri", "http://a/b"), "--uri does not go with --method glance-direct."),
        (("--method", "copy-image"), "needs --store or --all-stores"),
        (("--method", "glance-download"), "needs --remote-image"),
        (
            ("--method", "glance-download", "--remote-image", TASK_ID),
            "--method glance-download needs --remote-region.",
        ),
        (("--method", "web-download", "--uri", "b"), "'b' is not a URL"),
        ((), "needs an image in status 'uploading', and image"),
    ],
)
def test_an_import_that_makes_no_sense_is_not_asked_for(
    run: Run, cloud: MockCloud, argv: tuple[str, ...], message: str
) -> None:
    run("image", "create", "a")
    done = run("image", "import", "a", *argv)
    assert done.exit_code == 2
    assert message in done.err
    assert not [e for e in cloud.journal if e.method == "POST" and "/import" in e.path]


def test_a_method_that_the_cloud_does_not_offer_is_named(
    run_anonymous: Run, glance: ScriptedGlance
) -> None:
    glance.record = {"import-methods": {"value": ["copy-image", "web-download"]}}
    for argv in (("import", "odd"), ("create", "odd", "--import", "--file", __file__)):
        done = run_anonymous(*glance.options, "image", *argv)
        assert done.exit_code == 2
        assert "does not offer the import method 'glance-direct'" in done.err
        assert "hint: it offers copy-image, web-download" in done.err
    assert {line.split()[0] for line in glance.seen} == {"GET"}


def test_create_imports_in_one_step(run: Run, qcow2: Path) -> None:
    argv = ("image", "create", "a", "--import", "--file", qcow2, "--all-stores")
    done = run(*argv, "-f", "json")
    assert (done.exit_code, done.err) == (0, "")
    assert (done.json["status"], done.json["disk_format"]) == ("active", "qcow2")
    assert sorted(done.json["stores"].split(",")) == ["fast", "slow"]
    stored = hashlib.sha512(qcow2.read_bytes()).hexdigest()
    assert done.json["os_hash_value"] == stored


def test_empty_properties_of_an_import_are_not_shown(run: Run, qcow2: Path) -> None:
    done = run("image", "create", "a", "--import", "--file", qcow2)
    assert "properties" not in done.out
    assert "os_glance_importing_to_stores" in shown(run, "a")["properties"]


def test_create_lets_the_service_fetch_the_data(run: Run, elsewhere: str) -> None:
    uri = f"{elsewhere}/image.raw"
    done = run(
        "image", "create", "a", "--uri", uri, "--store", "slow", *RAW, "-f", "json"
    )
    assert (done.exit_code, done.err) == (0, "")
    assert (done.json["status"], done.json["stores"]) == ("active", "slow")
    assert done.json["checksum"] == hashlib.md5(DATA).hexdigest()


def test_a_failed_import_leaves_no_image(run: Run, elsewhere: str) -> None:
    done = run("image", "create", "a", "--uri", f"{elsewhere}/gone", *RAW)
    assert done.exit_code == 1
    assert " failed: " in done.err
    assert " was deleted again" in done.err
    assert names(run) == []


def test_a_failed_import_that_is_not_waited_for_leaves_its_image(
    run: Run, elsewhere: str
) -> None:
    uri = f"{elsewhere}/gone"
    assert run("image", "create", "a", "--uri", uri, "--no-wait", *RAW).exit_code == 0
    assert names(run) == ["a"]


@pytest.mark.parametrize(
    "argv",
    [
        ("--import",),
        ("--uri", "http://a/b", "--file", "x"),
        ("--store", "fast", "--store", "slow"),
        ("--all-stores",),
        ("--disallow-failure",),
        ("--uri", "nowhere"),
    ],
    ids=" ".join,
)
def test_a_creation_that_makes_no_sense_makes_no_image(
    run: Run, argv: tuple[str, ...]
) -> None:
    done = run("image", "create", "a", *argv)
    assert done.exit_code == 2
    assert names(run) == []


def test_a_file_goes_directly_into_the_store_that_is_named(
    run: Run, qcow2: Path
) -> None:
    done = run("image", "create", "a", "--file", qcow2, "--store", "slow", "-f", "json")
    assert done.json["stores"] == "slow"


def stored(**state: str) -> dict[str, Any]:
    """The image of a script, as it is once its import is over."""
    task = {"id": TASK_ID, "status": "success", "message": "", "request_id": None}
    methods = {"import-methods": {"value": ["glance-direct"]}}
    formats = {"disk_format": "raw", "container_format": "bare"}
    image = {"status": "uploading", "id": IMAGE_ID, **formats, **methods}
    return {**image, "tasks": [{**task, **state}]}


def take(request: Handler) -> None:
    request.take_body()
    request.answer(202)


def test_a_store_that_failed_is_a_failure_unless_it_may(
    run_anonymous: Run, glance: ScriptedGlance
) -> None:
    glance.record |= stored() | {"os_glance_failed_import": "slow"}
    glance.on["POST"] = take
    argv = (*glance.options, "image", "import", IMAGE_ID, "--store", "fast", "slow")
    failed = run_anonymous(*argv, "--wait")
    assert failed.exit_code == 1
    assert f"Image {IMAGE_ID} could not be stored in slow." in failed.err
    allowed = run_anonymous(*argv, "--wait", "--allow-failure")
    assert allowed.exit_code == 0
    assert f"Image {IMAGE_ID} could not be stored in slow." in allowed.err


def test_a_failed_task_gives_its_reason(
    run_anonymous: Run, glance: ScriptedGlance
) -> None:
    glance.record |= stored(status="failure", message="The store is full.")
    done = run_anonymous(*glance.options, "image", "import", IMAGE_ID, "--wait")
    assert done.exit_code == 1
    assert f"imagectl: Task {TASK_ID} failed: The store is full.\n" in done.err


def test_wait_works_where_the_service_lists_no_tasks(
    run_anonymous: Run, glance: ScriptedGlance
) -> None:
    glance.record |= stored()
    polls = iter(["importing", "active"])

    def answer(request: Handler) -> None:
        if request.path.endswith("/tasks"):
            request.answer(404)
            return
        if "POST /v2/images/" + IMAGE_ID + "/import" in glance.seen:
            glance.record["status"] = next(polls)
        request.answer(200, glance.record)

    glance.on["GET"] = answer
    done = run_anonymous(
        *glance.options, "image", "import", IMAGE_ID, "--wait", "-f", "json"
    )
    assert (done.exit_code, done.err) == (0, "")
    assert done.json["status"] == "active"
    assert next(polls, None) is None


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["tty", "file"])
def test_how_far_an_import_is_is_said_to_a_terminal_only(stream: io.StringIO) -> None:
    import argparse

    shell = Shell()
    shell.stderr = stream
    waiting = wait_limit(shell, argparse.Namespace(timeout=5))
    assert isinstance(waiting, WaitLimit)
    waiting.say("import: importing; to go: slow")
    said = "imagectl: import: importing; to go: slow\n" if stream.isatty() else ""
    assert stream.getvalue() == said
