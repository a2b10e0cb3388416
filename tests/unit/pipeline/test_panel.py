"""Pictures drawn by hand: where figures stand, what is escaped."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from rempart.pipeline.panel import Panel, even_ticks, picture

NAMES = {"svg": "http://www.w3.org/2000/svg"}


def a_panel() -> Panel:
    return Panel(10, 20, 110, 70, (0, 10), (0, 5))


def test_figures_stand_where_the_scales_say() -> None:
    panel = a_panel()
    assert [panel.x(at) for at in (0, 5, 10)] == [10, 60, 110]
    assert [panel.y(at) for at in (0, 5)] == [70, 20]
    downwards = Panel(0, 0, 10, 100, (0, 1), (3.5, -0.5))
    assert downwards.y(0) < downwards.y(3)


def test_stairs_go_up_and_come_back_and_stop_at_the_edges() -> None:
    panel = a_panel()
    panel.steps([0, 5, 10], [0, 1], [2, 99], "red")
    assert panel.parts == [
        '<path d="M10.00 70.00V50.00H60.00V20.00H110.00V60.00H60.00V70.00H10.00Z" fill="red"/>'
    ]


def test_words_are_only_ever_words() -> None:
    panel = a_panel()
    hostile = "<script>alert(1)</script>&\"'"
    panel.title(hostile)
    panel.rules_up([(1, hostile)])
    panel.labels_across([(1, hostile)])
    panel.legend([("red", hostile)])
    drawn = ET.fromstring(picture("odd", hostile, 90, [panel]))
    assert not list(drawn.iter("script"))
    assert [each.text for each in drawn.findall("svg:text", NAMES)] == [hostile] * 4
    assert drawn.findtext("svg:title", namespaces=NAMES) == hostile


@given(st.floats(0, 1e12), st.integers(2, 8))
def test_ticks_are_round_few_and_reach_far(most: float, intervals: int) -> None:
    ticks = even_ticks(most, intervals)
    assert ticks[0] == 0
    assert len(ticks) <= intervals + 1
    assert ticks[-1] <= most
    assert most < 4 or len(ticks) >= 2
    if len(ticks) > 1:
        step = ticks[1]
        assert [*range(0, ticks[-1] + 1, step)] == ticks
        assert most - ticks[-1] < step
        assert re.fullmatch(r"(1|2|25|3|5)0*", str(step))
