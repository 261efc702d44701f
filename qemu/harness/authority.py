"""A certification authority that is made up, and a server's certificate from it (RFC 5280)."""

from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certify(work, host):
    """An authority and a certificate of this name, both P-256: `ca.pem`, `chain.pem`, `key.pem` in `work`."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name("An authority")
    signs = x509.KeyUsage(False, False, False, False, False, key_cert_sign=True, crl_sign=True, encipher_only=False,
                          decipher_only=False)
    root = _certificate(issuer, issuer, authority.public_key(), authority, {x509.BasicConstraints(True, 0): True, signs: True})
    alternative = x509.SubjectAlternativeName([x509.DNSName(host)])
    leaf = _certificate(_name(host), issuer, key.public_key(), authority, {alternative: False})
    pem = serialization.Encoding.PEM
    (work / "ca.pem").write_bytes(root.public_bytes(pem))
    (work / "chain.pem").write_bytes(leaf.public_bytes(pem) + root.public_bytes(pem))
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (work / "key.pem").write_bytes(key.private_bytes(pem, form, none))


def _certificate(subject, issuer, public, signer, extensions):
    """`extensions` with whether they are critical."""
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number(), now - timedelta(days=1),
                                      now + timedelta(days=30))
    identifiers = (x509.SubjectKeyIdentifier.from_public_key(public),
                   x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()))
    for extension, critical in {**extensions, **dict.fromkeys(identifiers, False)}.items():
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, hashes.SHA256())


def _name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
