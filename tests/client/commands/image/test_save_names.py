"""``image save``: under which names, and which files of the user it leaves alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagectl.commands.image.save import file_names
from imagectl.errors import ConflictError
from imagectl.output import escape
from tests.client.support.faulty_glance import FaultyGlance
from tests.client.support.scripted_glance import IMAGE_ID
from tests.conftest import Run
from tests.robustness.sizes import size

DATA = b"the data of the image"
MEETING = [
    "x",
    "x.part",
    "X",
    "x.part.json",
    "é",
    "e\u0301",
    "a/b",
    "a_b",
    ".a_b",
    "_a_b",
]
HOSTILE = [
    "/../../x",
    "../x",
    "..",
    ".",
    "/",
    "\0",
    "a\nb",
    "\x1b[2J",
    "\u202egnp",
    "\ud800",
    "\\..\\x",
    "CON",
    "nul.txt",
    "-rf",
    "~",
    "x" * 300,
    "é" * 200,
    " ",
    ".part",
    "ß",
    "SS",
    "\ufb01",  # one letter that folds to two
]
TEXTS = st.sampled_from(HOSTILE + MEETING) | st.text(max_size=20)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {"id": TEXTS, "name": TEXTS | st.none(), "disk_format": TEXTS | st.none()}
    ),
    max_size=6,
)


def fold(name: str) -> str:
    return normalize("NFC", normalize("NFC", name).casefold())


@pytest.mark.fault(8, 19)
def test_names_are_single_components_that_never_meet(
    tmp_path: Path, cases: Callable[[int], None]
) -> None:
    count = 0

    @given(RECORDS)
    @settings(max_examples=size(25, 4000), deadline=None, database=None)
    def check(records: list[dict[str, Any]]) -> None:
        nonlocal count
        count += 1
        try:
            names = file_names(records)
        except ConflictError:
            return
        files = [n + end for n in names for end in ("", ".part", ".part.json")]
        assert len({fold(name) for name in files}) == len(files)
        for name in names:
            assert name == os.path.basename(name) == escape(name)
            assert not name.startswith((".", "-"))
            assert "\\" not in name
            assert len(name.encode()) <= 245
            (tmp_path / f"{name}.part.json").touch()

    check()
    cases(count)


def store(run: Run, tmp_path: Path, name: str, data: bytes) -> str:
    source = tmp_path / "data"
    source.write_bytes(data)
    argv = ("image", "create", name, "--file", source, "--disk-format", "raw")
    return str(run(*argv, "-f", "json").json["id"])


@pytest.mark.fault(8)
def test_every_image_of_a_batch_has_a_file_of_its_own(
    run: Run, tmp_path: Path, cases: Callable[[int], None]
) -> None:
    names = [*MEETING, "x", "x.raw", "x.raw.part"]
    stored = {store(run, tmp_path, name, name.encode()): name for name in names}
    for images in (["--all"], [*stored, *stored]):
        folder = tmp_path / f"saved-{len(images)}"
        done = run("image", "save", *images, "--directory", folder)
        assert (done.exit_code, done.out, done.err) == (0, "", "")
        saved = list(folder.iterdir())
        assert sorted(path.read_bytes() for path in saved) == sorted(
            name.encode() for name in names
        )
        assert len({fold(path.name) for path in saved}) == len(names)
        cases(len(names))


@pytest.fixture
def glance() -> Iterator[FaultyGlance]:
    with FaultyGlance().serving() as faulty:
        assert isinstance(faulty, FaultyGlance)
        faulty.hold(DATA)
        yield faulty


@pytest.mark.fault(19)
@pytest.mark.parametrize("key", ["name", "disk_format", "id"])
def test_what_the_service_says_leads_out_of_no_directory(
    run_anonymous: Run,
    glance: FaultyGlance,
    tmp_path: Path,
    key: str,
    cases: Callable[[int], None],
) -> None:
    for number, text in enumerate(HOSTILE[:: size(5, 1)]):
        folder = tmp_path / key / str(number) / "saved"
        glance.record |= {"name": "odd", "disk_format": "raw", "id": IMAGE_ID}
        glance.record[key] = text
        argv = ("image", "save", IMAGE_ID, "--directory", folder)
        run_anonymous(*glance.options, *argv)
        found = [path for path in folder.parent.rglob("*") if path.is_file()]
        assert [path.parent for path in found] in ([folder], []), text
    cases(number + 1)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "saved"
    folder.mkdir()
    return folder / "a"


Save = Callable[..., Any]


@pytest.fixture
def save(run_anonymous: Run, glance: FaultyGlance, target: Path) -> Save:
    argv = (*glance.options, "image", "save", IMAGE_ID, "--file", target)
    return lambda *more: run_anonymous(*argv, *more)


OPTIONS = ([], ["--continue"], ["--force"], ["--parallel", "2"], ["--sparse"])


@pytest.mark.fault(19)
@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_a_part_of_the_users_is_not_written_to(
    save: Save, target: Path, options: list[str]
) -> None:
    own = target.with_name("a.part")
    own.write_bytes(b"mine")
    done = save(*options)
    assert done.exit_code == 5
    assert done.err.startswith(f"imagectl: {own} is not a download of imagectl's.")
    assert own.read_bytes() == b"mine"
    assert [path.name for path in target.parent.iterdir()] == ["a.part"]


@pytest.mark.fault(19)
@pytest.mark.parametrize("text", ["mine", "{}", '{"offset": 3}', "[]", "x" * 5000])
def test_notes_of_the_users_are_not_written_to(
    save: Save, target: Path, text: str
) -> None:
    own = target.with_name("a.part.json")
    own.write_text(text)
    assert save().exit_code == 0
    assert (own.read_text(), target.read_bytes()) == (text, DATA)


@pytest.mark.fault(19)
@pytest.mark.parametrize("name", ["a.part", "a.part.json", "a"])
@pytest.mark.parametrize("link", [os.link, os.symlink], ids=["hard", "symbolic"])
def test_nothing_is_written_through_a_link(
    run_anonymous: Run, glance: FaultyGlance, target: Path, name: str, link: Any
) -> None:
    glance.record |= {"name": "a", "disk_format": None}
    victim = target.parent.parent / "victim"
    for text in ("", "mine"):
        for options in OPTIONS:
            victim.write_text(text)
            link(victim, target.with_name(name))
            argv = ("image", "save", IMAGE_ID, "--directory", target.parent, *options)
            run_anonymous(*glance.options, *argv)
            assert victim.read_text() == text
            for path in target.parent.iterdir():
                path.unlink()


@pytest.mark.fault(19)
def test_a_link_to_nowhere_is_not_followed_in_a_directory(
    run_anonymous: Run, glance: FaultyGlance, target: Path
) -> None:
    glance.record |= {"name": "a", "disk_format": None}
    target.symlink_to(target.parent.parent / "elsewhere")
    argv = ("image", "save", IMAGE_ID, "--directory", target.parent)
    done = run_anonymous(*glance.options, *argv)
    assert done.exit_code == 5
    assert done.err == f"imagectl: {target} is not a regular file.\n"
    assert not target.exists()


@pytest.mark.fault(19)
@pytest.mark.parametrize("length", [240, 245, 246, 250, 255])
def test_a_name_as_long_as_a_disk_takes_is_saved(
    run_anonymous: Run, glance: FaultyGlance, tmp_path: Path, length: int
) -> None:
    target = tmp_path / ("n" * length)
    argv = ("image", "save", IMAGE_ID, "--file", target)
    assert run_anonymous(*glance.options, *argv).exit_code == 0
    assert target.read_bytes() == DATA


@pytest.mark.fault(19)
@pytest.mark.parametrize("kind", ["/dev/null", "/dev/fd/1", "fifo"])
def test_devices_and_pipes_take_the_data_itself(
    run_anonymous: Run, glance: FaultyGlance, tmp_path: Path, kind: str
) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    file = fifo if kind == "fifo" else kind
    argv = ("image", "save", IMAGE_ID, "--file", file)
    done = run_anonymous(*glance.options, *argv)
    assert (done.exit_code, done.err) == (0, "")
    assert done.out.encode() == (DATA if kind == "/dev/fd/1" else b"")
    read = os.read(reader, 100)
    assert read == (DATA if kind == "fifo" else b"")
    os.close(reader)


NOTES = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"[" * 2000,
    b'{"a":' * 1000,
    b"\xff\xfe",
    b"x" * 100_000,
    b'{"offset": 3}',
    b'{"id": null, "size": null, "hashes": null, "offset": 3}',
]
OFFSETS = ["-5", "-0.5", "3.0", "true", "null", '"3"', "[3]", "1e999", "NaN", "9" * 99]


@pytest.mark.fault(17)
@pytest.mark.parametrize("how", ["file", "directory", "unreadable", "other image"])
def test_damaged_notes_mean_a_download_from_the_start(
    save: Save, glance: FaultyGlance, target: Path, how: str, cases: Any
) -> None:
    part, notes = target.with_name("a.part"), target.with_name("a.part.json")
    right = f'{{"id": "{IMAGE_ID}", "size": {len(DATA)}, "hashes": %s, "offset": %s}}'
    hashes = json.dumps({"sha512": glance.record["os_hash_value"]})
    drawn = [(right % (hashes, offset)).encode() for offset in OFFSETS]
    contents = [*NOTES, *drawn][:: size(3, 1)] if how == "file" else [drawn[0]]
    for content in contents:
        part.write_bytes(b"xxx")
        if how == "directory":
            notes.mkdir()
        else:
            notes.write_bytes(content)
        if how == "unreadable":
            notes.chmod(0)
        if how == "other image":
            notes.write_bytes((right % ("{}", "3")).encode())
        for more in (["--continue"], ["--continue", "--force"]):
            done = save(*more)
            assert (done.exit_code, done.err) == (0, ""), content
            assert target.read_bytes() == DATA
        target.unlink()
        assert not part.exists()
        if how == "file":
            assert not notes.exists()
    cases(len(contents))


@pytest.mark.fault(10)
@pytest.mark.parametrize("command", ["save", "save to stdout", "audit"])
def test_data_without_a_hash_is_said_not_to_be_verified(
    run_anonymous: Run, glance: FaultyGlance, target: Path, command: str
) -> None:
    for hashes in (
        {"os_hash_algo": None, "os_hash_value": None, "checksum": None},
        {"os_hash_algo": "shake_128", "os_hash_value": "00", "checksum": ""},
        {"os_hash_algo": "nonsense", "os_hash_value": "00", "checksum": None},
    ):
        glance.record |= hashes
        argv = {
            "save": ("image", "save", IMAGE_ID, "--file", target, "--force"),
            "save to stdout": ("image", "save", IMAGE_ID, "--file", "-"),
            "audit": ("image", "audit", IMAGE_ID, "-f", "value"),
        }[command]
        done = run_anonymous(*glance.options, *argv)
        assert done.exit_code == 0
        said = (
            f"The data of image {IMAGE_ID} was not verified: its image states no hash"
        )
        assert done.err == f"imagectl: {said}\n"


@pytest.mark.fault("P30")
def test_what_ctrl_c_keeps_is_told_with_the_programs_name(
    run_anonymous: Run, glance: FaultyGlance, target: Path, monkeypatch: Any
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    glance.faults = [glance.cut_after(5)]
    monkeypatch.setattr("imagectl.http.retries.Retries.wait", interrupt)
    argv = ("image", "save", IMAGE_ID, "--file", target)
    done = run_anonymous(*glance.options, *argv)
    assert done.exit_code == 130
    said = f"imagectl: 5 of {len(DATA)} bytes are kept in {target}.part;"
    assert done.err == f"{said} --continue goes on from there\n"
