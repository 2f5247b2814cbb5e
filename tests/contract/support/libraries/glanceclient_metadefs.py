"""python-glanceclient on metadata definitions."""

from __future__ import annotations

from typing import Any

from sightings import Sightings


def make_namespace(glance: Any, seen: Sightings, word: str) -> str:
    name = seen.unique(word)
    made = glance.metadefs_namespace.create(namespace=name, display_name="Space")
    seen.later(glance.metadefs_namespace.delete, name)
    seen.note("namespace", dict(made))
    return name


def namespaces(glance: Any, seen: Sightings) -> None:
    name = make_namespace(glance, seen, "Space")
    seen.note("got", dict(glance.metadefs_namespace.get(name)))
    changed = glance.metadefs_namespace.update(name, description="Wide")
    seen.note("updated", dict(changed))
    listed = glance.metadefs_namespace.list(page_size=2, sort_key="namespace")
    seen.note("listed", [one.namespace for one in listed].count(name))
    seen.refused("twice", lambda: glance.metadefs_namespace.create(namespace=name))
    glance.metadefs_namespace.delete(name)
    seen.refused("gone", glance.metadefs_namespace.get, name)


def metadef_objects(glance: Any, seen: Sightings) -> None:
    space, objects = make_namespace(glance, seen, "Objects"), glance.metadefs_object
    width = {"width": {"title": "Width", "type": "integer"}}
    made = objects.create(space, name="door", properties=width)
    seen.note("created", dict(made))
    seen.note("got", dict(objects.get(space, "door")))
    seen.note("listed", [dict(one) for one in objects.list(space)])
    changed = objects.update(space, "door", name="gate", description="A gate")
    seen.note("updated", dict(changed))
    objects.delete(space, "gate")
    seen.refused("gone", objects.get, space, "gate")
    objects.create(space, name="one")
    objects.delete_all(space)
    seen.note("left", list(objects.list(space)))


def metadef_properties(glance: Any, seen: Sightings) -> None:
    space = make_namespace(glance, seen, "Properties")
    properties = glance.metadefs_property
    width = {"name": "width", "title": "Width", "type": "integer"}
    seen.note("created", dict(properties.create(space, **width)))
    seen.note("got", dict(properties.get(space, "width")))
    seen.note("listed", [dict(one) for one in properties.list(space)])
    changed = properties.update(space, "width", name="height", title="Height")
    seen.note("updated", dict(changed))
    properties.delete(space, "height")
    seen.refused("gone", properties.get, space, "height")
    properties.create(space, **width)
    properties.delete_all(space)
    seen.note("left", list(properties.list(space)))


def metadef_resource_types(glance: Any, seen: Sightings) -> None:
    space, types = make_namespace(glance, seen, "Types"), glance.metadefs_resource_type
    kind = seen.unique("OS::Kind")
    seen.note("associated", dict(types.associate(space, name=kind, prefix="hw_")))
    seen.note("got", [dict(one) for one in types.get(space)])
    seen.note("known", [one.name for one in types.list()].count(kind))
    types.deassociate(space, kind)
    seen.note("left", list(types.get(space)))
    seen.refused("gone", types.deassociate, space, kind)


def metadef_tags(glance: Any, seen: Sightings) -> None:
    space, tags = make_namespace(glance, seen, "Tags"), glance.metadefs_tag
    seen.note("created", dict(tags.create(space, "one")))
    seen.note("got", dict(tags.get(space, "one")))
    made = tags.create_multiple(space, tags=["one", "two", "three"])
    seen.note("made", [dict(one) for one in made])
    listed = sorted(one.name for one in tags.list(space))
    seen.note("listed", listed)
    seen.note("updated", dict(tags.update(space, "two", name="deux")))
    tags.delete(space, "one")
    seen.refused("gone", tags.get, space, "one")
    list(tags.create_multiple(space, tags=["four"]))
    seen.note("replaced", [one.name for one in tags.list(space)])
    tags.delete_all(space)
    seen.note("left", list(tags.list(space)))


PARTS = (
    namespaces,
    metadef_objects,
    metadef_properties,
    metadef_resource_types,
    metadef_tags,
)
