"""The provider's keys: fetched once, kept, fetched again when a token names one not seen yet.

Reads a key set from a file, an address, or by discovery from the issuer. Gives keys by name; a provider
that is away changes nothing for the keys already here. At most one fetch every :data:`REST_S`, so that
made-up key names cost nothing. Misses: telling that a key was withdrawn before :data:`OLD_S` have passed.

Follows RFC 7517, OpenID Connect Discovery 1.0.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import jwt
import msgspec

from rempart.errors import EffectorError, RempartError, SettingsError
from rempart.serve_settings import Provider
from rempart.sources.token import read_keys
from rempart.web_call import call, read_json

REST_S, OLD_S = 10.0, 3600.0


class _Found(msgspec.Struct):
    issuer: str
    jwks_uri: str


class KeyRing:
    """Keys of one provider; used from one event loop."""

    def __init__(self, site: Provider, clock_s: Callable[[], float], tell: Callable[[str], None]) -> None:
        self._site, self._clock_s, self._tell = site, clock_s, tell
        self._fetched_s = -OLD_S
        self._fetching: asyncio.Task[None] | None = None
        self.keys: dict[str, jwt.PyJWK] = {}

    async def renew(self) -> None:
        """Fetch the keys unless that was done a moment ago; wait for a fetch that is under way."""
        if self._fetching is None:
            if self._clock_s() - self._fetched_s < REST_S:
                return
            self._fetched_s = self._clock_s()
            self._fetching = asyncio.get_running_loop().create_task(self._fetch())
        await asyncio.shield(self._fetching)

    @property
    def old(self) -> bool:
        """Whether the keys should be fetched again."""
        return self._clock_s() - self._fetched_s > OLD_S

    async def _fetch(self) -> None:
        try:
            self.keys = await asyncio.to_thread(fetch_keys, self._site)
        except RempartError as error:
            self._tell(f"keys of the provider: {error}")
        finally:
            self._fetching = None


def fetch_keys(site: Provider) -> dict[str, jwt.PyJWK]:
    """The provider's keys as they are now. RempartError where they cannot be had."""
    place = site.keys
    if place and "://" not in place:
        try:
            return read_keys(Path(place).read_bytes())
        except OSError as error:
            raise SettingsError(
                f"{place}: cannot be read ({error.strerror})", "correct provider.keys"
            ) from error
    if not place:
        found = read_json(_get(site.issuer.rstrip("/") + "/.well-known/openid-configuration"), _Found)
        if found.issuer != site.issuer:
            raise EffectorError("the provider names another issuer", "correct provider.issuer")
        place = found.jwks_uri
    return read_keys(_get(place))


def _get(url: str) -> bytes:
    status, body = call("GET", url, {"accept": "application/json"})
    if status != 200:
        raise EffectorError(f"the provider answered {status}", "it is asked again")
    return body
