"""A signed receipt of a decision: who relies on it need not trust who carries it.

A JWS in compact form (a JWT), Ed25519. It holds no score: whoever may try again and again would
learn from it how near a picture came.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.errors import InputError
from spoofcue.version import __version__
from spoofcue.whole_files import write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

    from spoofcue.detector.detector import Detector

# RFC 8725 asks for a type of one's own, so that no other token of the issuer passes for a receipt
TYPE = "spoofcue-receipt+jwt"
# RFC 9864 calls it Ed25519; the libraries that are in use know it by this name
ALGORITHM = "EdDSA"
ISSUER = "spoofcue"  # who states it, where nothing else is said
SECONDS = 120  # for which it holds, likewise


def operating_point(detector: Detector) -> dict[str, Any]:
    """Threshold of a detector, where it comes from, and whether a camera profile is used."""
    facts = detector.threshold_facts
    return {
        "threshold": facts.value,
        "rule": facts.rule,
        "source": facts.source,
        "profile": detector.uses_profile,
    }


class Receipts:
    """Signs receipts, and says by which keys they can be verified.

    Args:
        signing: the key that signs.
        issuer: who states the decision, the claim ``iss``.
        seconds: for which a receipt holds, >= 1.
        retired: keys that signed before and still verify.
        clock: s since 1970.

    """

    def __init__(
        self,
        signing: Ed25519PrivateKey,
        issuer: str,
        seconds: int,
        retired: Sequence[Ed25519PublicKey] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._signing, self._issuer, self._seconds, self._clock = signing, issuer, seconds, clock
        published = [_as_jwk(key) for key in (signing.public_key(), *retired)]
        self._kid = published[0]["kid"]
        self._keys = {key["kid"]: key for key in published}

    @classmethod
    def of_files(cls, files: Sequence[Path], issuer: str, seconds: int) -> Receipts:
        """With keys of PEM files.

        Args:
            files: the first holds the private key that signs; the others, private or public, keys
                that signed before. Without any the key is made here, and gone with this process.
            issuer: see the class.
            seconds: likewise.

        Raises:
            InputError: a file is no key of Ed25519.

        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if not files:
            return cls(Ed25519PrivateKey.generate(), issuer, seconds)
        first, *others = (_read(file) for file in files)
        if not isinstance(first, Ed25519PrivateKey):
            raise InputError(f"{files[0]} holds a public key, and the first of the keys signs.")
        retired = [k.public_key() if isinstance(k, Ed25519PrivateKey) else k for k in others]
        return cls(first, issuer, seconds, retired)

    def sign(
        self,
        result: Mapping[str, Any],
        point: Mapping[str, Any],
        *,
        attempt: str,
        audience: str | None = None,
        nonce: str | None = None,
    ) -> str:
        """The receipt of one decision.

        Args:
            result: :meth:`spoofcue.detector.result.Result.to_dict`, of any decision.
            point: :func:`operating_point` of the detector that decided.
            attempt: its id, which no other attempt has.
            audience: whom it is for; None: whoever gets it.
            nonce: what the relying party gave for this attempt.

        """
        import jwt

        now = int(self._clock())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "iat": now,
            "exp": now + self._seconds,
            "jti": attempt,
            "decision": result["decision"],
            "reason": result["reason"],
            "operating_point": dict(point),
            "model": result["model"],
            "frames": result["frames"],
            "spoofcue": __version__,
        }
        if audience is not None:
            claims["aud"] = audience
        if nonce is not None:
            claims["nonce"] = nonce
        return jwt.encode(claims, self._signing, ALGORITHM, {"kid": self._kid, "typ": TYPE})

    def jwks(self) -> dict[str, Any]:
        """The public keys, as RFC 7517 writes a set of them."""
        return {"keys": list(self._keys.values())}


def new_receipt_key(file: Path) -> str:
    """Make a key that signs, in a file that its owner alone may read.

    Returns:
        Its id, as in the receipts' ``kid``.

    Raises:
        InputError: there is such a file: receipts of its key could not be verified any more.

    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if file.exists():
        raise InputError(f"{file} is there already: choose another name, or take it away first.")
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(file, pem)
    return str(_as_jwk(key.public_key())["kid"])


def _read(file: Path) -> Ed25519PrivateKey | Ed25519PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

    try:
        pem = file.read_bytes()
    except OSError as error:
        raise InputError(
            f"{file}: {error.strerror or error}; `spoofcue serve-receipt-key FILE` makes a key."
        ) from error
    key: object
    try:
        key = (
            serialization.load_pem_public_key(pem)
            if b"PUBLIC KEY" in pem
            else serialization.load_pem_private_key(pem, password=None)
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it has a password
        key = None
    if not isinstance(key, Ed25519PrivateKey | Ed25519PublicKey):
        raise InputError(
            f"{file} is no PEM file of an Ed25519 key without a password; "
            "`spoofcue serve-receipt-key FILE` makes one."
        )
    return key


def _as_jwk(key: Ed25519PublicKey) -> dict[str, Any]:
    """A public key for verifiers; its id is the thumbprint of RFC 7638."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    x = _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    needed = {"crv": "Ed25519", "kty": "OKP", "x": x}  # sorted, as the RFC has it
    print_of = hashlib.sha256(json.dumps(needed, separators=(",", ":")).encode()).digest()
    return {**needed, "kid": _base64url(print_of), "use": "sig", "alg": ALGORITHM}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
