"""Every kind of gap is found where it is, and only there, with a bound that holds."""

from __future__ import annotations

import numpy as np
import pytest
from made_accesses import MONDAY_MS, UNKNOWN, Read, hours, made

from rempart.incident.exposure import NO
from rempart.incident.gap import Gap
from rempart.incident.gaps import HOUR_MS, count_within, expired_gap, find_gaps
from rempart.records import MISSING_MS

DAY = 24
NOBODY = np.zeros(0, np.uint64)
PERIOD = (MONDAY_MS + 7 * DAY * HOUR_MS, MONDAY_MS + 8 * DAY * HOUR_MS)
"""The Monday after a week of history."""
QUIET = [0] * 8 + [30] * 10 + [0] * 6


ONE_READ = (Read(),)


def gaps_of(cells, reads=ONE_READ, nameless=NOBODY, period=PERIOD) -> list[Gap]:
    return find_gaps([cells], made(list(reads)), nameless, *period)


def weeks(count: int = 15) -> list[int]:
    """Days of ten busy hours."""
    return QUIET * count


def test_a_log_that_speaks_as_usual_has_no_gap() -> None:
    assert gaps_of(hours(weeks())) == []


def test_missing_hours_are_found_named_and_bounded_by_the_busiest_hour() -> None:
    rows = weeks()
    rows[7 * DAY + 10 : 7 * DAY + 13] = [0, 0, 0]
    (gap,) = gaps_of(hours(rows), [Read(patients=(1, 2))])
    assert gap.kind == "missing_hours"
    assert (gap.from_ms, gap.to_ms) == (PERIOD[0] + 10 * HOUR_MS, PERIOD[0] + 13 * HOUR_MS)
    assert gap.upper_bound == 3 * 30 * 2
    assert "about 90" in gap.why


def test_nights_without_a_record_are_no_gap_where_nights_are_quiet() -> None:
    assert gaps_of(hours(weeks()), period=(PERIOD[0], PERIOD[0] + 8 * HOUR_MS)) == []


def test_a_quiet_evening_after_the_clocks_changed_is_no_gap() -> None:
    """Ten busy hours by the clock on the wall; it goes forward on 2026-03-29."""
    rows = weeks(40)
    change = 27 * DAY
    rows = rows[:change] + rows[change + 1 :]
    paris = np.array([0, MONDAY_MS + change * HOUR_MS]), np.array([HOUR_MS, 2 * HOUR_MS])
    after = MONDAY_MS + (change + DAY) * HOUR_MS, MONDAY_MS + (change + 3 * DAY) * HOUR_MS
    assert gaps_of(hours(rows, clock=paris), period=after) == []
    rows[change + DAY + 9 : change + DAY + 12] = [0, 0, 0]
    (gap,) = gaps_of(hours(rows, clock=paris), period=after)
    assert gap.to_ms - gap.from_ms == 3 * HOUR_MS


def test_a_busy_hour_with_less_than_half_its_fewest_is_a_gap_and_with_more_is_not() -> None:
    rows = weeks()
    rows[7 * DAY + 10] = 16
    assert gaps_of(hours(rows)) == []
    rows[7 * DAY + 10] = 14
    (gap,) = gaps_of(hours(rows))
    assert (gap.kind, gap.upper_bound) == ("missing_hours", 30 - 14)


def test_a_log_that_stopped_before_the_period_ends_cannot_be_bounded() -> None:
    rows = weeks(8)[: 7 * DAY + 12]
    (gap,) = gaps_of(hours(rows))
    assert (gap.kind, gap.upper_bound) == ("missing_hours", None)


def numbered(rows: list[int], lost: dict[int, int]) -> dict[str, list[int]]:
    """Ids that count up through ``rows``; ``lost`` numbers vanish from an hour."""
    first, last, kept, at = [], [], [], 0
    for hour, count in enumerate(rows):
        first.append(at)
        last.append(at + count - 1)
        kept.append(count - lost.get(hour, 0))
        at += count
    return {"first_ids": first, "last_ids": last, "ids": kept}


def test_numbers_missing_from_ids_that_count_up_are_a_hole_of_exactly_so_many() -> None:
    rows = weeks()
    cells = hours(rows, **numbered(rows, {7 * DAY + 11: 4}))
    (gap,) = gaps_of(cells, [Read(patients=(1, 2, 3))])
    assert (gap.kind, gap.upper_bound) == ("sequence_hole", 4 * 3)
    assert gap.from_ms <= PERIOD[0] + 11 * HOUR_MS < gap.to_ms


