"""Commands on access rules: what an application credential may call."""

from __future__ import annotations

from imagectl import verbs
from imagectl.commands import user_owned as of_user
from imagectl.contract.application_credentials import ACCESS_RULE


class List(of_user.List):
    """List access rules"""

    resource = ACCESS_RULE


class Show(of_user.Own, verbs.Show):
    """Show an access rule"""

    resource = ACCESS_RULE


class Delete(of_user.Own, verbs.Delete):
    """Delete access rules that no application credential uses"""

    resource = ACCESS_RULE
