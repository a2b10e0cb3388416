# ruff: noqa: E501
"""A third set of labelled tables: the same rules as :mod:`french_files`, other publishers and software, names that are common in France.

Full extracts of the directory of health professionals, FINESS with its places, the drug files without headings, deaths as published
and as matched, the registers of companies, of contracts, of accidents; hospital and epidemic indicators; pay, insurance, pharmacy and
newsletter exports. Labels are strict: ``a|b`` only where both are true; a day that is nobody's birth may be any kind of day.
"""

from __future__ import annotations

import random

from french_files import Labelled
from french_files_cells import (
    CCAM,
    CIM,
    DAY,
    DRUGS,
    LABS,
    NOBODYS,
    SHORT_WAYS,
    Cells,
    Columns,
    Person,
    address,
    adeli,
    born,
    cip13,
    day,
    decimal,
    drawn,
    email,
    finess,
    house,
    iban,
    in_fours,
    keyed7,
    letters,
    luhn,
    moment,
    mostly,
    nir,
    nir13,
    nir_spaced,
    number,
    of,
    phone,
    pick,
    plain,
    rpps,
    siren,
    siret,
)

FAMILY, GIVEN = of(lambda who: who.family, plain), of(lambda who: who.given)
LOUD = of(lambda who: who.given, plain)
CITY, POSTCODE, INSEE = (
    of(lambda who: who.town[0], plain),
    of(lambda who: who.town[1]),
    of(lambda who: who.town[2]),
)
TOWN = of(lambda who: who.town[0])
DEPARTMENT = of(lambda who: who.town[2][:3] if who.town[2][:2] == "97" else who.town[2][:2])
TITLE = of(lambda who: "M" if who.man else "MME")
MF, ONE_TWO = of(lambda who: "M" if who.man else "F"), of(lambda who: "1" if who.man else "2")
DEPARTMENTS = pick(
    "Ain", "Nord", "Rhône", "Gironde", "Seine-Saint-Denis", "Corse-du-Sud", "La Réunion", "Finistère"
)
REGIONS = pick(
    "Île-de-France", "Bretagne", "Occitanie", "Hauts-de-France", "Grand Est", "Nouvelle-Aquitaine", "Corse"
)
WAY = of(lambda who: SHORT_WAYS[who.way])
LONG_WAY = of(lambda who: who.way.capitalize())
STREET, HOUSE_NUMBER = of(lambda who: who.street), of(lambda who: str(who.number))
EMPTY = pick("")
ADDRESS_OF_MACHINE: Cells = lambda c, w: ".".join(str(c.randrange(1, 255)) for _ in range(4))  # noqa: E731
JOB_CODES = pick("10", "21", "40", "50", "60", "70", "69", "91", "94", "95")
JOBS = pick(
    "Médecin",
    "Pharmacien",
    "Chirurgien-Dentiste",
    "Sage-Femme",
    "Infirmier",
    "Masseur-Kinésithérapeute",
    "Orthophoniste",
    "Pédicure-Podologue",
)
SKILLS = pick(
    "Spécialiste en Médecine Générale",
    "Anesthesie-réanimation",
    "Cardiologie et maladies vasculaires",
    "Radio-diagnostic",
    "Pédiatrie",
    "Médecin Généraliste",
    "Psychiatrie",
)
LAT, LON = decimal(42.5, 50.9, 6, "."), decimal(-4.5, 8.1, 6, ".")
DIAGNOSES = pick(
    "pneumopathie à pneumocoque, retour à domicile J5", "AVC ischémique sylvien gauche, thrombolyse", "chute à domicile, fracture du col fémoral opérée", "diabète déséquilibré, HbA1c 9,2 %",
    "suivi post-opératoire simple, ablation des agrafes à J10", "douleur thoracique atypique, troponine négative", "sevrage alcoolique programmé", "cancer du sein gauche, 3e cure FEC100", "décompensation cardiaque, majoration du furosémide",
)  # fmt: skip


def _structure() -> Columns:
    """Address and reach of a place of practice, as the health directory prints them."""
    tail = "(coord. structure)"
    return [
        (f"Complément destinataire {tail}", "street|other|text", mostly(pick("CABINET MEDICAL", "MAISON DE SANTE", "SERVICE DE CARDIOLOGIE"), 0.3)), (f"Complément point géographique {tail}", "street|other|text", mostly(pick("BATIMENT A", "RDC", "2EME ETAGE", "RESIDENCE LE PARC"), 0.2)),
        (f"Numéro Voie {tail}", "street|other|text|number", mostly(HOUSE_NUMBER, 0.9)), (f"Indice répétition voie {tail}", "street|other|text", mostly(pick("B", "T", "A"), 0.06)),
        (f"Code type de voie {tail}", "street|other|text", mostly(WAY, 0.92)), (f"Libellé type de voie {tail}", "street|other|text", mostly(LONG_WAY, 0.92)), (f"Libellé Voie {tail}", "street", mostly(STREET, 0.93)),
        (f"Mention distribution {tail}", "street|other|text", mostly(pick("BP 1234", "CS 30001", "BP 80429"), 0.12)), (f"Bureau cedex {tail}", "city", mostly(lambda c, w: f"{w.town[1]} {plain(w.town[0])}" + c.choice(("", "", " CEDEX", " CEDEX 9")), 0.9)),
        (f"Code postal {tail}", "postcode", mostly(POSTCODE, 0.9)), (f"Code commune {tail}", "insee", mostly(INSEE, 0.85)), (f"Libellé commune {tail}", "city", mostly(TOWN, 0.85)),
        (f"Code pays {tail}", NOBODYS + "|insee", mostly(pick("99000"), 0.2)), (f"Libellé pays {tail}", NOBODYS, mostly(pick("France"), 0.2)),
        (f"Téléphone {tail}", "phone", mostly(phone(starts="12345"), 0.8)), (f"Téléphone 2 {tail}", "phone", mostly(phone(), 0.08)), (f"Télécopie {tail}", "phone", mostly(phone(starts="12345"), 0.4)), (f"Adresse e-mail {tail}", "email", mostly(email, 0.15)),
        ("Code Département (structure)", NOBODYS, mostly(DEPARTMENT, 0.9)), ("Libellé Département (structure)", NOBODYS + "|city", mostly(DEPARTMENTS, 0.9)),
    ]  # fmt: skip


