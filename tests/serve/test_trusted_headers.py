"""Headers that only the site's own proxy may say: the account of a portal, the client's certificate."""

from __future__ import annotations

import base64
import datetime
import hashlib
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from world import Client, Process, Signer, begin_nginx, begin_service, settings_file

SECRET = "between-us"


def secret_of(folder: Path) -> str:
    """The setting that names a file with the secret."""
    path = folder / "between"
    path.write_text(SECRET)
    path.chmod(0o600)
    return f'proxy_secret_file = "{path}"'


def certificate() -> tuple[str, str]:
    """A client's certificate as a proxy writes it (PEM, percent-encoded), and its thumbprint as a token names it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "workstation")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    signed = made.sign(key, hashes.SHA256())
    der = signed.public_bytes(serialization.Encoding.DER)
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")
    return quote(signed.public_bytes(serialization.Encoding.PEM).decode()), thumbprint


def test_a_token_bound_to_a_certificate_is_good_with_it_only_where_the_proxy_shows_it(
    tmp_path: Path, fhir: Process, signer: Signer
) -> None:
    shown, thumbprint = certificate()
    token = signer.token("bound", cnf={"x5t#S256": thumbprint})
    service = begin_service(tmp_path, settings_file(tmp_path, signer, secret_of(tmp_path)))
    nginx = begin_nginx(tmp_path, service.port, fhir.port, secret=SECRET)
    door, outside = Client(service.port), Client(nginx.port)
    known = {"X_Rempart_Proxy": SECRET}
    try:
        assert door.decide("/fhir/Patient/1", token, X_Client_Cert=shown, **known)[0] == 200
        assert door.decide("/fhir/Patient/1", token, **known)[0] == 401
        assert door.decide("/fhir/Patient/1", token, X_Client_Cert=certificate()[0], **known)[0] == 401
        assert door.decide("/fhir/Patient/1", token, X_Client_Cert=shown)[0] == 403
        assert outside.ask("/fhir/Patient/1", signer.token("unbound"))[0] == 200
        assert outside.ask("/fhir/Patient/1", token, X_Client_Cert=shown)[0] == 401
    finally:
        nginx.stop()
        assert service.stop() == 0


def test_nobody_outside_names_the_account_of_a_portal(tmp_path: Path, fhir: Process, signer: Signer) -> None:
    more = f'identity = "header"\n{secret_of(tmp_path)}'
    service = begin_service(tmp_path, settings_file(tmp_path, signer, more))
    nginx = begin_nginx(tmp_path, service.port, fhir.port, secret=SECRET)
    claimed = {"X_Remote_User": "dr-martin", "X_Remote_Session": "s1"}
    try:
        door = Client(service.port)
        assert door.decide("/fhir/Patient/1", X_Rempart_Proxy=SECRET, **claimed)[0] == 200
        assert Client(nginx.port).ask("/fhir/Patient/1", **claimed)[0] == 401
    finally:
        nginx.stop()
        assert service.stop() == 0
