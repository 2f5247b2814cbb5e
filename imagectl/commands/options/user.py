"""Command line options for a user's ``options`` in Keystone.

Source: Keystone 30, ``identity/backends/resource_options.py``.
"""

from __future__ import annotations

import argparse

from imagectl.commands.options import comma_list

LOCKOUT = "ignore_lockout_failure_attempts"
EXPIRY = "ignore_password_expiry"
FIRST_USE = "ignore_change_password_upon_first_use"
LOCK = "lock_password"
SECOND_FACTOR = "multi_factor_auth_enabled"
RULES = "multi_factor_auth_rules"
USER_OPTIONS = (LOCKOUT, EXPIRY, FIRST_USE, LOCK, SECOND_FACTOR, RULES)

SWITCHES = {
    "--ignore-lockout-failure-attempts": (
        LOCKOUT,
        True,
        "Never lock the user out, however many logins fail",
    ),
    "--no-ignore-lockout-failure-attempts": (
        LOCKOUT,
        False,
        "Lock the user out when too many logins fail",
    ),
    "--ignore-password-expiry": (EXPIRY, True, "Accept a password that has expired"),
    "--no-ignore-password-expiry": (EXPIRY, False, "Refuse an expired password"),
    "--ignore-change-password-upon-first-use": (
        FIRST_USE,
        True,
        "Let the user keep the password that an administrator set",
    ),
    "--no-ignore-change-password-upon-first-use": (
        FIRST_USE,
        False,
        "Make the user change a password that an administrator set",
    ),
    "--enable-lock-password": (LOCK, True, "Do not let the user change the password"),
    "--disable-lock-password": (LOCK, False, "Let the user change the password"),
    "--enable-multi-factor-auth": (
        SECOND_FACTOR,
        True,
        "Ask for the methods of --multi-factor-auth-rule",
    ),
    "--disable-multi-factor-auth": (SECOND_FACTOR, False, "Take any one method"),
}
"""By option of the command line: the key in ``options``, its value, and the help."""


def add_user_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; each sets the argument of its key in ``options``."""
    for name, (key, is_on, help_text) in SWITCHES.items():
        parser.add_argument(
            name, dest=key, action="store_const", const=is_on, help=help_text
        )
    parser.add_argument(
        "--multi-factor-auth-rule",
        dest=RULES,
        metavar="<rule>",
        type=comma_list,
        action="append",
        help="Authentication methods that are needed together, as password,totp"
        " (repeat for alternatives)",
    )
