"""Webhook: every command as a signed message, for whatever the site wants to do with it.

Takes every command; posts JSON signed as Standard Webhooks says (``webhook-id`` is the command's key,
``webhook-timestamp``, ``webhook-signature: v1,<base64 HMAC-SHA-256 of id.timestamp.body>``). Any 2xx is
done; 400, 410 and 422 are final; anything else is asked again under the same id, which a receiver uses to
drop what it has seen. Misses: telling the site's people by itself; the receiver does.

Follows https://www.standardwebhooks.com/ (symmetric scheme).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable

import msgspec

from rempart.contain.dry_run import VERBS
from rempart.errors import EffectorError, EffectorRefused
from rempart.records import Command
from rempart.web_call import call

FINAL = (400, 410, 422)


def sign(secret: str, key: str, at_s: int, body: bytes) -> str:
    """The ``webhook-signature`` of a message."""
    signed = f"{key}.{at_s}.".encode() + body
    return "v1," + b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()


class Webhook:
    """Posts to one address."""

    name = "webhook"
    verbs = VERBS

    def __init__(self, url: str, secret: str, clock_ms: Callable[[], int]) -> None:
        self._url, self._secret, self._clock_ms = url, secret, clock_ms

    def carry_out(self, command: Command) -> None:
        """Post it. EffectorError unless the receiver took it."""
        told = msgspec.to_builtins(command)
        del told["tokens"]
        body = msgspec.json.encode({"type": f"rempart.account.{command.verb}", "data": told})
        at_s = self._clock_ms() // 1000
        headers = {
            "content-type": "application/json",
            "webhook-id": command.key,
            "webhook-timestamp": str(at_s),
            "webhook-signature": sign(self._secret, command.key, at_s, body),
        }
        status, _ = call("POST", self._url, headers, body)
        if status in FINAL:
            raise EffectorRefused(f"the webhook refused the message ({status})", "correct the receiver")
        if not 200 <= status < 300:
            raise EffectorError(f"the webhook answered {status}", "it is asked again")
