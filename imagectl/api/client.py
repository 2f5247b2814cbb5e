"""A client of one service: requests, CRUD of any resource, and listings by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlsplit
from urllib.parse import quote as percent_encode

from imagectl import signals
from imagectl.api.answers import check
from imagectl.api.records import Answered, Shape, check_shape
from imagectl.contract import Resource
from imagectl.errors import NotFoundError, ServiceError, TooLongError

if TYPE_CHECKING:
    import requests

    from imagectl.auth.session import Session

Record = dict[str, Any]
"""One record of a service (an image, a user), as its JSON object."""
MAX_PAGES = 10_000
"""A listing of more pages is given up: it may never end."""
SMALLER_PAGES = 8
"""By how much pages are made smaller that are too long for memory."""
_LINKS: Mapping[str, Shape] = {"next?": str, "links?": {"next?": str}}
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

    def document(
        self, method: str, path: str, shape: Shape = dict, **options: Any
    ) -> Record:
        """Send one request and return the JSON object that answers it.

        Raises :class:`ServiceError` where that does not have the ``shape``.
        """
        answer: Record = parse(self.request(method, path, **options), shape)
        return answer

    def array(self, path: str, items: Shape) -> Any:
        """Send a GET request and return the JSON array of ``items`` that answers it."""
        return parse(self.request("GET", path), [items])

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
        shape: Shape = {resource.collection: [resource], **_LINKS}
        while remaining is None or remaining > 0:
            params = {**(query or {}), "marker": marker}
            if "limit" in resource.query_keys:
                params["limit"] = min(page_size, remaining or page_size)
            try:
                answer = self.document(
                    "GET", path or resource.path, shape, params=params
                )
            except TooLongError:
                if params.get("limit", 1) <= 1:
                    raise
                page_size = params["limit"] // SMALLER_PAGES or 1
                continue
            page = answer[resource.collection]
            marker = _next_marker(answer) if page else None
            if resource.service != "image":
                page = [one for one in page if _is_wanted(resource, params, one)]
            records = page[:remaining]
            if remaining is not None:
                remaining -= len(records)
            del answer, page
            while records:  # popped, so that no more than a page is kept in memory
                yield Answered(records.pop(0))
            if marker is None:
                return
            if marker in markers or len(markers) > MAX_PAGES:
                raise ServiceError(f"The listing of {resource.collection} never ends.")
            markers.add(marker)

    def show(self, resource: Resource, identifier: str, **query: Any) -> Record:
        """Return one record; ``query`` are parameters of the request."""
        path = f"{resource.path}/{quote(identifier)}"
        record = self.record(resource, "GET", path, params=query)
        if resource.has("id") and _fold(record["id"]) != _fold(identifier):
            raise ServiceError(
                f"Asked for the {resource.words} {identifier},"
                f" the service answered with {record['id']}."
            )
        return record

    def record(
        self, resource: Resource, method: str, path: str, **options: Any
    ) -> Record:
        """Send one request and return the record of ``resource`` that answers it."""
        envelope = resource.envelope
        shape: Shape = resource if envelope is None else {envelope: resource}
        answer = self.document(method, path, shape, **options)
        return answer if envelope is None else Answered(answer[envelope])

    def create(self, resource: Resource, body: Mapping[str, Any]) -> Record:
        with signals.held_back():
            record = self._create(resource, body)
            self.note_created(resource.words, record)
            return record

    def note_created(self, words: str, record: Record) -> None:
        """Note a new record, to be told of where the program ends without showing it.

        ``words`` say what it is. What has no id is called by its name.
        """
        key = next((k for k in ("id", "name", "namespace") if record.get(k)), None)
        if key:
            said = f"{words} {record[key]} was created"
            self.session.created[str(record[key])] = said

    def _create(self, resource: Resource, body: Mapping[str, Any]) -> Record:
        if resource.created_in_lists:
            several = {resource.collection: [body]}
            shape: Shape = {resource.collection: [resource]}
            answer = self.document("POST", resource.path, shape, json=several)
            return _single(resource, answer[resource.collection])
        return self._change(resource, "POST", resource.path, body)

    def update(
        self, resource: Resource, identifier: str, changes: Mapping[str, Any]
    ) -> Record:
        """Merge ``changes`` into a Keystone record; images take JSON patches."""
        path = f"{resource.path}/{quote(identifier)}"
        return self._change(resource, "PATCH", path, changes)

    def replace(
        self, resource: Resource, identifier: str, record: Mapping[str, Any]
    ) -> Record:
        """Replace a record as a whole; attributes that are left out are lost."""
        path = f"{resource.path}/{quote(identifier)}"
        return self._change(resource, "PUT", path, record)

    def delete(self, resource: Resource, identifier: str) -> None:
        self.request("DELETE", f"{resource.path}/{quote(identifier)}")
        self.session.created.pop(identifier, None)
        self._forget_catalog(resource)

    def _change(
        self, resource: Resource, method: str, path: str, body: Mapping[str, Any]
    ) -> Record:
        record = self.record(resource, method, path, json=_wrap(resource, body))
        self._forget_catalog(resource)
        return record

    def _forget_catalog(self, resource: Resource) -> None:
        if resource.shapes_catalog:
            self.session.discard_cached_token()


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


def parse(response: requests.Response, shape: Shape = dict) -> Any:
    """Return the JSON in ``response``, which is an object unless ``shape`` says else.

    Raises :class:`ServiceError` for anything else: a captive portal or a wrong
    endpoint answers 200 with a page.
    """
    from imagectl.http.bodies import broken, read_json

    document = read_json(response)
    try:
        check_shape(document, shape)
    except ValueError as error:
        raise broken(response, str(error)) from None
    return Answered(document) if isinstance(document, dict) else document


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


def _is_wanted(resource: Resource, query: Mapping[str, Any], record: Record) -> bool:
    """Return whether no filter of ``query`` contradicts a record of Keystone.

    A Keystone on MySQL compares without regard to case, and one that does not know a
    filter ignores it. Glance's values may have operators: ``filters.py`` sees to them.
    """
    return all(
        record.get(key, wanted) == wanted
        for key, wanted in query.items()
        if wanted is not None
        and resource.has(key)
        and resource.field(key).kind not in ("array", "object")
    )


def _wrap(resource: Resource, body: Mapping[str, Any]) -> Mapping[str, Any]:
    return body if resource.envelope is None else {resource.envelope: body}


def _single(resource: Resource, records: Any) -> Record:
    """Return the only record of a list; raises :class:`ServiceError` otherwise."""
    if len(records) == 1:
        return Answered(records[0])
    raise ServiceError(f"The answer holds no {resource.words}.")


def _fold(identifier: str) -> str:
    """Return an id as a database sees it that ignores case and blanks at the end."""
    return identifier.rstrip().casefold()


def _next_marker(answer: Record) -> str | None:
    """Return the marker in Glance's ``next`` or Keystone's ``links.next``.

    Raises :class:`ServiceError` where that is no URL.
    """
    link = answer.get("next") or (answer.get("links") or {}).get("next")
    if not link:
        return None
    try:
        return parse_qs(urlsplit(link).query).get("marker", [None])[-1]
    except ValueError as error:
        raise ServiceError(f"The listing goes on at no URL: {link}") from error
