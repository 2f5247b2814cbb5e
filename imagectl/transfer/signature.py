"""Signs image data, for Glance and Nova to verify."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imagectl.errors import ImagectlError
from imagectl.transfer.sources import LocalSource

HASH_METHOD = "SHA-256"
KEY_TYPE = "RSA-PSS"


def sign(source: LocalSource, key_path: str, ask_password: Callable[[], str]) -> str:
    """Return the signature of the data in Base64, made with a private key.

    ``key_path`` is a PEM file with an RSA key; ``ask_password`` is called only if the
    key is encrypted. The signature is RSA-PSS over SHA-256, as ``openstack`` makes it.

    Raises :class:`OSError` for a file that cannot be read, and :class:`ImagectlError`
    for one that holds no such key.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, utils

    key = _load(key_path, ask_password)
    digest = hashlib.sha256()
    for block in source.blocks():
        digest.update(block)
    sha256 = hashes.SHA256()
    pss = padding.PSS(padding.MGF1(sha256), padding.PSS.MAX_LENGTH)
    signature = key.sign(digest.digest(), pss, utils.Prehashed(sha256))
    return base64.b64encode(signature).decode()


def _load(path: str, ask_password: Callable[[], str]) -> Any:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = Path(path).read_bytes()
    try:
        try:
            key = load_pem_private_key(pem, None)
        except TypeError:  # the key is encrypted
            key = load_pem_private_key(pem, ask_password().encode())
    except ValueError as error:
        raise ImagectlError(f"{path} holds no key that opens so.") from error
    if not isinstance(key, RSAPrivateKey):
        raise ImagectlError(f"{path} holds no RSA key.")
    return key
