"""What a verified token says of its holder, Pro Santé Connect's among others; and logout tokens."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from rempart.errors import RequestRefused
from rempart.sources.logout_token import FRESH_S, verify_logout
from rempart.sources.token import (
    LEEWAY_S,
    LOGOUT_EVENT,
    Holder,
    Trust,
    UnknownKey,
    check_now,
    national_form,
    read_keys,
    verify,
)

NOW = 1_767_254_400
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
KEYS = read_keys(
    json.dumps(
        {
            "keys": [
                json.loads(RSAAlgorithm.to_jwk(RSA.public_key()))
                | {"kid": "rsa", "alg": "RS256", "use": "sig"},
                json.loads(ECAlgorithm.to_jwk(EC.public_key())) | {"kid": "ec"},
                json.loads(OKPAlgorithm.to_jwk(ED.public_key())) | {"kid": "ed"},
                {"kty": "oct", "k": "AAAA", "kid": "secret"},
                json.loads(RSAAlgorithm.to_jwk(RSA.public_key())) | {"kid": "enc", "use": "enc"},
            ]
        }
    ).encode()
)
ALL = ("RS256", "PS256", "ES256", "EdDSA", "HS256", "none")
TRUST = Trust(
    "https://psc.example", ("fhir",), ALL, ("SubjectNameID", "preferred_username", "sub"), ("eidas1",)
)
BASE = {"iss": "https://psc.example", "aud": ["other", "fhir"], "sub": "f:1:x", "exp": NOW + 60, "iat": NOW}


def token(key: Any = RSA, algorithm: str = "RS256", kid: str = "rsa", **claims: Any) -> str:
    return jwt.encode(BASE | claims, key, algorithm, {"kid": kid})


def holder(**claims: Any) -> Holder:
    return verify(token(**claims), KEYS, TRUST)


def test_secrets_and_encryption_keys_are_passed_over() -> None:
    assert set(KEYS) == {"rsa", "ec", "ed"}
    for document in (b"", b"[]", b'{"keys":[1]}', b'{"keys":[{"kty":"RSA"}]}'):
        with pytest.raises(RequestRefused):
            read_keys(document)


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [(RSA, "RS256", "rsa"), (RSA, "PS256", "rsa"), (EC, "ES256", "ec"), (ED, "EdDSA", "ed")],
)
def test_every_accepted_algorithm_verifies_with_its_own_kind_of_key_only(
    key: Any, algorithm: str, kid: str
) -> None:
    assert verify(token(key, algorithm, kid), KEYS, TRUST).subject == "f:1:x"
    for other in {"rsa", "ec", "ed"} - {kid}:
        with pytest.raises(RequestRefused):
            verify(token(key, algorithm, other), KEYS, TRUST)


def test_a_shared_secret_is_never_accepted_even_where_a_site_lists_it() -> None:
    with pytest.raises(RequestRefused, match="token_algorithm"):
        verify(jwt.encode(BASE, "x" * 32, "HS256", {"kid": "rsa"}), KEYS, TRUST)
    with pytest.raises(RequestRefused, match="token_algorithm"):
        verify(jwt.encode(BASE, None, "none", {"kid": "rsa"}) + "AA", KEYS, TRUST)


def test_pro_sante_connect_names_the_national_identity() -> None:
    claims = {
        "SubjectNameID": "899700218896",
        "preferred_username": "899700218896",
        "otherIds": [
            {"identifiant": "123", "origine": "EDIT", "qualite": 0},
            {"identifiant": "899700218896", "origine": "RPPS", "qualite": 1},
        ],
        "SubjectRefPro": {
            "codeCivilite": "M",
            "exercices": [{"codeProfession": "10", "codeSavoirFaire": "SM26"}],
        },
        "acr": "eidas1",
        "auth_time": NOW - 5,
        "sid": "s1",
        "azp": "portal",
    }
    found = holder(**claims)
    assert found == Holder("899700218896", "f:1:x", "s1", "portal", "10", NOW, NOW + 60, -1, NOW - 5, "")
    bare = [{"identifiant": "10001234567", "origine": "RPPS"}]
    assert holder(**claims | {"otherIds": bare}).account == "810001234567"
    assert holder(**claims | {"otherIds": "x", "SubjectRefPro": [1]}).account == "899700218896"


def test_a_bare_rpps_gets_the_leading_eight_and_nothing_else_changes() -> None:
    assert national_form("10001234567") == "810001234567"
    for other in ("810001234567", "1000123456a", "", "1000123456", "٠٠٠٠٠٠٠٠٠٠٠"):
        assert national_form(other) == other


def test_a_strong_login_needs_an_acr_the_site_calls_strong_and_its_time() -> None:
    assert holder(acr="eidas1", auth_time=NOW).strong_login_s == NOW
    assert holder(acr="eidas1").strong_login_s == -1
    assert holder(acr="password", auth_time=NOW).strong_login_s == -1
    assert holder(auth_time=NOW).strong_login_s == -1
    any_login = Trust(TRUST.issuer, TRUST.audiences, ALL, TRUST.account_claims, ())
    assert verify(token(auth_time=NOW), KEYS, any_login).strong_login_s == NOW
    assert verify(token(), KEYS, any_login).strong_login_s == -1


def test_times_are_checked_at_every_question() -> None:
    found = holder(nbf=NOW + 10)
    check_now(found, NOW)
    for at in (NOW + 60 + LEEWAY_S, NOW - LEEWAY_S - 30):
        with pytest.raises(RequestRefused):
            check_now(found, at)
    assert holder(exp=1e300).expires_s == 2**40
    with pytest.raises(RequestRefused):
        holder(exp=float("nan"))


def test_a_token_bound_to_a_certificate_needs_that_certificate() -> None:
    bound = holder(cnf={"x5t#S256": "abc"})
    check_now(bound, NOW, "abc")
    for certificate in ("", "abd"):
        with pytest.raises(RequestRefused, match="token_bound"):
            check_now(bound, NOW, certificate)


def logout(**claims: Any) -> str:
    said = {
        "iss": TRUST.issuer,
        "aud": "fhir",
        "iat": NOW,
        "jti": "j",
        "sid": "s1",
        "events": {LOGOUT_EVENT: {}},
    }
    said = {name: value for name, value in (said | claims).items() if value is not None}
    return jwt.encode(said, RSA, "RS256", {"kid": "rsa", "typ": "logout+jwt"})


def test_a_logout_token_ends_a_session_or_a_subject() -> None:
    assert verify_logout(logout(), KEYS, TRUST, NOW) == ("s1", "", "j")
    assert verify_logout(logout(sid=None, sub="f:1:x"), KEYS, TRUST, NOW + FRESH_S) == ("", "f:1:x", "j")


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": NOW - FRESH_S - 1},
        {"iat": None},
        {"iat": "x"},
        {"nonce": "n"},
        {"events": None},
        {"events": {"other": {}}},
        {"events": [LOGOUT_EVENT]},
        {"sid": None},
        {"jti": None},
        {"aud": "other"},
        {"iss": "https://other.example"},
    ],
    ids=str,
)
def test_what_is_no_fresh_logout_token_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(RequestRefused):
        verify_logout(logout(**claims), KEYS, TRUST, NOW)


def test_a_key_not_known_yet_is_told_apart() -> None:
    with pytest.raises(UnknownKey):
        verify(token(kid="later"), KEYS, TRUST)
    with pytest.raises(UnknownKey):
        verify_logout(logout(), {}, TRUST, NOW)
