"""imagectl: the OpenStack image client that verifies what it moves."""

from __future__ import annotations

DISTRIBUTION = "openstack-imagectl"
"""The name to install it by: ``imagectl`` is another project's in the index."""
__version__ = "0.1.0"
