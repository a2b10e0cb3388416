"""Who asks: a verified token, or the headers of a portal that did its own login.

Reads a question's headers; gives the :class:`~rempart.sources.token.Holder`, or a coroutine's worth of
waiting where the provider's keys must be fetched first. A token once verified is remembered by its hash,
so that a signature is checked once; its times are checked at every question. Misses: cookies; a portal
in front turns its cookie into headers.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable

from rempart.console.key_ring import KeyRing
from rempart.console.question import Question, certificate_thumbprint, text_of
from rempart.errors import RequestRefused, SettingsError
from rempart.serve_settings import Provider, Serve
from rempart.sources.fhir_words import clean_name
from rempart.sources.token import ALGORITHMS, Holder, Trust, UnknownKey, check_now, thumbprint, verify

REMEMBERED = 100_000
"""Verified tokens remembered."""
ALWAYS_S = 2**40


class Identity:
    """Tells who asks; one a process."""

    def __init__(
        self, site: Serve, provider: Provider, ring: KeyRing, secret: str, clock_s: Callable[[], float]
    ) -> None:
        self._ring, self._secret, self._clock_s = ring, secret.encode(), clock_s
        self._by_header = site.identity == "header"
        self._account_header = site.account_header.lower().encode()
        self._session_header = site.session_header.lower().encode()
        self.headers = (
            frozenset((self._account_header, self._session_header)) if self._by_header else frozenset()
        )
        self._trust = trust_of(provider)
        self._seen: OrderedDict[bytes, Holder] = OrderedDict()
        if self._by_header and not secret:
            raise SettingsError("identity by header needs a secret", "set serve.proxy_secret_file")
        if not self._by_header and not (provider.issuer and provider.audiences):
            raise SettingsError(
                "identity by token needs to know the provider", "set provider.issuer and provider.audiences"
            )

    def check_proxy(self, question: Question) -> None:
        """RequestRefused unless the proxy knows the site's secret, where there is one."""
        if self._secret:
            shown = question.headers.get(b"x-rempart-proxy", b"")
            if not hmac.compare_digest(shown, self._secret):
                raise RequestRefused("proxy_unknown")

    def holder(self, question: Question) -> Holder:
        """Who asks. UnknownKey where the keys should be fetched and the question asked again."""
        if self._by_header:
            return self._from_headers(question)
        token = bearer(question)
        name = thumbprint(token)
        known = self._seen.get(name)
        if known is None:
            known = verify(token, self._ring.keys, self._trust)
            self._seen[name] = known
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        certificate = certificate_thumbprint(question.headers) if known.bound_to and self._secret else ""
        check_now(known, self._clock_s(), certificate)
        return known

    def forget(self) -> None:
        """Verify every token anew: the provider's keys have changed."""
        self._seen.clear()

    def _from_headers(self, question: Question) -> Holder:
        account = _utf8(question, self._account_header)
        if not account:
            raise RequestRefused("no_account")
        session = _utf8(question, self._session_header)
        return Holder(account, "", session, "", "", ALWAYS_S, ALWAYS_S, -1, -1, "")


def bearer(question: Question) -> str:
    """The token of the Authorization header."""
    scheme, _, token = text_of(question.headers, b"authorization").partition(" ")
    if not scheme:
        raise RequestRefused("no_token")
    if scheme.lower() != "bearer" or not token.strip():
        raise RequestRefused("token_malformed")
    return token.strip()


def trust_of(provider: Provider) -> Trust:
    """The settings of the provider as the verifier reads them. SettingsError for an algorithm it never takes."""
    for each in provider.algorithms:
        if each not in ALGORITHMS:
            raise SettingsError(f"provider.algorithms: {each}", f"give some of {', '.join(ALGORITHMS)}")
    return Trust(
        provider.issuer, provider.audiences, provider.algorithms, provider.account_claims, provider.strong_acr
    )


__all__ = ["Identity", "UnknownKey", "bearer", "trust_of"]


def _utf8(question: Question, name: bytes) -> str:
    try:
        return clean_name(question.headers.get(name, b"").decode("utf-8").strip())
    except UnicodeDecodeError as error:
        raise RequestRefused("no_account") from error
