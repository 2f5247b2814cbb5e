"""python-glanceclient on images and what belongs to them."""

from __future__ import annotations

import io
from typing import Any

from sightings import DATA, Sightings, wait_until

BARE = {"disk_format": "raw", "container_format": "bare"}


def make_image(glance: Any, seen: Sightings, word: str, **values: Any) -> Any:
    image = glance.images.create(name=seen.unique(word), **BARE, **values)
    seen.later(glance.images.delete, image.id)
    return image


def wait_until_active(glance: Any, image_id: str) -> None:
    def is_imported() -> bool:
        tasks = glance.images.get_associated_image_tasks(image_id)["tasks"]
        ended = all(task["status"] in ("success", "failure") for task in tasks)
        shown = glance.images.get(image_id)
        is_locked = "os_glance_import_task" in shown
        return ended and shown.status == "active" and not is_locked

    wait_until(is_imported)


def images(glance: Any, seen: Sightings) -> None:
    created = make_image(glance, seen, "image", os_distro="cirros", min_ram=5)
    seen.note("created", dict(created))
    seen.note("got", dict(glance.images.get(created.id)))
    changes = {"min_disk": 2, "protected": True, "os_version": "3"}
    changed = glance.images.update(created.id, remove_props=["os_distro"], **changes)
    seen.note("updated", dict(changed))
    seen.refused("protected", glance.images.delete, created.id)
    glance.images.update(created.id, protected=False)
    glance.images.delete(created.id)
    seen.refused("gone", glance.images.get, created.id)
    seen.refused("bad value", lambda: glance.images.create(min_disk="many"))
    seen.refused("bad format", lambda: glance.images.create(disk_format="shape"))


def image_pages(glance: Any, seen: Sightings) -> None:
    tag = seen.unique("page")
    for number in range(5):
        make_image(glance, seen, f"page-{number}", tags=[tag])
    for sort in ("name:asc", "name:desc"):
        options = {"filters": {"tag": [tag]}, "page_size": 2, "sort": sort}
        seen.note(sort, [image.name for image in glance.images.list(**options)])
    few = glance.images.list(filters={"tag": [tag]}, limit=3, sort_key=["name"])
    seen.note("three", len(list(few)))
    unknown = {"visibility": "shape"}
    seen.refused("bad filter", lambda: list(glance.images.list(filters=unknown)))


def image_data(glance: Any, seen: Sightings) -> None:
    image_id = make_image(glance, seen, "data").id
    seen.note("no data", glance.images.data(image_id).wrapped)
    glance.images.upload(image_id, io.BytesIO(DATA), backend="slow")
    seen.note("uploaded", dict(glance.images.get(image_id)))
    seen.note("downloaded", b"".join(glance.images.data(image_id)))
    again = io.BytesIO(DATA)
    seen.refused("uploaded twice", glance.images.upload, image_id, again)
    glance.images.deactivate(image_id)
    seen.note("deactivated", glance.images.get(image_id).status)
    glance.images.reactivate(image_id)
    seen.note("reactivated", glance.images.get(image_id).status)


def image_tags(glance: Any, seen: Sightings) -> None:
    image_id = make_image(glance, seen, "tagged", tags=["one"]).id
    glance.image_tags.update(image_id, "two")
    seen.note("tagged", sorted(glance.images.get(image_id).tags))
    glance.image_tags.delete(image_id, "one")
    seen.note("left", glance.images.get(image_id).tags)
    seen.refused("gone", glance.image_tags.delete, image_id, "one")


def image_members(glance: Any, seen: Sightings) -> None:
    image_id = make_image(glance, seen, "shared", visibility="shared").id
    member = seen.unique("project")
    added = glance.image_members.create(image_id, member)
    seen.note("added", dict(added))
    seen.note("got", dict(glance.image_members.get(image_id, member)))
    seen.note("listed", [dict(one) for one in glance.image_members.list(image_id)])
    changed = glance.image_members.update(image_id, member, "rejected")
    seen.note("updated", dict(changed))
    seen.refused("bad status", glance.image_members.update, image_id, member, "shape")
    seen.refused("twice", glance.image_members.create, image_id, member)
    glance.image_members.delete(image_id, member)
    seen.refused("gone", glance.image_members.get, image_id, member)