def _health_directory() -> dict[str, Columns]:
    who: Columns = [("Type d'identifiant PP", NOBODYS, pick("8")), ("Identifiant PP", "rpps", rpps), ("Identification nationale PP", "rpps|other|number", lambda c, w: "8" + rpps(c, w))]  # fmt: skip
    names: Columns = [("Nom d'exercice", "family", FAMILY), ("Prénom d'exercice", "given", LOUD)]
    return {
        "health directory, persons and activities": [
            *who, ("Code civilité d'exercice", NOBODYS, mostly(pick("DR", "PR"), 0.5)), ("Libellé civilité d'exercice", NOBODYS, mostly(pick("Docteur", "Professeur"), 0.5)), ("Code civilité", "sex", TITLE), ("Libellé civilité", "sex", of(lambda w: "Monsieur" if w.man else "Madame")), *names,
            ("Code profession", NOBODYS, JOB_CODES), ("Libellé profession", NOBODYS, JOBS), ("Code catégorie professionnelle", NOBODYS, pick("C", "C", "M", "E")), ("Libellé catégorie professionnelle", NOBODYS, pick("Civil", "Civil", "Militaire", "Etudiant")), ("Code type savoir-faire", NOBODYS, mostly(pick("S", "CEX", "PAC"), 0.5)), ("Libellé type savoir-faire", NOBODYS, mostly(pick("Spécialité ordinale", "Compétence exclusive", "Qualification PAC"), 0.5)),
            ("Code savoir-faire", NOBODYS, mostly(pick("SM54", "SM26", "SM02", "SCD01", "SI04"), 0.5)), ("Libellé savoir-faire", NOBODYS, mostly(SKILLS, 0.5)), ("Code mode exercice", NOBODYS, pick("L", "S", "B")), ("Libellé mode exercice", NOBODYS, pick("Lib,indép,artis,com", "Salarié", "Bénévole")),
            ("Numéro SIRET site", NOBODYS, mostly(siret, 0.6)), ("Numéro SIREN site", NOBODYS, mostly(siren, 0.2)), ("Numéro FINESS site", "finess", mostly(finess, 0.5)), ("Numéro FINESS établissement juridique", "finess", mostly(finess, 0.5)), ("Identifiant technique de la structure", NOBODYS, lambda c, w: c.choice(("R1", "F", "C")) + f"{c.randrange(10**13):014d}"),
            ("Raison sociale site", NOBODYS, house), ("Enseigne commerciale site", NOBODYS, mostly(house, 0.4)), *_structure(),
            ("Ancien identifiant de la structure", NOBODYS + "|finess", mostly(lambda c, w: "1" + finess(c, w), 0.7)), ("Autorité d'enregistrement", NOBODYS, pick("CNOM/CNOM/CNOM", "ARS/CPAM/CPAM", "CNOP/CNOP/CNOP")), ("Code secteur d'activité", NOBODYS, pick("SA01", "SA07", "SA33", "SA05")), ("Libellé secteur d'activité", NOBODYS, pick("Etablissement public de santé", "Cabinet individuel", "Pharmacie d'officine", "Cabinet de groupe")),
            ("Code section tableau pharmaciens", NOBODYS, mostly(pick("A", "D", "G"), 0.2)), ("Libellé section tableau pharmaciens", NOBODYS, mostly(pick("Pharmaciens titulaires d'officine", "Pharmaciens adjoints"), 0.2)), ("Code rôle", NOBODYS, mostly(pick("1", "2", "4"), 0.5)), ("Libellé rôle", NOBODYS, mostly(pick("Titulaire de cabinet", "Remplaçant", "Salarié"), 0.5)), ("Code genre activité", NOBODYS, pick("GENR01", "GENR02")), ("Libellé genre activité", NOBODYS, pick("Activité standard de soin ou de pharmacien", "Autre activité")),
        ],
        "health directory, diplomas": [
            *who, *names, ("Code type diplôme obtenu", NOBODYS, pick("DE", "DES", "CES", "DP")), ("Libellé type diplôme obtenu", NOBODYS, pick("Diplôme d'Etat français", "Diplôme d'études spécialisées", "Certificat d'Etudes Spéciales")), ("Code diplôme obtenu", NOBODYS, pick("DE28", "DE09", "DSM26", "CES12")), ("Libellé diplôme obtenu", NOBODYS, pick("DE Docteur en médecine", "DE Infirmier", "DES Pédiatrie", "DE Sage-femme")),
            ("Code type autorisation", NOBODYS, mostly(pick("AUTOB", "AUTOC"), 0.1)), ("Libellé type autorisation", NOBODYS, mostly(pick("Autorisation permanente", "Autorisation temporaire"), 0.1)), ("Code discipline autorisation", NOBODYS, mostly(pick("28", "9"), 0.1)), ("Libellé discipline autorisation", NOBODYS, mostly(pick("Médecin", "Infirmier"), 0.1)),
        ],
        "health directory, secure mail": [
            ("Type de BAL", NOBODYS, pick("ORG", "PER", "APP")), ("Adresse BAL", "email", lambda c, w: f"{plain(w.given).lower()}.{plain(w.family).lower().replace(' ', '-')}@" + c.choice(("medecin.mssante.fr", "infirmier.mssante.fr", "chu-rennes.mssante.fr"))), *who, ("Identifiant structure", "finess|other|number", mostly(finess, 0.6)), ("Service de rattachement", NOBODYS, mostly(pick("URGENCES", "Secrétariat"), 0.2)), ("Civilité d'exercice", NOBODYS, pick("DR", "", "PR")), *names,
            ("Dématérialisation", NOBODYS, pick("O", "N")),
        ],
    }  # fmt: skip


