"""What a request asks for: the patients its path or query names, or a bound where it names none.

Reads a method and a checked :class:`~rempart.sources.request_target.Target`. Gives a :class:`Wanted`:
the patients that will be served where the request names them (a read, a compartment, ``patient=``), else
an unknown result with a bound: ``_count``, else the site's page size; a body that the proxy does not
pass on (POST ``_search``, a Bundle) is such an unknown result; ``$export`` is bounded by the widest page.
What may bring in other patients (``_include``, ``_revinclude``, ``_has``, ...) makes any request an unknown page;
a search may include what holds no patient's data (``_include=MedicationRequest:medication``).
Outside the FHIR base the site's own path templates are tried (``/dossier/{patient}/*``).

Misses: how many patients a ``_revinclude`` brings in (one page is counted); the patient of a resource read or
changed by its own id (one unknown row); GraphQL and bodies; a server that ignores a parameter the standard gives
its type.

Follows HL7 FHIR R4 and R5, RESTful API (https://hl7.org/fhir/R4/http.html) and search.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_plus

import msgspec

from rempart.sources.fhir_words import clean_name, clean_text, split_reference, type_name
from rempart.sources.query_form import NO_QUERY, QueryForm, describe_query
from rempart.sources.request_target import Target

WHOLE = 10_000
"""Rows stood for by a bulk export: the widest page the watch weighs."""
NOT_OF_PATIENTS = frozenset(
    [
        "metadata",
        ".well-known",
        "ActivityDefinition",
        "CapabilityStatement",
        "CodeSystem",
        "ConceptMap",
        "Endpoint",
        "HealthcareService",
        "ImplementationGuide",
        "Library",
        "Location",
        "Medication",
        "NamingSystem",
        "OperationDefinition",
        "Organization",
        "OrganizationAffiliation",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "SearchParameter",
        "StructureDefinition",
        "StructureMap",
        "Substance",
        "ValueSet",
    ]
)
"""Types, and two fixed paths, that hold no patient's data."""
_HARMLESS_OPERATIONS = frozenset(
    ["$closure", "$expand", "$lookup", "$preferred-id", "$subsumes", "$translate", "$validate-code"]
)
"""Operations on those types that show no patient either (R4, terminology service)."""
_WIDENING = ("_include", "_revinclude", "_has", "_query", "_tag")
"""Parameters that may bring in other patients than those named, or tell which ones are decoys."""
_INCLUDED = frozenset(
    [
        "Account:owner", "Claim:facility", "Claim:insurer", "Claim:provider", "Device:location",
        "Device:organization", "DocumentReference:custodian", "Encounter:location",
        "Encounter:service-provider", "EpisodeOfCare:care-manager", "EpisodeOfCare:organization",
        "ImagingStudy:endpoint", "ImagingStudy:referrer", "Immunization:location",
        "Immunization:manufacturer", "MedicationAdministration:medication", "MedicationDispense:destination",
        "MedicationDispense:medication", "MedicationRequest:intended-dispenser",
        "MedicationRequest:medication", "MedicationStatement:medication", "Patient:general-practitioner",
        "Patient:organization", "Procedure:location", "QuestionnaireResponse:questionnaire",
    ]
)  # fmt: skip
"""What a search of that type may include without widening: the element behind the parameter refers to nothing but
:data:`NOT_OF_PATIENTS`, in R4 and in R5. Not ``Appointment:practitioner``: its element names patients too."""
_BY_PATIENT = frozenset(
    [
        "Account", "AllergyIntolerance", "Appointment", "AppointmentResponse", "AuditEvent", "Basic",
        "BodyStructure", "CarePlan", "CareTeam", "ChargeItem", "Claim", "ClaimResponse",
        "ClinicalImpression", "Communication", "CommunicationRequest", "Composition", "Condition",
        "Consent", "Contract", "Coverage", "CoverageEligibilityRequest", "CoverageEligibilityResponse",
        "DetectedIssue", "Device", "DeviceRequest", "DeviceUseStatement", "DiagnosticReport",
        "DocumentManifest", "DocumentReference", "Encounter", "EnrollmentRequest", "EpisodeOfCare",
        "ExplanationOfBenefit", "FamilyMemberHistory", "Flag", "Goal", "GuidanceResponse", "ImagingStudy",
        "Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation", "Invoice", "List",
        "MeasureReport", "Media", "MedicationAdministration", "MedicationDispense", "MedicationRequest",
        "MedicationStatement", "MolecularSequence", "NutritionOrder", "Observation", "Person", "Procedure",
        "Provenance", "QuestionnaireResponse", "RelatedPerson", "RequestGroup", "ResearchSubject",
        "RiskAssessment", "ServiceRequest", "Specimen", "SupplyDelivery", "Task", "VisionPrescription",
    ]
)  # fmt: skip
_BY_SUBJECT = frozenset(
    [
        "Account", "AdverseEvent", "Basic", "CarePlan", "CareTeam", "ChargeItem", "ClinicalImpression",
        "Communication", "CommunicationRequest", "Composition", "Condition", "Contract", "DeviceRequest",
        "DeviceUseStatement", "DiagnosticReport", "DocumentManifest", "DocumentReference", "Encounter",
        "EnrollmentRequest", "Flag", "Goal", "GuidanceResponse", "ImagingStudy", "Invoice", "List",
        "MeasureReport", "Media", "MedicationAdministration", "MedicationDispense", "MedicationRequest",
        "MedicationStatement", "Observation", "Procedure", "QuestionnaireResponse", "RequestGroup",
        "RiskAssessment", "ServiceRequest", "Specimen", "SupplyRequest", "Task",
    ]
)  # fmt: skip
_NAMING = {
    "patient": _BY_PATIENT,
    "subject": _BY_SUBJECT,
    "_id": frozenset(["Patient"]),
    "identifier": frozenset(["Patient"]),
}
"""Parameters that limit a search to named patients, and the types that have them (R4, search parameter registry).
A server may ignore what a type does not have, and answer with everybody."""
MOST_OF_ONE = 1_000
"""Widest page believed to hold the named patients only."""
_ACTIONS = {"GET": "R", "HEAD": "R", "POST": "C", "PUT": "U", "PATCH": "U", "DELETE": "D"}


