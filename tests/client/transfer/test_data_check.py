"""The check of data before it is sent: formats, kinds of files, names and pipes."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import logging
import lzma
import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagectl.errors import VerificationError
from imagectl.transfer.beginning import MOST_BYTES
from imagectl.transfer.data_check import check_data
from imagectl.transfer.sources import PipeSource, open_file
from tests.contract.support import data_corpus as corpus
from tests.contract.support.data_verdicts import Sample
from tests.robustness.sizes import size

UNMARKED = ("gpg",)
"""Samples that nothing tells from a raw disk."""
NO_DISKS = {**corpus.STREAMS, **corpus.TEXTS, "empty": b""}
KIB = 1 << 10
Cases = Callable[[int], None]


class Data(Sample):
    """Data under a name of one's own."""

    def __init__(self, data: bytes, name: str = "disk.img") -> None:
        self.name = name
        self._data = data


def check(data: bytes, disk_format: str = "auto", **options: Any) -> str:
    return check_data(Data(data), disk_format, **options)


def refusal(data: bytes, name: str = "disk.img", *formats: str) -> VerificationError:
    with pytest.raises(VerificationError) as caught:
        check_data(Data(data, name), *(formats or ("auto",)))
    return caught.value


def test_formats_are_told() -> None:
    for name, data in corpus.SAFE.items():
        own = name.partition("-")[0]
        expected = own if own in corpus.OWN_FORMATS else "raw"
        assert (name, check(data)) == (name, expected)


@pytest.mark.fault(11)
def test_what_is_no_disk_is_refused_until_raw_is_given(cases: Cases) -> None:
    for name, data in NO_DISKS.items():
        if name in (*UNMARKED, "ascii-then-binary"):
            continue
        error = refusal(data)
        assert error.message.startswith("disk.img is "), name
        assert "--disk-format raw stores it all the same" in error.hint
        assert check(data, "raw") == "raw"
        cases(1)


@pytest.mark.fault(11)
def test_cut_disks_are_not_taken_for_raw_ones(cases: Cases) -> None:
    for name, data in corpus.CUT.items():
        if name in ("iso-cut-32768", "gpt-cut-511"):  # nothing is left to see
            continue
        assert refusal(data), name
        cases(1)


@pytest.mark.fault(11)
def test_more_that_is_no_disk_is_refused(cases: Cases) -> None:
    page = corpus.PAGE.decode()
    for data in (
        b"WithoutFreeSpace" + bytes(KIB),
        b"WithouFreSpacExt" + bytes(KIB),
        b"\x3a\xff\x26\xed\1\0" + bytes(KIB),
        b"\0\5\x16\7" + bytes(KIB),
        b"HTTP/1.1 200 OK\r\n\r\n" + corpus.QCOW2,
        page.encode("utf-16-le"),
        page.encode("utf-16-be"),
        b"<html>\0\1\2" + bytes(KIB),
        b"\n<?xml version='1.0'?>\0" + bytes(KIB),
        "<html><title>找不到页面</title>".encode("gbk"),
        ("Страница не найдена\n" * 40).encode("koi8-r"),
        ("ページが見つかりません。" * 30).encode("shift_jis"),
        b"#!/bin/sh\n# the data follows\n" + bytes(KIB),
        b"SQLite format 3\0" + bytes(KIB),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(KIB),
        b"MZ\x90\0" + bytes(KIB),
        b"\0\0\0\x18ftypmp42" + bytes(KIB),
        b"Salted__" + random.Random(1).randbytes(KIB),
        b"VMA\0\0\0\0\1" + bytes(KIB),
        b"LibvirtQemudSave" + bytes(KIB),
    ):
        assert "--disk-format raw stores it all the same" in refusal(data).hint
        cases(1)


MARKUP = (
    "<html>",
    "<!doctype html>",
    "<HTML lang='de'>",
    "<head>",
    "<body>",
    "<?xml?>",
)
BLANKS = st.text(" \t\r\n", max_size=8)
WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=200
)


