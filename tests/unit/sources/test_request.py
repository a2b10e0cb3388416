"""What a request asks for, and which requests two servers may read differently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import RequestRefused
from rempart.sources.request_fhir import WHOLE, Site, Wanted, path_template, read_wanted
from rempart.sources.request_target import LONGEST, read_method, read_target

SITE = Site(
    path_template("/fhir"),
    (path_template("/dossier/{patient}/*"), path_template("/static/*"), path_template("/x/{any}/{patient}")),
    50,
    100,
)


def wanted(target: str, method: str = "GET", conditional: bool = False) -> Wanted:
    return read_wanted(method, read_target(target), SITE, conditional)


@pytest.mark.parametrize(
    ("target", "resource", "patients", "is_query", "count"),
    [
        ("/fhir/Patient/1", "Patient", ("1",), False, -1),
        ("/fhir/Patient/1/", "Patient", ("1",), False, -1),
        ("/fhir/Patient/%31", "Patient", ("1",), False, -1),
        ("/fhir/Patient/1/_history/2", "Patient", ("1",), False, -1),
        ("/fhir/Patient/1/$everything?_count=9", "Patient", ("1",), False, -1),
        ("/fhir/Patient/1/Observation?code=x", "Observation", ("1",), True, -1),
        ("/fhir/Patient/1/*", "Patient", ("1",), False, -1),
        ("/fhir/Patient?_id=1,2", "Patient", ("1", "2"), True, 2),
        ("/fhir/Patient?identifier=urn:oid:1.2|77", "Patient", ("77",), True, 1),
        ("/fhir/Patient?identifier=urn:oid:1.2|", "Patient", (), True, 50),
        ("/fhir/Patient?name=dupont", "Patient", (), True, 50),
        ("/fhir/Patient?name=dupont&_count=20", "Patient", (), True, 20),
        ("/fhir/Patient?_count=20&_count=900", "Patient", (), True, 900),
        ("/fhir/Patient?%5fcount=700", "Patient", (), True, 700),
        ("/fhir/Patient?_id:not=1", "Patient", (), True, 50),
        ("/fhir/Observation?patient=1", "Observation", ("1",), True, -1),
        ("/fhir/Observation?patient=Patient/1&patient=2", "Observation", ("1", "2"), True, -1),
        ("/fhir/Observation?subject=Patient/1", "Observation", ("1",), True, -1),
        ("/fhir/Observation?subject:Patient=1", "Observation", ("1",), True, -1),
        ("/fhir/Observation?subject=Group/1", "Observation", (), True, 50),
        ("/fhir/Observation?subject=1", "Observation", (), True, 50),
        ("/fhir/Observation?patient=", "Observation", (), True, 50),
        ("/fhir/Observation?patient:missing=false", "Observation", (), True, 50),
        ("/fhir/Observation?patient.name=a", "Observation", (), True, 50),
        ("/fhir/Observation?patient=http://x/fhir/Patient/1", "Observation", ("1",), True, -1),
        ("/fhir/Observation?%70atient=1", "Observation", ("1",), True, -1),
        ("/fhir/Observation/7", "Observation", (), True, 1),
        ("/fhir/Encounter/7/Observation", "Observation", (), True, 50),
        ("/fhir/Patient/_history", "Patient", (), True, 50),
        ("/fhir/_history", "other", (), True, 50),
        ("/fhir?name=a", "Bundle", (), True, 50),
        ("/fhir/$export", "$export", (), True, WHOLE),
        ("/fhir/Group/1/$export?_count=1", "Group", (), True, WHOLE),
        ("/fhir/Patient/$export", "Patient", (), True, WHOLE),
        ("/fhir/$graphql", "$graphql", (), True, 100),
        ("/fhir/patient/1", "other", (), True, 50),
        ("/fhir/metadata", "metadata", (), False, -1),
        ("/fhir/Practitioner?name=a", "Practitioner", (), False, -1),
        ("/fhir/Practitioner/7", "Practitioner", (), False, -1),
        ("/fhir/.well-known/smart-configuration", ".well-known", (), False, -1),
        ("/fhir/ValueSet/7/$expand", "ValueSet", (), False, -1),
        ("/fhirx/Patient/1", "fhirx", (), True, 1),
        ("/dossier/77/labs/3", "dossier", ("77",), False, -1),
        ("/dossier/77", "dossier", ("77",), False, -1),
        ("/static/a.css", "static", (), False, -1),
        ("/x/anything/9", "x", ("9",), False, -1),
        ("/api/everything", "api", (), True, 1),
        ("/", "", (), True, 1),
    ],
)
def test_what_a_read_or_search_will_show(
    target: str, resource: str, patients: tuple[str, ...], is_query: bool, count: int
) -> None:
    found = wanted(target)
    assert (found.resource, found.patients, found.is_query, found.count) == (
        resource,
        patients,
        is_query,
        count,
    )


@pytest.mark.parametrize(
    ("target", "resource", "count"),
    [
        ("/fhir/Organization?_revinclude=Patient:organization&_count=5000", "Organization", 5000),
        ("/fhir/Organization?_revinclude=Patient:organization&_count=1", "Organization", 50),
        ("/fhir/Organization?%5Frevinclude:iterate=Patient:organization", "Organization", 50),
        ("/fhir/Organization?_has:Patient:organization:name=dupont", "Organization", 50),
        ("/fhir/Practitioner/7?_revinclude=Patient:general-practitioner", "Practitioner", 50),
        ("/fhir/Practitioner/7/Patient?_count=5000", "Patient", 5000),
        ("/fhir/Practitioner/7/Patient?_count=5", "Patient", 50),
        ("/fhir/Practitioner/7/*", "Practitioner", 50),
        ("/fhir/Practitioner/7/$everything", "Practitioner", 50),
        ("/fhir/PlanDefinition/7/$apply?subject=Patient/1", "PlanDefinition", 50),
        ("/fhir/Location/3/Encounter", "Encounter", 50),
        ("/fhir/Practitioner/_search?name=a", "Practitioner", 50),
        ("/fhir/Practitioner/_history", "Practitioner", 50),
        ("/fhir/Practitioner/7/Patient/$expand/x", "Patient", 50),
        ("/fhir?_type=Patient&_revinclude=Observation:subject&_count=3", "Bundle", 50),
        ("/fhir/Observation?patient=1&_include:iterate=Observation:subject", "Observation", 50),
        ("/fhir/Observation?patient=1&_revinclude=Provenance:target&_count=2", "Observation", 50),
        ("/fhir/Observation/7?_include=*", "Observation", 50),
        ("/fhir/Patient?_id=1&_revinclude=Patient:link", "Patient", 50),
        ("/fhir/Patient/1/Observation?_revinclude=Group:member", "Observation", 50),
        ("/fhir/Patient?_id=1&_tag=urn:x|DECOY", "Patient", 50),
        ("/fhir/Observation?patient=1&patient:Patient._tag:not=urn:x|DECOY", "Observation", 50),
    ],
)
def test_what_may_bring_in_other_patients_is_an_unknown_page_at_least(
    target: str, resource: str, count: int
) -> None:
    found = wanted(target)
    assert (found.resource, found.patients, found.is_query, found.count) == (resource, (), True, count)


@pytest.mark.parametrize(
    ("target", "count"),
    [
        ("Patient?patient=1&_count=5000", 5000),
        ("Patient?subject=Patient/1", 50),
        ("Coverage?subject=Patient/1&_count=5000", 5000),
        ("Group?patient=1", 50),
        ("Observation?_id=1", 50),
        ("Schedule?patient=1&_count=900", 900),
        ("Patient?_id=1&_count=5000", 5000),
        ("Patient?identifier=1&_offset=50", 50),
        ("Observation?patient=1&_count=5000", 5000),
        ("Observation?patient=1&_getpages=xyz", 50),
    ],
)
def test_a_parameter_that_a_server_may_ignore_names_nobody(target: str, count: int) -> None:
    found = wanted(f"/fhir/{target}")
    assert (found.patients, found.is_query, found.count) == ((), True, count)


@pytest.mark.parametrize(
    "target",
    ["Coverage?patient=1", "Observation?patient=1&_count=500", "Observation?patient=1&_offset=100", "Patient?_id=1&_count=20"],
)  # fmt: skip
def test_a_page_that_the_named_patient_can_fill_is_the_patient_s(target: str) -> None:
    assert wanted(f"/fhir/{target}").patients == ("1",)


@pytest.mark.parametrize(
    ("target", "patients", "count"),
    [
        ("MedicationRequest?patient=1&_include=MedicationRequest:medication", ("1",), -1),
        ("MedicationRequest?patient=1&_include=MedicationRequest%3Amedication", ("1",), -1),
        (
            "Patient?_id=1,2&_include=Patient:organization&_include=Patient:general-practitioner",
            ("1", "2"),
            2,
        ),
        ("Encounter?date=2026-01-05&_include=Encounter:location&_count=7", (), 7),
    ],
)
def test_including_what_is_no_patient_s_widens_nothing(
    target: str, patients: tuple[str, ...], count: int
) -> None:
    found = wanted(f"/fhir/{target}")
    assert (found.patients, found.is_query, found.count) == (patients, True, count)


MEDICATION = "MedicationRequest:medication"


@pytest.mark.parametrize(
    "target",
    [
        f"MedicationRequest?patient=1&_include={MEDICATION},MedicationRequest:subject",
        f"MedicationRequest?patient=1&_include={MEDICATION}&_include=MedicationRequest:patient",
        f"MedicationRequest?patient=1&_include={MEDICATION}&%5Finclude=*",
        f"MedicationRequest?patient=1&_include={MEDICATION}&_INCLUDE=MedicationRequest:subject",
        f"MedicationRequest?patient=1&_include={MEDICATION}&_revinclude=Provenance:target",
        f"MedicationRequest?patient=1&_include={MEDICATION}:Patient",
        f"MedicationRequest?patient=1&_include:iterate={MEDICATION}",
        f"MedicationRequest?patient=1&_include:recurse={MEDICATION}",
        f"MedicationRequest?patient=1&_include=+{MEDICATION}",
        f"MedicationRequest?patient=1&_include={MEDICATION}%00",
        f"MedicationRequest?patient=1&_include={MEDICATION.lower()}",
        "MedicationRequest?patient=1&_include=MedicationRequest:*",
        "MedicationRequest?patient=1&_include=MedicationRequest:requester",
        "MedicationRequest?patient=1&_include=Patient:organization",
        f"Observation?patient=1&_include={MEDICATION}",
        f"Patient/1/MedicationRequest?_include={MEDICATION}",
        "Appointment?patient=1&_include=Appointment:practitioner",
        "Observation?patient=1&_include=Observation:device",
        "Encounter?patient=1&_include=Encounter:participant",
        "Patient?_id=1&_include=Patient:link",
        "?_include=Patient:organization",
    ],
)
def test_what_else_is_included_is_an_unknown_page(target: str) -> None:
    try:
        found = wanted(f"/fhir/{target}" if target[0] != "?" else f"/fhir{target}")
    except RequestRefused:
        return
    assert found.patients == ()
    assert found.count >= 50


@pytest.mark.parametrize("method", ["PUT", "PATCH", "GET", "DELETE"])
def test_a_resource_changed_by_its_own_id_is_one_unknown_row(method: str) -> None:
    """``Prefer: return=representation`` answers with all of it."""
    found = wanted("/fhir/Observation/7", method)
    assert (found.patients, found.is_query, found.count) == ((), True, 1)
    assert wanted("/fhir/Practitioner/7", method).count == -1


def test_bodies_are_unknown_results_with_a_bound() -> None:
    search = wanted("/fhir/Patient/_search", "POST")
    assert (search.patients, search.is_query, search.count, search.action) == ((), True, 50, "E")
    assert wanted("/fhir/Patient/_search?_count=5", "POST").count == 50
    assert wanted("/fhir/Patient/_search?_count=500", "POST").count == 500
    assert wanted("/fhir/Observation/_search?patient=1", "POST").patients == ()
    assert wanted("/fhir/Patient/1/Observation/_search", "POST").patients == ()
    assert wanted("/fhir/Practitioner/_search", "POST").count == 50
    assert wanted("/fhir", "POST").count == 100
    assert wanted("/fhir/", "POST").resource == "Bundle"


def test_writes_show_nothing_unless_they_are_conditional() -> None:
    assert wanted("/fhir/Observation", "POST") == wanted("/fhir/Observation", "POST")
    assert not wanted("/fhir/Observation", "POST").is_query
    assert wanted("/fhir/Patient", "POST", conditional=True).count == 1
    assert wanted("/fhir/Patient/1", "PUT").patients == ("1",)
    assert wanted("/fhir/Observation?patient=1", "DELETE").action == "D"


def test_the_form_of_a_search_is_kept_and_its_values_are_not() -> None:
    found = wanted("/fhir/Patient?name=dupont&birthdate=1980-02-03&_count=20")
    assert found.query.form == "Patient?birthdate&name"
    assert "dupont" not in repr(found)


@pytest.mark.parametrize("method", ["get", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "", "GET "])
def test_other_methods_are_refused(method: str) -> None:
    with pytest.raises(RequestRefused):
        read_method(method)


def test_long_targets_are_refused() -> None:
    read_target("/" + "a" * (LONGEST - 1))
    with pytest.raises(RequestRefused):
        read_target("/" + "a" * LONGEST)


def careless(raw: str) -> list[str]:
    """Segments as a careless server sees them: decoded first, then cut, dots resolved."""
    from posixpath import normpath
    from urllib.parse import unquote

    path = unquote(unquote(raw.partition("?")[0])).replace("\\", "/").split(";")[0]
    return [part for part in normpath(path).split("/") if part]


PIECES = st.sampled_from(
    ["fhir", "Patient", "metadata", "1", "2", "..", ".", "", "%2e%2e", "%2f", "/", "//", ";a", "%3b", "%5c", "\\", "%00", "%25", "?", "a b", "é", "%c3%a9"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=8).map("/".join))
def test_whatever_is_read_is_read_alike_by_a_careless_server(text: str) -> None:
    raw = "/" + text
    try:
        target = read_target(raw)
    except RequestRefused:
        return
    assert list(target.segments) == careless(raw)


@given(st.text(max_size=200))
def test_any_text_is_refused_or_read(text: str) -> None:
    for raw in (text, "/" + text, "/fhir/Patient?" + text):
        try:
            found = read_wanted("GET", read_target(raw), SITE)
        except RequestRefused:
            continue
        assert found.count >= -1
        assert all(found.patients)