@dataclass(frozen=True, slots=True)
class Site:
    """How this site's addresses are read: ``base`` segments of the FHIR server, ``templates`` of its other
    pages, ``page_rows`` its page size, ``bundle_rows`` the bound of one posted Bundle."""

    base: tuple[str, ...]
    templates: tuple[tuple[str, ...], ...]
    page_rows: int
    bundle_rows: int


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """What will be served: fields as in :class:`rempart.records.Access`."""

    action: str
    resource: str
    patients: tuple[str, ...]
    is_query: bool
    count: int
    query: QueryForm


def path_template(text: str) -> tuple[str, ...]:
    """Segments of ``/fhir`` or of a template such as ``/dossier/{patient}/*``."""
    return tuple(part for part in text.split("/") if part)


def read_wanted(method: str, target: Target, site: Site, conditional: bool = False) -> Wanted:
    """What the request asks for; ``conditional``: it carries If-None-Exist, which answers with a match."""
    segments = target.segments
    inside = segments[: len(site.base)] == site.base
    if not inside:
        return _by_template(method, segments, target, site)
    segments = segments[len(site.base) :]
    if not segments:
        if _widens(target.query):
            return _wide(method, "Bundle", target, site)
        return _unknown(method, "Bundle", target, site.bundle_rows if method == "POST" else site.page_rows)
    return _in_fhir(method, segments, target, site, conditional)


def _by_template(method: str, segments: tuple[str, ...], target: Target, site: Site) -> Wanted:
    for template in site.templates:
        found = _match(template, segments)
        if found is not None:
            resource = clean_text(segments[0])
            return Wanted(_ACTIONS[method], resource, found, False, -1, NO_QUERY)
    return _unknown(method, clean_text(segments[0]) if segments else "", target, 1)


def _match(template: tuple[str, ...], segments: tuple[str, ...]) -> tuple[str, ...] | None:
    """The patient a template catches, () for a template without one, None where it does not fit."""
    if template[-1:] == ("*",):
        template, segments = template[:-1], segments[: len(template) - 1]
    if len(template) != len(segments):
        return None
    caught: tuple[str, ...] = ()
    for pattern, segment in zip(template, segments, strict=True):
        if pattern == "{patient}":
            caught = (clean_name(segment),)
        elif pattern not in (segment, "{any}"):
            return None
    return caught


def _in_fhir(method: str, segments: tuple[str, ...], target: Target, site: Site, conditional: bool) -> Wanted:
    kind = segments[0]
    name = type_name(kind)
    operation = next((part for part in segments if part.startswith("$")), "")
    if operation in ("$export", "$graphql"):
        whole = operation == "$export"
        return _unknown(
            method, name or operation if whole else operation, target, WHOLE if whole else site.bundle_rows
        )
    below = next((type_name(part) for part in segments[2:] if type_name(part)), "")
    if _widens(target.query, kind if len(segments) == 1 else "") or (
        method == "POST" and "_search" in segments
    ):
        return _wide(method, below or name or "other", target, site)
    if kind in NOT_OF_PATIENTS:
        if _stays_harmless(segments):
            return Wanted(_ACTIONS[method], kind, (), False, -1, NO_QUERY)
        return _wide(method, below or kind, target, site)
    if not name or kind == "_history":
        return _unknown(method, name or "other", target, site.page_rows)
    if len(segments) == 1 or segments[1].startswith(("_", "$")):
        return _of_type(method, segments, target, site, conditional)
    if name == "Patient":
        patients = (clean_name(segments[1]),)
        form = _form_of(target, bool(below))
        return Wanted(_ACTIONS[method], below or name, patients, bool(below), form.count, form)
    return _unknown(method, below or name, target, site.page_rows if below else 1)


