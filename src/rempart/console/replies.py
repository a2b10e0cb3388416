"""An answer as HTTP: what each kind of proxy and client understands.

Gives whole responses. To a bearer client a challenge is 401 with ``acr_values`` and ``max_age`` (RFC 9470);
to a portal's browser a redirect to the login with the same, which nginx's ``auth_request`` can only hand
on as a header (``X-Rempart-Location``). A token that is no good is 401 ``invalid_token`` (RFC 6750). Only
the proxy learns the number of the decision; nobody learns the reasons here. Misses: bodies; the proxy's
own pages say it to people.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlencode

from rempart.console.connection import response
from rempart.pipeline.serving import Answer, Verdict
from rempart.pipeline.wording import ACTION_NAMES
from rempart.serve_settings import Provider, Serve

MAX_AGE = "0"
"""Seconds a login may be old when a challenge asks for it: it must be made now."""
_SERVED = tuple(
    response("200 OK", (f"x-rempart-action: {name}", "x-rempart-decision: %d", "x-request-id: %s"))
    for name in ACTION_NAMES
)
"""The response to what is served, by action, but for the number of the decision and the request's name."""
UNAUTHENTICATED = ("no_token", "no_account")


class Replies:
    """Responses for one site."""

    def __init__(self, site: Serve, provider: Provider) -> None:
        self._portal = site.challenge == "portal"
        self._acr = " ".join(provider.strong_acr)
        self._asked_acr = f'acr_values="{self._acr}", ' if self._acr else ""
        self._login_url = site.login_url

    def verdict(self, verdict: Verdict, request: str, redirects: bool) -> bytes:
        """The response to a judged question; a request that is served goes on under the name ``request``."""
        if verdict.answer == Answer.SERVE and not verdict.broke_glass:
            return _SERVED[verdict.action] % (verdict.number, request.encode())
        told: tuple[str, ...] = (
            f"x-rempart-action: {ACTION_NAMES[verdict.action]}",
            f"x-rempart-decision: {verdict.number}",
        )
        if verdict.broke_glass:
            told += ("x-rempart-break-glass: yes",)
        if verdict.answer == Answer.SERVE:
            return response("200 OK", (*told, f"x-request-id: {request}"))
        if verdict.answer == Answer.CHALLENGE:
            return self._challenge(told, redirects)
        if verdict.answer == Answer.ENDED:
            return self._log_in("session_ended", "invalid_token", told, redirects)
        word = "restricted" if verdict.answer == Answer.RESTRICTED else "blocked"
        return response("403 Forbidden", (*told, f"x-rempart-reason: {word}"))

    def refused(self, reason: str, redirects: bool) -> bytes:
        """The response to a question that cannot be judged."""
        if reason in UNAUTHENTICATED:
            return self._log_in(reason, "", (), redirects)
        if reason.startswith("token_"):
            return self._log_in(reason, "invalid_token", (), redirects)
        return response("403 Forbidden", (f"x-rempart-reason: {reason}",))

    @staticmethod
    def unjudged(request: str, serve: bool) -> bytes:
        """The response while the judge is away."""
        if serve:
            return response("200 OK", ("x-rempart-action: unjudged", f"x-request-id: {request}"))
        return response("503 Service Unavailable", ("x-rempart-reason: judge_away", "retry-after: 1"))

    def _challenge(self, told: tuple[str, ...], redirects: bool) -> bytes:
        if self._portal:
            return self._redirect(told, redirects, "step_up")
        asked = (
            'www-authenticate: Bearer error="insufficient_user_authentication", '
            'error_description="A new strong login is required", '
            f'{self._asked_acr}max_age="{MAX_AGE}"'
        )
        return response("401 Unauthorized", (*told, asked, "x-rempart-reason: step_up"))

    def _log_in(self, reason: str, error: str, told: tuple[str, ...], redirects: bool) -> bytes:
        if self._portal:
            return self._redirect(told, redirects, reason)
        asked = f'www-authenticate: Bearer error="{error}"' if error else "www-authenticate: Bearer"
        return response("401 Unauthorized", (*told, asked, f"x-rempart-reason: {reason}"))

    def _redirect(self, told: tuple[str, ...], redirects: bool, reason: str) -> bytes:
        place = login_address(self._login_url, self._acr)
        told = (*told, f"x-rempart-reason: {reason}")
        if redirects:
            return response("302 Found", (*told, f"location: {place}"))
        return response("401 Unauthorized", (*told, f"x-rempart-location: {place}"))


@lru_cache(8)
def login_address(login_url: str, acr: str) -> str:
    """The login page with what is asked of it: the parameters of OpenID Connect Core 3.1.2.1."""
    sign = "&" if "?" in login_url else "?"
    return (
        login_url
        + sign
        + urlencode(({"acr_values": acr} if acr else {}) | {"max_age": MAX_AGE, "prompt": "login"})
    )
