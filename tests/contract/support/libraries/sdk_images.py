"""openstacksdk on images, their data, members, tags, stores and imports."""

from __future__ import annotations

from typing import Any

from sightings import DATA, Sightings, wait_until

BARE = {"disk_format": "raw", "container_format": "bare"}


def images(sdk: Any, seen: Sightings) -> None:
    name = seen.unique("image")
    values = {"os_distro": "cirros", "min_ram": 5, "visibility": "public"}
    created = sdk.image.create_image(name, **BARE, **values)
    seen.later(sdk.image.delete_image, created.id)
    seen.note("created", created)
    seen.note("got", sdk.image.get_image(created.id))
    seen.note("found by name", sdk.image.find_image(name).id)
    seen.note("found by id", sdk.image.find_image(created.id).name)
    seen.note("not found", sdk.image.find_image(seen.unique("nothing")))
    changes = {"min_disk": 2, "hw_disk_bus": "ide", "is_protected": True}
    seen.note("updated", sdk.image.update_image(created.id, **changes))
    changed = {"os_distro": "alpine", "os_version": "3"}
    image = sdk.image.get_image(created.id)
    seen.note("changed", sdk.image.update_image_properties(image, **changed))
    seen.note("properties", sdk.image.get_image(created.id).properties)
    seen.refused("protected", sdk.image.delete_image, created.id)
    sdk.image.update_image(created.id, is_protected=False)
    listed = sdk.image.images(name=name, visibility="public")
    seen.note("listed", [image.id for image in listed])
    seen.note("deleted", sdk.image.delete_image(created.id))
    seen.refused("gone", sdk.image.get_image, created.id)
    seen.refused("bad format", lambda: sdk.image.create_image(name, disk_format="new"))


def image_pages(sdk: Any, seen: Sightings) -> None:
    made = []
    for number in range(5):
        name = seen.unique(f"page-{number}")
        image = sdk.image.create_image(name, tags=[seen.unique("page")], **BARE)
        seen.later(sdk.image.delete_image, image.id)
        made.append(name)
    tag = seen.unique("page")
    for sort in ("name:asc", "name:desc"):
        pages = sdk.image.images(tag=tag, limit=2, sort=sort)
        seen.note(sort, [image.name for image in pages])
    names = ",".join(made[1:3])
    chosen = sdk.image.images(name=f"in:{names}", sort="name:asc")
    seen.note("in", [image.name for image in chosen])
    bad_sort = sdk.image.images(sort="shape:asc")
    seen.refused("bad sort", list, bad_sort)


def image_data(sdk: Any, seen: Sightings) -> None:
    name = seen.unique("data")
    options = {**BARE, "data": DATA, "validate_checksum": True, "tags": ["one"]}
    created = sdk.image.create_image(name, wait=True, **options)
    seen.later(sdk.image.delete_image, created.id)
    seen.note("uploaded", sdk.image.get_image(created.id))
    same = sdk.image.create_image(name, **options)
    seen.note("the same again", same.id == created.id)
    seen.note("downloaded", sdk.image.download_image(created.id).content)
    streamed = sdk.image.download_image(created.id, stream=True)
    seen.note("streamed", b"".join(streamed.iter_content(5)))
    seen.note("tagged", sdk.image.add_tag(created.id, "two"))
    seen.note("tags", sorted(sdk.image.get_image(created.id).tags))
    sdk.image.remove_tag(created.id, "one")
    seen.note("tags left", sdk.image.get_image(created.id).tags)
    sdk.image.deactivate_image(created.id)
    seen.note("deactivated", sdk.image.get_image(created.id).status)
    sdk.image.reactivate_image(created.id)
    seen.note("reactivated", sdk.image.get_image(created.id).status)


def image_members(sdk: Any, seen: Sightings) -> None:
    image = sdk.image.create_image(seen.unique("shared"), **BARE, visibility="shared")
    seen.later(sdk.image.delete_image, image.id)
    project = sdk.identity.create_project(name=seen.unique("member"))
    seen.later(sdk.identity.delete_project, project.id)
    seen.note("added", sdk.image.add_member(image.id, member=project.id))
    seen.note("got", sdk.image.get_member(project.id, image.id))
    seen.note("listed", list(sdk.image.members(image.id)))
    seen.note("found", sdk.image.find_member(project.id, image.id).status)
    accepted = sdk.image.update_member(project.id, image.id, status="accepted")
    seen.note("accepted", accepted)
    sdk.image.remove_member(project.id, image.id)
    seen.note("left", list(sdk.image.members(image.id)))
    seen.refused("gone", lambda: sdk.image.remove_member(project.id, image.id, False))


