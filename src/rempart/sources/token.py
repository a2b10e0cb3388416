"""Who asks: an OpenID Connect access token, verified, and what it says about its holder.

Reads a compact JWS and the provider's public keys. Gives :class:`Holder`. Raises RequestRefused for a
token that is forged, unsigned (``alg: none``), signed with a shared secret or an algorithm the site does
not accept, expired, not yet valid, for another audience or issuer, made for another purpose (a logout
token), too long, or bound to a key that the request does not prove (RFC 8705). Keys named inside a token
(``jwk``, ``jku``, ``x5u``, ``x5c``) are never looked at; an unknown critical header is refused.

Of Pro Santé Connect the national identifier is understood: ``otherIds`` of origin RPPS, else
``SubjectNameID``; a bare RPPS of 11 digits gets the leading 8 of the national form.

Follows RFC 7515, RFC 7519, RFC 8725 (best current practice), RFC 9068 (access tokens), RFC 9470 (step-up).
Misses: opaque tokens (no introspection), DPoP proofs (a token bound to one is refused).
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import msgspec
from jwt.algorithms import get_default_algorithms

from rempart.errors import RequestRefused
from rempart.sources.fhir_words import clean_name, clean_text

LONGEST = 8_192
"""Longest token, in characters."""
LEEWAY_S = 30
"""How far the provider's clock may be ahead or behind."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What a site may accept; never ``none``, never a shared secret."""
_METHODS = {name: method for name, method in get_default_algorithms().items() if name in ALGORITHMS}
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_KINDS = ("", "jwt", "at+jwt", "application/at+jwt", "bearer")
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class UnknownKey(RequestRefused):
    """The token names a key that is not among the provider's keys as known here."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens are believed, and how an account is named: the first of ``account_claims`` that is there."""

    issuer: str
    audiences: tuple[str, ...]
    algorithms: tuple[str, ...]
    account_claims: tuple[str, ...]
    strong_acr: tuple[str, ...]


class Holder(msgspec.Struct, frozen=True, gc=False):
    """What a verified token says. Times in seconds since 1970, -1 where not said."""

    account: str
    subject: str
    session: str
    software: str
    role: str
    issued_s: int
    expires_s: int
    begins_s: int
    strong_login_s: int
    """``auth_time`` where ``acr`` is one the site calls strong (any, where it names none), else -1."""
    bound_to: str
    """Thumbprint of the client certificate the token is bound to (``cnf.x5t#S256``); mostly empty."""


class Header(msgspec.Struct):
    """What a token says of its own signature."""

    alg: str = ""
    kid: str = ""
    typ: str = ""
    crit: list[Any] | None = None


Keys = Mapping[str, jwt.PyJWK]


def read_keys(document: bytes) -> dict[str, jwt.PyJWK]:
    """The signing keys of a JWK set by their ``kid``; what is no public signing key is passed over.

    RequestRefused where it is no key set.
    """
    try:
        listed = msgspec.json.decode(document)["keys"]
        found = {}
        for each in listed:
            if each.get("use", "sig") == "sig" and each.get("kty") in ("RSA", "EC", "OKP"):
                public = {name: value for name, value in each.items() if name not in ("d", "p", "q", "alg")}
                algorithm = each.get("alg") or {"RSA": "RS256", "EC": None, "OKP": "EdDSA"}[each["kty"]]
                found[str(each.get("kid", ""))] = jwt.PyJWK(public, algorithm)
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
        raise RequestRefused("keys_unreadable") from error
    return found


def verify(token: str, keys: Keys, trust: Trust) -> Holder:
    """The holder of a token whose signature, issuer, audience and purpose hold; times are not looked at."""
    header = read_header(token)
    key = keys.get(header.kid)
    if key is None and not header.kid and len(keys) == 1:
        key = next(iter(keys.values()))
    if header.alg not in trust.algorithms or header.alg not in ALGORITHMS:
        raise RequestRefused("token_algorithm")
    if header.crit is not None:
        raise RequestRefused("token_critical")
    if header.typ.lower() not in _KINDS:
        raise RequestRefused("token_purpose")
    if key is None:
        raise UnknownKey("token_key")
    claims = signed_claims(token, key, header.alg)
    _check_claims(claims, trust)
    return _holder(claims, trust)


def signed_claims(token: str, key: jwt.PyJWK, algorithm: str) -> dict[str, Any]:
    """The claims of a token signed by ``key``; RequestRefused where the signature does not hold."""
    signed, _, signature = token.rpartition(".")
    try:
        method = _METHODS[algorithm]
        if not method.verify(signed.encode(), method.prepare_key(key.key), _decoded(signature)):
            raise RequestRefused("token_signature")
        claims = msgspec.json.decode(_decoded(signed.partition(".")[2]))
    except (jwt.PyJWTError, msgspec.DecodeError, ValueError, TypeError) as error:
        raise RequestRefused("token_signature") from error
    if type(claims) is not dict:
        raise RequestRefused("token_signature")
    return claims


