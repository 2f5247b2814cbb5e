"""Password rules: lockout after failed sign-ins, and a history of old passwords.

Source: Keystone 30 ``identity/backends/sql.py``, ``[security_compliance]``.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

from mockserver.keystone.errors import Invalid, Unauthorized
from mockserver.keystone.times import store_time
from mockserver.keystone.users.passwords import is_password
from mockserver.storage.repository import Record, fetch, fetch_all, remove, store
from mockserver.storage.tables import OLD_PASSWORDS, SIGN_IN_FAILURES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.keystone.requests.call import Call
    from mockserver.state.cloud_state import CloudState


def verify_password(call: Call, user: Record, password: str, after: ExitStack) -> None:
    """Raise :class:`Unauthorized` for a wrong password or a user who is locked out.

    A failure is counted when ``after`` is closed. It has to be opened outside of the
    transaction of ``call``: the count is stored in a transaction of its own, because it
    stays although the request is refused, and SQLite has one writer at a time. Keystone
    counts in a session of its own, too (``_record_failed_auth``).
    """
    failures = fetch(
        call.db, SIGN_IN_FAILURES, SIGN_IN_FAILURES.c.user_id == user["id"]
    )
    if failures is not None and _is_locked_out(call, user, failures):
        raise Unauthorized
    if not is_password(password, user["password_hash"]):
        if call.state.settings.lockout_failure_attempts:
            after.callback(_count_failure, call.state, user["id"])
        raise Unauthorized
    if failures is not None:
        after.callback(_clear_failures, call.state, user["id"])


def _is_locked_out(call: Call, user: Record, failures: Record) -> bool:
    settings = call.state.settings
    allowed = settings.lockout_failure_attempts
    if not allowed or failures["count"] < allowed:
        return False
    if (user["options"] or {}).get("ignore_lockout_failure_attempts"):
        return False
    if not settings.lockout_duration_s:
        return True
    lockout = timedelta(seconds=settings.lockout_duration_s)
    return bool(failures["last_at"] > store_time(call.now() - lockout))


def _count_failure(state: CloudState, user_id: str) -> None:
    of_user = SIGN_IN_FAILURES.c.user_id == user_id
    with state.database.begin() as db:
        earlier = fetch(db, SIGN_IN_FAILURES, of_user)
        count = earlier["count"] if earlier else 0
        if count >= state.settings.lockout_failure_attempts:
            count = 0  # the lockout is over, or the password would not be looked at
        remove(db, SIGN_IN_FAILURES, of_user)
        now = store_time(state.clock.now())
        failures = {"user_id": user_id, "count": count + 1, "last_at": now}
        store(db, SIGN_IN_FAILURES, failures)


def _clear_failures(state: CloudState, user_id: str) -> None:
    with state.database.begin() as db:
        remove(db, SIGN_IN_FAILURES, SIGN_IN_FAILURES.c.user_id == user_id)


def check_history(db: Connection, state: CloudState, user: Record, new: str) -> None:
    """Raise :class:`Invalid` if a new password is one of the user's last ones."""
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
    """Store the hash of a password that is about to be replaced."""
    if user["password_hash"] is not None:
        replaced = {"user_id": user["id"], "password_hash": user["password_hash"]}
        store(db, OLD_PASSWORDS, replaced)


def delete_password_records(db: Connection, user_id: str) -> None:
    """Delete the failed sign-ins and the old passwords of a user."""
    for table in (SIGN_IN_FAILURES, OLD_PASSWORDS):
        remove(db, table, table.c.user_id == user_id)
