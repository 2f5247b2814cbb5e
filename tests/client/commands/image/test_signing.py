"""``image create --sign-key-path``: signatures as Glance verifies them."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tests.conftest import Run

DATA = b"data to be signed" * 1000
PASSWORD = b"open sesame"
RAW = ("--disk-format", "raw")


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.write_bytes(DATA)
    return path


def write_key(
    folder: Path,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    password: bytes | None = None,
) -> Path:
    locked = serialization.BestAvailableEncryption(password) if password else None
    path = folder / "key.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            locked or serialization.NoEncryption(),
        )
    )
    return path


@pytest.mark.parametrize("password", [None, PASSWORD], ids=["open", "locked"])
def test_data_is_signed_as_glance_checks_it(
    run: Run,
    key: rsa.RSAPrivateKey,
    data: Path,
    tmp_path: Path,
    password: bytes | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_key(tmp_path, key, password)
    typed = f"{password.decode()}\n" if password else ""
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    signing = ("--sign-key-path", path, "--sign-cert-id", "certificate")
    argv = ("image", "create", "signed", "--file", data, *RAW)
    done = run(*argv, *signing, "-f", "json")
    assert done.exit_code == 0, done.err
    properties = done.json["properties"]
    signature = base64.b64decode(properties["img_signature"])
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
    key.public_key().verify(signature, DATA, pss, hashes.SHA256())
    assert properties["img_signature_certificate_uuid"] == "certificate"
    assert properties["img_signature_hash_method"] == "SHA-256"
    assert properties["img_signature_key_type"] == "RSA-PSS"


def test_a_key_that_is_not_rsa_is_refused(run: Run, data: Path, tmp_path: Path) -> None:
    curve = write_key(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    for path, reason in ((curve, "no RSA key"), (data, "no key that opens so")):
        signing = ("--sign-key-path", path, "--sign-cert-id", "certificate")
        done = run("image", "create", "signed", "--file", data, *RAW, *signing)
        assert (done.exit_code, done.out) == (1, "")
        assert done.err == f"imagectl: {path} holds {reason}.\n"
    assert run("image", "list", "-f", "json").json == []


@pytest.mark.parametrize(
    "options",
    [
        ("--sign-cert-id", "c", "--file", "data"),
        ("--sign-key-path", "k", "--file", "data"),
        ("--sign-key-path", "k", "--sign-cert-id", "c"),
    ],
)
def test_half_a_signature_is_refused(run: Run, options: tuple[str, ...]) -> None:
    assert run("image", "create", "signed", *options).exit_code == 2
