"""A client of one service: requests, CRUD of any resource, and listings by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlsplit
from urllib.parse import quote as percent_encode

from imagectl.api.answers import check
from imagectl.contract import Resource
from imagectl.errors import NotFoundError, ServiceError

if TYPE_CHECKING:
    import requests

    from imagectl.auth.session import Session

Record = dict[str, Any]
"""One record of a service (an image, a user), as its JSON object."""
PAGE_SIZE = 1000
"""Records to ask for in one page: the most that Glance and Keystone give."""


class Client:
    """Sends requests to one service; paths are below its versioned root.

    Every method raises :class:`imagectl.errors.ImagectlError` for an answer of 400 or
    more, for a service that cannot be reached, and for an answer that is not JSON
    where JSON is expected.
    """

    def __init__(self, session: Session, service: str) -> None:
        self.session = session
        self.service = service

    @cached_property
    def root(self) -> str:
        """The service's versioned root (``http://controller:9292/v2``)."""
        return self.session.api_root(self.service)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one request; ``options`` are those of :meth:`Session.request`."""
        options.setdefault("service_type", self.service)
        return check(self.session.request(method, self.root + path, **options))

    def document(self, method: str, path: str, **options: Any) -> Record:
        """Send one request and return the JSON object that answers it."""
        answer: Record = parse(self.request(method, path, **options))
        return answer

    def array(self, path: str) -> Any:
        """Send a GET request and return the JSON array that answers it."""
        return parse(self.request("GET", path), list)

    def list(
        self,
        resource: Resource,
        query: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        marker: str | None = None,
        path: str | None = None,
        page_size: int = PAGE_SIZE,
    ) -> Iterator[Record]:
        """Yield the records of a listing, page by page.

        ``limit`` is the total, ``marker`` the id of the record to begin after, and
        ``path`` where to list, instead of the resource's own path.

        The query is rebuilt for every page and only the marker is taken from the
        answer, because Glance drops repeated parameters from its ``next`` link
        (Glance 33, ``api/v2/images.py``). Raises :class:`ServiceError` where a page
        leads back to an earlier one, as Glance's may when sorted by ``size``.
        """
        remaining, markers = limit, {marker}
        while remaining is None or remaining > 0:
            page = page_size if remaining is None else min(page_size, remaining)
            params = {**(query or {}), "marker": marker}
            if "limit" in resource.query_keys:
                params["limit"] = page
            answer = self.document("GET", path or resource.path, params=params)
            records = answer.get(resource.collection, [])[:remaining]
            marker = _next_marker(answer) if records else None
            if remaining is not None:
                remaining -= len(records)
            del answer
            while records:  # popped, so that no more than a page is kept in memory
                yield records.pop(0)
            if marker is None:
                return
            if marker in markers:
                raise ServiceError(f"The listing of {resource.collection} never ends.")
            markers.add(marker)

    def show(self, resource: Resource, identifier: str, **query: Any) -> Record:
        """Return one record; ``query`` are parameters of the request."""
        path = f"{resource.path}/{quote(identifier)}"
        return self._unwrap(resource, self.document("GET", path, params=query))

    def create(self, resource: Resource, body: Mapping[str, Any]) -> Record:
        if resource.created_in_lists:
            several = {resource.collection: [body]}
            answer = self.document("POST", resource.path, json=several)
            return _single(resource, answer.get(resource.collection))
        answer = self.document("POST", resource.path, json=_wrap(resource, body))
        return self._changed(resource, answer)

    def update(
        self, resource: Resource, identifier: str, changes: Mapping[str, Any]
    ) -> Record:
        """Merge ``changes`` into a Keystone record; images take JSON patches."""
        path = f"{resource.path}/{quote(identifier)}"
        answer = self.document("PATCH", path, json=_wrap(resource, changes))
        return self._changed(resource, answer)

    def replace(
        self, resource: Resource, identifier: str, record: Mapping[str, Any]
    ) -> Record:
        """Replace a record as a whole; attributes that are left out are lost."""
        path = f"{resource.path}/{quote(identifier)}"
        answer = self.document("PUT", path, json=_wrap(resource, record))
        return self._changed(resource, answer)

    def delete(self, resource: Resource, identifier: str) -> None:
        self.request("DELETE", f"{resource.path}/{quote(identifier)}")
        self._changed(resource, {})

    def _changed(self, resource: Resource, answer: Record) -> Record:
        if resource.shapes_catalog:
            self.session.discard_cached_token()
        return self._unwrap(resource, answer) if answer else answer

    def _unwrap(self, resource: Resource, answer: Record) -> Record:
        if resource.envelope is None:
            return answer
        record = answer.get(resource.envelope)
        if not isinstance(record, dict):
            raise ServiceError(f"The answer holds no {resource.words}.")
        return record


class Cloud:
    """The image and identity services of one cloud, with one session for both."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @cached_property
    def image(self) -> Client:
        return Client(self.session, "image")

    @cached_property
    def identity(self) -> Client:
        return Client(self.session, "identity")

    def client(self, service: Literal["identity", "image"]) -> Client:
        return self.identity if service == "identity" else self.image


def parse(response: requests.Response, kind: type[Any] = dict) -> Any:
    """Return the JSON in ``response``: an object, or an array if ``kind`` is list.

    Raises :class:`ServiceError` for anything else: a captive portal or a wrong
    endpoint answers 200 with a page.
    """
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, kind):
        name = "array" if kind is list else "object"
        raise ServiceError(
            f"{response.url} did not answer with a JSON {name}.",
            hint="is this the service's endpoint? see: imagectl catalog list",
        )
    return document


def is_no_segment(identifier: str) -> bool:
    """Return whether no path can name ``identifier``, however it is quoted.

    An empty one, ``.`` and ``..`` lead to the collection or a parent record. Keystone
    and Glance split a path only after they have decoded it, so that ``%2F`` leads to
    another record below.
    """
    return identifier in ("", ".", "..") or "/" in identifier


def quote(identifier: str) -> str:
    """Return an id or name as one segment of a path.

    Raises :class:`NotFoundError` where :func:`is_no_segment`: a DELETE of the path
    would delete something else.
    """
    if is_no_segment(identifier):
        raise NotFoundError(f"No request can name '{identifier}'.")
    return percent_encode(identifier, safe="")


def _wrap(resource: Resource, body: Mapping[str, Any]) -> Mapping[str, Any]:
    return body if resource.envelope is None else {resource.envelope: body}


def _single(resource: Resource, records: Any) -> Record:
    """Return the only record of a list; raises :class:`ServiceError` otherwise."""
    if isinstance(records, list) and len(records) == 1:
        return dict(records[0])
    raise ServiceError(f"The answer holds no {resource.words}.")


def _next_marker(answer: Record) -> str | None:
    """Return the marker in Glance's ``next`` or Keystone's ``links.next``."""
    link = answer.get("next") or (answer.get("links") or {}).get("next")
    if not link:
        return None
    return parse_qs(urlsplit(link).query).get("marker", [None])[-1]