def _establishments() -> dict[str, Columns]:
    return {
        "FINESS, establishments as published": [
            ("nofinesset", "finess", finess), ("nofinessej", "finess", finess), ("rs", NOBODYS, house), ("rslongue", NOBODYS, mostly(house, 0.5)), ("complrs", NOBODYS, mostly(house, 0.1)), ("compldistrib", "street|other|text", mostly(pick("BATIMENT C", "ZAC DU PARC", "LIEU DIT LE BREUIL"), 0.1)), ("numvoie", "street|other|text|number", mostly(HOUSE_NUMBER, 0.7)), ("typvoie", "street|other|text", mostly(WAY, 0.8)), ("voie", "street", mostly(STREET, 0.9)),
            ("compvoie", "street|other|text", mostly(pick("B", "T"), 0.03)), ("lieuditbp", "street|other|text", mostly(pick("BP 40", "BP 1023", "LE BOURG"), 0.3)), ("commune", NOBODYS, number(1, 500, 3)), ("departement", NOBODYS, DEPARTMENT), ("libdepartement", NOBODYS + "|city", pick("AIN", "NORD", "RHONE", "VAR")), ("ligneacheminement", "city", lambda c, w: f"{w.town[1]} {plain(w.town[0])}" + c.choice(("", " CEDEX"))),
            ("telephone", "phone", mostly(phone(starts="12345"), 0.9)), ("telecopie", "phone", mostly(phone(starts="12345"), 0.7)), ("categetab", NOBODYS, pick("620", "500", "355", "611", "124")), ("libcategetab", NOBODYS, pick("Pharmacie d'Officine", "Etablissement d'hébergement pour personnes âgées dépendantes", "Laboratoire de Biologie Médicale")), ("siret", NOBODYS, mostly(siret, 0.8)), ("codeape", NOBODYS, mostly(pick("8610Z", "4773Z", "8710A"), 0.7)), ("codemft", NOBODYS, pick("01", "05", "47", "99")), ("libmft", NOBODYS, pick("ARS / Non DG", "Etablissement Tarif Libre", "Indéterminé")), ("codesph", NOBODYS, mostly(pick("1", "6", "9"), 0.2)), ("libsph", NOBODYS, mostly(pick("Etablissement public de santé"), 0.2)),
            ("dateouv", DAY, day(1950, 2020, "%Y-%m-%d")), ("dateautor", DAY, day(1950, 2020, "%Y-%m-%d")), ("datemaj", DAY, day(2018, 2025, "%Y-%m-%d")), ("numuai", NOBODYS, mostly(letters("9999999A"), 0.02)),
        ],
        "FINESS, places": [("nofinesset", "finess", finess), ("coordxet", NOBODYS, decimal(100_000, 1_200_000, 1, ".")), ("coordyet", NOBODYS, decimal(6_100_000, 7_100_000, 1, ".")), ("sourcecoordet", NOBODYS, pick("1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93", "2,ATLASANTE,86,LAMBERT_93")), ("datemaj", DAY, day(2023, 2025, "%Y-%m-%d"))],
        "FINESS, societies": [
            ("section", NOBODYS, pick("structureej")), ("nofiness", "finess", finess), ("rs", NOBODYS, lambda c, w: "SELARL " + plain(w.family)), ("nature", NOBODYS, pick("SELARL", "SCP", "SAS")), ("adresse1", "street", address()), ("adresse2", "street|other|text|blank", EMPTY), ("codepostal", "postcode", POSTCODE), ("libcommune", "city", CITY), ("statutjuridique", NOBODYS, pick("65", "72", "95")), ("libstatutjuridique", NOBODYS, pick("Société Exercice Libéral Responsabilité Limitée", "S.A.S.")), ("siren", NOBODYS, siren), ("datecrea", DAY, day(1970, 2023, "%Y%m%d")),
        ],
        "care homes": [
            ("finess", "finess", finess), ("title", NOBODYS, house), ("capacity", NOBODYS, number(20, 180)), ("coordinates.street", "street", address(str.title)), ("coordinates.postcode", "postcode", POSTCODE), ("coordinates.city", "city", CITY), ("coordinates.phone", "phone", phone("{p}", "12345")), ("coordinates.emailContact", "email", mostly(email, 0.7)), ("coordinates.gestionnaire", NOBODYS, pick("ORPEA", "KORIAN", "CCAS", "Association Saint-Vincent")), ("coordinates.website", NOBODYS, mostly(pick("www.korian.fr", "http://www.ehpad-les-pins.fr"), 0.4)),
            ("legal_status", NOBODYS, pick("Public", "Privé commercial", "Privé associatif")), ("ehpadPrice.prixHebPermCs", NOBODYS, decimal(50, 130, 2, ".")), ("ehpadPrice.tarifGir12", NOBODYS, decimal(15, 28, 2, ".")), ("isHABPermanent", NOBODYS, pick("true", "false")), ("updatedAt", DAY, moment(2024, 2026, "%Y-%m-%dT{h}:{m}:00+02:00")),
        ],
        "vaccination centres": [
            ("gid", NOBODYS, number(1, 3000)), ("nom", NOBODYS, house), ("arrete_pref_numero", NOBODYS, mostly(letters("2021-999"), 0.3)), ("xy_precis", NOBODYS, pick("0", "1")), ("id_adr", NOBODYS, mostly(lambda c, w: f"{w.town[2]}_{c.randrange(10**4):04d}", 0.6)), ("adr_num", "street|other|text|number", HOUSE_NUMBER), ("adr_voie", "street", lambda c, w: f"{w.way} {w.street}".title()), ("com_cp", "postcode", POSTCODE), ("com_insee", "insee", INSEE), ("com_nom", "city", TOWN), ("lat_coor1", NOBODYS, LAT), ("long_coor1", NOBODYS, LON), ("structure_siren", NOBODYS, mostly(siren, 0.7)), ("structure_rais", NOBODYS, house), ("_userid_creation", NOBODYS + "|login|ipp", number(1000, 1400)), ("_edit_datemaj", DAY, moment(2021, 2022, "%Y/%m/%d {h}:{m}:12.325")),
            ("rdv_site_web", NOBODYS, lambda c, w: f"https://partners.doctolib.fr/centre/{plain(w.town[0]).lower()}?pid=practice-{c.randrange(10**6)}"), ("rdv_tel", "phone", phone("{c}", "12345")), ("rdv_lundi", NOBODYS, pick("08:00-12:00 13:30-18:00", "fermé", "09:00-17:00")), ("date_fermeture", DAY, mostly(day(2021, 2022, "%Y-%m-%d"), 0.5)),
        ],
        "biology laboratories": [("N° FINESS EJ", "finess", finess), ("Raison sociale EJ", NOBODYS, house), ("N° FINESS ET", "finess", finess), ("Biologiste responsable", "full_name|doctor", lambda c, w: f"{plain(w.family)} {w.given}"), ("Adresse", "street", address()), ("CP", "postcode", of(lambda w: w.town[1].lstrip("0"))), ("Ville", "city", CITY), ("Tél.", "phone", phone("{d}", "12345")), ("N° accréditation COFRAC", NOBODYS, letters("8-9999")), ("Date d'effet", DAY, day(2012, 2024))],
    }  # fmt: skip


