"""Multi-factor authentication: the rules of a user, and receipts for a part of them.

Source: Keystone 30 ``auth/core.py``, ``receipt``.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mockserver.keystone.errors import Unauthorized
from mockserver.keystone.requests.call import Call
from mockserver.keystone.times import write_token_time
from mockserver.keystone.tokens.tokens import Proof
from mockserver.storage.repository import fetch, remove, store
from mockserver.storage.tables import PROJECTS, RECEIPTS
from mockserver.storage.tokens import digest_of

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

HEADER = "Openstack-Auth-Receipt"
LIFETIME = timedelta(minutes=5)


def is_sufficient(state: CloudState, proof: Proof) -> bool:
    """Tell whether a proof meets one of the user's rules, if the user has any.

    Methods that the cloud does not support are taken out of the rules: otherwise no
    sign-in could meet those that name one.
    """
    options = proof.user["options"] or {}
    is_on = options.get("multi_factor_auth_enabled", True)
    rules = _rules_of(state, proof)
    proved = set(proof.methods)
    return not is_on or not rules or any(proved.issuperset(rule) for rule in rules)


def add_receipt(call: Call, proof: Proof) -> Proof:
    """Return a proof with the methods of the receipt that the request carries, if any.

    Raises :class:`Unauthorized` for a receipt that is unknown, expired or another
    user's, and for one that holds an application credential.
    """
    receipt_id = call.req.get_header(HEADER)
    if not receipt_id:
        return proof
    receipt = fetch(call.db, RECEIPTS, RECEIPTS.c.digest == digest_of(receipt_id))
    if (
        receipt is None
        or receipt["expires_at"] <= write_token_time(call.now())
        or receipt["user_id"] != proof.user["id"]
    ):
        raise Unauthorized(f"Could not find auth receipt: {receipt_id}.")
    methods = {*proof.methods, *receipt["methods"]}
    # a receipt does not say which credential it was, and a token needs one
    if "application_credential" in methods and proof.credential is None:
        raise Unauthorized
    return replace(proof, methods=sorted(methods))


def issue_receipt(call: Call, proof: Proof) -> tuple[str, dict[str, Any]]:
    """Store a receipt for an insufficient proof; return its id and the answer."""
    now = call.now()
    receipt_id = "gAAAAAB" + secrets.token_urlsafe(84)
    times = {
        "issued_at": write_token_time(now),
        "expires_at": write_token_time(now + LIFETIME),
    }
    remove(call.db, RECEIPTS, RECEIPTS.c.expires_at <= times["issued_at"])
    receipt = {
        "digest": digest_of(receipt_id),
        "user_id": proof.user["id"],
        "methods": proof.methods,
        "expires_at": times["expires_at"],
    }
    store(call.db, RECEIPTS, receipt)
    proved = set(proof.methods)
    return receipt_id, {
        "receipt": {"methods": proof.methods, "user": _name(call, proof), **times},
        "required_auth_methods": [
            rule for rule in _rules_of(call.state, proof) if proved.intersection(rule)
        ],
    }


def _rules_of(state: CloudState, proof: Proof) -> list[list[str]]:
    """Return the user's rules without the methods that the cloud does not support."""
    supported = state.settings.auth_methods
    rules = (proof.user["options"] or {}).get("multi_factor_auth_rules", ())
    known = ([method for method in rule if method in supported] for rule in rules)
    return [rule for rule in known if rule]


def _name(call: Call, proof: Proof) -> dict[str, Any]:
    """Return the user with the domain, as a receipt names them."""
    user = proof.user
    domain = fetch(call.db, PROJECTS, PROJECTS.c.id == user["domain_id"])
    assert domain is not None
    names = {"id": domain["id"], "name": domain["name"]}
    return {"id": user["id"], "name": user["name"], "domain": names}