def stores(glance: Any, seen: Sightings) -> None:
    seen.note("stores", dict(glance.images.get_stores_info()))
    details = glance.images.get_stores_info_detail()["stores"]
    seen.note("details", [[one["id"], one["type"]] for one in details])
    image_id = make_image(glance, seen, "stored").id
    glance.images.upload(image_id, io.BytesIO(DATA))
    seen.refused("only store", glance.images.delete_from_store, "fast", image_id)
    glance.images.image_import(image_id, "copy-image", stores=["slow"])
    wait_until(lambda: glance.images.get(image_id).stores == "fast,slow")
    wait_until_active(glance, image_id)
    glance.images.delete_from_store("fast", image_id)
    seen.note("left", glance.images.get(image_id).stores)
    seen.note("usage", sorted(glance.info.get_usage()))


def image_imports(glance: Any, seen: Sightings) -> None:
    seen.note("import info", dict(glance.images.get_import_info()))
    staged = make_image(glance, seen, "staged").id
    glance.images.stage(staged, io.BytesIO(DATA))
    seen.note("staged", glance.images.get(staged).status)
    glance.images.image_import(staged, all_stores=True, allow_failure=False)
    wait_until_active(glance, staged)
    seen.note("imported", b"".join(glance.images.data(staged)))
    tasks = glance.images.get_associated_image_tasks(staged)["tasks"]
    seen.note("tasks", [[one["type"], one["status"]] for one in tasks])
    fetched = make_image(glance, seen, "fetched").id
    address = f"{seen.elsewhere}/data"
    glance.images.image_import(fetched, "web-download", uri=address)
    wait_until_active(glance, fetched)
    seen.note("fetched", b"".join(glance.images.data(fetched)))
    seen.refused("bad method", glance.images.image_import, staged, "shape")


def locations(glance: Any, seen: Sightings) -> None:
    first, second = f"{seen.elsewhere}/data", f"{seen.elsewhere}/data?again"
    image_id = make_image(glance, seen, "located").id
    located = glance.images.add_location(image_id, first, {})
    seen.note("located", dict(located))
    added = glance.images.add_location(image_id, second, {"key": "value"})
    seen.note("added", added.locations)
    changed = glance.images.update_location(image_id, second, {"key": "other"})
    seen.note("changed", changed.locations)
    glance.images.delete_locations(image_id, {first})
    seen.note("left", glance.images.get(image_id).locations)
    fresh = make_image(glance, seen, "new-location").id
    glance.images.add_image_location(fresh, first)
    wait_until_active(glance, fresh)
    seen.note("new", list(glance.images.get_image_locations(fresh)))


def tasks(glance: Any, seen: Sightings) -> None:
    image = {"name": seen.unique("by-task"), **BARE}
    source = {"import_from": f"{seen.elsewhere}/data", "import_from_format": "raw"}
    given = {**source, "image_properties": image}
    task = glance.tasks.create(type="import", input=given)
    seen.note("created", dict(task))
    wait_until(lambda: glance.tasks.get(task.id).status == "success")
    done = glance.tasks.get(task.id)
    seen.later(glance.images.delete, done.result["image_id"])
    seen.note("done", dict(done))
    listed = glance.tasks.list(filters={"status": "success"}, page_size=2)
    seen.note("listed", task.id in [one.id for one in listed])
    seen.refused("gone", glance.tasks.get, seen.unique("task"))


def cache(glance: Any, seen: Sightings) -> None:
    image_id = make_image(glance, seen, "cached").id
    seen.refused("no data", glance.cache.queue, image_id)
    glance.images.upload(image_id, io.BytesIO(DATA))
    glance.cache.queue(image_id)
    wait_until(lambda: image_id in cached_ids(glance))
    glance.cache.delete(image_id)
    seen.note("left", image_id in cached_ids(glance))
    b"".join(glance.images.data(image_id))
    cached = glance.cache.list()["cached_images"]
    own = [one for one in cached if one["image_id"] == image_id]
    seen.note("cached", [sorted(one) for one in own])
    glance.cache.delete(image_id)
    seen.note("left again", image_id in cached_ids(glance))


def cached_ids(glance: Any) -> list[str]:
    return [one["image_id"] for one in glance.cache.list()["cached_images"]]


def schemas(glance: Any, seen: Sightings) -> None:
    nouns = ("image", "member", "task", "metadefs/namespace", "metadefs/object")
    for name in [noun + ending for noun in nouns for ending in ("", "s")]:
        raw = glance.schemas.get(name).raw()
        seen.note(name, [raw["name"], sorted(raw["properties"])])


PARTS = (
    images,
    image_pages,
    image_data,
    image_tags,
    image_members,
    stores,
    image_imports,
    locations,
    tasks,
    cache,
    schemas,
)
