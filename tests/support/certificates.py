"""A certificate authority for tests, and the certificate of `127.0.0.1` and `localhost` that it signed."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Certificates:
    """Files in a folder: `authority`, `certificate`, `key`; and `stranger`, an authority that signed nothing.

    With `is_intermediate` the `authority` is one below `root`. The certificate is good for so many `days` from now.
    """

    def __init__(self, folder: Path, *, is_intermediate: bool = False, days: int = 2) -> None:
        folder.mkdir(parents=True)
        self.authority, self.stranger = folder / "ca.pem", folder / "stranger.pem"
        self.certificate, self.key = folder / "server.pem", folder / "server.key"
        self.root = folder / "root.pem"
        root = _authority("Otoritas akar", above_others=True)
        issuer, issuer_key = _authority("Otoritas uji", signed_by=root if is_intermediate else None)
        _write(self.root, root[0])
        _write(self.authority, issuer)
        _write(self.stranger, _authority("Otoritas lain")[0])
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]
        built = (
            _builder("127.0.0.1", issuer.subject, key, days=days)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        _write(self.certificate, built.sign(issuer_key, hashes.SHA256()))
        encoded = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.key.write_bytes(encoded)
        self.key.chmod(0o600)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int = 2
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


Signed: TypeAlias = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _authority(name: str, *, above_others: bool = False, signed_by: Signed | None = None) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    built = (
        _builder(name, _name(name) if signed_by is None else signed_by[0].subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1 if above_others else 0), critical=True)
        .add_extension(usage, critical=True)
    )
    return built.sign(key if signed_by is None else signed_by[1], hashes.SHA256()), key


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
