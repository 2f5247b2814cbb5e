"""``image create --sign-key-path``: properties with a signature of the data."""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING

from imagectl.commands.password_prompt import ask_password
from imagectl.errors import UsageError
from imagectl.transfer.signature import HASH_METHOD, KEY_TYPE, sign
from imagectl.transfer.sources import LocalSource

if TYPE_CHECKING:
    from imagectl.program import Program

PROMPT = "Private key password:"


def add_signing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sign-key-path",
        metavar="<sign-key-path>",
        help="Sign the data of --file with the private key in this PEM file",
    )
    parser.add_argument(
        "--sign-cert-id",
        metavar="<sign-cert-id>",
        help="ID, at the key manager, of the certificate to check the signature by",
    )


def check_signing(args: argparse.Namespace) -> None:
    """Raise :class:`UsageError` where an option for a signature is missing."""
    if (args.sign_key_path is None) != (args.sign_cert_id is None):
        raise UsageError("--sign-key-path and --sign-cert-id go together.")
    if args.sign_key_path is not None and args.file in (None, "-"):
        raise UsageError("Only the data of a --file can be signed.")


def signature_properties(
    app: Program, source: LocalSource | None, args: argparse.Namespace
) -> dict[str, str]:
    """Sign the data if asked, and return the properties that hold the signature."""
    if source is None or args.sign_key_path is None:
        return {}
    ask = partial(ask_password, app.stdin, app.stderr, PROMPT)
    return {
        "img_signature": sign(source, args.sign_key_path, ask),
        "img_signature_certificate_uuid": args.sign_cert_id,
        "img_signature_hash_method": HASH_METHOD,
        "img_signature_key_type": KEY_TYPE,
    }
