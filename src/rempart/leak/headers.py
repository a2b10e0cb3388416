"""What a column's heading says it holds: rules over its words, the more particular ones first.

Reads headings in French and English as exports, dumps and the public directories write them. Gives a kind
of :data:`rempart.leak.columns.KINDS` and how sure the words alone make it. Misses abbreviations of one house.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ASIDE = re.compile(r"\([^)]*\)")
_OTHER = re.compile(r"[^a-z0-9]+")
_CODED = re.compile(r"(?:cip|ucd|cim|icd|md|sha) ?\d+$")
_NUMBER_OF = re.compile(r"id (.+)|(.+) id")
_OWN_NUMBERS = frozenset({"nir", "rpps", "adeli", "finess", "login", "iban", "cip7", "cip13", "ucd"})
"""What an "id" of is itself a number; of a town or a service it is an internal one."""
_ORDER = re.compile(r"(?:(?<=[a-z]{3})| \b)\d{1,2}$")
"""The figure by which the second address line differs from the first."""

_WHO = r"(?:medecin|med|doctor|dr|mt|gp|practitioner|physician|praticien|generalist\w*|prescripteur|soignant)"
_HOUSE = (
    r"(?:etab\w*|ets|entite|structure|hopital|clinique|service|unite|organisme|"
    r"organi[sz]ation|societe|company|"
    r"entreprise|employeur|raison|enseigne|cabinet|pole|site|departement|region|pays|country|"
    r"province|canton|"
    r"produit|medicament|specialite|denomination|profession\w*|metier|fichier|file|table|user|"
    r"institution|vaccin|acte|titulaire)"
)
_PERSON = r"(?:patient|pat|client|person|personne|assure|adherent|beneficiaire|usager|allocataire|member|subject|dossier)"
_BIRTH = r"(?:naissance|nais|naiss|birth)"
_PLACE = r"(?:lieu|commune|ville|pays|place|city|town|location|departement|dept|country|insee|cp|cog)"
RULES: tuple[tuple[str, str, float], ...] = (
    (
        "ipp",
        rf"{_PERSON} id|id ?{_PERSON}|(?:num(?:ero)?|no|n) (?:de |d )?(?:{_PERSON}|sejour|venue|admission)",
        0.85,
    ),
    ("given", r"prenoms? (?:de )?naissance", 0.9),
    ("full_name", r"nom prenom\b.*|identite (?:du )?(?:patient|client|assure)", 0.85),
    (
        "medical_text",
        r"(?:lib\w* (?:du )?|code )?diag\w* lib\w*|lib\w* (?:du )?diag\w*|comptes? rendus?.*",
        0.7,
    ),
    ("iban", r"coordonnees bancaires", 0.9),
    ("insee", r"codgeo|city ?code|com code|cog (?:actuel )?", 0.8),
    ("city", r"libgeo|(?:ville|localite|city)(?! ?nai| (?:de )?nai).*", 0.85),
    (
        "from",
        r"valid(?:e)? (?:from|depuis|du)|depuis(?: le)?|since|(?:date )?debut (?:validite|valeur)|from",
        0.9,
    ),
    ("to", r"valid(?:e)? (?:to|until|au)|jusqu au|until|(?:date )?fin (?:validite|valeur)", 0.9),
    (
        "updated",
        r"(?:date )?(?:de )?(?:maj|mise a jour|derniere modification|modification)|"
        r"updated(?: at)?|last updated|modified(?: at)?",
        0.9,
    ),
    ("date", r"(?:date|dt|jour) ?\w* ?(?:deces|mort|decede)\w*|(?:death|deceased) date|date of death", 0.8),
    ("insee", r"(?:code )?lieu ?(?:de )?deces|code lieu deces", 0.7),
    ("other", r".*\bdeces\b.*|(?:acte|lib\w*)\w*deces\w*", 0.7),
    ("other", r"(?:adresse )?ip|ip address|ipv4|remote addr", 0.9),
    (
        "street",
        r"(?:\w+ )?(?:nom|libelle|lib|type|typ|num|numero|no) ?(?:de )?(?:la )?(?:voie|rue).*|lieu ?dit\b.*",
        0.85,
    ),
    (
        "birth_place",
        r"(?:\w+ )?(?:comm?|dep|pays|lieu|code ?lieu|ville)\w* ?nai\w*.*|(?:\w+ )?l(?:ieu)? ?nais\w*",
        0.85,
    ),
    ("birth_place", rf".*\b{_BIRTH}\b.*\b(?:{_PLACE}|code)\b.*", 0.85),
    ("password_hash", r".*\b(?:hash\w*|md5|sha1?|sha256|bcrypt|salt|digest)\b.*|.*password hash.*", 0.8),
    ("password", r".*\b(?:pass ?word|passwd|pwd|mdp|mot de passe|mots de passe|pass)\b.*", 0.95),
    ("email", r".*\b(?:e ?mails?|mail|courriel|mel|bal|adresse electronique|messagerie)\b.*", 0.95),
    (
        "phone",
        r".*\b(?:tel\w*|fax|sms|phone\w*|mobile|portable|gsm|cell)\b.*|.*\bnum(?:ero)? (?:fixe|port).*",
        0.95,
    ),
    ("iban", r".*\b(?:iban|rib|bban|compte bancaire|bank account)\b.*", 0.95),
    ("other", r".*\b(?:bic|swift|siren|siret|ape|naf)\b.*", 0.9),
    (
        "card",
        r".*\b(?:card|cb|num(?:ero)? (?:de )?carte|carte bancaire|carte bleue|pan|cc number|credit card|cardnumber)\b.*",
        0.8,
    ),
    (
        "nir",
        r".*\b(?:nir|ins|secu|nss|immatriculation|insee num|securite sociale|social security|ssn|"
        r"num(?:ero)? ss|num(?:ero)? immat|n(?:o|um)? ss|soc sec|matricule ins|nirpp)\b.*",
        0.9,
    ),
    ("rpps", r".*\brpps\b.*|identifiant pp|.*identification nationale pp.*", 0.95),
    ("adeli", r".*\badeli\b.*", 0.95),
    ("finess", r".*\bfiness\b.*|nofiness\w*|num(?:ero)? (?:ej|et)|fi(?: e[jt])?|eta num", 0.95),
    ("cip13", r".*\bcip ?13\b.*", 0.95),
    ("cip7", r".*\bcip ?7\b.*", 0.95),
    ("ucd", r".*\bucd ?(?:7|13)?\b.*", 0.95),
    ("cip13", r".*\bcip\b.*", 0.7),
    ("cim10", r".*\b(?:cim ?10|icd ?10?|diag\w*|dgn|dp|das)\b.*", 0.6),
    ("ccam", r".*\bccam\b.*", 0.95),
    ("loinc", r".*\bloinc\b.*", 0.95),
    (
        "insurer",
        r".*\b(?:mutuelle|amc|amo|assureur|assurance|insurer|insurance|payer|complementaire|"
        r"caisse|regime(?! (?:alimentaire|juridique|matrimonial))|organisme (?:payeur|complementaire)|oc)\b.*|(?:nom|lib(?:elle)?) ?mut\w*",
        0.85,
    ),
    ("sex", r".*\b(?:sex\w*|gender|genre|civilite|civ|titre|title)\b.*", 0.85),
    (
        "birth_place",
        rf".*\b(?:{_PLACE}|code)\b.*\b{_BIRTH}\b.*|birth ?place.*|"
        r".*\b(?:lieunaiss|comnaiss|"
        r"paysnaiss)\b.*|.*naiss lieu.*",
        0.85,
    ),
    (
        "birth_name",
        r".*\b(?:nom|name|famille)\b.*\b(?:naissance|nais|naiss|jeune fille|patronymique|birth|"
        r"maiden|marital de naissance|jf)\b.*|.*\b(?:maiden|birth|naissance) (?:name|nom)\b.*|"
        r"nomnaissance|.*patronyme.*|njf",
        0.95,
    ),
    (
        "birth_date",
        r".*\b(?:naissance|nais|naiss|birth ?date|birthday|bday|dob|ddn|birth|ne le|nee le|"
        r"(?:dt|dat|date|d) ?nai\w*|born)\b.*",
        0.95,
    ),
    (
        "doctor",
        rf".*\b(?:medecin|doctor|mt|gp|practitioner|physician|praticien|generalpractitioner|prescripteur|doc)\b.*|{_WHO}.*",
        0.8,
    ),
    (
        "full_name",
        r"(?:nom (?:et )?prenoms?|prenoms? (?:et )?nom|nomprenom|nom complet|full ?name|name full|"
        r"patient(?: name)?|identite|nom (?:du )?patient complet|display name|titulaire compte|"
        r"assure|beneficiaire|display|text|first and surname)",
        0.85,
    ),
    (
        "given",
        r".*\b(?:prenoms?|given|given ?names?|first ?names?|name first|fname|forenames?|pren\w*|preusuel)\b.*",
        0.95,
    ),
    (
        "insee",
        r".*\b(?:insee|code (?:de )?(?:la )?commune|codecommune|cog|code officiel geographique|depcom)\b.*",
        0.8,
    ),
    (
        "postcode",
        r".*\b(?:code? ?pos\w*|codes ?postaux|cp|cpost\w*|post ?code|postal ?code|zip|zip ?code|codepostal|postcode\w*)\b.*",
        0.95,
    ),
    ("date", r"(?:date|dt|jour)\b.*", 0.8),
    ("family", r"nom(?: d)?(?: usage| naissance)? unite legale", 0.9),
    ("full_name", r"nom (?:du |de la |de l )?(?:professionnel|praticien|soignant)", 0.6),
    (
        "city",
        r"(?:\w+ )?(?:libelle|lib|nom) ?(?:de )?(?:la )?com(?:mune)?\b.*|com nom|bureau (?:cedex|distributeur)",
        0.9,
    ),
    ("street", r"(?:nom )?ld", 0.5),
    (
        "login",
        r"(?!.*\b(?:date|last|derni\w+)\b).*\b(?:login|user ?name|nick(?:name)?|pseudo|identifiant (?:de )?connexion|nom (?:d )?utilisateur)\b.*",
        0.8,
    ),
    ("other", rf".*\b{_HOUSE}\b.*", 0.75),
    (
        "city",
        r".*\b(?:ville|commune|city|town|localite|acheminement|suburb|municipality|libellecommune|"
        r"nom com|bureau distributeur|ligneacheminement)\b.*",
        0.9,
    ),
    (
        "family",
        rf".*\b(?:family|surname|last ?names?|name last|lname|nom ?usage|nom ?usuel|familyname|nom ?famille|sn|"
        rf"nom (?:d |de l |du |de |de la )?(?:famille|usage|usuel|exercice|marital|epouse|elu|{_PERSON}))\b.*|"
        rf"{_PERSON} nom\b.*",
        0.85,
    ),
    ("family", r".*\b(?:nom|noms|name)\b.*", 0.7),
    (
        "ipp",
        r"(?:.*\b(?:ipp|nip|iep|mrn|patient ?(?:id|number|num|no)|id ?patient|identifiant patient|"
        r"num(?:ero)? (?:de )?(?:patient|dossier)|no (?:patient|dossier)|rec id|unique id|"
        r"numdossier|idpat\w*|nda|dossier)\b.*|code patient)",
        0.85,
    ),
    (
        "ipp",
        r"rec(?:ord)? id|unique id|uuid|id|identifiant|identifier|identifiant \w{2,3}|pk|ref|reference",
        0.6,
    ),
    ("other", r"(?:num|nb|nombre) .*", 0.5),
    (
        "street",
        r".*\b(?:rue|voie|adresse|address|street|adr|ligne|numvoie|typvoie|addr|line|lieu dit|"
        r"complement)\b.*",
        0.85,
    ),
    (
        "other",
        r"status|statut|type\w*|typ[a-z]{2,}|etat|state|montant|prix|amount|price|total|quantite|qte|"
        r"count|age|poids|taille",
        0.6,
    ),
    (
        "date",
        r"date\w+|dat \w.*|dt\w{3,}|ordonnance du|d(?:entree|sortie)|(?:debut|fin|entree|sortie)\b.*|horodatage",
        0.7,
    ),
    (
        "other",
        r"lib(?!elle$)\w+|categ\w+|code\w* .*|code[a-z]+|type .*|taux .*|autorite .*|bureau .*|id ban|"
        r"lon|lat|x|y|rep|numero|rs|rslongue|compl\w+|compvoie|lieudit\w*|libelle .*|mode .*",
        0.6,
    ),
    ("login", r"(?:nom (?:de )?)?compte(?: utilisateur)?", 0.8),
    (
        "medical_text",
        r".*\b(?:observations?|compte rendu|cr|motif|antecedents?|atcd|conclusion|symptomes?|"
        r"traitements?|allergies?|pathologies?|histoire|lettre|commentaires?|note|notes|prescriptions?|ordonnance|posologie|"
        r"resultats?|anamnese|texte)\b.*",
        0.7,
    ),
    ("date", r".*\b(?:date|dt|jour|timestamp|created at|heure)\b.*", 0.8),
)
"""(kind, pattern over the folded heading, how sure); the first that fits counts."""
_COMPILED = tuple((kind, re.compile(pattern), sure) for kind, pattern, sure in RULES)


def fold_heading(heading: str) -> str:
    """The heading's words in small letters: ``datNais``, ``DAT_NAIS`` and ``Dat. naïs`` are ``dat nais``."""
    spaced = _CAMEL.sub(" ", _ASIDE.sub(" ", heading[:200]) or heading[:200])
    bare = unicodedata.normalize("NFKD", spaced)
    return _OTHER.sub(" ", "".join(c for c in bare if not unicodedata.combining(c)).lower()).strip()


