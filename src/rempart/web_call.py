"""One HTTP call to a service outside: bounded in time and size, never redirected.

Reads a method, an address, headers and a body. Gives status and body; raises EffectorError where no
answer came. Certificates are checked against the system's authorities (``SSL_CERT_FILE`` adds a site's
own). Misses: proxies that need a login, connections kept open (calls are rare).
"""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from rempart.errors import EffectorError

TIMEOUT_S = 5.0
Document = TypeVar("Document")
LARGEST = 1 << 20
"""Bytes of an answer that are read."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead a secret elsewhere; it is an answer like any other."""

    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def call(
    method: str, url: str, headers: dict[str, str], body: bytes | None = None, timeout_s: float = TIMEOUT_S
) -> tuple[int, bytes]:
    """Status and body of the answer, whatever the status. EffectorError names the host, never the path."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    if urlsplit(url).scheme not in ("http", "https"):
        raise EffectorError(f"{host or url}: no http or https address", "correct the settings")
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310
    try:
        with _opener.open(request, timeout=timeout_s) as answer:
            return _read(answer)
    except urllib.error.HTTPError as error:
        with error:
            return _read(error)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise EffectorError(f"{host} did not answer ({reason})", "it is asked again") from error


def read_json(answer: bytes, kind: type[Document]) -> Document:
    """An answer's JSON as a ``kind``. EffectorError where it is none."""
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.MsgspecError as error:
        raise EffectorError(
            "the answer is not the JSON its interface promises", "check the address"
        ) from error


def _read(answer: Any) -> tuple[int, bytes]:
    return int(answer.status), answer.read(LARGEST)
