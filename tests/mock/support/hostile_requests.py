"""Random requests to every route of a cloud, most of them hostile."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from mockserver.control.routes import ROUTES as CONTROL_ROUTES
from mockserver.glance import application as glance
from mockserver.keystone import application as keystone

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"]
SEGMENTS = [
    b"\xff", b"\0", b"a\0b", "é".encode(), "😀".encode(), b"\xed\xa0\x80", b"..", b"%",
    b"%2F", b"a/b", b"'", b'"', b"a" * 300, b"-1", b"9" * 40, b"null", b" ", b"\r\n",
    b"admin", b"default", b"RegionOne", b"member", b"x", b"*", b"{", b"\\", b";",
]  # fmt: skip
NAMES = [
    "name", "limit", "marker", "sort_key", "sort_dir", "sort", "size_min", "size_max",
    "created_at", "updated_at", "tag", "owner", "visibility", "member_status", "status",
    "os_hidden", "protected", "min_ram", "enabled", "domain_id", "parent_id", "tags",
    "not-tags", "user.id", "role.id", "scope.system", "include_names", "effective",
    "password_expires_at", "name__contains", "allow_expired", "nocatalog", "prefer",
    "resource_types", "detailed", "after", "id", "type", "is_domain", "group.id", "",
]  # fmt: skip
VALUES = [
    "", "0", "-1", "1", "1e9", "9" * 30, "abc", "true", "False", "null", "in:a,b",
    'in:"a', "gt:x", "gt:2020-01-01T00:00:00Z", "lt:99999-01-01", "neq:a", "eq:",
    "%ff", "%00", "%ed%a0%80", "a%0d%0ab", "%F0%9F%98%80", "name:asc", "x:y:z", "٣",
    "a" * 300, "%25", "id,name", "2020-02-30", "0001-01-01T00:00:00%2B23:59",
]  # fmt: skip
HEADERS = {
    "HTTP_ACCEPT": ["*/*", "application/json", "\xff", ";;q=x", "text/html;q=nan", ""],
    "CONTENT_TYPE": [
        "application/json", "application/octet-stream", "\xff", "", "text/plain; x=",
        "application/openstack-images-v2.1-json-patch",
        "application/openstack-images-v2.0-json-patch", "application/json; charset=x",
    ],
    "HTTP_RANGE": ["bytes=0-", "bytes=-5", "bytes=9-1", "bytes=a", "\xff", "bytes=0-0"],
    "HTTP_CONTENT_RANGE": ["bytes 0-1/9", "bytes */0", "\xff"],
    "HTTP_HOST": ["[::1", "a:b", "", "\xff", "a:99999", "x" * 300, "127.0.0.1"],
    "HTTP_X_OPENSTACK_REQUEST_ID": ["req-x", "\xff", "a" * 65, ""],
    "HTTP_X_OPENSTACK_IMAGE_SIZE": ["0", "-1", "abc", "9" * 40, "\xb2", "3"],
    "HTTP_X_IMAGE_META_STORE": ["fast", "web", "\xff", "", "nope"],
    "HTTP_X_SERVICE_TOKEN": ["x", "\xff"],
    "HTTP_ORIGIN": ["null", "http://x"],
    "HTTP_AUTHORIZATION": ["Basic \xff", "Basic", "Bearer x"],
    "HTTP_OPENSTACK_IDENTITY_ACCESS_RULES": ["1.0", "x", "\xff", "nan"],
    "HTTP_X_IMAGE_META_PROPERTY_A": ["\xff"],
    "HTTP_OPENSTACK_API_VERSION": ["image 2.99", "x"],
}  # fmt: skip
SCALARS: list[Any] = [
    None, True, False, 0, -1, 1, 1.5, 2**31, 2**63, 10**400, float("nan"), float("inf"),
    "", "a", "\0", "é", "😀", "\ud800", "a" * 300, "a" * 70_000, "admin", "default",
    "raw", "bare", "public", "shared", "http://[::1", "http://127.0.0.1:1/x", "queued",
    "2020-01-01T00:00:00Z", "9999-12-31T23:59:59Z", [], {}, [[]], [None], {"a": None},
]  # fmt: skip
KEYS = [
    "id", "name", "domain_id", "enabled", "options", "tags", "type", "description",
    "parent_id", "parent_region_id", "url", "interface", "service_id", "region_id",
    "password", "original_password", "default_project_id", "blob", "policy", "roles",
    "access_rules", "expires_at", "unrestricted", "secret", "limit", "resource_limit",
    "default_limit", "resource_name", "project_id", "user_id", "is_domain", "email",
    "disk_format", "container_format", "visibility", "min_disk", "min_ram", "protected",
    "locations", "os_hidden", "owner", "method", "stores", "all_stores", "uri", "input",
    "member", "status", "validation_data", "namespace", "properties", "objects", "",
    "x", "resource_type_associations", "required", "title", "op", "path", "value",
    "frozen", "set", "advance_s", "clock", "ids", "images", "users", "cut_after",
    "headers", "identity", "methods", "token", "scope", "project", "domain", "system",
    "user",
]  # fmt: skip


@dataclass
class Hostile:
    """A request, and which application of a cloud it is for."""

    service: str
    environ: dict[str, Any]

    def __str__(self) -> str:
        body = self.environ["wsgi.input"].getvalue()[:300]
        shown = {key: value for key, value in self.environ.items() if key in HEADERS}
        target = f"{self.environ['PATH_INFO']!r}?{self.environ['QUERY_STRING']}"
        return (
            f"{self.service} {self.environ['REQUEST_METHOD']} {target} {shown} {body}"
        )


class Generator:
    """Makes requests; the same ones for the same seed.

    ``known`` are ids of records that are there, ``tokens`` what callers send.
    """

    def __init__(self, seed: int, known: list[str], tokens: list[str]) -> None:
        self._random = random.Random(seed)
        self._known = [one.encode() for one in known]
        self._tokens = tokens
        self._routes = [
            (service, route)
            for service, modules in (
                ("identity", keystone.MODULES),
                ("image", glance.MODULES),
            )
            for module in modules
            for route in module.ROUTES
        ]
        self._control = [f"/_mock/{path}" for path, _ in CONTROL_ROUTES]
        self._nouns = sorted(
            {path.path.split("/")[2].rstrip("s") for _, path in self._routes[5:]}
        )

    def requests(self, count: int) -> Iterator[Hostile]:
        for _ in range(count):
            yield self._make()

    def _make(self) -> Hostile:
        pick, chance = self._random.choice, self._random.random
        service, path, method = "control", pick(self._control), pick(METHODS)
        if chance() > 0.1:
            service, route = pick(self._routes)
            path = route.path
            has = [
                one for one in METHODS[:6] if hasattr(route.handler, _name(route, one))
            ]
            method = pick(has) if has and chance() < 0.7 else method
        body = b"" if method in ("GET", "HEAD") and chance() < 0.9 else self._body()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self._path(path),
            "QUERY_STRING": self._query(),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.input_terminated": True,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if chance() < 0.9:
            environ["HTTP_X_AUTH_TOKEN"] = pick(self._tokens)
        if chance() < 0.2:
            environ["HTTP_X_SUBJECT_TOKEN"] = pick([*self._tokens, "\xff", "x"])
        if path.endswith(("file", "stage")) and chance() < 0.8:
            environ["CONTENT_TYPE"] = "application/octet-stream"
        if chance() < 0.3:
            name = pick(list(HEADERS))
            environ[name] = pick(HEADERS[name])
        return Hostile(service, environ)

    def _path(self, template: str) -> str:
        def fill(match: re.Match[str]) -> str:
            segments = self._known if self._random.random() < 0.6 else SEGMENTS
            return quote_from_bytes(self._random.choice(segments), safe="")

        path = re.sub(r"\{[^}]*\}", fill, template)
        if self._random.random() < 0.05:
            path += self._random.choice(["/", "//", "/x", "/%ff", "/.."])
        return unquote_to_bytes(path).decode("latin-1")

    def _query(self) -> str:
        if self._random.random() < 0.6:
            return ""
        count = self._random.randint(1, 3)
        pairs = [
            f"{self._random.choice(NAMES)}={self._random.choice(VALUES)}"
            for _ in range(count)
        ]
        return self._random.choice(["&", "&&", ";"]).join(pairs)

    def _body(self) -> bytes:
        chance = self._random.random()
        if chance < 0.05:
            return self._random.choice(
                [b"[" * 50_000, b"\xff", b"{", b"null", b'"a"', b"1", b"[]", b"{}",
                 b'{"a":' * 5000, b"9" * 5000, b"\0", b"NaN"]
            )  # fmt: skip
        value = self._value(0)
        if chance < 0.6:
            value = {self._random.choice(self._nouns): self._object(1)}
        elif chance < 0.75:
            value = [self._object(1) for _ in range(self._random.randint(0, 3))]
        elif chance < 0.9:
            value = self._object(0)
        raw = json.dumps(value).encode()
        if self._random.random() < 0.05 and raw:
            place = self._random.randrange(len(raw))
            raw = raw[:place] + bytes([self._random.randrange(256)]) + raw[place + 1 :]
        return raw

    def _object(self, depth: int) -> dict[str, Any]:
        count = self._random.randint(0, 5)
        return {self._random.choice(KEYS): self._value(depth) for _ in range(count)}

    def _value(self, depth: int) -> Any:
        chance = self._random.random()
        if depth < 3 and chance < 0.2:
            return self._object(depth + 1)
        if depth < 3 and chance < 0.3:
            return [self._value(depth + 1) for _ in range(self._random.randint(0, 3))]
        if chance < 0.5:
            return self._random.choice(self._known).decode()
        return self._random.choice(SCALARS)


def _name(route: Any, method: str) -> str:
    name: str = route.method_name(method)
    return name
