"""What can go wrong, and the exit code that says so.

::

    ImagectlError            1  any other failure
    ├── UsageError           2  the command line cannot be carried out as given
    ├── AccessError          3  not authenticated, or not allowed
    ├── NotFoundError        4
    ├── ConflictError        5
    │   └── AmbiguousError   5  a name that matches several records
    ├── ServiceError         6  the service cannot be reached, or answered 5xx
    │   └── UnreachableError 6  no connection, or it broke: may work a moment later
    ├── VerificationError    7  data is not what it should be
    └── WaitTimeoutError     8  gave up waiting

An interrupted program exits with 130, as a shell reports it.
"""

from __future__ import annotations

INTERRUPTED = 130

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
  130  interrupted
"""


class ImagectlError(Exception):
    """A failure that the user is told about in one line.

    ``hint`` is a second line where one helps; ``status`` the HTTP status and
    ``request_id`` the service's own name for the exchange, where there was one;
    ``retry_after_s`` is when the service wants to be asked again, if it said so.
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
    exit_code = 2


class AccessError(ImagectlError):
    exit_code = 3


class NotFoundError(ImagectlError):
    exit_code = 4


class ConflictError(ImagectlError):
    exit_code = 5


class AmbiguousError(ConflictError):
    """A name stands for several records."""


class ServiceError(ImagectlError):
    exit_code = 6


class UnreachableError(ServiceError):
    """Nothing came back, or not all of it."""


class VerificationError(ImagectlError):
    exit_code = 7


class WaitTimeoutError(ImagectlError):
    exit_code = 8


def class_for_status(status: int) -> type[ImagectlError]:
    """Return the class for an HTTP status of 400 or more."""
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
