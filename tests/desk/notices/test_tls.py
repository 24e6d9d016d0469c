"""Mail under TLS: a certificate that is trusted, one that is not, a server that has none."""

import ipaddress
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lantian.desk.notices.models import SENT, WAITING, Outgoing


@pytest.fixture
def certificate(tmp_path: Path, now) -> Path:
    """A certificate of 127.0.0.1 with its key, made for this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    host = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([host]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "sink.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secured(mail_server, certificate, set_up):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    mail_server.tls = context
    set_up("mail", security="starttls")
    return mail_server


def test_a_trusted_server_gets_the_mail_under_tls(
    secured, certificate, county, say, send_at, now, monkeypatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    say([county.person("R1", "department").pk])
    assert send_at(now)["count"] == 1
    assert secured.said.index("STARTTLS") < secured.said.index("MAIL")
    assert Outgoing.objects.get().state == SENT


def test_a_server_that_proves_nothing_gets_no_mail(secured, county, say, send_at, now) -> None:
    say([county.person("R1", "department").pk])
    assert send_at(now)["refused"] == 1
    assert "MAIL" not in secured.said
    row = Outgoing.objects.get()
    assert (row.state, "SSLCertVerificationError" in row.error) == (WAITING, True)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_tls_gets_no_mail_in_clear(
    mail_server, set_up, county, say, send_at, now, security
) -> None:
    set_up("mail", security=security)
    say([county.person("R1", "department").pk])
    assert send_at(now)["refused"] == 1
    assert "MAIL" not in mail_server.said
    assert Outgoing.objects.get().state == WAITING
