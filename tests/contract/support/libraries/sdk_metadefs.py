"""openstacksdk on metadata definitions."""

from __future__ import annotations

from typing import Any

from sightings import Sightings


def make_namespace(sdk: Any, seen: Sightings, word: str, **values: Any) -> str:
    name = seen.unique(word)
    seen.note("namespace", sdk.image.create_metadef_namespace(namespace=name, **values))
    seen.later(sdk.image.delete_metadef_namespace, name)
    return name


def namespaces(sdk: Any, seen: Sightings) -> None:
    name = make_namespace(
        sdk, seen, "Space", display_name="Space", visibility="private"
    )
    seen.note("got", sdk.image.get_metadef_namespace(name))
    changes = {"description": "Wide", "is_protected": True}
    seen.note("updated", sdk.image.update_metadef_namespace(name, **changes))
    seen.refused("protected", sdk.image.delete_metadef_namespace, name)
    sdk.image.update_metadef_namespace(name, is_protected=False)
    listed = [one.namespace for one in sdk.image.metadef_namespaces()]
    seen.note("listed", listed.count(name))
    private = sdk.image.metadef_namespaces(visibility="private", limit=1)
    seen.note("private", [one.namespace for one in private].count(name))
    sdk.image.delete_metadef_namespace(name)
    seen.refused("gone", sdk.image.get_metadef_namespace, name)


def metadef_objects(sdk: Any, seen: Sightings) -> None:
    space = make_namespace(sdk, seen, "Objects")
    required = {"name": "door", "description": "A door", "required": ["width"]}
    properties = {"width": {"title": "Width", "type": "integer"}}
    made = sdk.image.create_metadef_object(space, **required, properties=properties)
    seen.note("created", made)
    seen.note("got", sdk.image.get_metadef_object("door", space))
    seen.note("listed", list(sdk.image.metadef_objects(space)))
    changed = sdk.image.update_metadef_object("door", space, name="gate")
    seen.note("updated", changed)
    sdk.image.delete_metadef_object("gate", space)
    seen.note("left", list(sdk.image.metadef_objects(space)))
    sdk.image.create_metadef_object(space, name="one")
    sdk.image.create_metadef_object(space, name="two")
    sdk.image.delete_all_metadef_objects(space)
    seen.note("left in the end", list(sdk.image.metadef_objects(space)))


def metadef_properties(sdk: Any, seen: Sightings) -> None:
    space = make_namespace(sdk, seen, "Properties")
    width = {"name": "width", "title": "Width", "type": "integer", "minimum": 1}
    seen.note("created", sdk.image.create_metadef_property(space, **width))
    seen.note("got", sdk.image.get_metadef_property("width", space))
    seen.note("listed", list(sdk.image.metadef_properties(space)))
    changes = {"name": "height", "title": "Height", "type": "number"}
    changed = sdk.image.update_metadef_property("width", space, **changes)
    seen.note("updated", changed)
    sdk.image.delete_metadef_property("height", space)
    seen.note("left", list(sdk.image.metadef_properties(space)))
    sdk.image.create_metadef_property(space, **width)
    sdk.image.delete_all_metadef_properties(space)
    seen.note("left in the end", list(sdk.image.metadef_properties(space)))


def metadef_resource_types(sdk: Any, seen: Sightings) -> None:
    space = make_namespace(sdk, seen, "Types")
    kind = {"name": seen.unique("OS::Kind"), "prefix": "hw_"}
    made = sdk.image.create_metadef_resource_type_association(space, **kind)
    seen.note("associated", made)
    listed = list(sdk.image.metadef_resource_type_associations(space))
    seen.note("associations", listed)
    known = [one.name for one in sdk.image.metadef_resource_types()]
    seen.note("known", known.count(kind["name"]))
    sdk.image.delete_metadef_resource_type_association(kind["name"], space)
    left = list(sdk.image.metadef_resource_type_associations(space))
    seen.note("left", left)


def metadef_tags(sdk: Any, seen: Sightings) -> None:
    space = make_namespace(sdk, seen, "Tags")
    seen.note("added", sdk.image.add_tag_to_metadef_namespace(space, "one"))
    sdk.image.add_tag_to_metadef_namespace(space, "two")
    seen.note("removed", sdk.image.remove_tag_from_metadef_namespace(space, "one"))
    namespace = sdk.image.get_metadef_namespace(space)
    seen.note("tags", namespace.to_dict().get("tags"))
    sdk.image.remove_tags_from_metadef_namespace(space)


def metadef_schemas(sdk: Any, seen: Sightings) -> None:
    for noun in ("namespace", "object", "property", "resource_type", "tag"):
        for name in (noun, plural(noun)):
            schema = getattr(sdk.image, f"get_metadef_{name}_schema")()
            seen.note(name, [schema.name, sorted(schema.properties)])


def plural(noun: str) -> str:
    return "properties" if noun == "property" else f"{noun}s"


PARTS = (
    namespaces,
    metadef_objects,
    metadef_properties,
    metadef_resource_types,
    metadef_tags,
    metadef_schemas,
)
