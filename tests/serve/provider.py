"""Canaille, a real OpenID provider with SCIM, run as a process of its own with made-up staff in memory.

``python provider.py PORT``. Prints ``ready`` and, as JSON, the client's secret and the SCIM token. Users
``dr-martin``, ``dr-petit`` and ``nurse-roux`` with the password ``correct horse``.
"""

from __future__ import annotations

import datetime
import json
import logging
import sys

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

STAFF = ("dr-martin", "dr-petit", "nurse-roux")
PASSWORD = "correct horse"


def settings(port: int) -> dict[str, object]:
    """The smallest configuration that is safe enough to be one."""
    key = RSAKey.generate_key(2048, auto_kid=True)
    return {
        "SECRET_KEY": "made up for a test",
        "SERVER_NAME": f"127.0.0.1:{port}",
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "memory", "LOGGING": None, "SMTP": None},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)], "REQUIRE_NONCE": False},
        "CANAILLE_SCIM": {"ENABLE_SERVER": True},
    }


def populate() -> dict[str, str]:
    """Staff, the portal's client, and a token of the client for SCIM."""
    for name in STAFF:
        Backend.instance.save(
            models.User(
                formatted_name=name,
                family_name=name,
                user_name=name,
                emails=[f"{name}@hospital.example"],
                password=PASSWORD,
            )
        )
    client = models.Client(
        client_id="portal",
        client_name="portal",
        client_secret="portal secret",
        client_secret_expires_at=None,
        client_id_issued_at=datetime.datetime.now(datetime.UTC),
        redirect_uris=["http://127.0.0.1/back"],
        grant_types=["password", "client_credentials", "refresh_token"],
        response_types=["code", "token"],
        scope=["openid", "profile"],
        token_endpoint_auth_method="client_secret_basic",
        client_uri="http://127.0.0.1",
    )
    Backend.instance.save(client)
    client.audience = [client]
    Backend.instance.save(client)
    token = models.Token(
        token_id="scim",
        access_token="scim-token",
        client=client,
        subject=None,
        audience=[client],
        type="Bearer",
        issue_date=datetime.datetime.now(datetime.UTC),
        lifetime=36_000,
        scope=["openid"],
    )
    Backend.instance.save(token)
    return {"client": "portal", "secret": "portal secret", "scim": "scim-token"}


def main() -> None:
    """Serve until ended."""
    port = int(sys.argv[1])
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app(settings(port), env_file=None)
    with app.app_context():
        print("ready", json.dumps(populate()), flush=True)
    make_server("127.0.0.1", port, app).serve_forever()


if __name__ == "__main__":
    main()
