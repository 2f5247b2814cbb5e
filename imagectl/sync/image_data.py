"""The data of a declared image, from a file or a URL, and its checksum."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imagectl.errors import (
    UnreachableError,
    UsageError,
    VerificationError,
    class_for_status,
)
from imagectl.sync.values import Checksum
from imagectl.transfer.digest import USUAL_ALGORITHM, Digest
from imagectl.transfer.sources import BLOCK_BYTES, FileSource, Source

if TYPE_CHECKING:
    import requests

    from imagectl.sync.declaration import DeclaredImage

TIMEOUTS_S = (30.0, 60.0)
"""To connect, and between two blocks."""


def find_checksum(image: DeclaredImage) -> Checksum:
    """Return the declared checksum, or else compute that of the file.

    Raises :class:`UsageError` for a file that cannot be read.
    """
    if image.checksum or image.file is None:
        assert image.checksum  # a declaration with a URL has one
        return image.checksum
    try:
        _check_kind(image.file)
        with (
            image.file.open("rb", buffering=0) as file,
            Digest([USUAL_ALGORITHM]) as digest,
        ):
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        problem = f"{image.place}: file: {image.file}: {error.strerror}"
        raise UsageError(problem) from error
    return Checksum(USUAL_ALGORITHM, digest.values()[USUAL_ALGORITHM])


@contextlib.contextmanager
def open_image_data(image: DeclaredImage, checksum: Checksum) -> Iterator[Source]:
    """Open the data of a declared image as a source for an upload.

    The source compares the data with ``checksum`` when an upload has read all of it.
    Raises :class:`VerificationError` for a file that is not in the declared disk
    format, :class:`OSError` for a file that cannot be opened, and another
    :class:`ImagectlError` for a URL that does not answer with 200.
    """
    if image.url:
        yield UrlSource(image.url, checksum)
        return
    assert image.file
    _check_kind(image.file)
    with image.file.open("rb", buffering=0) as file:
        source = FileSource(file, str(image.file), image.file.stat().st_size)
        if image.attributes["container_format"] == "bare":
            source.check_format(image.attributes["disk_format"])
        yield CheckedFileSource(source, checksum)


def _check_kind(file: Path) -> None:
    """Raise :class:`UsageError` for what need not have an end: pipes and devices."""
    mode = file.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode) or stat.S_ISDIR(mode)):
        raise UsageError(f"{file} is no regular file")


class CheckedFileSource:
    """A source that reads a file and compares its data with a checksum."""

    is_rewindable = True

    def __init__(self, file: FileSource, checksum: Checksum) -> None:
        self.name = file.name
        self.size_bytes = file.size_bytes
        self.checksum = checksum
        self.algorithms = _algorithms(checksum)
        self._file = file

    def blocks(self) -> Iterator[bytes]:
        return self._file.blocks()

    def check(self, digest: Digest) -> None:
        self._file.check(digest)
        _compare(self.name, digest, self.checksum)


class UrlSource:
    """A source that fetches a URL, and compares the data with a checksum.

    Each attempt of an upload fetches the URL again. No content encoding is accepted,
    so the data is that which the server stores.
    """

    is_rewindable = True

    def __init__(self, url: str, checksum: Checksum) -> None:
        self.name = strip_secrets(url)
        self.checksum = checksum
        self.algorithms = _algorithms(checksum)
        self._url = url
        self._answer: requests.Response | None = self._open()
        self.size_bytes = _read_length(self._answer)

    def blocks(self) -> Generator[bytes, None, None]:
        from urllib3.exceptions import HTTPError

        from imagectl.http.time_limits import lift

        answer, self._answer = self._answer or self._open(), None
        with answer:
            lift(answer)
            try:
                yield from answer.raw.stream(BLOCK_BYTES, decode_content=False)
            except HTTPError as error:
                raise UnreachableError(f"{self.name} broke off: {error}") from error

    def check(self, digest: Digest) -> None:
        _compare(self.name, digest, self.checksum)

    def _open(self) -> requests.Response:
        import requests

        from imagectl.http.transport import open_public_http

        http = open_public_http(self._url)
        try:
            answer = http.get(
                self._url,
                headers={"Accept-Encoding": "identity"},
                stream=True,
                timeout=TIMEOUTS_S,
            )
        except requests.RequestException as error:
            raise UnreachableError(f"Unable to reach {self.name}") from error
        if answer.status_code != 200:
            answer.close()
            kind = class_for_status(answer.status_code)
            raise kind(f"{self.name}: {answer.reason}", status=answer.status_code)
        return answer


def strip_secrets(url: str) -> str:
    """Return a URL without user, password and query, which may hold a signature."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def _algorithms(checksum: Checksum) -> tuple[str, ...]:
    return tuple(dict.fromkeys([checksum.algorithm, USUAL_ALGORITHM]))


def _read_length(answer: requests.Response) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _compare(name: str, digest: Digest, checksum: Checksum) -> None:
    """Raise :class:`VerificationError` if the data does not have the checksum."""
    found = digest.values()[checksum.algorithm]
    if found != checksum.value:
        raise VerificationError(
            f"{name} is not what is declared: its {checksum.algorithm} is {found}"
        )
