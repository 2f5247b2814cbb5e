"""The faults of a cloud: what a test adds, and which requests each of them hits.

A test says which requests go wrong, and how::

    cloud.faults.add("PUT", "/v2/images/*/file", cut_after=1000, times=1)
    cloud.faults.add("GET", "/v2/images/*/file", flip_at="50%")
    cloud.faults.add(path="/v3/*", status=503, headers={"Retry-After": "1"}, after=2)

``faults/middleware.py`` does to a request and its answer what the fault says.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from mockserver.faults.fault import Fault, Moment, Place

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class ArmedFault:
    """A fault that was added to a cloud, with what it did so far.

    ``number`` identifies it: :meth:`Faults.remove` takes it, and so does ``mockserver
    fault clear``; the exchanges in the journal name the fault that hit them by it. The
    first fault of a cloud has number 1, and no number is used twice. ``fault`` holds
    the settings. ``seen`` counts the requests that matched method and path and that no
    earlier fault hit; ``hits`` counts those of them that went wrong, so a test can
    assert that its fault was met::

        fault = cloud.faults.add("GET", "/v2/images", status=503, times=1)
        ...
        assert fault.hits == 1
    """

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.seen = 0
        self.hits = 0
        self.removed = threading.Event()
        """Set when the fault is removed: requests that it delays or stalls go on."""

    def describe(self) -> dict[str, Any]:
        """Return the fault as ``/_mock/faults`` shows it: id, settings and hits."""
        return {"id": self.number, **self.fault.to_document(), "hits": self.hits}

    def take(self, method: str, path: str) -> bool:
        """Count a request if it matches, and tell whether the fault hits it.

        Not safe to call from several threads at once: :class:`Faults` holds its lock.
        """
        fault = self.fault
        if fault.method not in ("*", method) or not fnmatchcase(path, fault.path):
            return False
        self.seen += 1
        if self.seen <= fault.after or self.hits == fault.times:
            return False
        self.hits += 1
        return True


class Faults:
    """The faults of a cloud, in the order they were added; ``cloud.faults``.

    Iterating yields them, ``len()`` counts them. A request is hit by one fault at most:
    by the first that matches it and is not used up. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._armed: list[ArmedFault] = []
        self._last_number = 0
        self._lock = threading.Lock()

    def add(
        self,
        method: str = "*",
        path: str = "*",
        *,
        after: int = 0,
        times: int | None = None,
        delay_s: float = 0.0,
        expire_token: bool = False,
        status: int | None = None,
        headers: Mapping[str, str] = _NO_HEADERS,
        body: str = "",
        drop: Moment | None = None,
        stall: Moment | None = None,
        cut_after: Place | None = None,
        end_after: Place | None = None,
        stall_after: Place | None = None,
        full_after: Place | None = None,
        flip_at: Place | None = None,
        grow_by: int = 0,
        of: Moment | None = None,
    ) -> ArmedFault:
        """Make requests go wrong from now on, and return the fault that does it.

        Which requests:

        method
            the HTTP method, in capitals; "*" is any
        path
            a glob (``*``, ``?``, ``[...]``; ``*`` matches slashes too) for the whole
            path as the service sees it: "/v2/images/*/file", "/v3/*". That path is
            decoded and has neither a query nor the ``/identity`` or ``/image`` that is
            before it where both services are behind one port
        after
            how many requests that match pass before the first is hit
        times
            how many requests are hit; None is all of them

        What happens, in this order:

        delay_s
            wait so many seconds, or until the fault is removed
        expire_token
            revoke the token in ``X-Auth-Token``: this request and all later ones with
            it are answered as those without a valid token, with 401
        drop
            "request": reset the connection; the service never sees the request.
            "answer": let the service do what was asked, then reset the connection
            before anything of the answer is sent
        stall
            the same two moments, but send nothing until the client hangs up or the
            fault is removed. In process the client gets a read timeout at once
        status
            read the request and answer with this status (200 to 599), without asking
            the service; nothing that is said below or of an "answer" above is done then
        headers
            headers of that answer, by name
        body
            text of that answer: HTML if it begins with ``<``, otherwise plain text,
            unless ``headers`` name another Content-Type

        What happens to a body. A place is a number of bytes from the body's start, or a
        percentage ("50%", "99.9%") of its length as it is announced: by Content-Length
        or, for an upload without, by X-OpenStack-Image-Size. Where no length is
        announced, every percentage of a request's body is its start, and an answer's
        body is left as it is.

        cut_after
            reset the connection at this place
        end_after
            close the connection in order at this place, so that the body is shorter
            than its Content-Length
        stall_after
            neither read nor send from this place on, until the client hangs up or the
            fault is removed
        full_after
            fail to store an upload at this place, as on a full disk: Glance answers 413
        flip_at
            invert the bits of the byte at this place, the first byte being at 0
        grow_by
            send so many bytes more in an answer (zeros at its end), or fewer where
            negative, with a Content-Length to match
        of
            whose body the places are in: that of the "request" or of the "answer". By
            default the request's for PUT, POST and PATCH and for ``full_after``, the
            answer's otherwise

        A body ends once: only one of ``cut_after``, ``end_after``, ``stall_after`` and
        ``full_after`` can be given. ``flip_at`` can be given beside it. Each request is
        counted alone: a client that resumes a transfer begins at 0 again.

        Raises :class:`~mockserver.faults.fault.BadFault` where a value is wrong, where
        two settings contradict each other, and where none says what goes wrong; nothing
        is added then.
        """
        return self.arm(
            Fault(
                method=method,
                path=path,
                after=after,
                times=times,
                delay_s=delay_s,
                expire_token=expire_token,
                status=status,
                headers=headers,
                body=body,
                drop=drop,
                stall=stall,
                cut_after=cut_after,
                end_after=end_after,
                stall_after=stall_after,
                full_after=full_after,
                flip_at=flip_at,
                grow_by=grow_by,
                of=of,
            )
        )

    def arm(self, fault: Fault) -> ArmedFault:
        """Add a fault that was made before, from a document for instance."""
        with self._lock:
            self._last_number += 1
            armed = ArmedFault(self._last_number, fault)
            self._armed.append(armed)
        return armed

    def remove(self, number: int) -> None:
        """Remove a fault, and let requests go on that it delays or stalls.

        Raises KeyError where no fault has the number.
        """
        with self._lock:
            found = [armed for armed in self._armed if armed.number == number]
            if not found:
                raise KeyError(number)
            self._armed.remove(found[0])
            found[0].removed.set()

    def clear(self) -> None:
        """Remove all faults, as :meth:`remove` does."""
        with self._lock:
            while self._armed:
                self._armed.pop().removed.set()

    def match(self, method: str, path: str) -> ArmedFault | None:
        """Return the fault that hits a request, if any, and count the request.

        ``path`` is the path as the service sees it.
        """
        if not self._armed:
            return None
        with self._lock:
            return next((one for one in self._armed if one.take(method, path)), None)

    def __iter__(self) -> Iterator[ArmedFault]:
        return iter(tuple(self._armed))

    def __len__(self) -> int:
        return len(self._armed)
