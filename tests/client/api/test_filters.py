"""Names, tags and properties as users give them, in look-ups and listings of images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from imagectl.api import lookup
from imagectl.api.client import Client
from imagectl.api.filters import MODEL_ATTRIBUTES, filter_value
from imagectl.contract.identity import REGION, USER
from imagectl.contract.image import IMAGE
from imagectl.errors import NotFoundError, ServiceError
from mockserver.cloud import MockCloud
from mockserver.storage.images import Image, insert_images
from tests.client.support.scripted_glance import QUEUED, Handler, ScriptedGlance
from tests.conftest import Run

DECOYS = ("precious", "a", "b", "2016-04", "x,y")
"""Names that a name taken for an expression might select."""
NOW = "2026-01-01T00:00:00Z"
PARTS = ("in:", "eq:", "neq:", "gt:", "precious", "a", ",", '"', "\\", ":", "[a]", " ")
OTHERS = ("é", "😀", "%", "&name=a", "+", "#", "/", "..", "2014-03-21T20:57:45Z", "~")
NAMES = (
    st.lists(st.sampled_from((*PARTS, *OTHERS)), min_size=1, max_size=5)
    .map("".join)
    .filter(lambda name: name.strip() and name not in DECOYS)
)
PARAMETERS = (*IMAGE.query_keys, "changes-since", "min_disk_max", "hw_cpu_max", "_x")
FREE_PARAMETERS = sorted({*PARAMETERS, *MODEL_ATTRIBUTES} - {"locations"})
FEW_EXAMPLES = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

Insert = Callable[..., Image]


@pytest.fixture
def insert(cloud: MockCloud) -> Iterator[Insert]:
    """Insert an image with the attributes given; DECOYS are there already."""
    count = 0

    def insert_one(**attributes: Any) -> Image:
        nonlocal count
        count += 1
        made = {
            "id": f"00000000-0000-4000-8000-{count:012}",
            "created_at": NOW,
            "updated_at": NOW,
            "visibility": "public",
            "status": "active",
            **attributes,
        }
        image = Image(**made)
        with cloud.state.database.begin() as db:
            insert_images(db, [image])
        return image

    for name in DECOYS:
        insert_one(name=name, tags=[name])
    yield insert_one


def listed(run: Run, *argv: str) -> list[str]:
    outcome = run("image", "list", *argv, "-f", "json")
    assert (outcome.exit_code, outcome.err) == (0, "")
    return [row["ID"] for row in outcome.json]


@pytest.mark.fault(4)
@FEW_EXAMPLES
@given(name=NAMES)
def test_a_name_finds_the_image_that_has_it(
    run: Run, insert: Insert, name: str
) -> None:
    assert run("image", "show", "--", name).exit_code == 4
    assert run("image", "delete", "--", name).exit_code == 4
    assert listed(run, f"--name={name}") == []
    image_id = insert(name=name).id
    assert listed(run, f"--name={name}") == [image_id]
    assert run("image", "set", "--min-disk", "3", "--", name).exit_code == 0
    shown = run("image", "show", "-f", "json", "--", name).json
    assert (shown["id"], shown["min_disk"]) == (image_id, 3)
    assert run("image", "delete", "--", name).exit_code == 0
    assert listed(run, f"--name={name}") == []
    assert len(listed(run)) == len(DECOYS)


@pytest.mark.fault(4)
@FEW_EXAMPLES
@given(value=NAMES)
def test_a_property_value_is_never_an_expression(
    run: Run, insert: Insert, value: str
) -> None:
    image_id = insert(name="named", properties={"os_distro": value}).id
    insert(name="other", properties={"os_distro": "precious"})
    assert listed(run, f"--property=os_distro={value}") == [image_id]
    assert listed(run, f"--property=name={value}") == []
    assert listed(run, f"--property=status={value}") == []
    assert run("image", "delete", image_id).exit_code == 0


@pytest.mark.fault(5)
@pytest.mark.parametrize("key", FREE_PARAMETERS)
def test_a_property_named_as_a_parameter_filters(
    run: Run, insert: Insert, key: str
) -> None:
    having = insert(name="having", properties={key: "1"}).id
    insert(name="differing", properties={key: "2"})
    assert listed(run, "--property", f"{key}=1") == [having]
    assert listed(run, "--property", f"{key}=3") == []


@pytest.mark.fault(5, 34)
def test_an_attribute_filters_as_a_property(run: Run, insert: Insert) -> None:
    image = insert(name="odd", min_disk=5, protected=True, owner="me", size=7)
    for condition in (
        "min_disk=5",
        "size=7",
        "protected=True",
        "protected=true",
        "owner=me",
        "name=odd",
        f"id={image.id}",
    ):
        assert listed(run, "--property", condition) == [image.id], condition
    for condition in ("protected=maybe", "visibility=all", "created_at=gt:2000-01-01"):
        assert listed(run, "--property", condition) == [], condition
    assert image.id not in listed(run, "--property", "protected=False")


@pytest.mark.fault(5)
def test_a_key_given_twice_narrows(run: Run, insert: Insert) -> None:
    image_id = insert(name="one", properties={"k": "v"}).id
    for argv, wanted in (
        (("--property", "k=v", "--property", "k=v"), [image_id]),
        (("--property", "k=v", "--property", "k=w"), []),
        (("--property", "k=w", "--property", "k=v"), []),
        (("--name", "one", "--property", "name=a"), []),
        (("--name", "one", "--property", "name=one"), [image_id]),
        (("--status", "active", "--property", "status=queued"), []),
        (("--public", "--property", "visibility=private"), []),
        (("--hidden", "--property", "os_hidden=false"), []),
    ):
        assert listed(run, *argv) == wanted, argv


@pytest.mark.fault(5)
def test_the_limit_counts_what_is_shown(
    run: Run, insert: Insert, cloud: MockCloud
) -> None:
    ids = [insert(name=f"n{i}", properties={"marker": "m"}).id for i in range(3)]
    found = ("--property", "marker=m", "--limit", "2")
    assert listed(run, *found) == ids[:2]
    assert listed(run, *found, "--page-size", "2") == ids[:2]


@pytest.mark.fault(5)
def test_hidden_and_community_images_are_asked_for(run: Run, insert: Insert) -> None:
    hidden = insert(name="hidden", os_hidden=True).id
    community = insert(name="ours", visibility="community").id
    assert listed(run, "--property", "os_hidden=True") == [hidden]
    assert listed(run, "--property", "visibility=community") == [community]


@pytest.mark.fault(4)
def test_a_tag_with_blanks_is_not_another_tag(run: Run, insert: Insert) -> None:
    blank = insert(name="blank", tags=[" a"]).id
    assert listed(run, "--tag", " a") == [blank]
    assert len(listed(run, "--tag", "a")) == 1
    assert listed(run, "--tag", "a", "--tag", " a") == []


@pytest.mark.fault(5)
def test_an_audit_reads_no_image_that_a_filter_excludes(
    run: Run, insert: Insert
) -> None:
    insert(name="one", properties={"limit": "1"})
    audited = ("image", "audit", "-f", "json")
    rows = run(*audited, "--property", "limit=1").json
    assert [row["Name"] for row in rows] == ["one"]
    assert run(*audited, "--property", "name=in:precious").json == []


@pytest.mark.fault(4)
@pytest.mark.parametrize(
    ("key", "wanted", "sent"),
    [
        ("name", "debian-8", "debian-8"),
        ("name", "a b,é*", "a b,é*"),
        ("name", "in:a,b", "eq:in:a,b"),
        ("name", "eq:a", "eq:eq:a"),
        ("status", "gt:active", "eq:gt:active"),
        ("owner", "a:b", "a:b"),
        ("os_distro", "in:a", "in:a"),
    ],
)
def test_only_an_operator_is_escaped(key: str, wanted: str, sent: str) -> None:
    assert filter_value(IMAGE, key, wanted) == sent


def test_keystone_has_no_operators_in_values() -> None:
    assert filter_value(USER, "name", "in:a,b") == "in:a,b"


def test_a_plain_name_is_sent_as_it_is(run: Run, cloud: MockCloud) -> None:
    run("image", "delete", "debian")
    queries = [parse_qs(e.query) for e in cloud.journal if e.path.endswith("/images")]
    assert [query["name"] for query in queries] == [["debian"]] * 4


def answer_every_listing(*names: str) -> Callable[[Handler], None]:
    """Return a handler that lists images of these names, whatever is asked for."""

    def answer(request: Handler) -> None:
        if "?" not in request.path:
            request.answer(404, {})
            return
        images = [QUEUED | {"name": name, "id": name} for name in names]
        request.answer(200, {"images": images})

    return answer


@pytest.mark.fault(4)
@pytest.mark.parametrize(
    ("names", "exit_code", "deleted"),
    [
        (("other", "another"), 4, []),
        (("Wanted", "WANTED"), 4, []),
        (("other", "another", "wanted"), 0, ["DELETE /v2/images/wanted"]),
        (("wanted", "wanted"), 5, []),
    ],
)
def test_a_service_that_ignores_names_loses_no_image(
    run_anonymous: Run, names: tuple[str, ...], exit_code: int, deleted: list[str]
) -> None:
    glance = ScriptedGlance()
    glance.on["GET"] = answer_every_listing(*names)
    with glance.serving():
        outcome = run_anonymous(*glance.options, "image", "delete", "wanted")
    assert outcome.exit_code == exit_code
    assert [each for each in glance.seen if each.startswith("DELETE")] == deleted


class CarelessKeystone(Client):
    """Answers any request with the same records, whatever is asked for."""

    def __init__(self) -> None:
        self.records = [
            {"id": "RegionOne", "parent_region_id": None},
            {"id": "abc", "parent_region_id": "RegionOne"},
        ]

    def document(self, method: str, path: str, *shape: Any, **options: Any) -> Any:
        if path == REGION.path:
            return {"regions": list(self.records)}
        return {"region": self.records[0]}


@pytest.mark.fault(5)
def test_what_a_keystone_does_not_filter_is_filtered_here() -> None:
    keystone = CarelessKeystone()
    for wanted, found in (("RegionOne", ["abc"]), ("regionone", []), ("x", [])):
        query = {"parent_region_id": wanted}
        assert [r["id"] for r in keystone.list(REGION, query)] == found
        assert [r["id"] for r in keystone.list(REGION, query, limit=1)] == found


@pytest.mark.fault(4)
def test_an_id_of_another_case_is_another_id() -> None:
    keystone = CarelessKeystone()
    assert lookup.find(keystone, REGION, "RegionOne")["id"] == "RegionOne"
    for other in ("regionone", "RegionOne "):
        with pytest.raises(NotFoundError):
            lookup.find(keystone, REGION, other)
    with pytest.raises(ServiceError):
        lookup.find(keystone, REGION, "abc")
