"""Logins with one factor: a stolen password is enough.

Reads how each account's owner logs in, as the identity provider says it: ``amr`` values (RFC 8176) or an ``acr``
(eIDAS and NIST levels). Access logs do not carry it, so without such a list nothing is told. A smart card counts as
two factors, since it opens with its code.

Misses: a second factor that the provider does not name; one that can be reset by telephone.
"""

from __future__ import annotations

from collections.abc import Iterator

from rempart.posture.finding import Finding, Found, Untold
from rempart.posture.house import House

FACTORS: tuple[frozenset[str], ...] = (
    frozenset({"pwd", "pin", "kba", "password"}),
    frozenset({"otp", "sms", "tel", "hwk", "swk", "sc", "pop", "webauthn", "fido", "totp"}),
    frozenset({"face", "fpt", "iris", "retina", "vbm", "bio"}),
)
"""Something known, something held, something one is."""
TWO_AT_ONCE = frozenset({"mfa", "mca", "sc", "aal2", "aal3", "eidas2", "eidas3", "substantial", "high"})
ONE_AT_ALL = frozenset({"aal1", "eidas1", "low", "0"})


def find_single_factor(house: House) -> Iterator[Found]:
    """Findings ``login_single``, and how many accounts in use the list says nothing usable about."""
    if not house.methods_known:
        yield Untold("login_unknown")
        return
    silent = 0
    for account in house.accounts:
        if account.last_ms is None:
            continue
        factors = count_factors(account.methods)
        silent += factors == 0
        if factors == 1:
            people, stake = house.needless(account)
            methods = " ".join(sorted(account.methods or ()))
            yield Finding(
                "login_single", account.name, people, stake, {"methods": methods, "role": account.role}
            )
    if silent:
        yield Untold("login_silent", {"count": silent})


def count_factors(methods: frozenset[str] | None) -> int:
    """1, 2 (or more), or 0 where the words say nothing this check knows."""
    words = {word.lower().rpartition("/")[2] for word in methods or ()}
    if words & TWO_AT_ONCE:
        return 2
    kinds = sum(bool(words & kind) for kind in FACTORS)
    return kinds or int(bool(words & ONE_AT_ALL))
