"""The report page: what it shows, what it escapes, and that it fetches nothing."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rempart.errors import SettingsError
from rempart.pipeline.report import draw_pictures, write_page
from rempart.pipeline.tally import tally

HOSTILE = "<script>alert(1)</script>\x1b[2J$\\frac{\u202e\"'><img src=x onerror=y>"
START = datetime(2026, 3, 2, tzinfo=UTC)
MANY = "1,100 patients in an hour; your usual most is 12"
REASON = pa.struct([("code", pa.string()), ("text", pa.string()), ("weight", pa.float64())])


def some_decisions(days: int = 12, accounts: int = 40, thief: str = "dr-lunet") -> pa.Table:
    """Ordinary working days, and one account that empties a list on the fifth night."""
    dice = np.random.default_rng(7)
    rows: list[tuple[str, datetime, str, float, float, float]] = []
    for day in range(days):
        for number in range(accounts):
            for _ in range(int(dice.poisson(12 if (day % 7) < 5 else 3))):
                at = START + timedelta(days=day, hours=float(np.clip(dice.normal(12, 2.6), 0, 23.9)))
                hijack = float(np.clip(10 ** dice.normal(-4.3, 0.8), 0, 0.4))
                action = "step_up" if hijack > 0.02 else "allow"
                rows.append((f"staff-{number:02}", at, action, hijack, 0.2, 1.9))
    for step in range(300):
        at = START + timedelta(days=4, hours=2, seconds=14 * step)
        action = ("allow", "step_up", "restrict", "block")[min(3, step // 20)]
        rows.append((thief, at, action, min(0.9999, 0.001 * 1.2**step), 3.0, 42.0))
    rows.sort(key=lambda row: row[1])
    columns = list(zip(*rows, strict=True))
    return pa.table(
        {
            "event": [f"ev{n}" for n in range(len(rows))],
            "account": columns[0],
            "recorded": pa.array(columns[1], pa.timestamp("ms", tz="UTC")),
            "action": columns[2],
            "hijack": columns[3],
            "stake_low_eur": columns[4],
            "stake_high_eur": columns[5],
            "reasons": pa.array([[] for _ in rows], pa.list_(REASON)),
        }
    )


def an_incident(account: str = "dr-lunet", state: str = "suspected", **changed: Any) -> dict[str, Any]:
    incident = {
        "id": f"i-{state}",
        "accounts": [account],
        "first": "2026-03-06T02:00:00.000Z",
        "last": "2026-03-06T03:09:46.000Z",
        "state": state,
        "actions": {"allow": 20, "step_up": 20, "restrict": 20, "block": 240},
        "max_hijack": 0.9999,
        "patients": 1287,
        "stake_eur": [900.0, 12600.0],
        "networks": ["203.0.113.0/24"],
        "reasons": [
            {"code": "volume", "text": MANY, "weight": 9.1, "count": 280},
            {"code": "hour", "text": "at an hour when this account never works", "weight": 2.2, "count": 1},
        ],
        "events": 300,
    }
    return incident | changed


def a_summary(decisions: pa.Table, **changed: Any) -> dict[str, Any]:
    summary = {
        "read": decisions.num_rows + 1236,
        "decided": decisions.num_rows,
        "control": 210,
        "context": 1000,
        "unattributed": 9,
        "rejected": 12,
        "duplicates": 5,
        "by_action": {},
        "seconds": 1.94,
        "sources": ["logs/2026-03.ndjson.gz"],
        "policy": {"step_ups_per_professional_per_year": 1, "price_book": {"name": "packaged"}},
        "notes": ["The care data are last versions: who cared for whom is approximate before them."],
    }
    return summary | changed


class Page(HTMLParser):
    """What a browser would make of the page: elements, attributes, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def written(tmp_path: Path, language: str = "en", **parts: Any) -> str:
    decisions = parts.get("decisions", some_decisions())
    incidents = parts.get(
        "incidents", [an_incident(), an_incident("staff-03", "worth_a_look", max_hijack=0.03)]
    )
    summary = parts.get("summary", a_summary(decisions))
    counted, zone = tally(decisions.to_batches()), "Europe/Paris"
    drawn = draw_pictures(counted, language, zone)
    path = write_page(tmp_path, counted, incidents, summary, drawn, language=language, zone=zone)
    assert path == tmp_path / "report.html"
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("page"))


