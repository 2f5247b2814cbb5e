"""Several factors: what proves enough, and the receipt for a part of it.

Source: Keystone 30 ``auth/core.py``, ``receipt``.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mockserver.keystone.errors import Unauthorized
from mockserver.keystone.requests.call import Call
from mockserver.keystone.sign_in.authentication import Bearer
from mockserver.keystone.tokens.tokens import format_time
from mockserver.storage.repository import fetch, remove, store
from mockserver.storage.tables import PROJECTS, RECEIPTS
from mockserver.storage.tokens import digest_of

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

HEADER = "Openstack-Auth-Receipt"
LIFETIME = timedelta(minutes=5)


def are_enough(state: CloudState, bearer: Bearer) -> bool:
    """Tell whether a user's rules are met by what was proved.

    Methods that the cloud does not know count in no rule, lest nobody gets in.
    """
    is_on = (bearer.user["options"] or {}).get("multi_factor_auth_enabled", True)
    rules = _rules_of(state, bearer)
    proved = set(bearer.methods)
    return not is_on or not rules or any(proved.issuperset(rule) for rule in rules)


def add_earlier(call: Call, bearer: Bearer) -> Bearer:
    """Return a bearer with what the request's receipt says was proved before.

    Raises :class:`Unauthorized` for a receipt that is none, has ended or is another
    user's, and for an application credential, which no receipt holds.
    """
    receipt_id = call.req.get_header(HEADER)
    if not receipt_id:
        return bearer
    receipt = fetch(call.db, RECEIPTS, RECEIPTS.c.digest == digest_of(receipt_id))
    now = format_time(call.state.clock.now())
    if (
        receipt is None
        or receipt["expires_at"] <= now
        or receipt["user_id"] != bearer.user["id"]
    ):
        raise Unauthorized(f"Could not find auth receipt: {receipt_id}.")
    methods = {*bearer.methods, *receipt["methods"]}
    if "application_credential" in methods and bearer.credential is None:
        raise Unauthorized
    return replace(bearer, methods=sorted(methods))


def issue(call: Call, bearer: Bearer) -> tuple[str, dict[str, Any]]:
    """Return the id of a new receipt, and what the bearer is told."""
    now = call.state.clock.now()
    receipt_id = "gAAAAAB" + secrets.token_urlsafe(84)
    times = {"issued_at": format_time(now), "expires_at": format_time(now + LIFETIME)}
    remove(call.db, RECEIPTS, RECEIPTS.c.expires_at <= times["issued_at"])
    receipt = {
        "digest": digest_of(receipt_id),
        "user_id": bearer.user["id"],
        "methods": bearer.methods,
        "expires_at": times["expires_at"],
    }
    store(call.db, RECEIPTS, receipt)
    proved = set(bearer.methods)
    return receipt_id, {
        "receipt": {"methods": bearer.methods, "user": _name(call, bearer), **times},
        "required_auth_methods": [
            rule for rule in _rules_of(call.state, bearer) if proved.intersection(rule)
        ],
    }


def _rules_of(state: CloudState, bearer: Bearer) -> list[list[str]]:
    methods = state.settings.auth_methods
    rules = (bearer.user["options"] or {}).get("multi_factor_auth_rules", ())
    known = ([method for method in rule if method in methods] for rule in rules)
    return [rule for rule in known if rule]


def _name(call: Call, bearer: Bearer) -> dict[str, Any]:
    user = bearer.user
    domain = fetch(call.db, PROJECTS, PROJECTS.c.id == user["domain_id"])
    assert domain is not None
    names = {"id": domain["id"], "name": domain["name"]}
    return {"id": user["id"], "name": user["name"], "domain": names}