@pytest.mark.fault(11)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_drawn_pages_and_texts_are_refused(encoding: str, cases: Cases) -> None:
    @settings(max_examples=size(20, 400), deadline=None, database=None)
    @given(BLANKS, st.sampled_from(MARKUP), WORDS, BLANKS)
    def run(before: str, start: str, words: str, after: str) -> None:
        cases(1)
        page = f"{before}{start}{words}{after}".encode(encoding, "xmlcharrefreplace")
        assert " is a" in refusal(page).message

    run()


@pytest.mark.fault(11)
@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_drawn_compressed_data_is_refused(
    pack: Callable[[bytes], bytes], cases: Cases
) -> None:
    @settings(max_examples=size(10, 200), deadline=None, database=None)
    @given(st.binary(max_size=2000))
    def run(data: bytes) -> None:
        cases(1)
        assert "stream" in refusal(pack(data)).message

    run()


@pytest.mark.fault(15)
def test_short_data_makes_no_library_speak(
    cases: Cases, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.WARNING)

    @settings(max_examples=size(60, 2000), deadline=None, database=None)
    @given(
        st.sampled_from(
            [b"", b"KDMV", b"A" * 600, b"conectix", b"vhdxfile", b"LUKS\xba"]
        ),
        st.binary(max_size=700),
        st.sampled_from(["auto", "raw", "vmdk", "vhd", "ami"]),
    )
    def run(start: bytes, rest: bytes, disk_format: str) -> None:
        cases(1)
        try:
            check(start + rest, disk_format)
        except VerificationError as error:
            assert "\n" not in str(error)

    run()
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.fault(11)
@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("a.qcow2", "zeros"),
        ("a.QCOW2", "vmdk-sparse"),
        ("dir.x/a.vmdk", "qcow2-v3"),
        ("a.vhd", "noise"),
        ("a.vhdx", "vhd-dynamic"),
        ("a.vdi", "mbr"),
        ("a.iso", "ext4"),
        ("http://host/a.iso", "gpt"),
        ("a.raw", "qcow2-v2"),
        ("a.tar.gz", "noise"),
        ("a.zip", "zeros"),
        ("a.ova", "noise"),
    ],
)
def test_a_name_that_says_something_else_is_refused(name: str, sample: str) -> None:
    error = refusal(corpus.SAFE[sample], name)
    suffix = name.rpartition(".")[2]
    found = check(corpus.SAFE[sample])
    assert error.message == f"{name} is called .{suffix}, but is found to be {found}"
    assert error.hint.endswith(f"--disk-format {found} stores it all the same")
    assert check_data(Data(corpus.SAFE[sample], name), found) == found


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("a.qcow2", "qcow2-v3"),
        ("a.ISO", "iso-udf"),
        ("a.vpc", "vhd-dynamic"),
        ("a.qcow2.gz", "qcow2-v3"),  # unpacked on its way
        ("a.raw", "gpt"),
        ("a.img", "vdi"),
        ("standard input", "zeros"),
        ("a.qcow2.old", "zeros"),
    ],
)
def test_names_that_fit_or_say_nothing_are_taken(name: str, sample: str) -> None:
    check_data(Data(corpus.SAFE[sample], name), "auto")


@pytest.mark.fault(12)
def test_the_check_that_refuses_data_is_named(cases: Cases) -> None:
    for name, check_name in {
        "qcow2-backed": "backing_file",
        "qcow2-data-file": "data_file",
        "qcow2-unknown-feature": "unknown_features",
        "vmdk-flat": "descriptor",
        "vmdk-footer-missing": "footer",
        "luks-2": "version",
        "kernel": "mbr",
        "vhd-cut-511": "header",
    }.items():
        for disk_format in ("auto", "raw"):
            error = refusal(corpus.CORPUS[name], "disk.img", disk_format)
            assert "is not safe to use" in error.message
            assert f"({check_name})" in error.message
            assert "--allow-unsafe sends it all the same" in error.hint
            check(corpus.CORPUS[name], disk_format, allow_unsafe=True)
            cases(1)


@pytest.mark.fault(12)
def test_data_of_two_formats_is_refused_as_either(cases: Cases) -> None:
    for name in ("iso-in-qcow2", "iso-in-vdi", "mbr-in-qcow2", "vdi-in-vhd"):
        for disk_format in ("auto", "raw", name.rpartition("-")[2]):
            error = refusal(corpus.POLYGLOTS[name], "disk.img", disk_format)
            assert "is of several formats" in error.message
            cases(1)


