"""Commands on access rules: requests that an application credential may send."""

from __future__ import annotations

from imagectl import verbs
from imagectl.commands import user_owned
from imagectl.contract.application_credentials import ACCESS_RULE


class List(user_owned.List):
    """List access rules"""

    resource = ACCESS_RULE


class Show(user_owned.OfCurrentUser, verbs.Show):
    """Show an access rule"""

    resource = ACCESS_RULE


class Delete(user_owned.OfCurrentUser, verbs.Delete):
    """Delete access rules that no application credential uses"""

    resource = ACCESS_RULE