def test_the_page_tells_the_story(english: str) -> None:
    text = Page(english).text
    assert "1 account acts as if somebody else held it" in text
    assert "1,287 patients" in text
    assert "€900–13,000 at stake" in text
    assert MANY in text
    assert "6 March 2026, 03:00 (CET)" in text
    assert "What a replay cannot know" in text
    assert "The care data are last versions" in text
    assert "the parts add up" in text
    assert "price_book.name" in text


def test_counts_that_do_not_add_up_are_said(tmp_path: Path) -> None:
    decisions = some_decisions(days=1, accounts=2)
    text = Page(written(tmp_path, decisions=decisions, summary=a_summary(decisions, rejected=13))).text
    assert "do NOT add up" in text


def test_the_page_fetches_and_runs_nothing(english: str) -> None:
    page = Page(english)
    assert (
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ) in page.attributes
    assert not {"script", "img", "iframe", "link", "object", "form", "image"} & set(page.tags)
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name in {"src", "href", "xlink:href", "action", "data"}:
            assert (value or "").startswith("#"), value
    assert "@import" not in english
    assert not re.search(r"url\((?!#)", english)
    assert not re.search(r"<(\?xml|!ENTITY)", english)


def test_every_reference_inside_the_page_leads_somewhere_once(english: str) -> None:
    page = Page(english)
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    referred = {(value or "")[1:] for name, value in page.attributes if name in {"href", "xlink:href"}}
    referred |= set(re.findall(r"url\(#([^)]*)\)", english))
    referred |= {value or "" for name, value in page.attributes if name == "aria-labelledby"}
    assert referred <= set(ids)


def test_pictures_say_in_words_what_they_show(english: str) -> None:
    page = Page(english)
    assert page.tags.count("svg") == 3
    assert page.attributes.count(("role", "img")) == 3
    assert page.tags.count("h1") == 1
    assert "At stake where challenged" in page.text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_a_thief_wrote_is_only_ever_text(tmp_path: Path, language: str) -> None:
    reasons = [{"code": HOSTILE, "text": HOSTILE, "weight": 1.0, "count": 2}]
    incidents = [
        an_incident(HOSTILE, state, id=HOSTILE, networks=[HOSTILE], reasons=reasons, actions={HOSTILE: 1})
        for state in ("suspected", "worth_a_look")
    ]
    decisions = some_decisions(thief=HOSTILE)
    summary = a_summary(decisions, sources=[HOSTILE], notes=[HOSTILE], policy={HOSTILE: {HOSTILE: HOSTILE}})
    html = written(tmp_path, language, decisions=decisions, incidents=incidents, summary=summary)
    page = Page(html)
    assert not {"script", "img"} & set(page.tags)
    assert all(not name.startswith("on") for name, _ in page.attributes)
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "<script>alert(1)</script>" in page.text
    assert page.tags.count("svg") == 3


def test_french_writes_figures_the_french_way(tmp_path: Path) -> None:
    page = Page(written(tmp_path, "fr"))
    text = page.text
    assert ("lang", "fr") in page.attributes
    assert "1\u202f287" in "".join(page.words)
    assert "06/03/2026 03:00 CET" in text
    assert "13\u202f000\u00a0€" in "".join(page.words)


def test_nothing_suspected_and_nothing_decided_still_make_a_page(tmp_path: Path) -> None:
    nothing = some_decisions(days=0, accounts=0).slice(0, 0)
    empty = a_summary(nothing, read=0, control=0, context=0, unattributed=0, rejected=0, duplicates=0)
    page = Page(written(tmp_path, decisions=nothing, incidents=[], summary=empty))
    assert "No account acts as if somebody else held it" in page.text
    assert "svg" not in page.tags


