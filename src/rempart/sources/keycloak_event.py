"""Keycloak's own login events, for sites whose provider writes no AuditEvents.

Reads one event as JSON, as Keycloak's event listeners and its admin API give it (``type``, ``realmId``,
``userId``, ``sessionId``, ``ipAddress``, ``error``, ``details``, ``time`` in ms). Gives a failed login for a
``LOGIN_ERROR`` with wrong credentials (also a wrong one-time code); None for anything else: a login that
passed is told by the token it ends in. Misses: other reasons to fail, which say nothing about who is there.

Follows the EventRepresentation of the Keycloak Admin REST API (26).
"""

from __future__ import annotations

import msgspec
import xxhash

from rempart.records import Access, Kind
from rempart.sources.fhir_words import clean_name, clean_text, looks_like_ip

WRONG = ("invalid_user_credentials",)
FAILED_OUTCOME = 8


class _Details(msgspec.Struct):
    username: str = ""


class _Event(msgspec.Struct, rename="camel"):
    type: str
    realm_id: str
    time: int
    id: str = ""
    user_id: str | None = ""
    session_id: str | None = ""
    ip_address: str | None = ""
    error: str | None = ""
    details: _Details | None = None


def read_keycloak_event(line: bytes, source: str) -> Access | None:
    """The failed login an event tells of. Never raises for what a line contains."""
    if b'"realmId"' not in line:
        return None
    try:
        event = msgspec.json.decode(line, type=_Event)
    except msgspec.MsgspecError:
        return None
    account = (event.details.username if event.details else "") or event.user_id or ""
    if event.type != "LOGIN_ERROR" or event.error not in WRONG or not account:
        return None
    address = event.ip_address or ""
    content = xxhash.xxh3_64_intdigest(line)
    return Access(
        source, 0, content, clean_name(event.id or f"keycloak-{content:x}"), int(Kind.LOGIN_FAILED), event.time,
        clean_name(account), "", "", "", clean_text(address) if looks_like_ip(address) else "", "",
        clean_name(event.session_id or ""), "", "E", FAILED_OUTCOME, "", (), False, -1, -1, "", 0, 0,
    )  # fmt: skip
