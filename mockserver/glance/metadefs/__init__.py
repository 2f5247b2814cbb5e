"""Metadata definitions: what the properties of images and other resources mean."""

from __future__ import annotations

from mockserver.glance.metadefs import (
    namespaces,
    objects,
    properties,
    resource_types,
    schemas,
    tags,
)

ROUTES = (
    *namespaces.ROUTES,
    *objects.ROUTES,
    *properties.ROUTES,
    *tags.ROUTES,
    *resource_types.ROUTES,
    *schemas.ROUTES,
)