def check_now(holder: Holder, now_s: float, certificate: str = "") -> None:
    """RequestRefused unless the token is valid at ``now_s`` and, if bound, its certificate is shown."""
    if now_s >= holder.expires_s + LEEWAY_S:
        raise RequestRefused("token_expired")
    if now_s < max(holder.begins_s, holder.issued_s) - LEEWAY_S:
        raise RequestRefused("token_not_yet")
    if holder.bound_to and holder.bound_to != certificate:
        raise RequestRefused("token_bound")


def thumbprint(token: str) -> bytes:
    """What a verified token is remembered by; not the token."""
    return hashlib.blake2b(token.encode(), digest_size=16).digest()


def read_header(token: str) -> Header:
    """The protected header of a compact JWS; nothing is verified yet."""
    if len(token) > LONGEST:
        raise RequestRefused("token_too_long")
    if not _COMPACT.fullmatch(token):
        raise RequestRefused("token_malformed")
    try:
        return msgspec.json.decode(_decoded(token.partition(".")[0]), type=Header)
    except (msgspec.MsgspecError, ValueError) as error:
        raise RequestRefused("token_malformed") from error


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _check_claims(claims: dict[str, Any], trust: Trust) -> None:
    if claims.get("iss") != trust.issuer:
        raise RequestRefused("token_issuer")
    audience = claims.get("aud")
    named = (audience,) if type(audience) is str else audience if type(audience) is list else ()
    if not any(each in trust.audiences for each in named):
        raise RequestRefused("token_audience")
    events = claims.get("events")
    told = claims.get("typ", "Bearer")
    if (type(events) is dict and LOGOUT_EVENT in events) or told not in ("Bearer", "DPoP"):
        raise RequestRefused("token_purpose")
    if _seconds(claims.get("exp")) < 0:
        raise RequestRefused("token_no_expiry")
    bound = claims.get("cnf")
    if bound is not None and not (type(bound) is dict and type(bound.get("x5t#S256")) is str):
        raise RequestRefused("token_bound")


def _holder(claims: dict[str, Any], trust: Trust) -> Holder:
    account = _account_of(claims, trust.account_claims)
    if not account:
        raise RequestRefused("token_no_account")
    strong = not trust.strong_acr or _text(claims, "acr") in trust.strong_acr
    return Holder(
        account=clean_name(account),
        subject=_text(claims, "sub"),
        session=clean_name(_text(claims, "sid") or _text(claims, "session_state")),
        software=clean_text(_text(claims, "azp") or _text(claims, "client_id")),
        role=clean_text(_profession_of(claims)),
        issued_s=_seconds(claims.get("iat")),
        expires_s=_seconds(claims.get("exp")),
        begins_s=_seconds(claims.get("nbf")),
        strong_login_s=_seconds(claims.get("auth_time")) if strong else -1,
        bound_to=_text(claims.get("cnf") or {}, "x5t#S256"),
    )


def _account_of(claims: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        found = _national(claims) if name == "SubjectNameID" else _text(claims, name)
        if found:
            return found
    return ""


def _national(claims: dict[str, Any]) -> str:
    """The national identifier of a Pro Santé Connect token, in its national form."""
    others = claims.get("otherIds")
    for each in others if type(others) is list else ():
        if type(each) is dict and _text(each, "origine").upper() == "RPPS":
            return national_form(_text(each, "identifiant"))
    return national_form(_text(claims, "SubjectNameID"))


def national_form(identifier: str) -> str:
    """A bare RPPS (11 digits) with the leading 8 of the national identifier; anything else as it is."""
    bare = len(identifier) == 11 and identifier.isascii() and identifier.isdigit()
    return f"8{identifier}" if bare else identifier


def _profession_of(claims: dict[str, Any]) -> str:
    """The first profession code of Pro Santé Connect's ``SubjectRefPro``."""
    reference = claims.get("SubjectRefPro")
    exercises = reference.get("exercices") if type(reference) is dict else None
    first = exercises[0] if type(exercises) is list and exercises else None
    return _text(first, "codeProfession") if type(first) is dict else ""


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if type(value) is str else ""


def _seconds(value: Any) -> int:
    """A NumericDate; -1 where there is none, the far future for one past it."""
    if type(value) not in (int, float) or value != value or value < 0:
        return -1
    return int(min(value, 2**40))