def _drugs() -> dict[str, Columns]:
    cis: Cells = number(60_000_000, 69_999_999)
    return {
        "BDPM, CIS": [("c1", NOBODYS, cis), ("c2", NOBODYS, pick(*DRUGS)), ("c3", NOBODYS, pick("comprimé pelliculé", "gélule", "solution injectable", "crème")), ("c4", NOBODYS, pick("orale", "intraveineuse", "cutanée", "sous-cutanée;intramusculaire")), ("c5", NOBODYS, pick("Autorisation active", "Autorisation archivée")), ("c6", NOBODYS, pick("Procédure nationale", "Procédure centralisée", "Procédure décentralisée")), ("c7", NOBODYS, pick("Commercialisée", "Non commercialisée")), ("c8", DAY, day(1980, 2024)), ("c9", NOBODYS, mostly(pick("Warning disponibilité"), 0.03)), ("c10", NOBODYS, mostly(pick("EU/1/11/691", "EU/1/07/387"), 0.1)), ("c11", NOBODYS, lambda c, w: " " + c.choice(LABS)), ("c12", NOBODYS, pick("Oui", "Non"))],
        "BDPM, presentations as published": [("c1", NOBODYS, cis), ("c2", "cip7", keyed7(300_000, 399_999)), ("c3", NOBODYS, pick("plaquette(s) thermoformée(s) PVC-Aluminium de 30 comprimé(s)", "1 flacon(s) en verre de 100 ml", "20 sachet(s)-dose(s)")), ("c4", NOBODYS, pick("Présentation active", "Présentation abrogée")), ("c5", NOBODYS, pick("Déclaration de commercialisation", "Déclaration d'arrêt de commercialisation")), ("c6", DAY, day(1980, 2024)), ("c7", "cip13", cip13), ("c8", NOBODYS, pick("oui", "non", "inconnu")), ("c9", NOBODYS, mostly(pick("65%", "30%", "15%", "65 %"), 0.7)), ("c10", NOBODYS, mostly(decimal(1, 60), 0.7)), ("c11", NOBODYS, mostly(decimal(1, 60), 0.7)), ("c12", NOBODYS, mostly(decimal(1, 2), 0.7)), ("c13", NOBODYS, mostly(pick("Ce médicament peut être pris en charge ou remboursé par l'Assurance Maladie dans le cas suivant :<br>- traitement de l'adulte"), 0.05))],
        "BDPM, compositions": [("c1", NOBODYS, cis), ("c2", NOBODYS, pick("comprimé", "gélule", "poudre", "solution")), ("c3", NOBODYS, number(2, 40_000, 5)), ("c4", NOBODYS, pick("PARACÉTAMOL", "AMOXICILLINE TRIHYDRATÉE", "FUROSÉMIDE", "MÉTFORMINE (CHLORHYDRATE DE)", "ACIDE ACÉTYLSALICYLIQUE")), ("c5", NOBODYS, pick("500 mg", "1,00 g", "20 mg", "4 mg/ml")), ("c6", NOBODYS, pick("un comprimé", "une gélule", "100 ml de solution")), ("c7", NOBODYS, pick("SA", "FT")), ("c8", NOBODYS, number(1, 9))],
        "BDPM, opinions of the authority": [("c1", NOBODYS, cis), ("c2", NOBODYS, lambda c, w: f"CT-{c.randrange(2000, 20000)}"), ("c3", NOBODYS, pick("Inscription (CT)", "Renouvellement d'inscription (CT)", "Réévaluation SMR")), ("c4", DAY, day(2003, 2024, "%Y%m%d")), ("c5", NOBODYS, pick("Important", "Modéré", "Faible", "Insuffisant")), ("c6", NOBODYS + "|medical_text", pick("Le service médical rendu par cette spécialité reste important dans les indications de l'AMM.", "Le service médical rendu est insuffisant dans le traitement de la douleur."))],
        "Open Medic, complete": [("ATC1", NOBODYS, pick("A", "B", "C", "N")), ("l_ATC1", NOBODYS, pick("VOIES DIGESTIVES ET METABOLISME", "SYSTEME NERVEUX")), ("ATC5", NOBODYS, pick("N02BE01", "C10AA05", "A10BA02", "B01AC06")), ("L_ATC5", NOBODYS, pick("PARACETAMOL", "ATORVASTATINE", "METFORMINE")), ("CIP13", "cip13", cip13), ("l_cip13", NOBODYS, pick("DOLIPRANE 1 000 MG 1 COMPRIME", "TAHOR 20 MG 1 BOITE DE 28")), ("TOP_GEN", NOBODYS, pick("0", "1", "9")), ("GEN_NUM", NOBODYS, number(0, 1500)), ("AGE", NOBODYS, pick("0", "20", "60", "99")), ("sexe", "sex", pick("1", "2", "9")), ("BEN_REG", NOBODYS, pick("5", "11", "24", "32", "44", "93", "99")), ("PSP_SPE", NOBODYS, pick("1", "12", "22", "35", "90")), ("BOITES", NOBODYS, number(1, 30_000)), ("REM", NOBODYS, lambda c, w: f"{c.randrange(10**5):,}".replace(",", ".") + f",{c.randrange(100):02d}"), ("BSE", NOBODYS, decimal(1, 90_000))],
        "CCAM prices": [("Code", "ccam", pick(*CCAM)), ("Texte", NOBODYS + "|medical_text", pick("Electrocardiographie sur au moins 12 dérivations", "Remplacement de l'articulation de la hanche par prothèse totale", "Détartrage et polissage des dents")), ("Activité", NOBODYS, pick("1", "4")), ("Phase", NOBODYS, pick("0", "1")), ("Tarif Secteur 1 ou OPTAM (en euro)", NOBODYS, decimal(10, 900)), ("Tarif hors secteur 1 hors OPTAM", NOBODYS, decimal(10, 900)), ("Accord préalable", NOBODYS, mostly(pick("O"), 0.1)), ("Exonération du Ticket Modérateur", NOBODYS, mostly(pick("1", "2"), 0.3))],
        "CIM-10, list": [("code", "cim10", pick(*CIM)), ("type_mco", NOBODYS, pick("0", "3", "4")), ("profil_ssr", NOBODYS, pick("O", "N")), ("profil_psy", NOBODYS, pick("0", "4")), ("libelle_court", NOBODYS + "|medical_text", pick("Diabète sucré de type 2", "Hypertension essentielle", "Pneumopathie, sans précision", "Appendicite aiguë")), ("libelle_complet", NOBODYS + "|medical_text", pick("Diabète sucré de type 2, sans complication", "Hypertension essentielle (primitive)"))],
        "stay group tariffs": [("ghs_nro", NOBODYS, number(22, 9900)), ("cmd_cod", NOBODYS, number(1, 29, 2)), ("dcs_mco", NOBODYS, pick("M", "C", "K")), ("ghm_nro", NOBODYS, pick("05K061", "08C241", "14Z13A", "23M20T")), ("ghs_lib", NOBODYS + "|medical_text", pick("Prothèses de genou, niveau 1", "Accouchements uniques par voie basse chez une primipare, niveau A")), ("seu_bas", NOBODYS, number(0, 9)), ("seu_hau", NOBODYS, number(5, 60)), ("ghs_pri", NOBODYS, decimal(300, 22_000)), ("date_effet", DAY, pick("01/03/2023", "01/03/2024"))],
        "medical devices list": [("CODE LPP", NOBODYS + "|cip7|ucd", number(1_100_000, 6_900_000)), ("DESIGNATION", NOBODYS, pick("LIT MEDICAL, LOCATION HEBDOMADAIRE", "OPTIQUE ADULTE, VERRE BLANC", "PPC, APNEE DU SOMMEIL")), ("DATE DEBUT VALIDITE", DAY, day(2005, 2024)), ("DATE FIN VALIDITE", DAY, mostly(day(2024, 2027), 0.2)), ("TARIF", NOBODYS, decimal(1, 900)), ("PRIX LIMITE DE VENTE", NOBODYS, mostly(decimal(1, 900), 0.5)), ("ENTENTE PREALABLE", NOBODYS, pick("N", "O"))],
        "lab procedures list": [("code_acte", NOBODYS, number(1, 9700, 4)), ("libelle_acte", NOBODYS + "|medical_text", pick("HEMOGRAMME Y COMPRIS PLAQUETTES", "TSH", "GLYCEMIE", "CREATININE")), ("coefficient_b", NOBODYS, number(3, 400)), ("date_creation_acte", DAY, day(1996, 2022, "%Y%m%d")), ("rmo", NOBODYS, pick("0", "1")), ("code_chapitre", NOBODYS, number(1, 20, 2))],
    }  # fmt: skip