@lru_cache(maxsize=4096)
def kind_of_header(heading: str) -> tuple[str, float]:
    """(kind, how sure); ``("", 0.0)`` where no rule knows the heading. Of a path (``address.city``) the last step counts where the whole
    says nothing."""
    folded = fold_heading(heading)
    if not _CODED.search(folded):
        folded = _ORDER.sub("", folded)
    if not folded:
        return "", 0.0
    numbered = _NUMBER_OF.fullmatch(folded)
    if numbered and _first_rule(folded)[0] != "ipp":
        told = _first_rule(numbered[1] or numbered[2])
        return told if told[0] in _OWN_NUMBERS else ("other", 0.5)
    found = _first_rule(folded)
    if "." in heading.strip(".") and found[0] in ("", "other"):
        last = _first_rule(fold_heading(heading.rpartition(".")[2]))
        return last if last[0] not in ("", "ipp") and last[1] >= 0.7 else found
    return found


def _first_rule(folded: str) -> tuple[str, float]:
    return next(((kind, sure) for kind, pattern, sure in _COMPILED if pattern.fullmatch(folded)), ("", 0.0))


def looks_like_header(rows: list[list[str]]) -> bool:
    """Whether the first row names columns: its words are known, or it lacks the figures that follow."""
    first = rows[0]
    cells = [cell.strip() for cell in first if cell.strip()]
    if not cells or max(map(len, cells)) > 120:
        return False
    if any("@" in cell or re.search(r"\d{5}|\d[/-]\d", cell) for cell in cells):
        return False
    known = sum(kind_of_header(cell)[0] != "" for cell in cells)
    if known * 2 >= len(cells) and not any(re.fullmatch(r"[\d\s.,/+-]+", cell) for cell in cells):
        return True
    if len(rows) < 3 or any(
        any(c.isdigit() for c in cell) for cell in cells if not re.match(r"[A-Za-z]", cell)
    ):
        return False
    figures = [
        sum(place < len(row) and bool(re.search(r"\d", row[place])) for row in rows[1:]) * 2 > len(rows) - 1
        for place in range(len(first))
    ]
    plain = [place for place, has in enumerate(figures) if has]
    return bool(plain) and not any(re.search(r"\d{2}", first[place]) for place in plain if place < len(first))
