"""Two regions, one crew: what the first shares lets the second find it, and names nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stix2
from click.testing import CliRunner, Result

from notice_case import scope_content
from rempart.cli import rempart
from rempart.errors import SourceError
from rempart.pipeline.casework import incidents_of
from rempart.pipeline.sharing import look_for

THIEF, STAFF = "81000000666", "81000000001"
EXIT, HOSPITAL, UNUSED = "203.0.113.7", "192.0.2.10", "198.51.100.1"


def line(number: int, account: str, address: str, software: str, patient: str, hour: int) -> str:
    event = {
        "resourceType": "AuditEvent",
        "id": f"ev{number}",
        "recorded": f"2026-03-02T{hour:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z",
        "type": {"code": "rest"},
        "action": "R",
        "outcome": "0",
        "agent": [
            {"requestor": True, "who": {"identifier": {"value": account}}, "name": software,
             "network": {"address": address, "type": "2"}},
        ],
        "source": {"observer": {"display": "portail"}},
        "entity": [{"what": {"reference": f"Patient/{patient}"}, "role": {"code": "1"}}],
    }  # fmt: skip
    return json.dumps(event) + "\n"


def region(folder: Path, thief: str, staff: str) -> Path:
    """A ledger with a working day of one professional, and a night of the crew under another's name."""
    folder.mkdir()
    rows = [line(n, staff, HOSPITAL, "Chrome", f"{folder.name}-p{n}", 9) for n in range(40)]
    rows += [line(100 + n, thief, EXIT, "scraper/1.0", f"{folder.name}-q{n}", 3) for n in range(60)]
    rows += [line(300 + n, thief, HOSPITAL, "Chrome", f"{folder.name}-p{n}", 4) for n in range(3)]
    (folder / "log.ndjson").write_text("".join(rows))
    run("watch", str(folder / "log.ndjson"), "--data", str(folder / "data"))
    return folder


