"""Where the data of a declared image comes from: a file, or a URL."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
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
"""For a connection, and for the next byte."""


def checksum_of(image: DeclaredImage) -> Checksum:
    """Return the declared checksum, or that of the file as it is now.

    Raises :class:`UsageError` for a file that cannot be read.
    """
    if image.checksum or image.file is None:
        assert image.checksum  # no URL comes without
        return image.checksum
    try:
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
def open_origin(image: DeclaredImage, checksum: Checksum) -> Iterator[Source]:
    """Open the data of a declared image, which is to have ``checksum``.

    Raises :class:`ImagectlError` where it cannot be had, and
    :class:`VerificationError` for a file that is not of the declared format.
    """
    if image.url:
        yield UrlSource(image.url, checksum)
        return
    assert image.file
    with image.file.open("rb", buffering=0) as file:
        source = FileSource(file, str(image.file), image.file.stat().st_size)
        if image.attributes["container_format"] == "bare":
            source.check_format(image.attributes["disk_format"])
        yield CheckedFile(source, checksum)


class CheckedFile:
    """A file of which the checksum is known."""

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
    """What a web server has, as it stores it; asked for anew by each attempt."""

    is_rewindable = True

    def __init__(self, url: str, checksum: Checksum) -> None:
        self.name = shown(url)
        self.checksum = checksum
        self.algorithms = _algorithms(checksum)
        self._url = url
        self._answer: requests.Response | None = self._open()
        self.size_bytes = _length(self._answer)

    def blocks(self) -> Generator[bytes, None, None]:
        from urllib3.exceptions import HTTPError

        answer, self._answer = self._answer or self._open(), None
        with answer:
            try:
                yield from answer.raw.stream(BLOCK_BYTES, decode_content=False)
            except HTTPError as error:
                raise UnreachableError(f"{self.name} broke off: {error}") from error

    def check(self, digest: Digest) -> None:
        _compare(self.name, digest, self.checksum)

    def _open(self) -> requests.Response:
        import requests

        try:
            answer = requests.get(
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


def shown(url: str) -> str:
    """Return a URL without what may be secret in it: a password, a signature."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def _algorithms(checksum: Checksum) -> tuple[str, ...]:
    return tuple(dict.fromkeys([checksum.algorithm, USUAL_ALGORITHM]))


def _length(answer: requests.Response) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _compare(name: str, digest: Digest, checksum: Checksum) -> None:
    found = digest.values()[checksum.algorithm]
    if found != checksum.value:
        raise VerificationError(
            f"{name} is not what is declared: its {checksum.algorithm} is {found}"
        )
