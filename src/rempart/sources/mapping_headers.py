"""Column titles in French and English: which field a title names, and which name a person.

Reads one title; gives for every field a score from 0 to 1, and whether the column is one that is never
kept (names, birth dates, postal addresses, free text).

Misses: titles in other languages; they are judged by their content alone.
"""

from __future__ import annotations

from functools import cache

from rempart.sources.csv_text import fold

_TITLES: dict[str, str] = {
    "time": "timestamp|horodatage|date heure|dateheure|date time|datetime|date|heure|time|hour|event time|"
    "access time|accessed at|recorded|recorded at|logged at|date acces|date action|date evenement|"
    "date consultation|when|quand|ts|created at|moment|instant|date hour|jour|day|heure acces|event date",
    "account": "user|user id|userid|username|user name|login|user login|identifiant|identifiant utilisateur|"
    "utilisateur|id utilisateur|code utilisateur|nom utilisateur|nom d utilisateur|compte|account|account id|"
    "account name|agent|code agent|matricule|uid|operator|operateur|actor|acteur|employee id|staff id|rpps|"
    "professionnel|id professionnel|professional|id ps|ps|intervenant|principal|who|clinician|clinician id|"
    "soignant|praticien|medecin|doctor|provider|provider id|practitioner|samaccountname|upn|code medecin",
    "patient": "patient|patients|patient id|patient ids|patientid|id patient|ipp|nip|ins|nir|mrn|num dossier|"
    "numero dossier|dossier|no dossier|numero patient|num patient|no patient|identifiant patient|pid|subject id|chart|chart id|"
    "medical record number|record number|code patient|patient number|patient mrn|ins nir|dossier patient",
    "role": "role|profil|profile|fonction|function|job|job title|metier|profession|grade|position|user role|"
    "type utilisateur|user type|categorie|qualification|role utilisateur|profil utilisateur|emploi|specialite",
    "unit": "department|dept|service|unit|unite|uf|um|ward|pole|site|etablissement|structure|organisation|"
    "organization|unite fonctionnelle|unite medicale|clinic|facility|division|team|cabinet|hospital|practice|"
    "location|user department|service utilisateur|secteur|departement|lieu|code uf|equipe",
    "action": "action|operation|event|evenement|event type|type evenement|activity|activite|acte|type action|"
    "type acces|access type|verb|transaction|action type|nature|libelle action|type operation|command|"
    "nature acces|what|quoi|event name|libelle evenement|mode acces|type d acces|type d action|fonctionnalite",
    "outcome": "status|outcome|result|resultat|statut|success|succes|etat|code retour|return code|http status|"
    "reponse|response|issue|status code|access result|resultat acces|reussite",
    "address": "ip|ip address|adresse ip|address|adresse|source ip|client ip|remote addr|remote address|src ip|"
    "network|reseau|host ip|ip source|ip poste|ip client|ip addr|addr ip",
    "workstation": "workstation|workstation id|poste|poste de travail|station|terminal|machine|ordinateur|"
    "computer|computer name|host|hostname|device|device id|pc|nom poste|client|equipement|nom machine|id poste",
    "software": "software|application|logiciel|app|user agent|useragent|module|client application|source system",
    "session": "session|session id|id session|jeton|token|session token|no session|num session|sid",
    "request": "request|request id|requete|id requete|correlation id|trace id|request uuid",
    "resource": "resource|ressource|document|type document|resource type|object|objet|type objet|data type|"
    "object type|categorie donnees|item|screen|ecran|form|section|volet|rubrique|record type|document type|"
    "type donnee|type piece|data category",
    "event": "event id|eventid|id evenement|id|log id|id log|audit id|seq|sequence|uuid|guid|row id|rowid|"
    "id trace|index|ligne|record id|entry id|no ligne|num trace|numero evenement|id acces|access id|numero trace",
    "count": "count|nb resultats|nombre resultats|results|nombre de resultats|rows|nb|result count|nb patients|"
    "nb lignes|number of results|hits",
    "page": "page number|numero page|no page|offset|page index",
    "start": "start|debut|date debut|start date|begin|from|entree|date entree|admission|admission date|"
    "date admission|date rdv|rdv|rendez vous|arrivee|date arrivee|valid from|hire date|date embauche|"
    "start time|debut sejour|appointment date|appointment time|date prise de fonction|date heure rdv|period start|"
    "date de debut|date d entree|arrival|scheduled|scheduled at|starts at|prise en charge",
    "end": "end|fin|date fin|end date|to|sortie|date sortie|discharge|discharge date|until|depart|date depart|"
    "valid to|termination date|end time|fin sejour|period end|date de fin|date de sortie|leaving date|ends at|"
    "fin contrat|date fin contrat|date de depart|contract end|last day",
    "known": "known|created|date creation|creation|enregistre le|saisi le|created at|date saisie|last updated|"
    "updated|date maj|date de creation|date enregistrement|booked|booked at|pris le",
    "cancelled": "cancelled|canceled|annule|annulation|date annulation|cancelled at|is cancelled|annule le|"
    "status|statut|etat",
    "kind": "kind|type|type lien|nature|type sejour|link type|type rdv|type prise en charge|encounter type|"
    "type venue|visit type|appointment type|class",
    "link": "link id|id lien|appointment id|num rdv|id rdv|encounter id|id sejour|iep|nda|numero sejour|visit id|"
    "venue|num venue|stay id|id venue|num sejour|no sejour|id",
    "alias": "alias|ins|old id|ancien ipp|previous id|external id|identifiant externe|ins nir|matricule ins|"
    "ipp fusionne|secondary id|nouvel ipp|merged id|fhir id|nir|ipp absorbe|other id|former id|mrn",
}
_NAMES = (
    "nom|prenom|nom prenom|name|first name|last name|surname|given name|family name|nom patient|patient name|"
    "nom usuel|nom naissance|nom de naissance|full name|fullname|display name|displayname|nom complet|prenom patient|"
    "user full name|nom agent|nom prenom utilisateur|prenom utilisateur|nom medecin|prenom agent|nom prenom patient|"
    "nom du patient|prenom du patient|firstname|lastname|staff name|employee name|user fullname|patient full name|"
    "nom utilisateur complet|nom de famille|nom soignant|nom professionnel|libelle utilisateur"
)
_PERSONAL = (
    "birth date|birthdate|date naissance|date de naissance|dob|naissance|ddn|date of birth|ne le|sexe|sex|gender|"
    "adresse postale|street|ville|city|code postal|zip|telephone|phone|mobile|mail|email|e mail|courriel|"
    "comment|comments|commentaire|motif|reason|note|notes|description|texte|details|detail|query|search text|"
    "recherche|critere|diagnostic|diagnosis"
)
_NAME_TITLES = frozenset(_NAMES.split("|"))
_PERSONAL_TITLES = frozenset(_PERSONAL.split("|"))
_EXACT = {field: frozenset(titles.split("|")) for field, titles in _TITLES.items()}
_NAME_TOKENS = frozenset({"nom", "prenom", "surname", "firstname", "lastname", "fullname"})


