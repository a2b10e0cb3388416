"""What was served unjudged comes back, whatever a full disk or a crash has left of the file."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.console.gap import Gap, read_gap
from rempart.pipeline.serving import Asked
from rempart.records import Access, Kind


def asked(number: int) -> Asked:
    """One question; its token must not be kept."""
    access = Access(
        "serve", 0, 0, f"e{number}", int(Kind.ACCESS), 1_000 + number, "owner", "", "", "", "10.0.0.1", "sw", "s", "",
        "R", -1, "Patient", (f"p{number}",), False, -1, -1, "", 0, 0,
    )  # fmt: skip
    return Asked(access, "sub", 1, -1, "", "secret-token")


def gap_at(folder: Path, told: list[str]) -> Gap:
    return Gap(folder / "gap-1.frames", folder / "outbox.ndjson", told.append)


def events(noted: list[Asked]) -> list[str]:
    return [each.access.event for each in noted]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Five frames."""
    folder = tmp_path_factory.mktemp("gap")
    gap = gap_at(folder, [])
    for number in range(5):
        assert gap.note(asked(number))
    return (folder / "gap-1.frames").read_bytes()


def test_what_was_noted_comes_back_once_without_tokens(tmp_path: Path) -> None:
    told: list[str] = []
    gap = gap_at(tmp_path, told)
    assert gap.take() == []
    for number in range(3):
        assert gap.note(asked(number))
    assert b"secret-token" not in (tmp_path / "gap-1.frames").read_bytes()
    assert events(gap.take()) == ["e0", "e1", "e2"]
    gap.forget()
    assert (gap.take(), told, list(tmp_path.iterdir())) == ([], [], [])


def test_a_torn_frame_costs_itself_and_is_told(tmp_path: Path, whole: bytes) -> None:
    told: list[str] = []
    path = tmp_path / "gap-1.frames"
    size = len(whole) // 5
    path.write_bytes(whole[: size + size // 2] + whole[2 * size :])
    gap = gap_at(tmp_path, told)
    assert events(gap.take()) == ["e0", "e2", "e3", "e4"]
    gap.forget()
    (line,) = told
    assert f"{size // 2} bytes" in line
    assert "owner" not in line
    assert [each.name for each in tmp_path.iterdir()] == ["gap-1.torn"]
    assert gap.take() == []


@given(st.data())
def test_any_damage_costs_the_frames_it_touches_and_no_other(whole: bytes, data: st.DataObject) -> None:
    size = len(whole) // 5
    first = data.draw(st.integers(0, len(whole)))
    last = data.draw(st.integers(first, len(whole)))
    damaged = whole[:first] + data.draw(st.binary(max_size=40)) + whole[last:]
    untouched = [f"e{n}" for n in range(5) if (n + 1) * size <= first or n * size >= last]
    noted, unread = read_gap(damaged)
    assert [event for event in events(noted) if event in untouched] == untouched
    assert unread == len(damaged) - size * len(noted)


@given(st.binary(max_size=300))
def test_any_bytes_are_read(content: bytes) -> None:
    assert read_gap(content) == ([], len(content))


def test_a_full_disk_takes_a_frame_whole_or_not_at_all(tmp_path: Path) -> None:
    gap, path = gap_at(tmp_path, []), tmp_path / "gap-1.frames"
    assert gap.note(asked(0))
    size = path.stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + size // 2, before[1]))
    try:
        assert not gap.note(asked(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.stat().st_size == size
    assert gap.note(asked(2))
    assert events(gap.take()) == ["e0", "e2"]


def test_a_place_that_cannot_be_written_takes_nothing(tmp_path: Path) -> None:
    assert not gap_at(tmp_path / "missing", []).note(asked(1))
    assert not Gap(Path("/dev/full"), tmp_path / "outbox.ndjson", print).note(asked(1))
