"""Locking out who fails to sign in, and which passwords may not come again.

Source: Keystone 30 ``identity/backends/sql.py``, ``[security_compliance]``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mockserver.keystone.errors import Invalid, Unauthorized
from mockserver.keystone.users.passwords import is_password
from mockserver.storage.repository import Record, fetch, fetch_all, remove, store
from mockserver.storage.tables import OLD_PASSWORDS, SIGN_IN_FAILURES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

_EXEMPTION = "ignore_lockout_failure_attempts"


def verify_password(
    db: Connection, state: CloudState, user: Record, password: str
) -> None:
    """Raise :class:`Unauthorized` for a wrong password or a user locked out.

    ``db`` has to be a transaction that reads: failures are counted in one of their
    own, which stays when the request fails.
    """
    of_user = SIGN_IN_FAILURES.c.user_id == user["id"]
    failure = fetch(db, SIGN_IN_FAILURES, of_user)
    if failure is not None and _is_locked_out(state, user, failure):
        raise Unauthorized
    if not is_password(password, user["password_hash"]):
        if state.settings.lockout_failure_attempts:
            _count_failure(state, user["id"])
        raise Unauthorized
    if failure is not None:
        with state.database.begin() as writer:
            remove(writer, SIGN_IN_FAILURES, of_user)


def _is_locked_out(state: CloudState, user: Record, failure: Record) -> bool:
    settings = state.settings
    most = settings.lockout_failure_attempts
    if not most or failure["count"] < most or (user["options"] or {}).get(_EXEMPTION):
        return False
    return not settings.lockout_duration_s or bool(
        failure["last_at"] > _last_start(state)
    )


def _count_failure(state: CloudState, user_id: str) -> None:
    of_user = SIGN_IN_FAILURES.c.user_id == user_id
    with state.database.begin() as db:
        earlier = fetch(db, SIGN_IN_FAILURES, of_user)
        count = earlier["count"] if earlier else 0
        if count >= state.settings.lockout_failure_attempts:
            count = 0  # the lockout has run out, or this would not be reached
        remove(db, SIGN_IN_FAILURES, of_user)
        now = _write_time(state.clock.now())
        record = {"user_id": user_id, "count": count + 1, "last_at": now}
        store(db, SIGN_IN_FAILURES, record)


def _last_start(state: CloudState) -> str:
    """Return the time before which every lockout that began is over."""
    lockout = timedelta(seconds=state.settings.lockout_duration_s)
    return _write_time(state.clock.now() - lockout)


def _write_time(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f")


def check_history(db: Connection, state: CloudState, user: Record, new: str) -> None:
    """Raise :class:`Invalid` for one of the user's last passwords."""
    most = state.settings.unique_last_password_count
    if not most:
        return
    older = fetch_all(
        db,
        OLD_PASSWORDS,
        [OLD_PASSWORDS.c.user_id == user["id"]],
        order=[OLD_PASSWORDS.c.id.desc()],
        limit=most - 1,
    )
    hashes = [user["password_hash"], *(one["password_hash"] for one in older)]
    if any(is_password(new, hashed) for hashed in hashes):
        raise Invalid(
            "The new password cannot be identical to a previous password. The total"
            f" number which includes the new password must be unique is {most}."
        )


def remember_password(db: Connection, user: Record) -> None:
    """Keep the hash of a password that is about to be replaced."""
    if user["password_hash"] is not None:
        replaced = {"user_id": user["id"], "password_hash": user["password_hash"]}
        store(db, OLD_PASSWORDS, replaced)


def forget_user(db: Connection, user_id: str) -> None:
    for table in (SIGN_IN_FAILURES, OLD_PASSWORDS):
        remove(db, table, table.c.user_id == user_id)