@cache
def title_score(title: str, field: str) -> float:
    """1 where ``title`` is a usual title of ``field``; less where it contains one; 0 otherwise."""
    folded = fold(title)
    if not folded:
        return 0.0
    titles = _EXACT[field]
    if folded in titles or folded.replace(" ", "") in titles:
        return 1.0
    words = f" {folded} "
    longest = max((len(known) for known in titles if f" {known} " in words and len(known) > 1), default=0)
    return 0.75 * longest / len(folded) + 0.1 if longest else 0.0


def titles_known(title: str) -> bool:
    """Whether ``title`` is a usual title of any field or of a column that is never kept."""
    folded = fold(title)
    return folded in _NAME_TITLES | _PERSONAL_TITLES or any(
        title_score(title, field) >= 0.5 for field in _EXACT
    )


def names_a_person(title: str) -> bool:
    """Whether ``title`` announces names of persons."""
    folded = fold(title)
    if folded in _EXACT["account"]:
        return False
    return folded in _NAME_TITLES or bool(_NAME_TOKENS & set(folded.split()))


def is_personal(title: str) -> bool:
    """Whether ``title`` announces birth dates, contact details or free text."""
    folded = fold(title)
    return folded in _PERSONAL_TITLES or bool({"naissance", "birth", "birthdate"} & set(folded.split()))
