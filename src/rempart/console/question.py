"""A proxy's question: from the request it asks about to what the judge is asked.

Reads the headers of nginx ``auth_request`` (``X-Original-URI``, ``X-Original-Method``), of Traefik and
Caddy forward-auth (``X-Forwarded-Uri``, ``X-Forwarded-Method``), or the path behind ``/decide`` (Envoy
``ext_authz``). Gives the request asked about; raises RequestRefused where a header stands twice, two
families disagree, or a header tells the server behind to read another method or path. Pure. Misses:
knowing which proxy asks; a site that shares a secret with it does.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from typing import NamedTuple
from urllib.parse import unquote

from rempart.console.connection import Request
from rempart.errors import RequestRefused
from rempart.sources.fhir_words import clean_text, looks_like_ip
from rempart.sources.request_target import Target, read_method, read_target

PATH = "/decide"
OVERRIDES = frozenset(
    (
        b"x-http-method-override",
        b"x-http-method",
        b"x-method-override",
        b"x-original-url",
        b"x-rewrite-url",
    )
)
"""Headers by which some servers read another request than the one that was judged."""
ONCE = frozenset(
    (
        b"authorization",
        b"x-original-uri",
        b"x-original-method",
        b"x-forwarded-uri",
        b"x-forwarded-method",
        b"x-rempart-proxy",
        b"x-client-cert",
        b"x-break-glass",
        b"if-none-exist",
        b"user-agent",
    )
)
"""Headers that are read, and that may therefore not stand twice."""
FAMILIES = (
    (b"x-original-method", b"x-original-uri", False),
    (b"x-forwarded-method", b"x-forwarded-uri", True),
)
"""Where proxies say method and target of what was asked, and whether they hand a redirect on."""
SHORTEST_REASON = 10
FORWARDED = b"x-forwarded-for"


class Question(NamedTuple):
    """The request asked about. ``headers`` by name, each once."""

    method: str
    target: Target
    raw: str
    headers: dict[bytes, bytes]
    redirects: bool
    """The proxy hands a redirect on (all but nginx's ``auth_request``)."""


def is_question(target: str) -> bool:
    """Whether a target of this service is a question."""
    return target == PATH or target.startswith((PATH + "/", PATH + "?"))


def read_question(request: Request, once: frozenset[bytes] = ONCE) -> Question:
    """The request a proxy asks about."""
    headers = single_headers(request.headers, once)
    if not OVERRIDES.isdisjoint(headers):
        raise RequestRefused("header_override")
    if request.target.startswith(PATH + "/"):
        method, raw = request.method, request.target[len(PATH) :]
        return Question(read_method(method), read_target(raw), raw, headers, True)
    named = [
        (text_of(headers, of_method), text_of(headers, of_target), redirects)
        for of_method, of_target, redirects in FAMILIES
        if headers.get(of_target, b"").strip()
    ]
    if not named:
        raise RequestRefused("no_target")
    if len(named) == 2 and named[0][:2] != named[1][:2]:
        raise RequestRefused("target_ambiguous")
    method, raw, redirects = named[0]
    return Question(read_method(method), read_target(raw), raw, headers, redirects)


def single_headers(listed: list[tuple[bytes, bytes]], once: frozenset[bytes]) -> dict[bytes, bytes]:
    """Headers by name. RequestRefused where one of ``once`` stands twice; a forwarding list is joined."""
    headers: dict[bytes, bytes] = {}
    for name, value in listed:
        if name in headers:
            if name in once:
                raise RequestRefused("header_twice")
            if name == FORWARDED:
                value = headers[name] + b", " + value
        headers[name] = value
    return headers


def text_of(headers: dict[bytes, bytes], name: bytes) -> str:
    """A header's value; bytes outside ASCII stay visible, so that they are refused later."""
    return headers.get(name, b"").decode("latin-1").strip()


def client_address(headers: dict[bytes, bytes], peer: str, proxies: int) -> str:
    """The client as the outermost of the site's own proxies saw it; empty where nobody says."""
    listed = [each.strip() for each in text_of(headers, FORWARDED).split(",") if each.strip()]
    found = listed[-proxies] if len(listed) >= proxies else (listed[0] if listed else peer)
    return found if looks_like_ip(found) else ""


def client_software(headers: dict[bytes, bytes], client: str) -> str:
    """The client's name: the token's client, and the first word of its User-Agent."""
    agent = text_of(headers, b"user-agent").partition(" ")[0]
    return clean_text(f"{client} {agent}".strip()[:120])


def stated_reason(headers: dict[bytes, bytes]) -> str:
    """Why the glass is broken (``X-Break-Glass``, percent-encoded UTF-8); empty where it is too short."""
    reason = clean_text(unquote(text_of(headers, b"x-break-glass")))
    return reason if len(reason.strip()) >= SHORTEST_REASON else ""


def certificate_thumbprint(headers: dict[bytes, bytes]) -> str:
    """SHA-256 thumbprint (RFC 8705) of the client certificate in ``X-Client-Cert`` (PEM, percent-encoded)."""
    lines = unquote(text_of(headers, b"x-client-cert")).split("-----")
    if len(lines) < 3:
        return ""
    try:
        der = b64decode("".join(lines[2].split()), validate=True)
    except Base64Error:
        return ""
    return urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")