def test_a_hybrid_iso_is_an_iso_and_no_raw_disk() -> None:
    data = corpus.POLYGLOTS["iso-hybrid-mbr"]
    assert check(data) == check(data, "iso") == "iso"
    error = refusal(data, "disk.img", "raw")
    assert error.message == "disk.img is of several formats: gpt, iso"
    assert error.hint.endswith("has the disk format iso")  # copy has no such option


def test_a_format_that_no_service_takes_is_refused() -> None:
    assert "looks like qed, which" in refusal(corpus.DANGEROUS["qed"]).message


def test_text_is_called_what_it_is() -> None:
    for data, title in (
        (b'{"error": 404}', "a JSON document"),
        (b"[1, 2]", "a JSON document"),
        (b"[Unit]\nAfter=x", "text"),
        (b"{\\rtf1 hello}", "text"),
    ):
        assert refusal(data).message == f"disk.img is {title}"


def test_what_a_page_looks_like_is_said_for_a_given_format() -> None:
    error = refusal(corpus.PAGE, "disk.img", "qcow2")
    assert "is not in the format 'qcow2'; it looks like a web page" in error.message


@pytest.mark.fault(11)
def test_containers_hold_no_pages_and_are_not_inspected(cases: Cases) -> None:
    for data in (corpus.PAGE, b"", corpus.POINTER, corpus.OVF):
        assert refusal(data, "box.ova", "auto", "ova")
        assert check(data, "vmdk", container_format="ova") == "vmdk"
        cases(1)
    assert check(corpus.OVF, container_format="ovf") == "raw"
    assert check(corpus.archive("tar"), container_format="ova") == "raw"
    assert check(corpus.DANGEROUS["kernel"], "aki", container_format="aki") == "aki"


def test_the_footer_of_a_large_streamed_disk_is_seen(tmp_path: Path) -> None:
    for name, is_safe in (("vmdk-stream-footer", True), ("vmdk-footer-missing", False)):
        data = corpus.CORPUS[name]
        path = tmp_path / f"{name}.vmdk"
        path.write_bytes(data[:-1536])
        os.truncate(path, MOST_BYTES + 4096)
        with path.open("ab") as file:
            file.write(data[-1536:])
        with open_file(str(path)) as source:
            if is_safe:
                assert check_data(source, "auto") == "vmdk"
            else:
                with pytest.raises(VerificationError, match=r"\(footer\)"):
                    check_data(source, "auto")


@contextlib.contextmanager
def pipe_of(data: bytes, steps: Callable[[], int]) -> Iterator[PipeSource]:
    """Open a source that gets ``data`` in pieces, which a thread writes."""
    reading, writing = os.pipe()

    def write() -> None:
        position = 0
        with open(writing, "wb", buffering=0) as file:
            while position < len(data):
                position += file.write(data[position : position + steps()]) or 0

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    with open(reading, "rb", buffering=0) as file:
        yield PipeSource(file, "standard input", None)
        thread.join()


@pytest.mark.fault(11)
@pytest.mark.parametrize(
    "name", ["iso", "vhdx", "tar", "qcow2-v3", "vhdx-metadata-at-2-mib"]
)
def test_a_slow_pipe_is_seen_whole_and_not_lost(name: str) -> None:
    drawn = random.Random(name)
    data = corpus.CORPUS[name]
    with pipe_of(data, lambda: drawn.randrange(1, 50_000)) as source:
        if name == "tar":
            with pytest.raises(VerificationError, match="a tar archive"):
                check_data(source, "auto")
        else:
            assert check_data(source, "auto") == name.partition("-")[0]
        assert b"".join(source.blocks()) == data


@pytest.mark.fault(12)
@pytest.mark.parametrize("extra", [-1, 0, 1, 70_000, 1 << 20])
def test_a_long_look_at_a_pipe_loses_nothing(extra: int) -> None:
    data = corpus.vmdk_with_footer()[:-1536].ljust(MOST_BYTES + extra, b"\7")
    with pipe_of(data, lambda: 65_000) as source:
        check_data(source, "vmdk", allow_unsafe=True)
        assert source.is_rewindable
        assert b"".join(source.blocks()) == data