def _stays_harmless(segments: tuple[str, ...]) -> bool:
    """Whether a path that begins with a type of no patients ends there too."""
    if segments[-1] in _HARMLESS_OPERATIONS:
        return len(segments) <= 3 and not any(part.startswith("_") for part in segments)
    return len(segments) <= 2 and not segments[-1].startswith(("_", "$"))


def _widens(query: str, searched: str = "") -> bool:
    """Whether a parameter is among :data:`_WIDENING`, whatever its modifier, also at the end of a chain.

    A search of the type ``searched`` may include :data:`_INCLUDED`, said plainly: no modifier, list or other spelling.
    """
    if "_" not in query and "%" not in query:
        return False
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name == "_include" and (included := unquote_plus(value)) in _INCLUDED:
            if included.startswith(f"{searched}:"):
                continue
        key = unquote_plus(name).strip().lower()
        if key.startswith(_WIDENING) or "._tag" in key:
            return True
    return False


def _wide(method: str, resource: str, target: Target, site: Site) -> Wanted:
    """An unknown result of a page at least: a small ``_count`` bounds the matches, not what comes with them."""
    found = _unknown(method, resource, target, site.page_rows)
    return msgspec.structs.replace(found, count=max(found.count, site.page_rows))


def _of_type(method: str, segments: tuple[str, ...], target: Target, site: Site, conditional: bool) -> Wanted:
    """A search, an operation or the history of one type, or a create."""
    name = segments[0]
    if method == "POST" and len(segments) == 1:
        if conditional:
            return _unknown(method, name, target, 1)
        return Wanted("C", name, (), False, -1, NO_QUERY)
    if method == "POST" or len(segments) > 1:
        return _unknown(method, name, target, site.page_rows)
    patients = _named(name, target.query)
    form = _form_of(target, True)
    bound = form.count
    if patients and _exceeds(name, form, len(patients), site):
        return _wide(method, name, target, site)
    if name == "Patient" and patients:
        bound = len(patients)
    elif bound < 0 and not patients:
        bound = site.page_rows
    action = "E" if method in ("GET", "HEAD") else _ACTIONS[method]
    return Wanted(action, name, patients, True, bound, form)


def _exceeds(name: str, form: QueryForm, patients: int, site: Site) -> bool:
    """Whether a page asks for more than the named patients can fill; a patient's own row has no second page."""
    if name == "Patient":
        return form.page > 0 or form.count > max(patients, site.page_rows)
    return form.count > max(MOST_OF_ONE, site.page_rows)


def _unknown(method: str, resource: str, target: Target, rows: int) -> Wanted:
    """An unknown result of ``rows``; of a read without a body, of ``_count`` where that is said."""
    form = _form_of(target, True)
    if form.count >= 0:
        rows = form.count if method in ("GET", "HEAD") and rows != WHOLE else max(form.count, rows)
    if not form.form:
        form = QueryForm(resource, resource, form.count, form.page, form.value_kind, form.value)
    action = "E" if method in ("GET", "HEAD", "POST") else _ACTIONS[method]
    return Wanted(action, resource, (), True, rows, form)


def _form_of(target: Target, searched: bool) -> QueryForm:
    if not searched:
        return NO_QUERY
    return describe_query(f"{'/'.join(target.segments)}?{target.query}")


def _named(resource: str, query: str) -> tuple[str, ...]:
    """The patients a search is limited to, as the logs spell them; () where it is not limited."""
    named: dict[str, None] = {}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        name, _, modifier = unquote_plus(key).partition(":")
        if name == "_getpages":
            return ()
        modifiers = ("", "Patient", "identifier") if name in ("patient", "subject") else ("",)
        if resource in _NAMING.get(name, ()) and modifier in modifiers:
            found = [_spelled(each, name, modifier) for each in unquote_plus(value).split(",")]
            if not all(found):
                return ()
            named.update(dict.fromkeys(found))
    return tuple(named)


def _spelled(value: str, name: str, modifier: str) -> str:
    """One patient of a parameter's value; empty where it names none."""
    if modifier == "identifier" or name == "identifier":
        return clean_name(value.rpartition("|")[2])
    if "/" in value:
        kind, identifier = split_reference(value)
        return clean_name(identifier) if kind == "Patient" else ""
    if name == "subject" and modifier != "Patient":
        return ""
    return clean_name(value)