def image_imports(sdk: Any, seen: Sightings) -> None:
    seen.note("import info", sdk.image.get_import_info())
    seen.note("stores", list(sdk.image.stores()))
    details = sdk.image.stores(details=True)
    seen.note("details", [[one.id, sorted(one.properties)] for one in details])
    name = seen.unique("staged")
    options = {**BARE, "data": DATA, "use_import": True}
    staged = sdk.image.create_image(name, **options)
    seen.later(sdk.image.delete_image, staged.id)
    wait_until_active(sdk, staged)
    seen.note("imported", sdk.image.get_image(staged.id))
    sdk.image.import_image(
        sdk.image.get_image(staged.id), "copy-image", stores=["slow"]
    )
    wait_until(lambda: stores_of(sdk, staged) == "fast,slow")
    wait_until_active(sdk, staged)
    tasks = list(sdk.image.image_tasks(staged.id))
    seen.note("tasks", sorted((one.type, one.status) for one in tasks))
    fetched = sdk.image.create_image(seen.unique("fetched"), **BARE)
    seen.later(sdk.image.delete_image, fetched.id)
    sdk.image.import_image(fetched, "web-download", uri=f"{seen.elsewhere}/data")
    wait_until_active(sdk, fetched)
    seen.note("fetched", sdk.image.download_image(fetched.id).content)
    by_hand = sdk.image.create_image(seen.unique("by-hand"), **BARE)
    seen.later(sdk.image.delete_image, by_hand.id)
    seen.note("staged", sdk.image.stage_image(by_hand, data=DATA).status)
    sdk.image.import_image(by_hand, "glance-direct", stores=["slow"])
    wait_until_active(sdk, by_hand)
    seen.note("stores of it", stores_of(sdk, by_hand))


def stores_of(sdk: Any, image: Any) -> Any:
    return sdk.image.get_image(image.id).properties.get("stores")


def wait_until_active(sdk: Any, image: Any) -> None:
    def is_imported() -> bool:
        tasks = list(sdk.image.image_tasks(image.id))
        ended = all(task.status in ("success", "failure") for task in tasks)
        shown = sdk.image.get_image(image.id)
        is_locked = "os_glance_import_task" in shown.properties
        return ended and shown.status == "active" and not is_locked

    wait_until(is_imported)


def image_locations(sdk: Any, seen: Sightings) -> None:
    image = sdk.image.create_image(seen.unique("located"), **BARE)
    seen.later(sdk.image.delete_image, image.id)
    sdk.image.add_image_location(image.id, url=f"{seen.elsewhere}/data")
    wait_until_active(sdk, image)
    seen.note("located", list(sdk.image.image_locations(image.id)))
    seen.note("downloaded", sdk.image.download_image(image.id).content)


def tasks(sdk: Any, seen: Sightings) -> None:
    task = sdk.image.create_task(
        type="import",
        input={
            "import_from": f"{seen.elsewhere}/data",
            "import_from_format": "raw",
            "image_properties": {"name": seen.unique("by-task"), **BARE},
        },
    )
    seen.note("created", task)
    done = sdk.image.wait_for_task(task, interval=0.1)
    image_id = done.result["image_id"]
    seen.later(sdk.image.delete_image, image_id)
    seen.note("done", done)
    seen.note("made", sdk.image.get_image(image_id))
    listed = [one.id for one in sdk.image.tasks(type="import", status="success")]
    seen.note("listed", task.id in listed)
    seen.refused("bad type", lambda: sdk.image.create_task(type="shape", input={}))


def image_cache(sdk: Any, seen: Sightings) -> None:
    image = sdk.image.create_image(seen.unique("cached"), **BARE, data=DATA)
    seen.later(sdk.image.delete_image, image.id)
    seen.later(sdk.image.cache_delete_image, image.id)
    sdk.image.queue_image(image.id)
    wait_until(lambda: image.id in cached_ids(sdk))
    sdk.image.cache_delete_image(image.id)
    seen.note("left", image.id in cached_ids(sdk))
    sdk.image.download_image(image.id)
    cached = sdk.image.get_image_cache().cached_images
    [own] = [one for one in cached if one["image_id"] == image.id]
    seen.note("cached", [own["hits"], own["size"]])
    sdk.image.cache_delete_image(image.id)
    seen.note("left again", image.id in cached_ids(sdk))


def cached_ids(sdk: Any) -> list[str]:
    return [one["image_id"] for one in sdk.image.get_image_cache().cached_images]


def image_schemas(sdk: Any, seen: Sightings) -> None:
    for name in ("image", "images", "member", "members", "task", "tasks"):
        schema = getattr(sdk.image, f"get_{name}_schema")()
        seen.note(name, [schema.name, sorted(schema.properties)])


PARTS = (
    images,
    image_pages,
    image_data,
    image_members,
    image_imports,
    image_locations,
    tasks,
    image_cache,
    image_schemas,
)