def test_the_page_opens_to_its_owner_only_and_replaces_the_last_one(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "report.html").chmod(0o644)
    html = written(tmp_path, decisions=some_decisions(days=1, accounts=2))
    assert html.startswith("<!DOCTYPE html>")
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o600


def test_same_figures_same_page_however_the_batches_are_cut(tmp_path: Path) -> None:
    decisions = some_decisions(days=3, accounts=5)
    whole = written(tmp_path, decisions=decisions)
    counted, zone = tally(decisions.to_batches(max_chunksize=17)), "Europe/Paris"
    path = write_page(
        tmp_path,
        counted,
        [an_incident(), an_incident("staff-03", "worth_a_look", max_hijack=0.03)],
        a_summary(decisions),
        draw_pictures(counted, "en", zone),
        language="en",
        zone=zone,
    )
    assert path.read_text(encoding="utf-8") == whole


def test_a_zone_or_a_language_nobody_knows_is_named(tmp_path: Path) -> None:
    decisions = some_decisions(days=1, accounts=1)
    with pytest.raises(SettingsError, match="Mars"):
        write_page(
            tmp_path,
            tally(decisions.to_batches()),
            [],
            a_summary(decisions),
            {},
            language="en",
            zone="Mars/Olympus",
        )
    with pytest.raises(SettingsError, match="'tlh'"):
        write_page(tmp_path, tally(decisions.to_batches()), [], a_summary(decisions), {}, language="tlh")


def test_the_tally_agrees_with_counting_by_hand() -> None:
    decisions = some_decisions(days=6, accounts=7)
    rows = decisions.drop_columns(["reasons"]).to_pylist()
    counted = tally(decisions.to_batches(max_chunksize=31))
    days = {(row["account"], row["recorded"].date()) for row in rows}
    challenged = {(row["account"], row["recorded"].date()) for row in rows if row["action"] != "allow"}
    assert counted.active_days == len(days)
    assert counted.challenged_days == len(challenged)
    assert sum(int(line.sum()) for line in counted.hours.values()) == len(rows)
    assert int(counted.doubt.sum()) == len(rows)
    worst = counted.doubted(1)[0]
    mine = [row for row in rows if row["account"] == "dr-lunet"]
    assert worst.account == "dr-lunet"
    assert worst.decided == len(mine)
    assert worst.challenged == sum(row["action"] != "allow" for row in mine)
    assert worst.max_hijack == max(row["hijack"] for row in mine)
    assert worst.stake_high_eur == pytest.approx(42.0 * worst.challenged)
    assert counted.least_challenged == min(row["hijack"] for row in rows if row["action"] != "allow")


def test_decisions_without_time_account_or_figures_are_counted_not_drawn() -> None:
    batch = pa.record_batch(
        {
            "account": pa.array(["a", "", None]),
            "recorded": pa.array([None, START, START], pa.timestamp("ms", tz="UTC")),
            "action": pa.array(["allow", "block", "allow"]),
            "hijack": pa.array([float("nan"), 0.5, None]),
            "stake_low_eur": pa.array([None, 1.0, 1.0]),
            "stake_high_eur": pa.array([float("nan"), 2.0, 2.0]),
        }
    )
    counted = tally([batch])
    assert counted.without_time == 1
    assert counted.accounts == 1
    assert counted.active_days == 0
    assert counted.by_action == {"allow": 2, "step_up": 0, "restrict": 0, "block": 1}
    assert [line.decided for line in counted.doubted(9)] == [1]


def test_an_action_nobody_knows_is_named() -> None:
    decisions = some_decisions(days=1, accounts=1)
    column = pa.array(["explode"] * decisions.num_rows)
    odd = decisions.set_column(decisions.schema.get_field_index("action"), "action", column)
    with pytest.raises(ValueError, match="explode"):
        tally(odd.to_batches())
