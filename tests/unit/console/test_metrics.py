"""The page Prometheus reads: every family is named once, its samples stand together, buckets add up."""

from __future__ import annotations

import re

from rempart.console.metrics import Metrics, page_of

SAMPLE = re.compile(r'(rempart_[a-z_]+)(\{([a-z]+="[^"\\\n]*",?)+\})? (\d+(\.\d+)?(e[+-]?\d+)?|\+Inf)')


def test_the_page_follows_the_exposition_format() -> None:
    metrics = Metrics(1)
    for number in range(7):
        metrics.note("serve" if number else "refused", number / 100)
    metrics.refused["no_token"] += 2
    judge = {
        'judged{answer="serve"}': 12_345_678.0,
        'judged{answer="refused"}': 1.0,
        "outbox_waiting": 0.0,
        'delivered{effector="webhook"}': 3.0,
        'delivered{effector="scim"}': 3.0,
    }
    other = Metrics(2)
    other.note("serve", 0.001)
    lines = page_of([other.counts(), metrics.counts()], judge).decode().splitlines()
    families = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    assert len(families) == len(set(families))
    family = ""
    for line in lines:
        if line.startswith("#"):
            family = line.split()[2]
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            assert re.sub("_(bucket|sum|count)$", "", found[1]) == family
    assert 'rempart_judged{answer="serve"} 12345678' in lines
    assert 'rempart_answers_total{worker="1",answer="serve"} 6' in lines
    assert 'rempart_answers_total{worker="2",answer="serve"} 1' in lines
    buckets = [int(line.rpartition(" ")[2]) for line in lines if '_bucket{worker="1"' in line]
    assert buckets == sorted(buckets)
    assert buckets[-1] == 7


def test_without_a_judge_the_page_says_so() -> None:
    assert b"\nrempart_judge_up 0\n" in page_of([Metrics(0).counts()], None)
