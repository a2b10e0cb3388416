"""Times of exports: what a form reads, and what it rather rejects than reads wrong."""

import pytest

from rempart.records import MISSING_MS
from rempart.sources.csv_times import TimeReader
from rempart.sources.mapping_times import guess_times

HOUR_MS = 3_600_000
MARCH_2_MS = 1_772_409_600_000
"""2026-03-02T00:00:00Z."""


def read(form: str, text: str, zone: str = "UTC") -> int:
    return int(TimeReader((form,), zone).read([text])[0])


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%Y%m%d", "20260302"),
        ("%d%m%Y", "2032026"),
        ("%d/%m/%Y", "2/3/2026"),
        ("%d %B %Y", "2 mars 2026"),
        ("iso", "2026-03-02"),
        ("epoch_s", "1772409600"),
    ],
)
def test_a_day_is_read_as_its_form_says(form: str, text: str) -> None:
    assert read(form, text) == MARCH_2_MS


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%Y%m%d", "700123"),
        ("%Y%m%d", "202632"),
        ("%d/%m/%Y", "31/02/2026"),
        ("%d/%m/%Y", "3/2"),
        ("iso", "20260302x"),
    ],
)
def test_what_is_no_such_day_is_rejected(form: str, text: str) -> None:
    assert read(form, text) == MISSING_MS


def test_hours_without_separators_have_two_digits_but_the_first() -> None:
    assert read("%Y%m%d %H%M%S", "20260302 080507") == MARCH_2_MS + 8 * HOUR_MS + 307_000
    assert read("%Y%m%d %H%M%S", "20260302 80507") == MARCH_2_MS + 8 * HOUR_MS + 307_000
    assert read("%Y%m%d %H%M%S", "20260302 857") == MISSING_MS


def test_the_hour_that_never_was_and_the_hour_that_was_twice() -> None:
    spring, autumn = "29/03/2026 02:30:00", "25/10/2026 02:30:00"
    form = "%d/%m/%Y %H:%M:%S"
    assert read(form, spring, "Europe/Paris") == read(form, "29/03/2026 01:30:00", "UTC")
    assert read(form, autumn, "Europe/Paris") == read(form, "25/10/2026 00:30:00", "UTC")


def test_numbers_of_six_digits_are_no_times() -> None:
    assert guess_times([str(700_000 + 37 * number % 1000) for number in range(80)]) is None
