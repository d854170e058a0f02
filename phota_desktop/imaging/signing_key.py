"""The key that content credentials are signed with: made on this machine, kept by it alone."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_NAME = "content-credentials.pem"
_YEARS = 10
_LEAST = timedelta(days=30)
_AUTHORITY, _SIGNER = "Phota Desktop local authority", "Phota Desktop"
_ORGANIZATION = "Self-made on this computer"
_KEY_END = "-----END PRIVATE KEY-----\n"


@dataclass(frozen=True)
class SigningKey:
    """A private key and its chain of certificates, the signer's first, all as PEM text."""

    private: str
    chain: str

    def __repr__(self) -> str:
        return "SigningKey(…)"


def signing_key(folder: Path) -> SigningKey:
    """Return the key kept in ``folder``, made at the first time (one file, mode 0600).

    An authority signs the signer's certificate and is then forgotten: nobody trusts either, and
    readers say "untrusted signer". Made anew 30 days before it ends. Raises OSError, ValueError
    where the file is damaged, ImportError without the extra.
    """
    place = folder / _NAME
    with suppress(FileNotFoundError):
        if os.name != "nt" and place.stat().st_mode & 0o077:
            place.chmod(0o600)
        kept = place.read_text(encoding="ascii")
        private, end, chain = kept.partition(_KEY_END)
        if not end or "BEGIN CERTIFICATE" not in chain:
            raise ValueError("the signing key is damaged")
        if _ends(chain) - datetime.now(UTC) > _LEAST:
            return SigningKey(private + end, chain)
    made = _made()
    handle, name = tempfile.mkstemp(prefix=".key-", dir=folder)  # 0600 from its first moment
    with os.fdopen(handle, "wb") as stream:
        stream.write((made.private + made.chain).encode("ascii"))
        stream.flush()
        os.fsync(stream.fileno())
    Path(name).replace(place)
    return made


def _ends(chain: str) -> datetime:
    from cryptography import x509

    return x509.load_pem_x509_certificate(chain.encode()).not_valid_after_utc


def _made() -> SigningKey:
    """Make both keys and certificates by the profile of C2PA's specification (14.5.1)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def name(common: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    def usage(*, signs: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=signs,
            key_cert_sign=not signs,
            crl_sign=not signs,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )

    authority, signer = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    begins = datetime.now(UTC) - timedelta(days=1)
    ends = begins + timedelta(days=365 * _YEARS)
    known = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())

    def certificate(
        key: ec.EllipticCurvePrivateKey, common: str, *, signs: bool
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name(common))
            .issuer_name(name(_AUTHORITY))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=not signs, path_length=None), critical=True)
            .add_extension(usage(signs=signs), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known),
                critical=False,
            )
        )

    root = certificate(authority, _AUTHORITY, signs=False).sign(authority, hashes.SHA256())
    leaf = (
        certificate(signer, _SIGNER, signs=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .sign(authority, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = signer.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")
    chain = (leaf.public_bytes(encoding) + root.public_bytes(encoding)).decode("ascii")
    return SigningKey(private, chain)
