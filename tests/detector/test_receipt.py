"""A receipt is verified by two stock libraries, and by no key and no claim but its own."""

from __future__ import annotations

import base64
import json
import stat
import warnings
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwk
from joserfc import jwt as other_jwt
from joserfc.errors import SecurityWarning

from helpers.made_detector import made
from helpers.watched import HERE, MarkedFaces, frame
from spoofcue.cli.main import app
from spoofcue.detector.receipt import Receipts, new_receipt_key, operating_point
from spoofcue.errors import InputError
from spoofcue.version import __version__

ISSUER = "https://liveness.bank.example"


def decided() -> tuple[dict[str, Any], dict[str, Any]]:
    detector = made(faces=MarkedFaces())
    return detector.predict(frame([HERE])).to_dict(), operating_point(detector)


def signed(receipts: Receipts, **options: Any) -> str:
    result, point = decided()
    return receipts.sign(result, point, attempt="a1", **options)


def verified(receipt: str, keys: dict[str, Any], **options: Any) -> dict[str, Any]:
    """By PyJWT, as a relying party does it."""
    known = jwt.PyJWKSet.from_dict(keys)
    key = known[jwt.get_unverified_header(receipt)["kid"]]
    claims: dict[str, Any] = jwt.decode(receipt, key, ["EdDSA"], issuer=ISSUER, **options)
    return claims


def by_joserfc(receipt: str, keys: dict[str, Any]) -> Any:
    with warnings.catch_warnings():  # it would rather have the name of RFC 9864
        warnings.simplefilter("ignore", SecurityWarning)
        return other_jwt.decode(receipt, jwk.KeySet.import_key_set(keys), ["EdDSA"])


def test_its_claims_say_what_was_decided_and_no_score() -> None:
    receipts = Receipts(Ed25519PrivateKey.generate(), ISSUER, 120, clock=lambda: 1e9 + 0.7)
    receipt = signed(receipts, audience="bank", nonce="n-0S6")
    result, point = decided()
    assert result["decision"] == "live"
    assert result["score"] is not None
    token = by_joserfc(receipt, receipts.jwks())
    assert token.claims == {
        "iss": ISSUER, "aud": "bank", "iat": 10**9, "exp": 10**9 + 120, "jti": "a1",
        "nonce": "n-0S6", "decision": "live", "reason": None, "model": result["model"],
        "frames": 1, "spoofcue": __version__, "operating_point": point,
    }  # fmt: skip
    assert point == {
        "threshold": result["threshold"],
        "rule": point["rule"],
        "source": point["source"],
        "profile": False,
    }
    assert token.header["typ"] == "spoofcue-receipt+jwt"
    without = by_joserfc(signed(receipts), receipts.jwks()).claims
    assert without.keys() == token.claims.keys() - {"aud", "nonce"}


def test_a_stock_library_verifies_it_and_refuses_what_is_not_it() -> None:
    receipts = Receipts(Ed25519PrivateKey.generate(), ISSUER, 120)
    keys = receipts.jwks()
    receipt = signed(receipts, audience="bank")
    assert verified(receipt, keys, audience="bank")["decision"] == "live"
    for wrong, options in (
        (jwt.InvalidAudienceError, {"audience": "shop"}),
        (jwt.MissingRequiredClaimError, {"audience": "bank", "options": {"require": ["nonce"]}}),
    ):
        with pytest.raises(wrong):
            verified(receipt, keys, **options)
    head, claims, signature = receipt.split(".")
    changed = json.loads(base64.urlsafe_b64decode(claims + "=="))
    changed["jti"] = "a2"
    forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
    other = Receipts(Ed25519PrivateKey.generate(), ISSUER, 120)
    _, _, theirs = signed(other, audience="bank").split(".")
    for text in (f"{head}.{forged}.{signature}", f"{head}.{claims}.{theirs}"):
        with pytest.raises(jwt.InvalidSignatureError):
            verified(text, keys, audience="bank")
    with pytest.raises(KeyError):
        verified(signed(other, audience="bank"), keys, audience="bank")


def test_a_stale_one_is_refused() -> None:
    key = Ed25519PrivateKey.generate()
    old = Receipts(key, ISSUER, 120, clock=lambda: 1e9)
    with pytest.raises(jwt.ExpiredSignatureError):
        verified(signed(old), old.jwks())


def test_the_key_set_holds_no_private_part_and_ids_are_thumbprints(tmp_path: Path) -> None:
    files = [tmp_path / "new.pem", tmp_path / "old.pem"]
    ids = [new_receipt_key(file) for file in files]
    receipts = Receipts.of_files(files, ISSUER, 120)
    keys = receipts.jwks()["keys"]
    assert [key["kid"] for key in keys] == ids
    for key, file in zip(keys, files, strict=True):
        assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg"}
        known = jwk.OKPKey.import_key(file.read_bytes())
        assert known.is_private
        assert key["x"] == known.as_dict(private=False)["x"]
        assert key["kid"] == known.thumbprint()
    assert jwt.get_unverified_header(signed(receipts))["kid"] == ids[0]


def test_a_key_that_was_replaced_still_verifies(tmp_path: Path) -> None:
    old, new = tmp_path / "old.pem", tmp_path / "new.pem"
    new_receipt_key(old)
    new_receipt_key(new)
    before = signed(Receipts.of_files([old], ISSUER, 120))
    public = tmp_path / "public.pem"
    private = serialization.load_pem_private_key(old.read_bytes(), None)
    public.write_bytes(
        private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    for kept in (old, public):
        after = Receipts.of_files([new, kept], ISSUER, 120)
        assert verified(before, after.jwks())["jti"] == "a1"
        assert verified(signed(after), after.jwks())["jti"] == "a1"
    with pytest.raises(KeyError):
        verified(before, Receipts.of_files([new], ISSUER, 120).jwks())
    with pytest.raises(InputError, match="public"):
        Receipts.of_files([public], ISSUER, 120)


def test_without_a_file_each_process_has_a_key_of_its_own() -> None:
    first, second = (Receipts.of_files([], ISSUER, 120).jwks() for _ in range(2))
    assert first != second


def test_the_command_makes_a_file_for_its_owner_alone_and_replaces_none(tmp_path: Path) -> None:
    file = tmp_path / "receipts.pem"
    done = CliRunner().invoke(app, ["serve-receipt-key", str(file)])
    assert done.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (key,) = Receipts.of_files([file], ISSUER, 120).jwks()["keys"]
    assert done.stdout.strip() == key["kid"]
    before = file.read_bytes()
    assert isinstance(
        CliRunner().invoke(app, ["serve-receipt-key", str(file)]).exception, Exception
    )
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["receipts.pem"]


def pem(key: Any, password: bytes | None = None) -> bytes:
    locked: Any = serialization.NoEncryption()
    if password:
        locked = serialization.BestAvailableEncryption(password)
    made_pem: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked
    )
    return made_pem


WRONG = {
    "nothing": b"",
    "text": b"a key",
    "cut off": pem(Ed25519PrivateKey.generate())[:60],
    "another curve": pem(ec.generate_private_key(ec.SECP256R1())),
    "a password": pem(Ed25519PrivateKey.generate(), b"secret"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_key_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(WRONG[name])
    with pytest.raises(InputError, match="no PEM file of an Ed25519 key"):
        Receipts.of_files([file], ISSUER, 120)
    with pytest.raises(InputError, match="serve-receipt-key"):
        Receipts.of_files([tmp_path / "gone.pem"], ISSUER, 120)
