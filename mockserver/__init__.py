"""A Keystone and a Glance in one small process, for clients to be tested against.

::

    from mockserver import MockCloud

Importing is cheap: the services are loaded once a cloud is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud

    __version__: str

__all__ = ["MockCloud", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "MockCloud":
        from mockserver.cloud import MockCloud

        return MockCloud
    if name == "__version__":
        return _find_version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _find_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("openstack-imagectl")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
