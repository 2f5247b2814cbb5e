"""The data of a declared image, from a file or a URL, and its checksum."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imagectl.errors import (
    ImagectlError,
    UnreachableError,
    UsageError,
    VerificationError,
    class_for_status,
)
from imagectl.sync.values import Checksum
from imagectl.transfer.data_check import check_data
from imagectl.transfer.digest import USUAL_ALGORITHM, Digest
from imagectl.transfer.formats import AUTO
from imagectl.transfer.sources import BLOCK_BYTES, FileSource, ReadAhead, Source

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
def open_image_data(
    image: DeclaredImage, checksum: Checksum, *, allow_unsafe: bool = False
) -> Iterator[Source]:
    """Open the data of a declared image as a source for an upload.

    The source compares the data with ``checksum`` when an upload has read all of it.
    Raises :class:`VerificationError` for data that is not in the declared disk format
    or, without ``allow_unsafe``, not safe, :class:`OSError` for a file that cannot be
    opened, and another :class:`ImagectlError` for a URL that does not answer with 200.
    """
    formats = {
        key: image.attributes[key] for key in ("disk_format", "container_format")
    }
    if image.url:
        fetched = UrlSource(image.url, checksum)
        check_data(fetched, **formats, allow_unsafe=allow_unsafe)
        yield fetched
        return
    assert image.file
    _check_kind(image.file)
    with image.file.open("rb", buffering=0) as file:
        source = FileSource(file, str(image.file), image.file.stat().st_size)
        check_data(source, **formats, allow_unsafe=allow_unsafe)
        yield CheckedFileSource(source, checksum)


def _check_kind(file: Path) -> None:
    """Raise :class:`UsageError` for what need not have an end: pipes and devices."""
    mode = file.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode) or stat.S_ISDIR(mode)):
        raise UsageError(f"{file} is no regular file")


def find_format(url: str, *, allow_unsafe: bool = False) -> str:
    """Return the disk format of the data at a URL, by its beginning.

    Raises :class:`UsageError` where it cannot be read from here, and
    :class:`VerificationError` as :func:`check_data` does.
    """
    try:
        with contextlib.closing(UrlSource(url)) as source:
            return check_data(source, AUTO, allow_unsafe=allow_unsafe)
    except VerificationError:
        raise
    except ImagectlError as error:
        raise UsageError(
            f"The disk format cannot be found out: {error}",
            hint="say what it is with --disk-format",
        ) from error


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
    """A source that fetches a URL, and compares the data with a checksum, if any.

    Each attempt of an upload fetches the URL again. No content encoding is accepted,
    so the data is that which the server stores.
    """

    is_rewindable = True

    def __init__(self, url: str, checksum: Checksum | None = None) -> None:
        self.name = strip_secrets(url)
        self.checksum = checksum
        self.algorithms = _algorithms(checksum)
        self._url = url
        self._answer: requests.Response | None = self._open()
        self.size_bytes = _read_length(self._answer)
        self._ahead = ReadAhead(self._stream(self._answer))

    def peek(self, size_bytes: int) -> bytes:
        return self._ahead.peek(size_bytes)

    def peek_end(self, size_bytes: int) -> bytes | None:
        return None

    def blocks(self) -> Generator[bytes, None, None]:
        if self._answer is None:
            self._ahead = ReadAhead(self._stream(self._open()))
        self._answer = None
        yield from self._ahead

    def check(self, digest: Digest) -> None:
        if self.checksum:
            _compare(self.name, digest, self.checksum)

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()

    def _stream(self, answer: requests.Response) -> Iterator[bytes]:
        from urllib3.exceptions import HTTPError

        from imagectl.http.time_limits import lift

        with answer:
            lift(answer)
            try:
                yield from answer.raw.stream(BLOCK_BYTES, decode_content=False)
            except HTTPError as error:
                raise UnreachableError(f"{self.name} broke off: {error}") from error

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


def _algorithms(checksum: Checksum | None) -> tuple[str, ...]:
    own = [checksum.algorithm] if checksum else []
    return tuple(dict.fromkeys([*own, USUAL_ALGORITHM]))


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
