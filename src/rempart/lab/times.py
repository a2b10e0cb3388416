"""Writes instants as FHIR spells them, fast: the part down to the minute is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clockface:
    """Spells milliseconds UTC at a fixed offset: ``2026-01-12T08:31:07.120+01:00``."""

    def __init__(self, offset_ms: int, suffix: str) -> None:
        self._offset_ms, self._suffix = offset_ms, suffix
        self._minute, self._prefix = -1, ""

    def instant(self, at_ms: int) -> str:
        """The FHIR ``instant`` of ``at_ms``."""
        minute, rest = divmod(at_ms + self._offset_ms, 60_000)
        if minute != self._minute:
            self._minute = minute
            self._prefix = f"{_EPOCH + timedelta(minutes=minute):%Y-%m-%dT%H:%M:}"
        return f"{self._prefix}{rest // 1000:02d}.{rest % 1000:03d}{self._suffix}"