def _state() -> dict[str, Columns]:
    def slash(chance: random.Random, who: Person) -> str:
        more = chance.choice(("", " " + plain(who.more_given)))
        return f"{plain(who.family)}*{plain(who.given)}{more}/"

    return {
        "INSEE, deaths as published": [("nomprenom", "full_name", slash), ("sexe", "sex", ONE_TWO), ("datenaiss", "birth_date", lambda c, w: f"{w.born:%Y}0000" if c.random() < 0.02 else f"{w.born:%Y%m%d}"), ("lieunaiss", "insee|birth_place", of(lambda w: w.birth_town[2])), ("commnaiss", "birth_place", of(lambda w: w.birth_town[0], plain)), ("paysnaiss", NOBODYS + "|birth_place", mostly(pick("ALGERIE", "ITALIE", "MAROC", "PORTUGAL"), 0.15)), ("datedeces", DAY, day(1990, 2025, "%Y%m%d")), ("lieudeces", "insee", INSEE), ("actedeces", NOBODYS, number(1, 3000))],
        "deaths, matched": [("name.last", "family", FAMILY), ("name.first", "given", lambda c, w: w.given + c.choice(("", f" {w.more_given}", f",{w.more_given}"))), ("birth.date", "birth_date", born("%Y%m%d")), ("birth.location.city", "birth_place", of(lambda w: w.birth_town[0])), ("birth.location.code", "insee|birth_place", of(lambda w: w.birth_town[2])), ("birth.location.country", NOBODYS + "|birth_place", pick("France")), ("death.date", DAY, day(1975, 2025, "%Y%m%d")), ("death.certificateId", NOBODYS, number(1, 900)), ("death.age", NOBODYS, number(40, 101)), ("death.location.city", "city", TOWN), ("death.location.departmentCode", NOBODYS, DEPARTMENT), ("score", NOBODYS, decimal(0.4, 1, 2, "."))],
        "INSEE, family names": [("NOM", "family", FAMILY), ("_1891_1900", NOBODYS, number(0, 900)), ("_1901_1910", NOBODYS, number(0, 900)), ("_1991_2000", NOBODYS, number(0, 900))],
        "INSEE, first names by department": [("sexe", "sex", ONE_TWO), ("prenom", "given", LOUD), ("periode", NOBODYS + "|birth_date|date", number(1900, 2024)), ("niveau_geographique", NOBODYS, pick("DEP", "REG", "FRANCE")), ("valeur", NOBODYS, number(3, 900))],
        "COG, communes of 2024": [("TYPECOM", NOBODYS, pick("COM", "COM", "COMD", "ARM")), ("COM", "insee", INSEE), ("REG", NOBODYS, pick("84", "32", "11", "94")), ("DEP", NOBODYS, DEPARTMENT), ("CTCD", NOBODYS, lambda c, w: w.town[2][:2] + "D"), ("ARR", NOBODYS, lambda c, w: w.town[2][:2] + str(c.randrange(1, 6))), ("TNCC", NOBODYS, pick("0", "1", "2", "5")), ("NCC", "city", of(lambda w: plain(w.town[0]).replace("-", " "))), ("NCCENR", "city", TOWN), ("LIBELLE", "city", TOWN), ("CAN", NOBODYS, lambda c, w: w.town[2][:2] + f"{c.randrange(1, 30):02d}"), ("COMPARENT", "insee", mostly(INSEE, 0.1))],
        "SIRENE, establishments, complete": [("siren", NOBODYS, siren), ("nic", NOBODYS, number(1, 60, 5)), ("siret", NOBODYS, siret), ("trancheEffectifsEtablissement", NOBODYS, pick("NN", "00", "01", "12", "")), ("dateDernierTraitementEtablissement", DAY, moment(2020, 2025, "%Y-%m-%dT{h}:{m}:41")), ("etablissementSiege", NOBODYS, pick("true", "false")), ("complementAdresseEtablissement", "street|other|text", mostly(pick("BAT B", "CENTRE COMMERCIAL LE PHARE", "CHEZ M DURAND"), 0.2)), ("numeroVoieEtablissement", "street|other|text|number", HOUSE_NUMBER), ("indiceRepetitionEtablissement", "street|other|text", mostly(pick("B", "T"), 0.04)), ("typeVoieEtablissement", "street|other|text", WAY), ("libelleVoieEtablissement", "street", mostly(STREET, 0.97, "[ND]")), ("codePostalEtablissement", "postcode", POSTCODE), ("libelleCommuneEtablissement", "city", CITY), ("codeCommuneEtablissement", "insee", INSEE), ("codeCedexEtablissement", NOBODYS + "|postcode", mostly(number(10_000, 95_999), 0.03)), ("enseigne1Etablissement", NOBODYS, mostly(pick("BOULANGERIE DU CENTRE", "GARAGE DES ALPES", "LE FOURNIL", "OPTIC 2000"), 0.2)), ("etatAdministratifEtablissement", NOBODYS, pick("A", "F")), ("activitePrincipaleEtablissement", NOBODYS, pick("86.21Z", "47.11B", "68.20B")), ("caractereEmployeurEtablissement", NOBODYS, pick("O", "N"))],
        "SIRENE, legal units, complete": [("siren", NOBODYS, siren), ("sigleUniteLegale", NOBODYS, mostly(letters("AAAA"), 0.1)), ("sexeUniteLegale", "sex", mostly(MF, 0.6)), ("prenom1UniteLegale", "given", mostly(LOUD, 0.6)), ("prenom2UniteLegale", "given", mostly(of(lambda w: w.more_given, plain), 0.3)), ("nomUniteLegale", "family", mostly(FAMILY, 0.6)), ("nomUsageUniteLegale", "family", mostly(of(lambda w: w.other_family, plain), 0.1)), ("pseudonymeUniteLegale", NOBODYS + "|family", mostly(pick("DJ KEVIN", "LOLA"), 0.01)), ("denominationUniteLegale", NOBODYS, mostly(pick("SCI DES PEUPLIERS", "SARL MARTIN ET FILS", "SAS BATI RENOV"), 0.4)), ("categorieJuridiqueUniteLegale", NOBODYS, pick("1000", "5499", "5710", "6540")), ("nicSiegeUniteLegale", NOBODYS, number(1, 40, 5)), ("dateDebut", DAY, day(2008, 2024, "%Y-%m-%d")), ("economieSocialeSolidaireUniteLegale", NOBODYS, pick("N", "O", "")), ("anneeEffectifsUniteLegale", NOBODYS + "|date", mostly(pick("2020", "2021", "2022"), 0.5))],
        "BAN, addresses as published": [("id", NOBODYS, lambda c, w: f"{w.town[2]}_{c.randrange(10**4):04d}_{w.number:05d}"), ("id_fantoir", NOBODYS, lambda c, w: f"{w.town[2]}_{c.randrange(10**4):04d}"), ("numero", "street|other|text|number", HOUSE_NUMBER), ("rep", "street|other|text", mostly(pick("bis", "ter", "a"), 0.05)), ("nom_voie", "street", lambda c, w: f"{w.way} {w.street}".title()), ("code_postal", "postcode", POSTCODE), ("code_insee", "insee", INSEE), ("nom_commune", "city", TOWN), ("code_insee_ancienne_commune", "insee", mostly(INSEE, 0.1)), ("nom_ancienne_commune", "city", mostly(TOWN, 0.1)), ("x", NOBODYS, decimal(1e5, 1.2e6, 2, ".")), ("y", NOBODYS, decimal(6.1e6, 7.1e6, 2, ".")), ("lon", NOBODYS, LON), ("lat", NOBODYS, LAT), ("type_position", NOBODYS, pick("entrée", "segment", "parcelle", "")), ("alias", NOBODYS + "|blank", EMPTY), ("nom_ld", NOBODYS + "|street", mostly(pick("Le Breuil", "Les Granges"), 0.1)), ("libelle_acheminement", "city", CITY), ("nom_afnor", "street", lambda c, w: f"{w.way} {w.street}"), ("source_position", NOBODYS, pick("commune", "inconnue", "cadastre")), ("certification_commune", NOBODYS, pick("0", "1"))],
        "elected, municipal councils": [("Code du département", NOBODYS, DEPARTMENT), ("Libellé du département", NOBODYS + "|city", DEPARTMENTS), ("Code de la collectivité à statut particulier", NOBODYS + "|blank", EMPTY), ("Code de la commune", "insee", INSEE), ("Libellé de la commune", "city", TOWN), ("Nom de l'élu", "family", FAMILY), ("Prénom de l'élu", "given", GIVEN), ("Code sexe", "sex", MF), ("Date de naissance", "birth_date", born()), ("Code de la catégorie socio-professionnelle", NOBODYS, number(10, 90)), ("Libellé de la catégorie socio-professionnelle", NOBODYS, pick("Anciens employés", "Professions libérales", "Artisans")), ("Date de début du mandat", DAY, pick("18/05/2020", "28/06/2020", "15/03/2020")), ("Code nationalité", NOBODYS, pick("FR"))],
        "public contracts": [("id", NOBODYS, letters("2023A99999")), ("acheteur.id", NOBODYS, siret), ("acheteur.nom", NOBODYS, house), ("nature", NOBODYS, pick("Marché", "Accord-cadre")), ("objet", NOBODYS, pick("Fourniture de dispositifs médicaux stériles", "Nettoyage des locaux", "Travaux de réfection de la toiture")), ("codeCPV", NOBODYS, pick("33140000-3", "90910000", "45261910")), ("procedure", NOBODYS, pick("Appel d'offres ouvert", "Procédure adaptée")), ("lieuExecution.code", "insee|postcode", INSEE), ("lieuExecution.typeCode", NOBODYS, pick("Code commune", "Code postal")), ("dureeMois", NOBODYS, number(1, 60)), ("dateNotification", DAY, day(2019, 2024, "%Y-%m-%d")), ("montant", NOBODYS, decimal(1e3, 1e6, 1, ".")), ("titulaire_id_1", NOBODYS, siret), ("titulaire_typeIdentifiant_1", NOBODYS, pick("SIRET")), ("titulaire_denominationSociale_1", NOBODYS, pick("MEDTRONIC FRANCE", "DUPONT BTP", "ONET SERVICES"))],
        "road accidents, users": [("Num_Acc", NOBODYS, letters("202200099999")), ("id_usager", NOBODYS + "|ipp", letters("1 999 999")), ("id_vehicule", NOBODYS, letters("813 999")), ("num_veh", NOBODYS, pick("A01", "B01", "C01")), ("place", NOBODYS, pick("1", "2", "10")), ("catu", NOBODYS, pick("1", "2", "3")), ("grav", NOBODYS, pick("1", "2", "3", "4")), ("sexe", "sex", pick("1", "2", "-1")), ("an_nais", "birth_date|number|date", of(lambda w: str(w.born.year))), ("trajet", NOBODYS, pick("0", "1", "5", "-1")), ("secu1", NOBODYS, pick("1", "2", "8", "-1")), ("locp", NOBODYS, pick("0", "-1", "2")), ("etatp", NOBODYS, pick("-1", "1"))],
        "road accidents, places": [("Num_Acc", NOBODYS, letters("202200099999")), ("jour", NOBODYS, number(1, 32)), ("mois", NOBODYS, number(1, 13)), ("an", NOBODYS + "|date", pick("2022")), ("hrmn", NOBODYS, lambda c, w: f"{c.randrange(24):02d}:{c.randrange(60):02d}"), ("lum", NOBODYS, pick("1", "5")), ("dep", NOBODYS, DEPARTMENT), ("com", "insee", INSEE), ("agg", NOBODYS, pick("1", "2")), ("adr", "street", mostly(lambda c, w: f"{w.way} {w.street}", 0.9)), ("lat", NOBODYS, decimal(42, 51, 8)), ("long", NOBODYS, decimal(-4, 8, 8))],
        "associations, detail": [("id", NOBODYS, letters("W999999999")), ("siret", NOBODYS, mostly(siret, 0.2)), ("date_creat", DAY, day(1960, 2023, "%Y-%m-%d")), ("date_decla", DAY, day(2000, 2024, "%Y-%m-%d")), ("titre", NOBODYS, pick("AMICALE DES ANCIENS", "COMITE DES FETES", "CLUB DE JUDO")), ("objet", NOBODYS, pick("promouvoir la pratique du judo", "organiser des manifestations festives")), ("adrs_numvoie", "street|other|text|number", HOUSE_NUMBER), ("adrs_typevoie", "street|other|text", WAY), ("adrs_libvoie", "street", STREET), ("adrs_codeinsee", "insee", INSEE), ("adrs_codepostal", "postcode", POSTCODE), ("adrs_libcommune", "city", TOWN), ("adrg_declarant", "full_name|other|text|family", lambda c, w: f"{plain(w.family)} {w.given}"), ("adrg_pays", NOBODYS, pick("FRANCE")), ("dir_civilite", "sex", pick("PM", "PF", "PF")), ("siteweb", NOBODYS, mostly(pick("http://www.judo.fr"), 0.1)), ("position", NOBODYS, pick("A", "D")), ("maj_time", DAY, moment(2020, 2024, "%Y-%m-%d {h}:{m}:00"))],
        "schools directory": [("Identifiant_de_l_etablissement", NOBODYS, letters("0999999A")), ("Nom_etablissement", NOBODYS, pick("Ecole primaire Jules Ferry", "Collège Pasteur", "Lycée Victor Hugo")), ("Type_etablissement", NOBODYS, pick("Ecole", "Collège", "Lycée")), ("Adresse_1", "street", address(str.title)), ("Adresse_3", "city", lambda c, w: f"{w.town[1]} {plain(w.town[0])}"), ("Code_postal", "postcode", POSTCODE), ("Code_commune", "insee", INSEE), ("Nom_commune", "city", TOWN), ("Telephone", "phone", phone("{}", "12345")), ("Fax", "phone", mostly(phone("{p}", "12345"), 0.4)), ("Web", NOBODYS, mostly(pick("http://www.clg-pasteur.ac-nantes.fr"), 0.3)), ("Mail", "email", lambda c, w: f"ce.0{w.town[2][:2]}{c.randrange(10**4):04d}k@ac-nantes.fr"), ("Restauration", NOBODYS, pick("0", "1")), ("Nombre_d_eleves", NOBODYS, number(20, 1200)), ("date_ouverture", DAY, day(1965, 2020, "%Y-%m-%d")), ("libelle_academie", NOBODYS, pick("Nantes", "Créteil", "Lyon"))],
        "hospital beds, epidemic": [("dep", NOBODYS, DEPARTMENT), ("sexe", "sex", pick("0", "1", "2")), ("jour", DAY, day(2020, 2023, "%Y-%m-%d")), ("hosp", NOBODYS, number(0, 900)), ("rea", NOBODYS, number(0, 200)), ("HospConv", NOBODYS, number(0, 300)), ("rad", NOBODYS, number(0, 9000)), ("dc", NOBODYS, number(0, 900))],
        "tests, epidemic": [("fra", NOBODYS, pick("FR")), ("jour", DAY, day(2020, 2023, "%Y-%m-%d")), ("cl_age90", NOBODYS, pick("0", "9", "19", "89", "90")), ("P_f", NOBODYS, number(0, 90_000)), ("P_h", NOBODYS, number(0, 90_000)), ("T", NOBODYS, number(0, 900_000)), ("tx_std", NOBODYS, decimal(0, 900))],
        "hospital accounts": [("finess", "finess", finess), ("rs", NOBODYS, house), ("cat", NOBODYS, pick("CH", "CHR", "CLI", "CLCC")), ("taille_mco", NOBODYS, pick("MCO1", "MCO2", "M")), ("A1bis", NOBODYS, decimal(0, 100, 1)), ("P13", NOBODYS, decimal(-1, 40, 2)), ("Q1", NOBODYS, mostly(decimal(80, 120, 1), 0.4, "NC")), ("CI_AC1", NOBODYS, number(100, 90_000))],
        "hospital statistics": [("AN", NOBODYS + "|date", pick("2022")), ("FI", "finess", finess), ("FI_EJ", "finess", finess), ("BOR", NOBODYS, pick("MCO", "SSR", "PSY")), ("GDE", NOBODYS, pick("MED", "CHIR", "OBST")), ("LIT_MP", NOBODYS, number(0, 400)), ("SEJHC_MCO", NOBODYS, mostly(number(0, 9000), 0.7)), ("PLA_MP", NOBODYS, number(0, 60)), ("JOU_MP", NOBODYS, number(0, 90_000))],
    }  # fmt: skip


