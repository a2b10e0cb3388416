from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from rempart.errors import SourceError
from rempart.lab.emit import events, write_region
from rempart.lab.region import Region, build_region
from rempart.lab.thieves import hire


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def written(region: Region, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("region")
    write_region(region, out, hire(region, 1))
    return out


def instant(resource: dict[str, Any]) -> float:
    said = resource.get("recorded") or resource["meta"]["lastUpdated"]
    return datetime.fromisoformat(said).timestamp()


def test_both_files_stand_in_time_order(written: Path) -> None:
    for name in ("care.ndjson", "audit.ndjson"):
        times = [instant(resource) for resource in lines(written / name)]
        assert times == sorted(times)
        assert len(times) > 1000


def test_the_stream_is_both_files_merged(region: Region, written: Path) -> None:
    stream = list(events(region, hire(region, 1)))
    audit = [resource for resource in stream if resource["resourceType"] == "AuditEvent"]
    care = [resource for resource in stream if resource["resourceType"] != "AuditEvent"]
    assert audit == lines(written / "audit.ndjson")
    assert care == lines(written / "care.ndjson")
    times = [instant(resource) for resource in stream]
    assert times == sorted(times)


def test_the_same_seed_gives_the_same_bytes(region: Region, written: Path, tmp_path: Path) -> None:
    again = build_region(region.spec)
    write_region(again, tmp_path, hire(again, 1))
    for name in ("care.ndjson", "audit.ndjson", "truth.json"):
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes(), name


@pytest.mark.parametrize(("compression", "suffix"), [("gzip", ".gz"), ("zstd", ".zst")])
def test_compressed_audit_holds_the_same(
    region: Region, written: Path, tmp_path: Path, compression: str, suffix: str
) -> None:
    write_region(region, tmp_path, hire(region, 1), compression=compression)
    opened = gzip.open if compression == "gzip" else zstandard.open
    with opened(tmp_path / f"audit.ndjson{suffix}", "rb") as squeezed:
        plain = squeezed.read()
    assert plain == (written / "audit.ndjson").read_bytes()


def test_all_kinds_of_care_data_are_told(written: Path) -> None:
    care = lines(written / "care.ndjson")
    kinds = {resource["resourceType"] for resource in care}
    assert kinds == {"Patient", "Practitioner", "PractitionerRole", "CareTeam", "Appointment", "Encounter"}
    assert {r["status"] for r in care if r["resourceType"] == "Appointment"} == {"booked", "cancelled"}
    assert {r["status"] for r in care if r["resourceType"] == "Encounter"} == {"in-progress", "finished"}


def test_references_lead_somewhere(written: Path) -> None:
    care = lines(written / "care.ndjson")
    known = {f"{resource['resourceType']}/{resource['id']}" for resource in care}
    for resource in care:
        if resource["resourceType"] == "Appointment":
            assert {one["actor"]["reference"] for one in resource["participant"]} <= known
        if resource["resourceType"] == "Encounter":
            assert resource["subject"]["reference"] in known


def test_nothing_but_truth_tells_the_thieves(region: Region, written: Path) -> None:
    truth = json.loads((written / "truth.json").read_text())
    guilty = {one["session"] for thief in truth["thieves"] for one in thief["sessions"]}
    audit = lines(written / "audit.ndjson")
    tokens = {event["agent"][0]["policy"][0] for event in audit if "policy" in event["agent"][0]}
    assert guilty <= tokens
    assert {(len(token), frozenset(token) <= frozenset("0123456789abcdef")) for token in tokens} == {
        (32, True)
    }
    shapes: dict[bool, set[object]] = {True: set(), False: set()}
    for event in audit:
        by_thief = event["agent"][0].get("policy", [""])[0] in guilty
        shapes[by_thief].add((len(event["id"]), tuple(sorted(event)), len(event["agent"])))
    assert shapes[True] <= shapes[False]


def test_an_unwritable_place_is_named(region: Region, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(SourceError, match="cannot be written"):
        write_region(region, blocked)
    with pytest.raises(SourceError, match="compression"):
        write_region(region, tmp_path, compression="rar")
