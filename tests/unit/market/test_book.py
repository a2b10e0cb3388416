"""The packaged book says where each figure comes from; a bad entry is named so that it can be mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.errors import SettingsError
from rempart.market.book import PACKAGED_BOOK, load

SMALL = """
title = "small"
as_of = 2026-01-01
[freshness.slow]
half_life_days = [100, 200]
source = "assumption"
[origin.fresh]
factor = [1, 1]
source = "assumption"
[origin.unknown]
factor = [0.1, 1]
source = "assumption"
[origin.recycled]
factor = [0.1, 0.2]
source = "assumption"
[supply]
exponent = [1, 2]
source = "assumption"
[wholesale]
exponent = [0.7, 0.78]
source = "assumption"
[retail]
buyers = [10, 200]
source = "assumption"
[content.record]
label = "record"
[[rate]]
currency = "USD"
eur = 0.5
date = 2016-01-01
source = "assumption"
[[rate]]
currency = "USD"
eur = 0.8
date = 2024-01-01
source = "assumption"
[[entry]]
id = "one"
content = "record"
low = 20
high = 50
currency = "USD"
date = 2023-06-01
lot = 1
freshness = "slow"
source = "a study"
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_packaged_entry_says_source_date_and_interval() -> None:
    book = load()
    assert book.file == PACKAGED_BOOK
    for entry in book.entries.values():
        assert entry.source
        assert entry.low <= entry.high
        assert entry.seen.year >= 2016
        assert entry.use or entry.reason


def test_the_untraceable_thousand_dollars_is_in_the_book_and_never_used() -> None:
    book = load()
    assert not book.entries["record-1000-usd"].use
    assert "no price" in book.entries["record-1000-usd"].reason
    assert all(entry.id != "record-1000-usd" for entry in book.singles("record"))


def test_a_users_book_replaces_the_packaged_one_and_takes_the_nearest_rate(tmp_path: Path) -> None:
    book = load(_write(tmp_path, SMALL))
    assert set(book.contents) == {"record"}
    assert book.entries["one"].low_eur == pytest.approx(16.0)


BAD = [
    ("low = 20", 'low = "20"', ["entry 'one'", "low", "not a number"]),
    ("low = 20", "low = true", ["entry 'one'", "low"]),
    ("low = 20", "low = nan", ["entry 'one'", "low"]),
    ("low = 20", "low = -1", ["entry 'one'", "low"]),
    ("low = 20", "low = 1" + "0" * 400, ["entry 'one'", "low"]),
    ("low = 20", "low = 60", ["entry 'one'", "low", "above high"]),
    ("high = 50", "", ["entry 'one'", "high", "missing"]),
    ('currency = "USD"\ndate', 'currency = "XTS"\ndate', ["entry 'one'", "currency", "no rate"]),
    ("date = 2023-06-01", 'date = "2023-06-01"', ["entry 'one'", "date", "not a date"]),
    ("lot = 1", "lot = 1.5", ["entry 'one'", "lot", "whole"]),
    ('source = "a study"', 'source = ""', ["entry 'one'", "source"]),
    ('source = "a study"', 'source = "a study"\nuse = false', ["entry 'one'", "reason", "missing"]),
    ('source = "a study"', 'source = "a study"\nprize = 3', ["entry 'one'", "prize", "not a known key"]),
    ('freshness = "slow"', 'freshness = "rotten"', ["entry 'one'", "freshness", "slow"]),
    ('content = "record"', 'content = "soul"', ["entry 'one'", "content", "record"]),
    ('id = "one"', "id = 1", ["entry number 1", "id"]),
    ("lot = 1", "lot = 10", ["content.record", "no usable price"]),
    ('label = "record"', 'label = "record"\nincludes = ["record"]', ["content.record", "itself"]),
    ('label = "record"', 'label = "record"\nincludes = ["ghost"]', ["content.record", "ghost"]),
    ("exponent = [0.7, 0.78]", "exponent = [0.9, 0.78]", ["wholesale", "low", "high"]),
    ("exponent = [0.7, 0.78]", "exponent = [0.9, 1.2]", ["wholesale", "above 1"]),
    ("exponent = [1, 2]", 'exponent = [1, 2]\nentries = ["ghost"]', ["supply", "entries"]),
    ("[origin.fresh]", "[origin.new]", ["origin", "fresh"]),
    ("half_life_days = [100, 200]", "half_life_days = 100", ["freshness.slow", "half_life_days"]),
    ("half_life_days = [100, 200]", "half_life_days = [0, 200]", ["freshness.slow", "half_life_days"]),
    ('title = "small"', "title = [", ["no TOML", "line"]),
    ('title = "small"', 'title = "small"\nentry = 3', []),
]


@pytest.mark.parametrize(("old", "new", "said"), BAD)
def test_a_bad_entry_is_named_with_file_place_and_remedy(
    tmp_path: Path, old: str, new: str, said: list[str]
) -> None:
    assert old in SMALL
    path = _write(tmp_path, SMALL.replace(old, new, 1))
    with pytest.raises(SettingsError) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    assert caught.value.advice
    for word in said:
        assert word in message


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    text = SMALL + SMALL[SMALL.index("[[entry]]") :]
    with pytest.raises(SettingsError, match="stands twice"):
        load(_write(tmp_path, text))


def test_a_file_that_cannot_be_read_or_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "absent.toml")
    (tmp_path / "bin.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(SettingsError, match="UTF-8"):
        load(tmp_path / "bin.toml")
    (tmp_path / "huge.toml").write_bytes(b"#" * (5 << 20))
    with pytest.raises(SettingsError, match="4 MiB"):
        load(tmp_path / "huge.toml")


def test_a_hostile_key_cannot_paint_the_terminal(tmp_path: Path) -> None:
    text = SMALL.replace('title = "small"', 'title = "small"\n"\\u001b[31m' + "x" * 500 + '" = 1', 1)
    with pytest.raises(SettingsError) as caught:
        load(_write(tmp_path, text))
    assert "\x1b" not in str(caught.value)
    assert len(caught.value.what) < 300