def run(*words: str) -> Result:
    result = CliRunner().invoke(rempart, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("regions")
    return region(root / "north", THIEF, STAFF), region(root / "south", "81000000777", "81000000002")


def shared(north: Path, out: Path, software: tuple[str, ...] = ("scraper/1.0",)) -> Result:
    (north / "scope").mkdir(exist_ok=True)
    content = scope_content(
        accounts=[THIEF], **{"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}
    )
    (north / "scope" / "scope.json").write_text(json.dumps(content))
    (north / "addresses.txt").write_text("\n".join((EXIT, HOSPITAL, UNUSED)))
    chosen = [word for name in software for word in ("--software", name)]
    told = [
        "--scope",
        str(north / "scope"),
        "--as",
        "Région Nord",
        "--addresses",
        str(north / "addresses.txt"),
    ]
    return run("share", *told, *chosen, "--out", str(out), "--data", str(north / "data"))


def test_the_bundle_is_stix_and_says_how_the_crew_worked(regions: tuple[Path, Path], tmp_path: Path) -> None:
    north, _ = regions
    said = shared(north, tmp_path / "crew.json").output
    assert f"{UNUSED}: not of these accounts" in said
    assert f"{HOSPITAL}: staff use it too" in said
    bundle = stix2.parse((tmp_path / "crew.json").read_text(), allow_custom=True)
    kinds = [each.type for each in bundle.objects]
    for kind in (
        "identity",
        "campaign",
        "attack-pattern",
        "indicator",
        "relationship",
        "extension-definition",
    ):
        assert kind in kinds
    patterns = {each.pattern for each in bundle.objects if each.type == "indicator"}
    assert patterns == {f"[ipv4-addr:value = '{EXIT}']", "[software:name = 'scraper/1.0']"}
    techniques = {
        each.external_references[0].external_id for each in bundle.objects if each.type == "attack-pattern"
    }
    assert techniques == {"T1078", "T1213", "T1119"}
    [campaign] = [json.loads(each.serialize()) for each in bundle.objects if each.type == "campaign"]
    [work] = campaign["extensions"].values()
    assert (work["accounts"], work["accesses"], work["patients"]) == (1, 63, 63)
    assert work["hours_utc"] == {"03": 0.95, "04": 0.05}
    assert campaign["first_seen"] == "2026-03-02T03:00:00Z"


def test_the_bundle_names_no_patient_and_no_professional(regions: tuple[Path, Path], tmp_path: Path) -> None:
    north, _ = regions
    shared(north, tmp_path / "crew.json")
    text = (tmp_path / "crew.json").read_text()
    for secret in (
        THIEF,
        STAFF,
        HOSPITAL,
        "north-p",
        "north-q",
        "Patient/",
        "log.ndjson",
        "portail",
        "I0001",
        "Chrome",
    ):
        assert secret not in text
    for number in range(60):
        assert f"q{number}" not in text


def test_software_is_shared_only_where_a_person_chose_it(regions: tuple[Path, Path], tmp_path: Path) -> None:
    north, _ = regions
    said = shared(north, tmp_path / "crew.json", software=("Chrome", "never-seen")).output
    assert "software only this crew used: scraper/1.0" in said
    assert "Chrome: staff use it too" in said
    assert "never-seen: not of these accounts" in said
    assert "software:name" not in (tmp_path / "crew.json").read_text()


def test_the_next_region_finds_the_crew_under_its_own_key(regions: tuple[Path, Path], tmp_path: Path) -> None:
    north, south = regions
    shared(north, tmp_path / "crew.json")
    indicators, leads = look_for(tmp_path / "crew.json", south / "data")
    assert indicators.addresses == (EXIT,)
    assert [(lead.account, lead.by, lead.accesses, lead.patients) for lead in leads] == [
        ("81000000777", EXIT, 60, 60),
        ("81000000777", "scraper/1.0", 60, 60),
    ]
    shown = run("share", "--read", str(tmp_path / "crew.json"), "--data", str(south / "data")).output
    assert "81000000777" in shown
    assert "81000000002" not in shown


def test_the_crew_of_an_incident_is_shared_by_its_id(regions: tuple[Path, Path], tmp_path: Path) -> None:
    north, _ = regions
    data = str(north / "data")
    period = ["--from", "2026-03-02T00:00Z", "--to", "2026-03-02T04:00Z"]
    run("incident", "open", "--account", THIEF, *period, "--reason", "night reading", "--data", data)
    newest = max(incidents_of(north / "data"))
    run(
        "share",
        newest,
        "--as",
        "Région Nord",
        "--software",
        "scraper/1.0",
        "--out",
        str(tmp_path / "crew.json"),
        "--data",
        data,
    )
    bundle = json.loads((tmp_path / "crew.json").read_text())
    [campaign] = [each for each in bundle["objects"] if each["type"] == "campaign"]
    assert next(iter(campaign["extensions"].values()))["accesses"] == 60
    assert newest not in (tmp_path / "crew.json").read_text()


def test_sharing_again_replaces_and_does_not_add(regions: tuple[Path, Path], tmp_path: Path) -> None:
    north, _ = regions
    shared(north, tmp_path / "one.json")
    shared(north, tmp_path / "two.json")
    one, two = (
        {each["id"] for each in json.loads((tmp_path / name).read_text())["objects"]}
        for name in ("one.json", "two.json")
    )
    assert one == two


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"type": "indicator"}',
        "\x00",
        '{"type":"bundle","objects":' + "[" * 200 + "]" * 200 + "}",
    ],
)
def test_what_is_no_bundle_is_refused_in_one_line(
    regions: tuple[Path, Path], tmp_path: Path, content: str
) -> None:
    path = tmp_path / "strange.json"
    path.write_text(content)
    with pytest.raises(SourceError, match="no STIX bundle"):
        look_for(path, regions[1] / "data")


def test_hostile_indicators_are_left_out(regions: tuple[Path, Path], tmp_path: Path) -> None:
    patterns = ["[ipv4-addr:value = '999.1.1.1']", "[file:name = 'x']", 7, "[software:name = 'a\\'); DROP TABLE crew']",
                "[ipv4-addr:value = '203.0.113.7' OR software:name = '\x1b[2J']"]  # fmt: skip
    objects = [{"type": "indicator", "pattern": each} for each in patterns] + [3, None, {"type": "indicator"}]
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps({"type": "bundle", "objects": objects}))
    indicators, leads = look_for(path, regions[1] / "data")
    assert indicators.addresses == (EXIT,)
    assert indicators.unread == 4
    assert [lead.account for lead in leads] == ["81000000777"]
    shown = run("share", "--read", str(path), "--data", str(regions[1] / "data")).output
    assert "\x1b" not in shown


def test_a_wrong_file_of_addresses_is_refused_and_not_quoted(
    regions: tuple[Path, Path], tmp_path: Path
) -> None:
    north, _ = regions
    shared(north, tmp_path / "crew.json")
    wrong = tmp_path / "patients.txt"
    wrong.write_text(f"{EXIT}\n\nDupont Jeanne\n")
    told = ["share", "--scope", str(north / "scope"), "--as", "Région Nord", "--data", str(north / "data")]
    out = tmp_path / "empty.json"
    refused = CliRunner().invoke(rempart, [*told, "--addresses", str(wrong), "--out", str(out)])
    assert isinstance(refused.exception, SourceError)
    assert "line 3 is not an IP address" in str(refused.exception)
    assert "Dupont" not in refused.output + str(refused.exception)
    empty = CliRunner().invoke(rempart, [*told, "--out", str(out)])
    assert "no bundle was written" in str(empty.exception)
    assert "scraper/1.0" in empty.output
    assert not out.exists()
