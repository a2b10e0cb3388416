"""The provider says that a session has ended: a back-channel logout token, verified.

Reads a compact JWS; gives the session (``sid``) or, without one, the subject whose sessions all ended.
RequestRefused for anything but a fresh logout token of the provider. Misses: nothing of the standard but
encrypted tokens.

Follows OpenID Connect Back-Channel Logout 1.0 (2.4, 2.6).
"""

from __future__ import annotations

from rempart.errors import RequestRefused
from rempart.sources.fhir_words import clean_name
from rempart.sources.token import (
    ALGORITHMS,
    LOGOUT_EVENT,
    Keys,
    Trust,
    UnknownKey,
    read_header,
    signed_claims,
)

FRESH_S = 120


def verify_logout(token: str, keys: Keys, trust: Trust, now_s: float) -> tuple[str, str, str]:
    """(session, subject, jti) of a logout token; session or subject may be empty, not both."""
    header = read_header(token)
    if header.alg not in trust.algorithms or header.alg not in ALGORITHMS or header.crit is not None:
        raise RequestRefused("token_algorithm")
    if header.typ.lower() not in ("", "logout+jwt", "jwt"):
        raise RequestRefused("token_purpose")
    key = keys.get(header.kid)
    if key is None:
        raise UnknownKey("token_key")
    claims = signed_claims(token, key, header.alg)
    audience = claims.get("aud")
    named = audience if type(audience) is list else [audience]
    if claims.get("iss") != trust.issuer or not any(each in trust.audiences for each in named):
        raise RequestRefused("token_audience")
    events, issued_s = claims.get("events"), claims.get("iat")
    if type(events) is not dict or LOGOUT_EVENT not in events or "nonce" in claims:
        raise RequestRefused("token_purpose")
    if not isinstance(issued_s, int | float) or abs(now_s - issued_s) > FRESH_S:
        raise RequestRefused("token_expired")
    session, subject, name = (clean_name(str(claims.get(each) or "")) for each in ("sid", "sub", "jti"))
    if not (session or subject) or not name:
        raise RequestRefused("token_malformed")
    return session, subject, name
