# ruff: noqa: E501, SIM905
"""A fourth set of labelled tables, written when the third had been mended for: rarer names and smaller towns, other publishers and software.

Defibrillators, lawyers, training bodies, building permits, equipment of communes, exemplary exports of surgeries, care homes, third-party
payment, telecoms, family allowances, a web shop's dump, flattened FHIR and HL7. Labels as strict as in :mod:`french_files_third`.
"""

from __future__ import annotations

import random
from dataclasses import replace

from french_files import Labelled
from french_files_cells import (
    CIM,
    DAY,
    NOBODYS,
    Cells,
    Columns,
    Person,
    address,
    born,
    day,
    decimal,
    email,
    finess,
    house,
    iban,
    letters,
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

RARER = (
    "Abgrall Bouteiller Chassagne Delorme Escoffier Falguières Gauvain Hennebelle Izard Jourdain Kerboul Lagarrigue Malaval Naudin Ozanne Peyrot Quintard "
    "Rabatel Savarit Tardivel Urvoy Vaugelade Wacquez Ybert Zamora Anquetil Boisseau Cadiou Darmon Esnault Fauquembergue Gourmelon Houssin Imbault Jolivet "
    "Kieffer Lavigne Maisonneuve Nivelle Orsini Poisson Quesnel Rigaud Sicard Trouvé Vauthier Bellanger Cazenave Derrien Estève Fouquet Grégoire Hilaire "
    "Jamet Lescure Mignot Nogueira Ouvrard Patureau Rocher Sabatier Thévenet Vignaud Allain Bourdin Carvalho Dumoulin Etchegaray Fiquet Guénolé Hascoët "
    "Labbé Mouton Noblet Pouliquen Ricard Serre Trévisan Vialatte Azoulay Bakayoko Chaabane Demir El-Amrani Fofana Gharbi Hadjadj Iglesias Jovanovic"
).split()
SMALLER = [
    tuple(line.split(";"))
    for line in (
        "Bellac;87300;87011|Uzerche;19140;19276|Loudéac;22600;22136|Gourin;56110;56066|Thiers;63300;63430|Nyons;26110;26220|Sarlat-la-Canéda;24200;24520|Pontivy;56300;56178|"
        "Avallon;89200;89025|Tonnerre;89700;89418|Saint-Flour;15100;15187|Céret;66400;66049|Prades;66500;66149|Mirande;32300;32256|Condom;32100;32107|Redon;35600;35236|Vitré;35500;35360|"
        "Hirson;02500;02381|Guise;02120;02361|Vervins;02140;02789|Bar-sur-Aube;10200;10033|Wassy;52130;52550|Joinville;52300;52250|Saint-Dizier;52100;52448|Commercy;55200;55122|"
        "Château-Chinon (Ville);58120;58062|Autun;71400;71014|Louhans;71500;71263|Gex;01170;01173|Nantua;01130;01269|Belley;01300;01034|Thonon-les-Bains;74200;74281|Sallanches;74700;74256|"
        "Moutiers;73600;73181|Briançon;05100;05023|Barcelonnette;04400;04019|Sisteron;04200;04209|Apt;84400;84003|Carpentras;84200;84031|Corte;20250;2B096|Sartène;20100;2A272|Figeac;46100;46102"
    ).split("|")
]


def _drawn(chance: random.Random) -> Person:
    """One in eight of a common name, one in three of a larger town: about what a real file shows."""
    who = Person.draw(chance)
    rare = chance.choice(RARER).replace("-", " ")
    return replace(
        who,
        family=who.family if chance.random() < 0.13 else rare,
        other_family=who.other_family if chance.random() < 0.13 else chance.choice(RARER),
        town=who.town if chance.random() < 0.35 else chance.choice(SMALLER),
        birth_town=who.birth_town if chance.random() < 0.35 else chance.choice(SMALLER),
    )


FAMILY, GIVEN = of(lambda who: who.family, plain), of(lambda who: who.given)
OTHER_FAMILY = of(lambda who: who.other_family, plain)
CITY, POSTCODE, INSEE = (
    of(lambda who: who.town[0], plain),
    of(lambda who: who.town[1]),
    of(lambda who: who.town[2]),
)
TOWN = of(lambda who: who.town[0])
BIRTH_TOWN = of(lambda who: who.birth_town[0], plain)


def _doctor(chance: random.Random, who: Person) -> str:
    return f"{chance.choice(('DR', 'Dr.', 'Docteur'))} {who.other_family.upper()}"


def _public() -> dict[str, Columns]:
    return {
        "defibrillators": [
            ("c_gid", NOBODYS, number(1, 90_000)), ("c_nom", NOBODYS, house), ("c_lat_coor1", NOBODYS, decimal(42, 51, 6, ".")), ("c_long_coor1", NOBODYS, decimal(-4, 8, 6, ".")), ("c_adr_num", "street|other|text|number", of(lambda w: str(w.number))), ("c_adr_voie", "street", lambda c, w: f"{w.way} {w.street}".capitalize()), ("c_com_cp", "postcode", POSTCODE), ("c_com_insee", "insee", INSEE), ("c_com_nom", "city", TOWN), ("c_acc", NOBODYS, pick("intérieur", "extérieur")), ("c_disp_j", NOBODYS, pick("{7j/7}", "{lundi,mardi}")), ("c_tel1", "phone", phone("{c}", "12345")), ("c_site_email", "email", mostly(email, 0.3)), ("c_date_instal", DAY, mostly(day(2010, 2024, "%Y-%m-%d"), 0.6)), ("c_num_serie", NOBODYS, letters("X99A999999")), ("c_expt_siren", NOBODYS, siren), ("c_expt_rais", NOBODYS, house), ("c_fab_rais", NOBODYS, pick("SCHILLER", "ZOLL", "PHILIPS", "MINDRAY")),
        ],
        "lawyers": [("barreau", NOBODYS + "|city", pick("PARIS", "LYON", "RENNES")), ("avNom", "family", FAMILY), ("avPrenom", "given", GIVEN), ("cbRaisonSociale", NOBODYS, lambda c, w: f"SELARL {plain(w.family)} AVOCATS"), ("cbSiretSiren", NOBODYS, mostly(siret, 0.7)), ("cbAdresse1", "street", address()), ("cbAdresse2", "street|other|text", mostly(pick("Bât. C", "2e étage", "BP 61"), 0.2)), ("cbCp", "postcode", POSTCODE), ("cbVille", "city", CITY), ("acDateSerment", DAY, day(1975, 2023)), ("spLibelle1", NOBODYS, mostly(pick("Droit du travail", "Droit pénal", "Droit de la santé"), 0.3)), ("acLangue1", NOBODYS, mostly(pick("Anglais", "Espagnol"), 0.5))],
        "training bodies": [("numeroDeclarationActivite", NOBODYS, number(11_000_000_000, 97_999_999_999)), ("denomination", NOBODYS, lambda c, w: c.choice(("FORMA ", "INSTITUT ", "CFA ")) + w.town[0]), ("siren", NOBODYS, siren), ("siretEtablissementDeclarant", NOBODYS, siret), ("adressePhysiqueOrganismeFormation.voie", "street", address(str.title)), ("adressePhysiqueOrganismeFormation.codePostal", "postcode", POSTCODE), ("adressePhysiqueOrganismeFormation.ville", "city", CITY), ("certifications.actionsDeFormation", NOBODYS, pick("true", "false")), ("informationsDeclarees.nbStagiaires", NOBODYS, number(0, 900)), ("informationsDeclarees.dateDerniereDeclaration", DAY, day(2022, 2025, "%Y-%m-%d"))],
        "building permits": [("REG", NOBODYS, pick("11", "53", "84")), ("DEP", NOBODYS, of(lambda w: w.town[2][:2])), ("COMM", "insee", INSEE), ("NUM_PA", NOBODYS, lambda c, w: f"PC{w.town[2]}{c.randrange(10**8):08d}"), ("DATE_REELLE_AUTORISATION", DAY, day(2014, 2024, "%Y-%m-%d")), ("DENOM_DEM", NOBODYS, mostly(lambda c, w: f"SCI {plain(w.street)}", 0.3)), ("SIREN_DEM", NOBODYS, mostly(siren, 0.3)), ("CODPOST_DEM", "postcode", POSTCODE), ("LOCALITE_DEM", "city", CITY), ("ADR_NUM_TER", "street|other|text|number", of(lambda w: str(w.number))), ("ADR_LIBVOIE_TER", "street", lambda c, w: f"{w.way} {w.street}"), ("ADR_LOCALITE_TER", "city", CITY), ("SUPERFICIE_TERRAIN", NOBODYS, number(80, 9000)), ("NB_LGT_TOT_CREES", NOBODYS, number(0, 40))],
        "equipment": [("AN", NOBODYS + "|date", pick("2021")), ("BV2012", NOBODYS + "|insee", INSEE), ("DEPCOM", "insee", INSEE), ("DCIRIS", NOBODYS, lambda c, w: f"{w.town[2]}_{c.randrange(100):02d}00"), ("LAMBERT_X", NOBODYS, decimal(1e5, 1.2e6, 2, ".")), ("QUALITE_XY", NOBODYS, pick("Bonne", "Acceptable")), ("TYPEQU", NOBODYS, pick("D201", "D232", "A504", "B203")), ("UU2020", NOBODYS, mostly(number(10_000, 99_999), 0.6, "CSZ"))],
        "certification of hospitals": [("finess_geo", "finess", finess), ("rs_finess", NOBODYS, house), ("ville", "city", CITY), ("date_deb_visite", DAY, day(2021, 2024)), ("decision", NOBODYS, pick("Certifié", "Certifié avec mention", "Non certifié")), ("score_all_ssr_ajust", NOBODYS, decimal(60, 85, 2)), ("classement", NOBODYS, pick("A", "B", "C", "DI"))],
    }  # fmt: skip


def _exports() -> dict[str, Columns]:
    relative: Cells = lambda c, w: f"{plain(w.other_family)} {w.more_given}"  # noqa: E731
    return {
        "surgery, patients": [("N°Dossier", "ipp", number(1, 20_000)), ("Civilité", "sex", of(lambda w: "M." if w.man else "Mme")), ("Nom", "family", of(lambda w: w.family)), ("Nom JF", "birth_name", mostly(of(lambda w: w.other_family), 0.3)), ("Prénom", "given", GIVEN), ("Né(e) le", "birth_date", born()), ("N° SS + clé", "nir", nir(nir_spaced)), ("Tél. domicile", "phone", mostly(phone("{p}", "12345"), 0.6)), ("Tél. portable", "phone", phone("{p}", "67")), ("Adresse", "street", address(str.title)), ("CP", "postcode", POSTCODE), ("Ville", "city", TOWN), ("Profession", NOBODYS, pick("Retraité", "Enseignante", "Sans profession", "Agriculteur")), ("Antécédents", "medical_text", pick("HTA, appendicectomie", "diabète type 2 sous metformine", "asthme allergique", "RAS")), ("Dernière consult.", DAY, day(2019, 2026))],
        "care home, residents": [("Résident", "full_name", lambda c, w: f"{'M.' if w.man else 'Mme'} {plain(w.family)} {w.given}"), ("Chambre", NOBODYS, number(101, 340)), ("Date d'entrée", DAY, day(2015, 2025)), ("GIR", NOBODYS, pick("1", "2", "3", "4")), ("Médecin traitant", "doctor", _doctor), ("Complémentaire santé", "insurer", pick("MGEN", "Harmonie Mutuelle", "Groupama", "MAIF", "AG2R")), ("Personne de confiance", "full_name|other|text", relative), ("Tél. contact", "phone", phone("{d}")), ("Allergies", "medical_text", mostly(pick("pénicilline", "iode", "arachide, latex"), 0.3)), ("Régime alimentaire", NOBODYS + "|medical_text", pick("mixé", "sans sel", "diabétique", "normal")), ("Transmissions", "medical_text", pick("a bien dormi, douleur genou droit", "refus du traitement ce matin, TA 14/8", "chute sans gravité, surveillance", "toux grasse, fièvre 38,2"))],
        "third-party payment": [("nomBeneficiaire", "family", FAMILY), ("prenomBeneficiaire", "given", GIVEN), ("dateNaissance", "birth_date", born("%Y%m%d")), ("rangNaissance", NOBODYS, pick("1", "1", "2")), ("nirOuvrantDroit", "nir", lambda c, w: nir13(w, c.randrange(400))), ("cleNir", NOBODYS, number(1, 98, 2)), ("numeroAMC", NOBODYS + "|insurer", pick("776950669", "302927553", "0077570098")), ("libelleAMC", "insurer", pick("MGEN", "HARMONIE MUTUELLE", "MALAKOFF HUMANIS", "APIVIA")), ("codeCSR", NOBODYS, pick("SP", "CB", "VM")), ("debutDroits", "date|from", day(2024, 2025, "%Y-%m-%d")), ("finDroits", "date|to", day(2025, 2027, "%Y-%m-%d")), ("tauxOptique", NOBODYS, pick("100", "200", ""))],
        "telecom, subscribers": [("customer_ref", "ipp|number|other", letters("FR99999999")), ("last_name", "family", FAMILY), ("first_name", "given", GIVEN), ("contact_email", "email", email), ("msisdn", "phone", phone("33{n}", "67")), ("billing_street", "street", address()), ("billing_zip", "postcode", POSTCODE), ("billing_city", "city", CITY), ("offer", NOBODYS, pick("FORFAIT 5G", "BOX POP", "SERIE FREE")), ("subscription_date", DAY, day(2012, 2024, "%Y-%m-%d")), ("payment_iban", "iban", mostly(iban, 0.7)), ("date_of_birth", "birth_date", born("%Y-%m-%d")), ("place_of_birth", "birth_place", BIRTH_TOWN)],
        "family allowances": [("MATRIC", "ipp|number|other", number(10_000, 9_999_999, 7)), ("NOMALLOC", "family", FAMILY), ("PRENALLOC", "given", of(lambda w: w.given, plain)), ("DTNAIALLOC", "birth_date", born()), ("SEXALLOC", "sex", of(lambda w: "1" if w.man else "2")), ("NIRALLOC", "nir", nir()), ("NBENF", NOBODYS, number(0, 6)), ("QF", NOBODYS, number(0, 2400)), ("NUMVOIE", "street|other|text|number", of(lambda w: str(w.number))), ("LIBVOIE", "street", lambda c, w: f"{w.way} {w.street}"), ("CODPOS", "postcode", POSTCODE), ("LIBCOM", "city", CITY), ("NUMCOMDO", "insee", INSEE), ("TELALLOC", "phone", mostly(phone("{n}"), 0.8)), ("MAILALLOC", "email", mostly(email, 0.7))],
        "web shop, users": [("ID", "ipp|number|other", number(1, 50_000)), ("user_login", "login", lambda c, w: f"{plain(w.given).lower()}{c.randrange(1000)}"), ("user_pass", "password_hash", letters("$P$Baaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")), ("user_email", "email", email), ("user_registered", DAY, moment(2016, 2025, "%Y-%m-%d {h}:{m}:31")), ("user_status", NOBODYS, pick("0", "1")), ("display_name", "full_name", lambda c, w: f"{w.given} {w.family}"), ("billing_phone", "phone", phone()), ("last_ip", NOBODYS, lambda c, w: f"92.{c.randrange(256)}.{c.randrange(256)}.{c.randrange(256)}")],
        "FHIR, flattened": [("id", "ipp|number|other", letters("aaaaaaaa-aaaa-4aaa-9aaa-aaaaaaaaaaaa")), ("identifier.0.value", "nir", nir()), ("name.0.family", "family|birth_name", FAMILY), ("name.0.given.0", "given", GIVEN), ("birthDate", "birth_date", born("%Y-%m-%d")), ("gender", "sex", of(lambda w: "male" if w.man else "female")), ("telecom.0.value", "phone", phone("{c}")), ("address.0.line.0", "street", address()), ("address.0.postalCode", "postcode", POSTCODE), ("address.0.city", "city", TOWN), ("generalPractitioner.0.display", "doctor", _doctor), ("meta.lastUpdated", DAY, moment(2023, 2025, "%Y-%m-%dT{h}:{m}:02Z"))],
        "HL7, flattened": [("PID-3", "ipp", lambda c, w: f"{c.randrange(10**7):08d}^^^CHU^PI"), ("PID-5", "full_name", lambda c, w: f"{plain(w.family)}^{plain(w.given)}^^^^^D"), ("PID-7", "birth_date", born("%Y%m%d")), ("PID-8", "sex", of(lambda w: "M" if w.man else "F")), ("PID-11", "street", lambda c, w: f"{w.number} {w.way} {w.street}^^{plain(w.town[0])}^^{w.town[1]}^FRA"), ("PID-13", "phone", phone("{}")), ("PV1-19", "ipp|number|other", letters("259999999")), ("DG1-3", "cim10", pick(*CIM)), ("PV1-7.1", "rpps|doctor", rpps), ("PV1-44", DAY, moment(2024, 2026, "%Y%m%d{h}{m}"))],
    }  # fmt: skip


def fourth_files(rows: int = 400, seed: int = 41) -> list[Labelled]:
    """Every table, drawn anew from ``seed``."""
    chance = random.Random(seed)
    found = []
    for name, columns in {**_public(), **_exports()}.items():
        people = [_drawn(chance) for _ in range(rows)]
        cells = [[make(chance, who) for _, _, make in columns] for who in people]
        headings, kinds = zip(*[(heading, kind) for heading, kind, _ in columns], strict=True)
        found.append(Labelled(name, headings, kinds, cells))
    return found
