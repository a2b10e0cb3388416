# ruff: noqa: E501
"""Tables in the shapes of French public files and hospital exports, each column labelled by hand.

The headings are those the publishers print (RPPS extract, FINESS, BAN, INSEE, BDPM, national register of the elected,
Sirene...) or exports use; the cells are drawn, nobody in them exists. A label ``a|b`` takes either of two kinds: what
is not asked of anybody (a category, a label, an amount) may be called ``other``, ``text`` or ``number``.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass

from french_people import Country, people

from rempart.leak.kinds.nir import key_of
from rempart.leak.words import FIRST_NAMES

ANY = "other|text|number|date|blank|insee|updated|street|ipp|from|to"
"""Nothing that is asked of anybody; a date, a number or a part of an address do no harm."""
COMMON = 0.6
"""Share of first names drawn from the list of common ones: about what the commonest two hundred and fifty make up in France."""
Cells = Callable[[random.Random, int], str]


@dataclass(frozen=True)
class Labelled:
    """A table: headings, hand-given kinds, rows; ``headed`` whether the publisher prints the headings."""

    name: str
    headings: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: list[list[str]]
    headed: bool = True


class _Source:
    """Cells of one population, drawn once."""

    def __init__(self, rows: int, seed: int) -> None:
        drawn = people(Country.draw(21, 6000), rows, seed)
        self.columns = {name: list(map(str, cells)) for name, cells in drawn.items()}
        chance, known = random.Random(seed), sorted(FIRST_NAMES)
        given = self.columns["prenom"]
        self.columns["prenom"] = [
            chance.choice(known) if chance.random() < COMMON else name for name in given
        ]

    def __call__(self, name: str, change: Callable[[str], str] = str) -> Cells:
        return lambda chance, row: change(self.columns[name][row])


def _pick(*words: str) -> Cells:
    return lambda chance, row: chance.choice(words)


def _some(share: float, cells: Cells) -> Cells:
    return lambda chance, row: cells(chance, row) if chance.random() < share else ""


def _digits(size: int, start: str = "") -> Cells:
    return lambda chance, row: start + "".join(chance.choice("0123456789") for _ in range(size - len(start)))


def _luhn(body: str) -> str:
    total = 0
    for place, figure in enumerate(reversed(body)):
        value = int(figure) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _rpps(chance: random.Random, row: int) -> str:
    return _luhn("1" + f"{chance.randrange(10**9):09d}")


def _finess(chance: random.Random, row: int) -> str:
    return _luhn(f"{chance.randrange(1, 95):02d}{chance.randrange(10**6):06d}")


def _cip7(chance: random.Random, row: int) -> str:
    return _keyed(chance, 300000, 499999)


def _ucd7(chance: random.Random, row: int) -> str:
    return _keyed(chance, 900000, 949999)


def _keyed(chance: random.Random, first: int, last: int) -> str:
    while True:
        body = f"{chance.randrange(first, last)}"
        key = sum(weight * int(figure) for weight, figure in zip(range(2, 8), body, strict=True)) % 11
        if key < 10:
            return body + str(key)


def _cip13(chance: random.Random, row: int) -> str:
    body = "34009" + f"{chance.randrange(3_000_000, 4_999_999):07d}"
    return body + str(-sum(int(c) * (3 if k % 2 else 1) for k, c in enumerate(body)) % 10)


def _iban(chance: random.Random, row: int) -> str:
    bank, desk, account = (
        f"{chance.randrange(10**5):05d}",
        f"{chance.randrange(10**5):05d}",
        f"{chance.randrange(10**11):011d}",
    )
    key = 97 - (89 * int(bank) + 15 * int(desk) + 3 * int(account)) % 97
    bban = f"{bank}{desk}{account}{key:02d}"
    return f"FR{98 - int(bban + '152700') % 97:02d}{bban}"


def _day(first: int, last: int, form: str = "{2:02d}/{1:02d}/{0}") -> Cells:
    return lambda chance, row: form.format(
        chance.randrange(first, last), chance.randrange(1, 13), chance.randrange(1, 29)
    )


ISO, COMPACT = "{0}-{1:02d}-{2:02d}", "{0}{1:02d}{2:02d}"


def _amount(chance: random.Random, row: int) -> str:
    return f"{chance.randrange(1, 400)},{chance.randrange(100):02d}"


def _ccam(chance: random.Random, row: int) -> str:
    return "".join(chance.choice("ABCDEGHJKLMNPQYZ") for _ in range(4)) + f"{chance.randrange(1, 900):03d}"


def _cim10(chance: random.Random, row: int) -> str:
    return (
        f"{chance.choice('ABCDEFGHIJKLMNR')}{chance.randrange(100):02d}{chance.choice(['', '0', '1', '9'])}"
    )


def _loinc(chance: random.Random, row: int) -> str:
    body = str(chance.randrange(1000, 99999))
    return body + "-" + _luhn(body)[-1]


def _password(chance: random.Random, row: int) -> str:
    word = chance.choice(
        ("soleil", "Marseille", "doudou", "azerty", "chouchou", "Papillon", "loulou", "bonjour")
    )
    return (
        word[: chance.randrange(3, 9)]
        + str(chance.randrange(10 ** chance.randrange(1, 7)))
        + chance.choice(("", "", "!", "?", "*"))
    )


_DRUGS = (
    "DOLIPRANE",
    "AMOXICILLINE BIOGARAN",
    "KARDEGIC",
    "LEVOTHYROX",
    "SPASFON",
    "METFORMINE MYLAN",
    "TAHOR",
    "VENTOLINE",
    "XARELTO",
)
_FORMS = (
    "500 mg, comprimé",
    "1 g, gélule",
    "75 mg, poudre pour solution buvable",
    "20 mg, comprimé pelliculé",
    "2 g, suspension injectable",
)


def _drug(chance: random.Random, row: int) -> str:
    return f"{chance.choice(_DRUGS)} {chance.choice(_FORMS)}"


_NOTES = (
    "patient vu en consultation pour douleurs lombaires, suivi dans un mois", "diabète de type 2 équilibré sous metformine",
    "allergie à la pénicilline signalée", "hospitalisation pour fracture du col, sortie prévue lundi",
    "toux persistante, radio demandée, traitement antibiotique 7 jours", "grossesse 24 SA, échographie normale",
    "HTA ancienne, tabac sevré, contrôle glycémie", "renouvellement ordonnance, pas de plainte",
)  # fmt: skip
_HOUSES = ("CH DE", "CLINIQUE", "EHPAD", "HOPITAL", "PHARMACIE", "LABORATOIRE", "MAISON DE SANTE")


def _house(chance: random.Random, row: int) -> str:
    return f"{chance.choice(_HOUSES)} {chance.choice(('LA GARE', 'SAINT JEAN', 'DU LAC', 'DES PINS', 'BEL AIR'))}"


_INSURERS = ("CPAM", "MGEN", "HARMONIE MUTUELLE", "MALAKOFF HUMANIS", "AG2R LA MONDIALE", "MNH", "MSA")
_JOBS = (
    "Médecin",
    "Infirmier",
    "Pharmacien",
    "Sage-femme",
    "Masseur-Kinésithérapeute",
    "Chirurgien-Dentiste",
)


def _loud(text: str) -> str:
    return text.upper()


def _spaced(text: str) -> str:
    return " ".join(text[k : k + 2] for k in range(0, len(text), 2))


def _french(day: str) -> str:
    return "/".join(reversed(day.split("-")))


def _whole_nir(text: str) -> str:
    return f"{text[0]} {text[1:3]} {text[3:5]} {text[5:7]} {text[7:10]} {text[10:13]} {text[13:]}"


def labelled_files(rows: int = 400, seed: int = 5) -> list[Labelled]:
    """Every table, drawn anew from ``seed``."""
    of = _Source(rows, seed)
    family, given = of("nom", _loud), of("prenom", str.title)
    street = of("adresse", _loud)
    doctor: Cells = lambda chance, row: f"Dr {chance.choice(of.columns['nom']).title()}"  # noqa: E731
    hashed: Cells = lambda chance, row: hashlib.sha256(str(row).encode()).hexdigest()  # noqa: E731
    number: Cells = lambda chance, row: str(int(of.columns["patient_id"][row][1:]) + 8_000_123)  # noqa: E731
    tables: dict[str, list[tuple[str, str, Cells]]] = {
        "RPPS, activities": [
            ("Type d'identifiant PP", ANY, _pick("8", "0")), ("Identifiant PP", "rpps", _rpps),
            ("Identification nationale PP", "rpps", lambda chance, row: "8" + _rpps(chance, row)),
            ("Code civilité d'exercice", "sex|other", _pick("DR", "PR", "")), ("Libellé civilité d'exercice", "sex|other", _pick("Docteur", "Professeur", "")),
            ("Code civilité", "sex", _pick("M", "MME")), ("Libellé civilité", "sex", _pick("Monsieur", "Madame")),
            ("Nom d'exercice", "family", family), ("Prénom d'exercice", "given", given),
            ("Code profession", ANY, _pick("10", "21", "40", "60", "70")), ("Libellé profession", ANY, _pick(*_JOBS)),
            ("Code catégorie professionnelle", ANY, _pick("C", "M")), ("Libellé catégorie professionnelle", ANY, _pick("Civil", "Militaire")),
            ("Code savoir-faire", ANY, _pick("SM53", "SM54", "SM26", "SCD01")), ("Libellé savoir-faire", ANY, _pick("Spécialiste en Médecine Générale", "Cardiologie et maladies vasculaires")),
            ("Numéro SIRET site", ANY, _digits(14)), ("Numéro FINESS site", "finess", _finess),
            ("Numéro FINESS établissement juridique", "finess", _finess), ("Raison sociale site", ANY, _house),
            ("Enseigne commerciale site", ANY, _some(0.3, _house)), ("Numéro Voie (coord. structure)", "street|other|number", _digits(2)),
            ("Libellé type de voie (coord. structure)", "street|other", _pick("Rue", "Avenue", "Place", "Boulevard")),
            ("Libellé Voie (coord. structure)", "street", _pick("DE LA GARE", "VICTOR HUGO", "DU STADE", "PASTEUR", "JEAN JAURES")),
            ("Code postal (coord. structure)", "postcode", of("code_postal")), ("Code commune (coord. structure)", "insee", _digits(5)),
            ("Libellé commune (coord. structure)", "city", of("commune", str.title)), ("Code pays (coord. structure)", ANY, _pick("99000", "")),
            ("Libellé pays (coord. structure)", ANY, _pick("France", "")), ("Téléphone (coord. structure)", "phone", _some(0.7, of("telephone"))),
            ("Téléphone 2 (coord. structure)", "phone", _some(0.2, of("telephone"))), ("Télécopie (coord. structure)", ANY + "|phone", _some(0.3, of("telephone"))),
            ("Adresse e-mail (coord. structure)", "email", _some(0.3, of("email"))), ("Code Département (structure)", ANY, _digits(2)),
            ("Libellé Département (structure)", ANY, _pick("Nord", "Rhône", "Gironde", "Finistère")), ("Autorité d'enregistrement", ANY, _pick("CNOM/CNOM/CNOM", "ARS/ARS/ARS")),
        ],
        "FINESS, establishments": [
            ("nofinesset", "finess", _finess), ("nofinessej", "finess", _finess), ("rs", ANY, _house), ("rslongue", ANY, _house),
            ("complrs", ANY, _some(0.1, _house)), ("numvoie", ANY, _digits(2)), ("typvoie", ANY, _pick("R", "AV", "BD", "PL", "CHE")),
            ("voie", "street", _pick("DE LA GARE", "VICTOR HUGO", "DU STADE", "PASTEUR")), ("compvoie", ANY, _pick("", "", "B")),
            ("lieuditbp", ANY, _some(0.3, lambda chance, row: f"BP {chance.randrange(900)}")), ("commune", "insee|number|other|city", _digits(3)),
            ("departement", ANY, _digits(2)), ("libdepartement", ANY, _pick("AIN", "NORD", "VAR", "GERS")),
            ("ligneacheminement", "city|other", lambda chance, row: f"{of.columns['code_postal'][row]} {of.columns['commune'][row].upper()}"),
            ("telephone", "phone", of("telephone")), ("telecopie", ANY + "|phone", _some(0.6, of("telephone"))), ("categetab", ANY, _pick("355", "620", "500", "611")),
            ("libcategetab", ANY, _pick("Centre Hospitalier (C.H.)", "Pharmacie d'Officine", "EHPAD")), ("siret", ANY, _digits(14)), ("codeape", ANY, _pick("8610Z", "4773Z", "8710A")),
            ("libmft", ANY, _pick("ARS / DG dotation globale", "Indéterminé")), ("dateouv", "date|other", _day(1960, 2020, ISO)), ("dateautor", "date|other", _day(1960, 2020, ISO)),
            ("maj", "updated|date", _day(2019, 2024, ISO)),
        ],
        "BAN, addresses": [
            ("id", "ipp|other", lambda chance, row: f"{chance.randrange(10000, 95000)}_{chance.randrange(9999):04d}_{row:05d}"), ("numero", "street|other|number", _digits(2)),
            ("rep", ANY, _pick("", "", "bis")), ("nom_voie", "street", of("adresse", lambda text: text.partition(" ")[2].title())), ("code_postal", "postcode", of("code_postal")),
            ("code_insee", "insee", _digits(5)), ("nom_commune", "city", of("commune", str.title)), ("x", ANY, _digits(6)), ("y", ANY, _digits(7)),
            ("lon", ANY, lambda chance, row: f"{chance.uniform(-4, 8):.6f}"), ("lat", ANY, lambda chance, row: f"{chance.uniform(42, 51):.6f}"),
            ("libelle_acheminement", "city|other", of("commune", _loud)), ("nom_afnor", ANY, street), ("source_position", ANY, _pick("commune", "inconnue", "cadastre")),
        ],
        "INSEE, deaths": [
            ("nomprenom", "full_name", lambda chance, row: f"{of.columns['nom'][row].upper()}*{of.columns['prenom'][row].upper()}/"), ("sexe", "sex", _pick("1", "2")),
            ("datenaiss", "birth_date", of("date_naissance", lambda day: day.replace("-", ""))), ("lieunaiss", "birth_place|insee|other", _digits(5)),
            ("commnaiss", "birth_place", of("commune", _loud)), ("paysnaiss", "birth_place|other", _pick("", "", "ALGERIE", "ITALIE")), ("datedeces", ANY, _day(2020, 2024, COMPACT)),
            ("lieudeces", ANY + "|birth_place", _digits(5)), ("actedeces", ANY, _digits(4)),
        ],
        "BDPM, presentations": [
            ("CIS", ANY, _digits(8, "6")), ("CIP7", "cip7", _cip7), ("libelle", ANY + "|medical_text", lambda chance, row: f"plaquette(s) PVC aluminium de {chance.randrange(4, 90)} comprimé(s)"),
            ("statut", ANY, _pick("Présentation active", "Présentation abrogée")), ("etat", ANY, _pick("Déclaration de commercialisation", "Déclaration d'arrêt de commercialisation")),
            ("date", "date", _day(1990, 2024)), ("CIP13", "cip13", _cip13), ("agrement", ANY, _pick("oui", "non")), ("taux", ANY, _pick("65%", "30%", "15%", "")), ("prix", ANY, _some(0.6, _amount)),
        ],
        "BDPM, specialities": [
            ("CIS", ANY, _digits(8, "6")), ("denomination", ANY + "|medical_text", _drug), ("forme", ANY + "|medical_text", _pick("comprimé", "gélule", "solution injectable", "crème")),
            ("voies", ANY, _pick("orale", "cutanée", "intraveineuse;sous-cutanée")), ("statut AMM", ANY, _pick("Autorisation active", "Autorisation abrogée")),
            ("date AMM", "date|other", _day(1985, 2024)), ("titulaire", ANY, _pick("SANOFI AVENTIS FRANCE", "BIOGARAN", "MYLAN SAS", "ARROW GENERIQUES")), ("surveillance", ANY, _pick("Oui", "Non")),
        ],
        "National register of the elected": [
            ("Code du département", ANY, _digits(2)), ("Libellé du département", ANY, _pick("Ain", "Nord", "Var")), ("Code de la commune", "insee|other", _digits(5)),
            ("Libellé de la commune", "city", of("commune", str.title)), ("Nom de l'élu", "family", family), ("Prénom de l'élu", "given", given), ("Code sexe", "sex", _pick("M", "F")),
            ("Date de naissance", "birth_date", of("date_naissance", _french)), ("Lieu de naissance", "birth_place", of("commune", str.title)),
            ("Libellé de la catégorie socio-professionnelle", ANY, _pick("Agriculteurs exploitants", "Anciens artisans", "Cadres de la fonction publique")),
            ("Date de début du mandat", "date|from|other", _day(2020, 2021)), ("Libellé de la fonction", ANY, _pick("Maire", "1er adjoint au Maire", "")), ("Date de début de la fonction", "date|from|other", _day(2020, 2021)),
        ],
        "Sirene, legal units": [
            ("siren", ANY, _digits(9)), ("statutDiffusionUniteLegale", ANY, _pick("O", "P")), ("dateCreationUniteLegale", "date|other", _day(1980, 2023, ISO)), ("sexeUniteLegale", "sex", _pick("M", "F", "")),
            ("prenom1UniteLegale", "given", given), ("prenom2UniteLegale", "given", _some(0.3, given)), ("prenomUsuelUniteLegale", "given", given), ("nomUniteLegale", "family", family),
            ("nomUsageUniteLegale", "family", _some(0.1, family)), ("categorieEntreprise", ANY, _pick("PME", "ETI", "")), ("activitePrincipaleUniteLegale", ANY, _pick("86.21Z", "47.73Z", "69.10Z")),
            ("dateDernierTraitementUniteLegale", "date|updated|other", _day(2019, 2024, ISO)),
        ],
        "INSEE, first names": [("sexe", "sex", _pick("1", "2")), ("preusuel", "given", of("prenom", _loud)), ("annais", "birth_date|date|number|other", _day(1900, 2023, "{0}")), ("nombre", ANY, _digits(3))],
        "La Poste, postcodes": [
            ("Code_commune_INSEE", "insee", _digits(5)), ("Nom_de_la_commune", "city", of("commune", _loud)), ("Code_postal", "postcode", of("code_postal")), ("Libellé_d_acheminement", "city|other", of("commune", _loud)),
            ("Ligne_5", ANY, _some(0.1, of("commune", _loud))), ("coordonnees_geographiques", ANY, lambda chance, row: f"{chance.uniform(42, 51):.4f},{chance.uniform(-4, 8):.4f}"),
        ],
        "Open Medic": [
            ("CIP13", "cip13", _cip13), ("L_CIP13", ANY + "|medical_text", _drug), ("age", ANY, _pick("0", "20", "60")), ("sexe", "sex", _pick("1", "2")), ("BEN_REG", ANY, _pick("11", "24", "84")),
            ("PSP_SPE", ANY, _pick("1", "22", "90")), ("BOITES", ANY, _digits(4)), ("REM", ANY, _amount), ("BSE", ANY, _amount),
        ],
        "hospital, admissions": [
            ("IPP", "ipp", number), ("NDA", "ipp|number|other", _digits(9, "24")), ("NOM_USUEL", "family", family), ("NOM_JF", "birth_name", of("nom_naissance", _loud)), ("PRENOM", "given", of("prenom", _loud)),
            ("DDN", "birth_date", of("date_naissance", _french)), ("SEXE", "sex", of("sexe")), ("NIR", "nir", of("nir")), ("ADR1", "street", street), ("CP", "postcode", of("code_postal")), ("VILLE", "city", of("commune", _loud)),
            ("TEL_PORT", "phone", of("telephone", _spaced)), ("MT", "doctor", doctor), ("DATE_ENTREE", "date", _day(2022, 2024)), ("DATE_SORTIE", "date", _day(2022, 2024)),
            ("UF", ANY, _pick("2310", "4412", "1005")), ("LIB_UF", ANY, _pick("CARDIOLOGIE HC", "URGENCES ADULTES", "MEDECINE POLYVALENTE")), ("DP", "cim10", _cim10), ("DAS", "cim10", _some(0.5, _cim10)), ("MODE_ENTREE", ANY, _pick("8", "7", "6")),
        ],
        "laboratory, results": [
            ("numDossier", "ipp", _digits(10)), ("nomNaissance", "birth_name", family), ("prenoms", "given", given), ("dateNaissance", "birth_date", of("date_naissance")), ("ins", "nir", of("nir", _whole_nir)),
            ("medecinPrescripteur", "doctor", doctor), ("rppsPrescripteur", "rpps", _rpps), ("codeLoinc", "loinc", _loinc), ("valeur", ANY, _amount), ("unite", ANY, _pick("g/L", "mmol/L", "G/L")),
            ("commentaire", "medical_text|text", _pick(*_NOTES)), ("mutuelle", "insurer", _pick(*_INSURERS)), ("motDePasse", "password", _password),
        ],
        "insurer, contracts": [
            ("num_contrat", "ipp|number|other", _digits(10)), ("civilite", "sex", _pick("M", "MME", "MLLE")), ("nom", "family", family), ("prenom", "given", given), ("date_naissance", "birth_date", of("date_naissance")),
            ("num_secu", "nir", of("nir")), ("organisme_complementaire", "insurer", _pick(*_INSURERS)), ("iban", "iban", _iban), ("bic", ANY, _pick("BNPAFRPP", "CEPAFRPP", "AGRIFRPP")), ("adresse_mail", "email", of("email")),
            ("telephone_mobile", "phone", of("telephone")), ("adresse", "street", of("adresse")), ("code_postal", "postcode", of("code_postal")), ("ville", "city", of("commune")), ("date_debut", "date|from|other", _day(2015, 2024, ISO)), ("montant_cotisation", ANY, _amount),
        ],
        "appointments, users": [
            ("user_id", "ipp|login|other", _digits(7)), ("first_name", "given", given), ("last_name", "family", family), ("maiden_name", "birth_name", _some(0.4, family)), ("birthdate", "birth_date", of("date_naissance")), ("gender", "sex", _pick("male", "female")),
            ("phone_number", "phone", of("telephone", lambda text: "+33" + text[1:])), ("email", "email", of("email")), ("zipcode", "postcode", of("code_postal")), ("city", "city", of("commune")), ("encrypted_password", "password_hash", hashed), ("created_at", "date", _day(2018, 2024, "{0}-{1:02d}-{2:02d} 08:12:33")),
            ("visit_motive", "medical_text|text|other", _pick("Consultation de suivi", "Première consultation", "Vaccination")), ("notes", "medical_text|text", _some(0.5, _pick(*_NOTES))),
        ],
        "hospital, procedures": [
            ("NUM_SEJOUR", "ipp|number|other", _digits(9)), ("FINESS", "finess", _finess), ("CODE_CCAM", "ccam", _ccam), ("DATE_ACTE", "date", _day(2022, 2024)), ("ACTIVITE", ANY, _pick("1", "4")), ("EXECUTANT", "rpps|doctor", _rpps), ("CODE_UCD", "ucd", _ucd7), ("QTE", ANY, _digits(1)), ("TARIF", ANY, _amount),
        ],
        "NIR with keys apart": [("nir13", "nir", lambda chance, row: of.columns["nir"][row][:13]), ("cle", ANY, lambda chance, row: key_of(of.columns["nir"][row][:13])), ("nom_famille", "family", family), ("prenom_usuel", "given", given), ("ne_le", "birth_date", of("date_naissance", _french))],
    }  # fmt: skip
    chance = random.Random(seed)
    return [
        Labelled(
            name, tuple(heading for heading, _, _ in columns), tuple(kind for _, kind, _ in columns),
            [[cells(chance, row) for _, _, cells in columns] for row in range(rows)],
            not name.startswith("BDPM"),
        )
        for name, columns in tables.items()
    ]  # fmt: skip
