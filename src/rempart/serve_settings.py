"""What a site chooses for the decision service: its door, its identity provider, and who closes accounts.

Three sections of the settings file, ``[serve]``, ``[provider]`` and ``[contain]``; read and checked by
:mod:`rempart.settings`. A secret is never a setting: the setting names a file that only its owner may read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rempart.setting_checks import Key, one_of, text, texts, whole


@dataclass(frozen=True, slots=True)
class Serve:
    """Section ``[serve]``."""

    listen: str = "127.0.0.1:8930"
    public_url: str = ""
    identity: str = "token"
    account_header: str = "x-remote-user"
    session_header: str = "x-remote-session"
    proxy_secret_file: str = ""
    proxies: int = 1
    fhir_base: str = "/fhir"
    patient_paths: tuple[str, ...] = ()
    page_rows: int = 50
    bundle_rows: int = 100
    challenge: str = "bearer"
    login_url: str = ""
    break_glass_minutes: int = 15
    when_down: str = "closed"


@dataclass(frozen=True, slots=True)
class Provider:
    """Section ``[provider]``."""

    issuer: str = ""
    keys: str = ""
    audiences: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256")
    account_claims: tuple[str, ...] = ("SubjectNameID", "preferred_username", "sub")
    strong_acr: tuple[str, ...] = ("eidas1",)


@dataclass(frozen=True, slots=True)
class Contain:
    """Section ``[contain]``; an effector is in use where its address is set."""

    dry_run: str = "yes"
    webhook_url: str = ""
    webhook_secret_file: str = ""
    keycloak_url: str = ""
    keycloak_realm: str = ""
    keycloak_client: str = ""
    keycloak_secret_file: str = ""
    keycloak_attribute: str = ""
    revocation_url: str = ""
    revocation_client: str = ""
    revocation_secret_file: str = ""
    logout_urls: tuple[str, ...] = ()
    logout_issuer: str = ""
    logout_audience: str = ""
    logout_key_file: str = ""
    scim_url: str = ""
    scim_token_file: str = ""
    scim_attribute: str = "userName"
    ldap_url: str = ""
    ldap_user: str = ""
    ldap_password_file: str = ""
    ldap_base: str = ""
    ldap_attribute: str = "uid"
    ldap_kind: str = "openldap"


SECTIONS: dict[str, type[Any]] = {"serve": Serve, "provider": Provider, "contain": Contain}

_URL = "Address; empty: not used."

SERVE_KEYS: tuple[Key, ...] = (
    Key(
        "listen",
        "serve",
        "Where the service listens: `host:port`, or `unix:` and a path; several apart by spaces.",
        text,
    ),
    Key("public_url", "serve", "Address of this service as staff reach it, for the links it sends.", text),
    Key(
        "identity",
        "serve",
        "Who says who asks: `token`, an access token; `header`, headers that a portal in front sets after its own "
        "login (needs `proxy_secret_file`).",
        one_of("token", "header"),
    ),
    Key("account_header", "serve", 'Header with the account, for `identity = "header"`.', text),
    Key("session_header", "serve", "Header with the session, likewise.", text),
    Key(
        "proxy_secret_file",
        "serve",
        "File with a secret the proxy sends in `X-Rempart-Proxy`; questions without it are refused. Empty: not "
        "asked.",
        text,
    ),
    Key("proxies", "serve", "How many proxies of the site add to X-Forwarded-For.", whole(1, 5)),
    Key("fhir_base", "serve", "Path of the FHIR server behind the proxy.", text),
    Key(
        "patient_paths",
        "serve",
        "Other paths that name a patient, such as `/dossier/{patient}/*`; `{any}` stands for one part, a last `*` "
        "for the rest. A template without `{patient}` names pages that show none.",
        texts,
    ),
    Key("page_rows", "serve", "Rows of a result page where a search names no `_count`.", whole(1, 10_000)),
    Key("bundle_rows", "serve", "Rows one posted Bundle or GraphQL query is taken for.", whole(1, 10_000)),
    Key(
        "challenge",
        "serve",
        "How a challenge is said: `bearer`, 401 as in RFC 9470; `portal`, a redirect to `login_url`.",
        one_of("bearer", "portal"),
    ),
    Key(
        "login_url",
        "serve",
        "Where a portal's browser is sent to log in again; `acr_values`, `max_age` and `prompt` are added.",
        text,
    ),
    Key(
        "break_glass_minutes",
        "serve",
        "How long after a strong login a stated reason opens what is refused.",
        whole(1, 120),
    ),
    Key(
        "when_down",
        "serve",
        "What a worker answers while the judge is away: `closed` refuses, `open` serves a verified holder and "
        "notes the gap.",
        one_of("closed", "open"),
    ),
    Key("issuer", "provider", "The `iss` of tokens; also where its keys are discovered.", text),
    Key(
        "keys",
        "provider",
        "Address or file of the key set, where it is not discovered from the issuer.",
        text,
    ),
    Key(
        "audiences", "provider", "The `aud` of tokens meant for these data; one of them must be there.", texts
    ),
    Key("algorithms", "provider", "Signature algorithms accepted.", texts),
    Key(
        "account_claims",
        "provider",
        "Claims that name the account, the first found counts. `SubjectNameID` is Pro Santé Connect's national "
        "identifier.",
        texts,
    ),
    Key(
        "strong_acr",
        "provider",
        "The `acr` values that mean a strong login, all are asked for; none: every login counts, for a provider "
        "that says no `acr`.",
        texts,
    ),
    Key("dry_run", "contain", "`yes`: write down what would be done, do nothing.", one_of("yes", "no")),
    Key("webhook_url", "contain", f"Webhook that hears every command. {_URL}", text),
    Key("webhook_secret_file", "contain", "File with the secret that signs its messages.", text),
    Key("keycloak_url", "contain", f"Keycloak, before `/admin`. {_URL}", text),
    Key("keycloak_realm", "contain", "Realm of the staff.", text),
    Key("keycloak_client", "contain", "Service account with the role `manage-users`.", text),
    Key("keycloak_secret_file", "contain", "File with its secret.", text),
    Key(
        "keycloak_attribute",
        "contain",
        "User attribute that holds the account's name (an RPPS, say); empty: the user name.",
        text,
    ),
    Key("revocation_url", "contain", f"Token revocation (RFC 7009). {_URL}", text),
    Key("revocation_client", "contain", "Client that revokes.", text),
    Key("revocation_secret_file", "contain", "File with its secret.", text),
    Key("logout_urls", "contain", "Back-channel logout addresses of the site's own applications.", texts),
    Key("logout_issuer", "contain", "The `iss` of the logout tokens sent to them.", text),
    Key("logout_audience", "contain", "Their `aud`.", text),
    Key("logout_key_file", "contain", "File with the private key (PEM) that signs them.", text),
    Key("scim_url", "contain", f"SCIM 2.0, before `/Users`. {_URL}", text),
    Key("scim_token_file", "contain", "File with its bearer token.", text),
    Key("scim_attribute", "contain", "Attribute that holds the account's name.", text),
    Key("ldap_url", "contain", f"Directory, `ldaps://host`. {_URL}", text),
    Key("ldap_user", "contain", "DN that may change accounts.", text),
    Key("ldap_password_file", "contain", "File with its password.", text),
    Key("ldap_base", "contain", "DN below which accounts stand.", text),
    Key("ldap_attribute", "contain", "Attribute that holds the account's name.", text),
    Key(
        "ldap_kind",
        "contain",
        "`ad`: userAccountControl; `openldap`: pwdAccountLockedTime.",
        one_of("ad", "openldap"),
    ),
)
