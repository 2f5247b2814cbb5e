"""A Keystone and a Glance in one small process, for clients to be tested against."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("imagectl")
except PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "0"
