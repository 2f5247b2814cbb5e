"""Calls on metadata definitions beyond CRUD.

Glance changes a definition by PUT and deletes whatever the request leaves out (Glance
33, ``api/v2/metadef_*.py``). Every change here therefore reads the definition first
and sends all of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from imagectl.api.client import Client, Record, quote
from imagectl.api.records import Shape
from imagectl.contract import Resource
from imagectl.contract.metadef import ASSOCIATION, NAMESPACE, PROPERTY, TAG
from imagectl.errors import NotFoundError

APPEND = {"X-Openstack-Append": "True"}


def in_namespace(resource: Resource, namespace: str) -> Resource:
    """Return the resource at its path in a namespace."""
    return resource.below(f"{NAMESPACE.path}/{quote(namespace)}")


def show(client: Client, resource: Resource, name: str, **query: Any) -> Record:
    """Return the definition of exactly this name; ``query`` are parameters.

    Glance takes a name that is not ASCII for another one: it reads the bytes of a path
    as Latin-1 for parts of a namespace (Glance 33). On MySQL it compares without regard
    to case. Raises :class:`NotFoundError` for a definition of another name.
    """
    record = client.show(resource, name, **query)
    if record.get("namespace" if resource is NAMESPACE else "name", name) != name:
        raise NotFoundError(f"No {resource.title} found for {name}")
    return record


def delete(client: Client, resource: Resource, name: str) -> None:
    """Delete the definition that :func:`show` returns, and raise what it raises."""
    show(client, resource, name)
    client.delete(resource, name)


def delete_association(client: Client, namespace: str, name: str) -> None:
    """Part a resource type from a namespace; raises :class:`NotFoundError`."""
    if name not in [one["name"] for one in list_associations(client, namespace)]:
        raise NotFoundError(f"No {ASSOCIATION.title} found for {name}")
    client.delete(in_namespace(ASSOCIATION, namespace), name)


def change(
    client: Client, resource: Resource, name: str, changes: Mapping[str, Any]
) -> bool:
    """Make ``changes`` to a definition and keep the rest of it.

    Returns whether there was anything to change; if not, nothing is sent.
    """
    before = writable(resource, show(client, resource, name))
    after = {**before, **changes}
    if after != before:
        client.replace(resource, name, after)
    return after != before


def writable(resource: Resource, record: Record) -> Record:
    """Return the attributes of ``record`` that a PUT may contain."""
    fixed = {f.name for f in resource.fields if f.read_only or f.create_only}
    return {key: content for key, content in record.items() if key not in fixed}


def delete_namespace(client: Client, name: str, *, force: bool = False) -> None:
    """Delete a namespace; with ``force`` even a protected one."""
    is_lifted = force and change(client, NAMESPACE, name, {"protected": False})
    try:
        delete(client, NAMESPACE, name)
    except BaseException:
        if is_lifted:
            change(client, NAMESPACE, name, {"protected": True})
        raise


@contextlib.contextmanager
def unprotected(client: Client, namespace: str, *, force: bool) -> Iterator[None]:
    """With ``force``, lift the protection of a namespace while the block runs."""
    is_lifted = force and change(client, NAMESPACE, namespace, {"protected": False})
    try:
        yield
    finally:
        if is_lifted:
            change(client, NAMESPACE, namespace, {"protected": True})


def delete_all(client: Client, resource: Resource) -> None:
    """Delete all records of a resource in a namespace (see :func:`in_namespace`)."""
    client.request("DELETE", resource.path)


def list_properties(client: Client, namespace: str) -> list[Record]:
    """Return the properties of a namespace, which Glance has as a mapping by name."""
    path = in_namespace(PROPERTY, namespace).path
    shape: Shape = {"properties": {"*": PROPERTY}}
    answer = client.document("GET", path, shape)
    return [{**record, "name": name} for name, record in answer["properties"].items()]


def list_associations(client: Client, namespace: str) -> list[Record]:
    path = in_namespace(ASSOCIATION, namespace).path
    shape: Shape = {"resource_type_associations": [ASSOCIATION]}
    answer = client.document("GET", path, shape)
    associations: list[Record] = answer["resource_type_associations"]
    return associations


def add_tags(
    client: Client, namespace: str, names: Sequence[str], *, replace: bool = False
) -> None:
    """Add tags to a namespace, all or none; with ``replace``, instead of its tags.

    Raises :class:`imagectl.errors.ConflictError` where the namespace has one already.
    """
    client.request(
        "POST",
        in_namespace(TAG, namespace).path,
        json={"tags": [{"name": name} for name in names]},
        headers={} if replace else APPEND,
    )