def _exports() -> dict[str, Columns]:
    hexed = letters("$2y$10$" + "a" * 53)
    doctor: Cells = lambda c, w: c.choice(("Dr ", "DR ", "Docteur ")) + plain(w.other_family)  # noqa: E731
    return {
        "appointment platform, patients": [("id", "ipp|number|other", letters("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")), ("gender", "sex", of(lambda w: "0" if w.man else "1")), ("last_name", "family", FAMILY), ("maiden_name", "birth_name", mostly(of(lambda w: w.other_family, plain), 0.3, "NULL")), ("first_name", "given", GIVEN), ("birthdate", "birth_date", born("%Y-%m-%d")), ("phone_number", "phone", phone("{c}", "67")), ("secondary_phone_number", "phone", mostly(phone("{c}"), 0.1, "NULL")), ("email", "email", mostly(email, 0.9, "NULL")), ("address", "street", mostly(address(str.title), 0.6, "NULL")), ("zipcode", "postcode", mostly(POSTCODE, 0.6, "NULL")), ("city", "city", mostly(TOWN, 0.6, "NULL")), ("insurance_type", NOBODYS + "|insurer", pick("NULL", "cmu", "ald")), ("last_appointment_at", DAY, moment(2022, 2025, "%Y-%m-%dT{h}:{m}:00.000+01:00")), ("deleted_at", DAY, mostly(moment(2022, 2025, "%Y-%m-%dT{h}:{m}:00Z"), 0.05, "NULL"))],
        "hospital record, patients": [("PAT_IPP", "ipp", number(800_000, 2_900_000, 10)), ("PAT_NOM_USUEL", "family", FAMILY), ("PAT_NOM_NAIS", "birth_name", of(lambda w: w.family if w.man else w.other_family, plain)), ("PAT_PREN", "given", LOUD), ("PAT_DNAIS", "birth_date", born("%d/%m/%Y 00:00:00")), ("PAT_SEXE", "sex", MF), ("PAT_LNAIS", "birth_place", of(lambda w: w.birth_town[0], plain)), ("PAT_INSC", "nir", mostly(nir(), 0.8)), ("PAT_INS_OID", NOBODYS, pick("1.2.250.1.213.1.4.8")), ("PAT_ADR1", "street", address()), ("PAT_ADR2", "street|other|text", mostly(pick("APPT 12", "BAT C", "RES DU PARC"), 0.2)), ("PAT_CPOST", "postcode", POSTCODE), ("PAT_VILLE", "city", CITY), ("PAT_TEL1", "phone", mostly(phone("{p}"), 0.8)), ("PAT_TEL2", "phone", mostly(phone("{p}", "67"), 0.4)), ("PAT_MT", "doctor", doctor), ("PAT_DCD", NOBODYS, pick("N", "N", "O")), ("DTMAJ", DAY, day(2018, 2025, "%Y%m%d"))],
        "hospital record, stays": [("N_SEJ", "ipp|number|other", letters("249999999")), ("IPP", "ipp", number(800_000, 2_900_000, 10)), ("DENTREE", DAY, moment(2023, 2025, "%d/%m/%Y {h}:{m}")), ("DSORTIE", DAY, mostly(moment(2023, 2025, "%d/%m/%Y {h}:{m}"), 0.9)), ("MENT", NOBODYS, pick("8", "7", "6")), ("PROV", NOBODYS, pick("5", "1", "", "D")), ("DP", "cim10", pick(*CIM)), ("DR", "cim10", mostly(pick(*CIM), 0.3)), ("DAS1", "cim10", mostly(pick(*CIM), 0.6)), ("ACTE1", "ccam", mostly(pick(*CCAM), 0.5)), ("GHM", NOBODYS, pick("05K061", "08C241", "14Z13A", "23M20T")), ("UM_LIB", NOBODYS, pick("CARDIOLOGIE USIC", "CHIR ORTHO", "UHCD", "MATERNITE")), ("CR_HOSPI", "medical_text", DIAGNOSES), ("MED_RESP", "doctor", doctor)],
        "pharmacy, customers": [("Num client", "ipp|number|other", number(1, 9000)), ("Nom", "family", FAMILY), ("Prenom", "given", LOUD), ("Ne(e) le", "birth_date", born("%d/%m/%y")), ("N° SS", "nir", nir(nir_spaced)), ("Tel", "phone", phone("{d}")), ("Portable", "phone", mostly(phone("{n}", "67"), 0.7)), ("Mail", "email", mostly(email, 0.5)), ("Adresse", "street", address()), ("CP", "postcode", of(lambda w: w.town[1].lstrip("0"))), ("Ville", "city", CITY), ("Medecin traitant", "doctor", doctor), ("N° AM medecin", "adeli|other|number", adeli), ("Organisme AMO", "insurer", pick("CPAM 35", "MSA ARMORIQUE", "MGEN", "CPAM DU RHONE")), ("Mutuelle", "insurer", pick("HARMONIE MUTUELLE", "VIAMEDIS", "ALMERYS", "SWISSLIFE", "MGEN")), ("Code CIP", "cip7", keyed7(300_000, 399_999)), ("Dernier passage", DAY, day(2021, 2025)), ("Solde", NOBODYS, decimal(-20, 80))],
        "insurance, members": [("numero_adherent", "ipp|number|other", letters("099999999")), ("civ", "sex", of(lambda w: "MR" if w.man else "MME")), ("nom_adherent", "family", FAMILY), ("prenom_adherent", "given", GIVEN), ("dat_nais", "birth_date", born("%Y%m%d")), ("nir_od", "nir", lambda c, w: nir13(w, c.randrange(1, 400))), ("cle", NOBODYS, number(1, 98, 2)), ("type_assure", NOBODYS, pick("ASSPRI", "CONJOI", "ENFANT")), ("regime_obligatoire", NOBODYS + "|insurer", pick("01", "02", "03")), ("caisse_ro", NOBODYS + "|insurer", pick("01 351 0000", "01 691 0000")), ("lib_garantie", NOBODYS, pick("CONFORT PLUS", "ESSENTIEL", "PREMIUM 3")), ("rib_titulaire", "full_name", lambda c, w: f"{'M' if w.man else 'MME'} {plain(w.family)} {plain(w.given)}"), ("rib_iban", "iban", lambda c, w: in_fours(iban(c, w))), ("rib_bic", NOBODYS, pick("BNPAFRPPXXX", "CMCIFR2A", "PSSTFRPPREN")), ("dat_eff", DAY, day(2010, 2025, "%Y%m%d")), ("dat_rad", DAY, mostly(pick("99991231"), 0.9)), ("tel_mob", "phone", phone("{c}", "67")), ("mel", "email", email)],
        "pay": [("Matricule", "ipp|login|number|other", number(1, 9999, 6)), ("Qualité", "sex", of(lambda w: "Monsieur" if w.man else "Madame")), ("Nom patronymique", "birth_name", of(lambda w: w.family, plain)), ("Nom marital", "family", mostly(of(lambda w: w.other_family, plain), 0.25)), ("Prénoms", "given", lambda c, w: f"{w.given}, {w.more_given}"), ("Date naiss.", "birth_date", born()), ("Commune naiss.", "birth_place", of(lambda w: w.birth_town[0], plain)), ("N° Sécurité Sociale", "nir", lambda c, w: nir13(w, c.randrange(1, 400))), ("Clé SS", NOBODYS, number(1, 98, 2)), ("Emploi", NOBODYS, pick("AIDE SOIGNANTE", "IDE", "AGENT ADMINISTRATIF", "ASH")), ("Date d'entrée", DAY, day(1990, 2024)), ("Date de sortie", DAY, mostly(day(2020, 2025), 0.1)), ("Brut", NOBODYS, decimal(1400, 4500)), ("Net à payer", NOBODYS, decimal(1100, 3600)), ("IBAN", "iban", iban), ("Adresse rue", "street", address()), ("Adresse CP", "postcode", POSTCODE), ("Adresse ville", "city", CITY)],
        "employer declaration": [("S21.G00.30.001", "nir", lambda c, w: nir13(w, c.randrange(1, 400))), ("S21.G00.30.002", "family|birth_name", FAMILY), ("S21.G00.30.004", "given", LOUD), ("S21.G00.30.005", "sex", mostly(number(1, 3, 2), 0.6)), ("S21.G00.30.006", "birth_date", born("%d%m%Y")), ("S21.G00.30.007", "birth_place", of(lambda w: w.birth_town[0], plain)), ("S21.G00.30.008", "street", address()), ("S21.G00.30.009", "postcode", POSTCODE), ("S21.G00.30.010", "city", CITY), ("S21.G00.40.001", DAY, day(2000, 2024, "%d%m%Y")), ("S21.G00.51.013", NOBODYS, decimal(1400, 4500, 2, "."))],
        "newsletter": [("EMAIL", "email", email), ("PRENOM", "given", mostly(GIVEN, 0.7)), ("NOM", "family", mostly(of(lambda w: w.family), 0.7)), ("SMS", "phone", mostly(phone("33{n}", "67"), 0.3)), ("OPT_IN", NOBODYS, pick("1", "0")), ("DOUBLE_OPT-IN", NOBODYS, pick("Oui", "")), ("ADDED_TIME", DAY, moment(2019, 2025, "%Y-%m-%d {h}:{m}:09")), ("LAST_CHANGED", DAY, moment(2019, 2025, "%Y-%m-%d {h}:{m}:09")), ("IP", NOBODYS, ADDRESS_OF_MACHINE), ("SOURCE", NOBODYS, pick("site", "salon", "import")), ("CODE_PROMO", NOBODYS, letters("AA99AA"))],
        "web accounts": [("uid", "ipp|number|other|login", number(1, 90_000)), ("pseudo", "login", lambda c, w: plain(w.given).lower() + str(c.randrange(1000))), ("mail", "email", email), ("pwd", "password", lambda c, w: c.choice((plain(w.given).lower(), "soleil", "Doudou", "azerty")) + c.choice(("", "!", "*")) + str(c.randrange(1, 2020))), ("pass_crypt", "password_hash", hexed), ("derniere_connexion", DAY, moment(2020, 2025, "%d/%m/%Y {h}:{m}:00")), ("adresse_ip", NOBODYS, ADDRESS_OF_MACHINE), ("numero_cb", "card", _card), ("exp", NOBODYS + "|date|to", lambda c, w: f"{c.randrange(1, 13):02d}/{c.randrange(24, 30)}")],
        "nursing round": [("patient", "full_name", lambda c, w: f"{plain(w.family)} {w.given}"), ("ddn", "birth_date", born()), ("adresse complète", "street", lambda c, w: f"{w.number} {w.way} {w.street} {w.town[1]} {plain(w.town[0])}".title()), ("tél. fixe", "phone", phone("{p}", "12345")), ("tél. proche", "phone", phone("{p}")), ("pathologie", "medical_text", DIAGNOSES), ("traitement", "medical_text|text|other", pick(*DRUGS)), ("ordonnance du", DAY, day(2024, 2026)), ("prescripteur", "doctor", doctor), ("n° rpps", "rpps", rpps), ("caisse", "insurer", pick("CPAM", "MSA", "MGEN", "ENIM")), ("cotation", NOBODYS, pick("AMI 1", "AIS 3", "BSC", "AMI 2+MAU"))],
        "imaging appointments": [("IEP", "ipp|number|other", letters("A99999999")), ("NomPatient", "family", FAMILY), ("PrenomPatient", "given", GIVEN), ("NomJF", "birth_name", mostly(of(lambda w: w.other_family, plain), 0.3)), ("DateNaissance", "birth_date", born("%Y-%m-%dT00:00:00")), ("Age", NOBODYS, lambda c, w: f"{2025 - w.born.year} ans"), ("Examen", NOBODYS + "|medical_text", pick("IRM GENOU D", "TDM TAP INJ", "ECHO ABDO", "RX THORAX F")), ("DateRDV", DAY, moment(2024, 2026, "%d/%m/%Y")), ("HeureRDV", NOBODYS, lambda c, w: f"{c.randrange(7, 20):02d}h{c.randrange(60):02d}"), ("Prescripteur", "doctor", doctor), ("Indication", "medical_text", DIAGNOSES), ("CodeActe", "ccam", pick(*CCAM))],
        "lab results": [("NUM_DEMANDE", "ipp|number|other", letters("2599999999")), ("PATIENT_NOM", "family", FAMILY), ("PATIENT_NOM_NAISSANCE", "birth_name", FAMILY), ("PATIENT_PRENOM", "given", LOUD), ("PATIENT_DDN", "birth_date", born("%Y%m%d")), ("INS_NIR", "nir", nir()), ("CODE_ANALYSE", NOBODYS, pick("GLY", "CREA", "TSH", "NFS")), ("LOINC", "loinc", pick("2345-7", "2160-0", "3016-3", "718-7", "4548-4", "14749-6")), ("RESULTAT", NOBODYS, decimal(0, 200, 2)), ("NORMALES", NOBODYS, pick("0,70 - 1,10", "< 5", "4,0 - 10,0")), ("UNITE", NOBODYS, pick("g/L", "µmol/L", "mUI/L")), ("DATE_PRELEVEMENT", DAY, moment(2024, 2026, "%d-%m-%Y {h}:{m}")), ("PRESCRIPTEUR_RPPS", "rpps", rpps), ("UCD", "ucd", mostly(keyed7(900_000, 949_999), 0.2)), ("CONCLUSION", "medical_text", mostly(DIAGNOSES, 0.5))],
    }  # fmt: skip


def _card(chance: random.Random, who: Person) -> str:
    return luhn(chance.choice(("4974", "4970", "5131", "5355")) + f"{chance.randrange(10**11):011d}")


UNHEADED = frozenset(
    ("BDPM, CIS", "BDPM, presentations as published", "BDPM, compositions", "BDPM, opinions of the authority")
)


def third_files(rows: int = 400, seed: int = 23) -> list[Labelled]:
    """Every table, drawn anew from ``seed``."""
    parts = (_health_directory(), _establishments(), _drugs(), _state(), _exports())
    tables = {name: columns for part in parts for name, columns in part.items()}
    return drawn(tables, rows, seed, UNHEADED)
