"""The records in the answers of services, whose types are checked before use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from imagectl.contract import Kind, Resource
from imagectl.errors import ServiceError

Shape: TypeAlias = Resource | type | list["Shape"] | dict[str, "Shape"]
"""What an answer should be: a record of a resource, a value of a type, a list of
such, or an object with such members. A member may be missing, or null, if its name
ends in ``?``; ``*`` stands for every other. ``float`` is any number."""

_TYPES: Mapping[Kind, tuple[type, ...]] = {
    "string": (str,),
    "time": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "flag": (bool, str),
    "array": (list,),
    "object": (dict,),
}
_NAMES = {str: "text", float: "number", list: "list", dict: "object"}


class Answered(dict[str, Any]):
    """An object in an answer; a member that it lacks is the service's fault."""

    def __missing__(self, key: str) -> Any:
        raise ServiceError(f"The service's answer lacks '{key}'.")


def check_shape(value: Any, shape: Shape, place: str = "it") -> None:
    """Raise ValueError, which says what is wrong, where ``value`` has another shape."""
    if isinstance(shape, Resource):
        _check_records([value], shape)
    elif isinstance(shape, list):
        [inner] = shape
        check_shape(value, list, place)
        if isinstance(inner, Resource):
            _check_records(value, inner)
            return
        for item in value:
            check_shape(item, inner, f"an item of {place}")
    elif isinstance(shape, dict):
        check_shape(value, dict, place)
        for name, inner in shape.items():
            key = name.removesuffix("?")
            for each in value if name == "*" else [key]:
                if value.get(each) is not None or key == name:
                    check_shape(value.get(each), inner, f"'{each}'")
    elif type(value) is not shape and not (shape is float and type(value) is int):
        raise ValueError(f"JSON where {place} is no {_NAMES[shape]}")


def _check_records(records: Iterable[Any], resource: Resource) -> None:
    """Raise ValueError where a record has no id, or a value of a wrong type."""
    types = {field.name: {*_TYPES[field.kind], type(None)} for field in resource.fields}
    seen: set[tuple[Any, ...]] = set()
    for record in records:
        if not isinstance(record, dict):
            raise ValueError(f"JSON where a {resource.words} is no object")
        # Most records of a page have the same members, of the same types.
        members = (*record, *map(type, record.values()))
        if members not in seen:
            for key, value in record.items():
                if key in types and type(value) not in types[key]:
                    problem = f"a {resource.words} whose '{key}' is of a wrong type"
                    raise ValueError(problem)
            seen.add(members)
        if "id" in types and not record.get("id"):
            raise ValueError(f"a {resource.words} without an id")