def test_a_silent_hour_between_ids_that_go_on_is_no_gap() -> None:
    rows = weeks()
    rows[7 * DAY + 10] = 0
    assert gaps_of(hours(rows, **numbered(rows, {}))) == []


def test_a_whole_hour_taken_out_of_numbered_records_is_a_hole_not_a_guess() -> None:
    rows = weeks()
    ids = numbered(rows, {})
    rows[7 * DAY + 10] = 0
    (gap,) = gaps_of(hours(rows, **ids))
    assert (gap.kind, gap.upper_bound) == ("sequence_hole", 30)


def test_ids_that_do_not_count_up_prove_nothing() -> None:
    rows = weeks()
    ids = numbered(rows, {})
    ids["last_ids"] = [number * 1000 for number in ids["last_ids"]]
    ids["first_ids"] = [number * 1000 for number in ids["first_ids"]]
    assert gaps_of(hours(rows, **ids)) == []


def test_holes_outside_the_period_are_left_alone() -> None:
    rows = weeks()
    assert gaps_of(hours(rows, **numbered(rows, {10: 5, 12 * DAY + 10: 5}))) == []


def test_a_source_that_never_showed_an_execution_leaves_exports_open() -> None:
    (gap,) = gaps_of(hours(weeks(), executions=0))
    assert (gap.kind, gap.upper_bound) == ("exports_not_audited", None)


def test_unreadable_lines_are_bounded_by_the_widest_access() -> None:
    (gap,) = gaps_of(hours(weeks(), rejected=3), [Read(patients=tuple(range(50)))])
    assert (gap.kind, gap.upper_bound) == ("rejected_lines", 150)


@pytest.mark.parametrize(("count", "bound"), [(50, 50), (-1, None)])
def test_a_search_that_names_nobody_is_bounded_by_what_it_asked_for(count: int, bound: int | None) -> None:
    (gap,) = gaps_of(hours(weeks()), [Read(patients=(), query=True, count=count)])
    assert (gap.kind, gap.upper_bound) == ("search_results_unknown", bound)


def test_where_searches_name_their_results_one_that_names_nobody_found_nobody() -> None:
    named = [Read(patients=(n, n + 1), query=True) for n in range(5)]
    silent = Read(patients=(), query=True)
    assert gaps_of(hours(weeks()), [*named, silent]) == []
    (gap,) = gaps_of(hours(weeks()), [*named, Read(patients=(), query=True, served=UNKNOWN)])
    assert gap.kind == "search_results_unknown"


def test_a_refused_search_opened_nothing() -> None:
    assert gaps_of(hours(weeks()), [Read(patients=(), query=True, served=NO)]) == []


def test_accesses_without_an_account_bound_only_whom_the_scope_does_not_have() -> None:
    (gap,) = gaps_of(hours(weeks()), [Read(patients=(1, 2))], np.array([2, 3, 4], np.uint64))
    assert (gap.kind, gap.upper_bound) == ("no_account", 2)


def test_accesses_without_a_time_are_named() -> None:
    (gap,) = gaps_of(hours(weeks()), [Read(at_ms=MISSING_MS)])
    assert (gap.kind, gap.upper_bound) == ("no_time", 0)


def test_expired_events_are_a_gap_only_where_they_reach_into_the_period() -> None:
    assert expired_gap(1_000, 9_000, None) == []
    assert expired_gap(1_000, 9_000, 999) == []
    (gap,) = expired_gap(1_000, 9_000, 5_000)
    assert (gap.from_ms, gap.to_ms, gap.upper_bound) == (1_000, 5_001, None)


def test_unreadable_lines_are_placed_by_the_lines_around_them() -> None:
    hour = np.array([100, 101, 102, 103])
    ends = np.array([0, 100, 200, 300]), np.array([90, 190, 290, 390])
    period = (101 * HOUR_MS, 103 * HOUR_MS)
    assert count_within(np.array([50, 95, 150, 295, 350]), hour, ends, period) == 3
    shuffled = ends[0][::-1], ends[1][::-1]
    assert count_within(np.array([50, 95, 350]), hour, shuffled, period) == 3
