"""The link of a "Was this you?": signed, expiring, good for one answer.

Makes and reads the token in the link: account, number and reasons of the decision, when it expires, and a
name that the ledger remembers once it is answered (so the answer counts once, also after a restart). Pure. Misses:
whether the message reached the owner and nobody else; the site's messages do that.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from rempart.errors import RequestRefused

LIVES_S = 3 * 86_400
"""Less than the seven days for which the ledger knows a repeated record."""
MAC_BYTES = 16
LONGEST = 2_048


class OwnerLink(msgspec.Struct, frozen=True, array_like=True):
    """What a link carries."""

    account: str
    number: int
    expires_s: int
    reasons: tuple[tuple[int, int, int], ...]
    """What was unusual, as :func:`rempart.pipeline.wording.outside_reasons` gives it: the link can be read by anybody."""

    @property
    def name(self) -> str:
        """What the ledger remembers of the answer: one question a decision."""
        return f"link-{self.number}"


def make_link(public_url: str, key: bytes, link: OwnerLink) -> str:
    """The address of the question."""
    body = msgspec.msgpack.encode(link)
    token = urlsafe_b64encode(_mac(key, body) + body).decode().rstrip("=")
    return f"{public_url.rstrip('/')}/was-this-you?t={token}"


def read_link(token: str, key: bytes, now_s: float) -> OwnerLink:
    """What a token says. RequestRefused where it is not ours or has expired."""
    try:
        raw = urlsafe_b64decode(token[:LONGEST] + "=" * (-len(token) % 4))
        mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(key, body)):
            raise RequestRefused("link_forged")
        link = msgspec.msgpack.decode(body, type=OwnerLink)
    except (ValueError, msgspec.MsgspecError) as error:
        raise RequestRefused("link_forged") from error
    if now_s >= link.expires_s:
        raise RequestRefused("link_expired")
    return link


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"was-this-you\0" + body, hashlib.sha256)[:MAC_BYTES]
