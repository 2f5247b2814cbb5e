"""The errors that imagectl reports, each with its exit code.

::

    ImagectlError            1  any other failure
    ├── NoDataError          1  an image has no data, although data is needed
    ├── UsageError           2  the command line cannot be carried out as given
    ├── AccessError          3  not authenticated, or not allowed
    ├── NotFoundError        4
    ├── ConflictError        5
    │   └── AmbiguousError   5  a name matches several records
    ├── ServiceError         6  the service cannot be reached, or answered 5xx
    │   ├── TooLongError     6  an answer is longer than is taken into memory
    │   └── UnreachableError 6  no connection, or it broke: a retry may help
    ├── VerificationError    7  data does not match its checksum, signature or format
    ├── WaitTimeoutError     8  a time limit passed while waiting
    └── OutputError         74  standard output cannot be written

An interrupted program exits with 129, 130 or 143, as shells report it; one whose reader
went away with 141.
"""

from __future__ import annotations

DIFFERS = 9
"""What ``image sync --dry-run --detailed-exitcode`` exits with where there is something
to do. It is no 2, as other programs have it: that is wrong usage here."""
INTERRUPTED = 130
UNREAD = 141

EXIT_CODES = """\
exit codes:
  0  done
  1  any other failure
  2  wrong usage
  3  not authenticated, or not allowed
  4  not found
  5  conflict, or a name that matches several
  6  the service cannot be reached, or answered 5xx
  7  data did not verify
  8  timed out while waiting
  9  image sync --dry-run --detailed-exitcode: there is something to do
  74  standard output could not be written
  129  ended by SIGHUP
  130  interrupted
  141  the reader of standard output went away
  143  ended by SIGTERM
"""


class ImagectlError(Exception):
    """An error that is printed as one line, without a traceback.

    ``hint`` is printed as a second line, unless it is "". ``status`` is the HTTP status
    and ``request_id`` the id that the service gave the request, for an error that a
    service answered. ``retry_after_s`` is in how many seconds the service asks for the
    next try, from its header ``Retry-After``.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: int | None = None,
        request_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status
        self.request_id = request_id
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        parts = [self.message]
        if self.status is not None:
            parts.append(f"(HTTP {self.status})")
        if self.request_id:
            parts.append(f"(Request-ID: {self.request_id})")
        return " ".join(parts)


class UsageError(ImagectlError):
    """The command line or a configuration file is wrong."""

    exit_code = 2


class AccessError(ImagectlError):
    """The user is not authenticated, or not allowed to do this."""

    exit_code = 3


class NotFoundError(ImagectlError):
    """The record, or the URL, does not exist."""

    exit_code = 4


class ConflictError(ImagectlError):
    """The state of a record does not allow this, or its name is taken."""

    exit_code = 5


class AmbiguousError(ConflictError):
    """A name matches several records."""


class ServiceError(ImagectlError):
    """A service cannot be reached, is not in the catalog, or answered 5xx."""

    exit_code = 6


class UnreachableError(ServiceError):
    """A request got no answer, or only a part of it; a retry may help."""


class TooLongError(ServiceError):
    """An answer is longer than is taken into memory."""


class VerificationError(ImagectlError):
    """Data does not match its checksum, its signature or its format."""

    exit_code = 7


class NoDataError(ImagectlError):
    """An image has no data, although data is needed."""


class WaitTimeoutError(ImagectlError):
    """A time limit passed while waiting."""

    exit_code = 8


class OutputError(ImagectlError):
    """Standard output cannot be written."""

    exit_code = 74


def is_text(text: str) -> bool:
    """Return whether ``text`` can be sent; Python keeps undecodable bytes otherwise."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def class_for_status(status: int) -> type[ImagectlError]:
    """Return the class of error for an HTTP status of 400 or more."""
    if status >= 500:
        return ServiceError
    return {
        401: AccessError,
        403: AccessError,
        404: NotFoundError,
        408: ServiceError,
        409: ConflictError,
        410: NotFoundError,
    }.get(status, ImagectlError)
