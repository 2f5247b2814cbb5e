"""Requests to Glance, valid and not, drawn by Hypothesis.

Images are made with ids of the test's own and listed by owner: times are kept by the
second, and a tie is broken by the id.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.contract.support.differential import Step
from tests.contract.support.image_queries import OWNERS, queries
from tests.contract.support.patches import OLD_PATCH_TYPE, change

Steps = st.SearchStrategy[Step]

NAMES = st.sampled_from(["<name:a>", "<name:b>", "c", "", "é", "x" * 256, None, 7])
PROPERTIES: dict[str, st.SearchStrategy[Any]] = {
    "name": NAMES,
    "visibility": st.sampled_from(
        ["private", "shared", "community", "public", "hidden"]
    ),
    "protected": st.sampled_from([True, False, "yes"]),
    "os_hidden": st.sampled_from([True, False, None]),
    "min_disk": st.sampled_from([0, 1, 20, -1, "1", 2**31]),
    "min_ram": st.sampled_from([0, 512, -5, 2**31 - 1, 1.5]),
    "tags": st.sampled_from([[], ["a"], ["a", "b"], ["b", "b"], ["x" * 256], "a", [1]]),
    "disk_format": st.sampled_from(["raw", "iso", "ami", "qcow2", "cloth", None]),
    "container_format": st.sampled_from(["bare", "ovf", "ami", "sack", None]),
    "colour": st.sampled_from(["red", "blue", "", "x" * 300, 5, None, ["red"]]),
    "hw_rng": st.sampled_from(["yes", "no"]),
    "owner": st.sampled_from([*OWNERS, "", None]),
    "status": st.just("active"),
    "size": st.just(5),
    "checksum": st.just("0" * 32),
    "os_glance_secret": st.just("x"),
    "locations": st.just([]),
    "self": st.just("/v2/images/1"),
    "virtual_size": st.sampled_from([1, None]),
}
PLAIN = ("name", "visibility", "min_disk", "min_ram", "tags", "colour", "protected")

OWNING = ["member"] * 6 + ["admin"] * 3
callers = st.sampled_from([*OWNING, "reader", "outsider"])
anybody = st.sampled_from([*OWNING, *OWNING, "reader", "outsider", "nobody"])
images = st.sampled_from([f"<image:{number}>" for number in range(5)])
paths = st.sampled_from(
    [f"/images/<image:{number}>" for number in range(5)] * 4
    + ["/images/00000000-0000-4000-8000-000000000000"]
)


def _steps(method: str, path: str | st.SearchStrategy[str], **values: Any) -> Steps:
    chosen = {
        name: value if isinstance(value, st.SearchStrategy) else st.just(value)
        for name, value in {"by": anybody, "path": path, **values}.items()
    }
    return st.builds(Step, service=st.just("image"), method=st.just(method), **chosen)


@st.composite
def image_bodies(draw: st.DrawFn) -> dict[str, Any] | list[Any]:
    """A record to create: mostly one that Glance takes."""
    if draw(st.integers(0, 59)) == 7:
        return []
    body: dict[str, Any] = {"id": "<new:image>"}
    if draw(st.integers(0, 9)) == 0:
        body["id"] = draw(st.sampled_from(["<image:0>", "nope", None, 1]))
    if draw(st.integers(0, 4)):
        body.update(disk_format="raw", container_format="bare")
    names = draw(st.lists(st.sampled_from(PLAIN), max_size=4, unique=True))
    if draw(st.integers(0, 5)) == 0:
        names.append(draw(st.sampled_from(sorted(PROPERTIES))))
    body.update({name: draw(PROPERTIES[name]) for name in names})
    return body


good_bodies = st.fixed_dictionaries(
    {
        "id": st.just("<new:image>"),
        "disk_format": st.just("raw"),
        "container_format": st.just("bare"),
    },
    optional={
        "name": st.sampled_from(["<name:a>", "<name:b>", "c"]),
        "visibility": st.sampled_from(["private", "shared", "community"]),
        "min_ram": st.sampled_from([0, 512]),
        "tags": st.sampled_from([[], ["a"], ["a", "b"]]),
        "colour": st.sampled_from(["red", "blue"]),
    },
)
good_creations = _steps(
    "POST", "/images", body=good_bodies, by=st.sampled_from(["member", "member"])
)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    op = draw(st.sampled_from(["replace", "replace", "add", "remove", "move"]))
    name = draw(st.sampled_from(sorted({*PROPERTIES, "nothing", "id", "created_at"})))
    if op == "remove":
        return change(op, f"/{name}")
    values = PROPERTIES.get(name, st.just("x"))
    path = draw(st.sampled_from([f"/{name}"] * 9 + [name]))
    return change(op, path, draw(values))


location_changes = st.sampled_from(
    [
        change("add", "/locations/-", {"url": "file:///etc/passwd", "metadata": {}}),
        change("replace", "/locations", []),
        change("remove", "/locations/0"),
        change("remove", "/locations/7"),
        change("add", "/tags/-", "z"),
        change("replace", "/colour/shade", "dark"),
    ]
)
patches = _steps(
    "PATCH",
    paths,
    body=st.lists(st.one_of(changes(), changes(), location_changes), max_size=3),
    media_type=st.sampled_from([None] * 8 + [OLD_PATCH_TYPE, "application/json"]),
)
simple_patches = _steps(
    "PATCH",
    paths,
    by=st.sampled_from(["member", "member", "admin"]),
    body=st.sampled_from(
        [
            [change("replace", "/name", "<name:z>")],
            [change("replace", "/visibility", "shared")],
            [change("add", "/colour", "green")],
            [change("replace", "/protected", True)],
            [change("replace", "/protected", False)],
            [change("replace", "/os_hidden", True)],
            [change("replace", "/tags", ["n", "m"])],
        ]
    ),
)
contents = st.sampled_from([b"", b"12345", b"hello, world", b"x" * 70_000])
media = st.sampled_from([None] * 8 + ["application/json", "text/plain"])
uploads = _steps(
    "PUT", paths.map(lambda p: f"{p}/file"), data=contents, media_type=media
)
stagings = _steps(
    "PUT", paths.map(lambda p: f"{p}/stage"), data=contents, media_type=media
)
import_bodies = st.sampled_from(
    [
        {"method": {"name": "glance-direct"}},
        {"method": {"name": "glance-direct"}, "stores": ["slow"]},
        {"method": {"name": "glance-direct"}, "all_stores": True},
        {"method": {"name": "glance-direct"}, "stores": ["nowhere"]},
        {"method": {"name": "copy-image"}, "stores": ["slow"]},
        {"method": {"name": "copy-image"}, "all_stores": True},
        {"method": {"name": "web-download", "uri": "http://127.0.0.2:1/"}},
        {"method": {"name": "web-download"}},
        {"method": {"name": "by-mail"}},
        {"method": {}},
        {},
        {"method": {"name": "glance-direct"}, "stores": "slow"},
        {"method": {"name": "glance-direct"}, "stores": ["slow"], "all_stores": True},
    ]
)
imports = _steps("POST", paths.map(lambda p: f"{p}/import"), body=import_bodies)
actions = _steps(
    "POST",
    st.builds(
        lambda path, verb: f"{path}/actions/{verb}",
        paths,
        st.sampled_from(["deactivate", "reactivate", "explode"]),
    ),
    by=st.sampled_from(["admin", "member", "outsider"]),
)

listings = _steps("GET", queries().map(lambda query: f"/images?{query}"), by=callers)
reads = _steps(
    "GET",
    st.builds(
        lambda path, rest: f"{path}{rest}",
        paths,
        st.sampled_from(["", "", "/file", "/members", "/tasks", "/locations"]),
    ),
)
project_ids = st.sampled_from([*OWNERS, "<project:outsider>", "somebody"])
member_paths = st.builds(
    lambda path, project: f"{path}/members/{project}", paths, project_ids
)
members = st.one_of(
    _steps(
        "POST",
        paths.map(lambda path: f"{path}/members"),
        body=st.one_of(
            project_ids.map(lambda project: {"member": project}),
            project_ids.map(lambda project: {"member": project}),
            st.sampled_from([{}, {"member": ""}, {"member": 5}, {"name": "x"}]),
        ),
    ),
    _steps(
        "PUT",
        member_paths,
        by=st.sampled_from(["outsider", "outsider", "admin", "member"]),
        body=st.sampled_from(
            [{"status": word} for word in ("accepted", "rejected", "pending", "maybe")]
            + [{}, {"status": None}]
        ),
    ),
    _steps("GET", member_paths),
    _steps("DELETE", member_paths),
)
tags = st.builds(
    lambda method, step, tag: Step("image", method, f"{step.path}/tags/{tag}", step.by),
    st.sampled_from(["PUT", "PUT", "DELETE"]),
    _steps("GET", paths),
    st.sampled_from(["a", "b", "caf%C3%A9", "two%20words", "x" * 256, "a%2Fb"]),
)
store_deletions = _steps(
    "DELETE",
    st.builds(
        lambda store, image: f"/stores/{store}/{image}",
        st.sampled_from(["fast", "slow", "nowhere"]),
        images,
    ),
)
deletions = _steps("DELETE", paths)
creations = _steps("POST", "/images", body=image_bodies())

image_steps: Steps = st.one_of(
    creations,
    creations,
    patches,
    simple_patches,
    uploads,
    uploads,
    stagings,
    imports,
    actions,
    listings,
    listings,
    listings,
    reads,
    members,
    members,
    tags,
    store_deletions,
    deletions,
)
image_sequences: st.SearchStrategy[list[Step]] = st.builds(
    lambda first, rest: [*first, *rest],
    st.lists(good_creations, min_size=3, max_size=4),
    st.lists(image_steps, min_size=12, max_size=26),
)
