"""What a seed may say of the records that a cloud starts with.

Apart from ``bootstrap.py``, which needs a database: a seed is also read to be sent to a
cloud elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bootstrap:
    """What a seed can change in the records that its cloud starts with."""

    domain_id: str = "default"
    domain_name: str = "Default"
    admin_project_id: str | None = None
    image: bool = True
    """Whether the catalog has Glance: a service with three endpoints."""
