# ruff: noqa: E501
"""A second set of labelled tables, written when the first had been mended for: other publishers, other software.

The headings are those of Transparence Santé, the register of associations, the SNDS, Open DAMIR, the stock of establishments of
Sirene, the local address files, the directory of ameli, the official geographic code, DVF, the directory of schools, and of exports of
hospital, surgery, pharmacy, insurer and employment software. The cells are drawn, nobody in them exists; labels as in
:mod:`french_files`.
"""

from __future__ import annotations

import random

from french_files import (
    _INSURERS,
    _JOBS,
    _NOTES,
    ANY,
    COMPACT,
    ISO,
    Cells,
    Labelled,
    _amount,
    _ccam,
    _cim10,
    _cip13,
    _day,
    _digits,
    _drug,
    _finess,
    _french,
    _house,
    _iban,
    _loud,
    _pick,
    _rpps,
    _some,
    _Source,
    _spaced,
    _whole_nir,
)


def _of_letters(size: int, letters: str) -> Cells:
    return lambda chance, row: "".join(chance.choice(letters + "0123456789") for _ in range(size))


def later_files(rows: int = 400, seed: int = 11) -> list[Labelled]:
    """Every table, drawn anew from ``seed``."""
    of = _Source(rows, seed)
    family, given = of("nom", _loud), of("prenom", str.title)
    city, postcode = of("commune", _loud), of("code_postal")
    insee = _digits(5)
    number: Cells = lambda chance, row: str(int(of.columns["patient_id"][row][1:]) + 700_021)  # noqa: E731
    letters, opaque = (
        _of_letters(8, "ABCDEFGHJKLMNPRSTVWXYZ"),
        _of_letters(17, "abcdefghjkmnpqABCDEFGHJKMNPQ+/"),
    )
    tables: dict[str, list[tuple[str, str, Cells]]] = {
        "Transparence Santé, benefits": [
            ("entreprise_identifiant", ANY, letters), ("denomination_sociale", ANY, _pick("PFIZER SAS", "SANOFI AVENTIS FRANCE", "NOVARTIS PHARMA")), ("ligne_identifiant", ANY + "|ipp", _digits(9)),
            ("ligne_rectification", ANY, _pick("N", "O")), ("benef_categorie_code", ANY, _pick("[PRS]", "[ETU]", "[ASS]")), ("categorie", ANY, _pick("Professionnel de santé", "Etudiant", "Association")),
            ("benef_nom", "family", family), ("benef_prenom", "given", given), ("benef_qualite_code", ANY, _pick("[M]", "[P]")), ("qualite", ANY, _pick(*_JOBS)),
            ("benef_adresse1", "street", of("adresse", _loud)), ("benef_adresse2", "street|other", _some(0.1, _pick("BATIMENT B", "RESIDENCE DU LAC"))), ("benef_codepostal", "postcode", postcode), ("benef_ville", "city", city),
            ("benef_pays_code", ANY, _pick("[FR]", "[BE]")), ("pays", ANY, _pick("FRANCE", "BELGIQUE")), ("benef_titre_code", "sex|other", _pick("[DR]", "[PR]", "[M]")), ("benef_titre_libelle", "sex|other", _pick("Docteur", "Professeur", "Monsieur")),
            ("benef_specialite_code", ANY, _pick("[SM04]", "[SM26]", "")), ("benef_identifiant_type_code", ANY, _pick("[RPPS]", "[AUTRE]")), ("identifiant_type", ANY, _pick("RPPS", "AUTRE")), ("benef_identifiant_valeur", "rpps", _rpps),
            ("benef_etablissement", ANY, _some(0.4, _house)), ("avant_date_signature", "date", _day(2018, 2023)), ("avant_montant_ttc", ANY, _digits(2)), ("avant_nature", ANY, _pick("REPAS", "HEBERGEMENT", "TRANSPORT")), ("semestre", ANY, _pick("201802", "201901")),
        ],
        "register of associations": [
            ("id", "ipp|other", _digits(10, "W")), ("id_ex", ANY, _some(0.3, _digits(10))), ("siret", ANY, _some(0.2, _digits(14))), ("gestion", ANY, _pick("751P", "069P", "313P")), ("date_creat", "date", _day(1960, 2022, ISO)),
            ("date_publi", "date", _day(1960, 2022, ISO)), ("nature", ANY, _pick("D", "S")), ("titre", ANY, _pick("AMICALE DES ANCIENS ELEVES", "CLUB DE PETANQUE", "COMITE DES FETES", "CHORALE DU LAC")), ("objet", ANY, _pick("pratique du sport", "organisation de fêtes", "entraide entre les membres")),
            ("objet_social1", ANY, _digits(6)), ("adrs_complement", ANY, _some(0.2, _pick("Mairie", "Chez le président"))), ("adrs_numvoie", "street|number|other", _digits(2)), ("adrs_typevoie", "street|other", _pick("RUE", "AV", "PL")),
            ("adrs_libvoie", "street", _pick("de la Gare", "Victor Hugo", "du Stade", "de l'Église")), ("adrs_codeinsee", "insee", insee), ("adrs_codepostal", "postcode", postcode), ("adrs_libcommune", "city", of("commune", str.title)),
            ("adrg_declarant", ANY + "|full_name", lambda chance, row: f"{of.columns['prenom'][row].upper()} {of.columns['nom'][row].upper()}"), ("adrg_libvoie", "street", of("adresse", _loud)), ("adrg_achemine", "city|other", city),
            ("dir_civilite", "sex", _pick("PM", "PF", "")), ("siteweb", ANY, _some(0.2, _pick("www.club.example", "https://amicale.example"))), ("position", ANY, _pick("A", "D", "S")), ("maj_time", "updated|date", _day(2018, 2023, ISO)),
        ],
        "SNDS, beneficiaries": [
            ("BEN_NIR_PSA", ANY + "|ipp|password|password_hash", opaque), ("BEN_RNG_GEM", ANY, _pick("1", "2")), ("BEN_SEX_COD", "sex", _pick("1", "2")), ("BEN_NAI_ANN", "birth_date|date|number", of("date_naissance", lambda day: day[:4])),
            ("BEN_NAI_MOI", ANY + "|birth_date", of("date_naissance", lambda day: day[5:7])), ("BEN_RES_DPT", ANY, lambda chance, row: "0" + of.columns["code_postal"][row][:2]), ("BEN_RES_COM", ANY, _digits(3)), ("BEN_DCD_DTE", ANY, _some(0.05, _day(2015, 2023))),
            ("BEN_DTE_INS", "date|other", _day(2008, 2020)), ("ORG_AFF_BEN", ANY + "|insurer", _pick("01C731029", "01C691011")), ("BEN_TOP_CNS", ANY, _pick("0", "1")),
        ],
        "SNDS, drugs": [
            ("BEN_NIR_PSA", ANY + "|ipp|password|password_hash", opaque), ("EXE_SOI_DTD", "date|other", _day(2020, 2023)), ("PHA_PRS_C13", "cip13", _cip13), ("PHA_ACT_QSN", ANY, _digits(1)), ("PSP_SPE_COD", ANY, _pick("1", "22")),
            ("PFS_EXE_NUM", ANY + "|ipp|finess", _digits(9)), ("PRS_NAT_REF", ANY, _pick("3313", "3312")), ("PRS_PAI_MNT", ANY, _amount), ("ETB_PRE_FIN", "finess|other|number", _finess),
        ],
        "Open DAMIR": [
            ("FLX_ANN_MOI", ANY, _pick("202001", "202002")), ("ORG_CLE_REG", ANY, _pick("11", "24", "84")), ("AGE_BEN_SNDS", ANY, _pick("0", "20", "30", "99")), ("BEN_RES_REG", ANY, _pick("11", "24", "84")), ("BEN_CMU_TOP", ANY, _pick("0", "1")),
            ("BEN_QLT_COD", ANY, _pick("1", "2", "4")), ("BEN_SEX_COD", "sex", _pick("1", "2")), ("DDP_SPE_COD", ANY, _digits(3)), ("ETE_CAT_SNDS", ANY, _digits(4)), ("EXO_MTF", ANY, _digits(2)), ("PRS_NAT", ANY, _digits(4)), ("PRS_PAI_MNT", ANY, _amount), ("PRS_ACT_QTE", ANY, _digits(2)),
        ],
        "Sirene, establishments": [
            ("siren", ANY, _digits(9)), ("nic", ANY, _digits(5, "000")), ("siret", ANY, _digits(14)), ("statutDiffusionEtablissement", ANY, _pick("O", "P")), ("dateCreationEtablissement", "date|other", _day(1980, 2023, ISO)), ("trancheEffectifsEtablissement", ANY, _pick("NN", "01", "11")),
            ("etablissementSiege", ANY, _pick("true", "false")), ("complementAdresseEtablissement", "street|other", _some(0.2, _pick("BATIMENT A", "ZONE INDUSTRIELLE"))), ("numeroVoieEtablissement", "street|other|number", _digits(2)), ("typeVoieEtablissement", "street|other", _pick("RUE", "AV", "CHE")),
            ("libelleVoieEtablissement", "street", _pick("DE LA GARE", "VICTOR HUGO", "DU STADE")), ("codePostalEtablissement", "postcode", postcode), ("libelleCommuneEtablissement", "city", city), ("codeCommuneEtablissement", "insee", insee),
            ("activitePrincipaleEtablissement", ANY, _pick("86.21Z", "47.73Z")), ("enseigne1Etablissement", ANY, _some(0.3, _house)), ("coordonneeLambertAbscisseEtablissement", ANY, _digits(6)),
        ],
        "local addresses": [
            ("uid_adresse", ANY + "|ipp", _some(0.5, letters)), ("cle_interop", ANY + "|ipp", lambda chance, row: f"{chance.randrange(10000, 95000)}_{chance.randrange(9999):04d}_{row:05d}"), ("commune_insee", "insee", insee), ("commune_nom", "city", of("commune", str.title)),
            ("commune_deleguee_nom", "city|other", _some(0.1, of("commune", str.title))), ("voie_nom", "street", of("adresse", lambda text: text.partition(" ")[2].title())), ("lieudit_complement_nom", "street|other", _some(0.1, _pick("Le Bourg", "La Plaine"))), ("numero", "street|number|other", _digits(2)),
            ("suffixe", ANY, _some(0.1, _pick("bis", "ter"))), ("position", ANY, _pick("entrée", "segment")), ("x", ANY, _digits(6)), ("long", ANY, lambda chance, row: f"{chance.uniform(-4, 8):.6f}"), ("cad_parcelles", ANY, letters), ("source", ANY, _pick("Commune", "SDIS")), ("date_der_maj", "updated|date", _day(2019, 2023, ISO)), ("certification_commune", ANY, _pick("0", "1")),
        ],
        "ameli, directory": [
            ("Civilité", "sex", _pick("Monsieur", "Madame")), ("Nom du professionnel", "family|full_name", lambda chance, row: f"{of.columns['nom'][row].upper()} {of.columns['prenom'][row].upper()}"), ("Adresse", "street", lambda chance, row: f"{of.columns['adresse'][row].upper()} {of.columns['code_postal'][row]} {of.columns['commune'][row].upper()}"),
            ("Coordonnées téléphoniques", "phone", of("telephone", _spaced)), ("Profession", ANY, _pick(*_JOBS)), ("Nature d'exercice", ANY, _pick("Libéral intégral", "Libéral temps partiel salarié")), ("Convention et CAS", ANY, _pick("Secteur 1", "Secteur 2")), ("SESAM Vitale", ANY, _pick("Oui", "Non")),
        ],
        "geographic code": [
            ("TYPECOM", ANY, _pick("COM", "ARM")), ("COM", "insee|other|number", insee), ("REG", ANY, _pick("84", "11")), ("DEP", ANY, _digits(2)), ("ARR", ANY, _digits(3)), ("TNCC", ANY, _pick("0", "1", "5")), ("NCC", "city|other", city), ("NCCENR", "city|other", of("commune", str.title)), ("LIBELLE", "city|other", of("commune", str.title)), ("CAN", ANY, _digits(4)),
        ],
        "property sales": [
            ("id_mutation", ANY + "|ipp", lambda chance, row: f"2022-{row}"), ("date_mutation", "date", _day(2022, 2023, ISO)), ("nature_mutation", ANY, _pick("Vente", "Echange")), ("valeur_fonciere", ANY, _digits(6)), ("adresse_numero", "street|number|other", _digits(2)), ("adresse_nom_voie", "street", of("adresse", lambda text: text.partition(" ")[2].upper())),
            ("code_postal", "postcode", postcode), ("code_commune", "insee", insee), ("nom_commune", "city", of("commune", str.title)), ("code_departement", ANY, _digits(2)), ("id_parcelle", ANY + "|ipp", letters), ("type_local", ANY, _pick("Maison", "Appartement")), ("surface_terrain", ANY, _digits(3)),
        ],
        "schools": [
            ("numero_uai", ANY + "|ipp", lambda chance, row: f"0{chance.randrange(10**6):06d}{chance.choice('ABCDEFGH')}"), ("appellation_officielle", ANY, _pick("Ecole primaire Jean Moulin", "Collège du Lac")), ("adresse_uai", "street", of("adresse")), ("code_postal_uai", "postcode", postcode), ("libelle_commune", "city", of("commune", str.title)), ("numero_telephone_uai", "phone", of("telephone")), ("mail", "email", of("email")), ("etat_etablissement", ANY, _pick("1", "3")), ("date_ouverture", "date", _day(1960, 2000, ISO)),
        ],
        "hospital software, patients": [
            ("PAT_ID", "ipp", number), ("PAT_NOM_USAGE", "family", family), ("PAT_NOM_NAISS", "birth_name", of("nom_naissance", _loud)), ("PAT_PRENOM1", "given", given), ("PAT_DATE_NAISS", "birth_date", of("date_naissance", _french)), ("PAT_SEXE", "sex", of("sexe")),
            ("PAT_COMM_NAISS_LIB", "birth_place", of("commune", _loud)), ("PAT_ADRESSE_L1", "street", of("adresse", _loud)), ("PAT_CPOST", "postcode", postcode), ("PAT_LOCALITE", "city", city), ("PAT_TEL1", "phone", of("telephone")), ("PAT_EMAIL", "email", of("email")), ("PAT_NUMSS", "nir", of("nir")),
            ("PAT_MEDTRAIT", "doctor", lambda chance, row: f"DR {of.columns['nom'][row].upper()}"), ("PAT_DECEDE", ANY, _pick("N", "O")), ("PAT_DATE_MAJ", "updated|date", _day(2015, 2024)),
        ],
        "hospital software, stays": [
            ("N° IPP", "ipp", number), ("N° venue", "ipp|number|other", _digits(9)), ("Date d'admission", "date", _day(2023, 2024)), ("UF d'hébergement", ANY, _pick("3412", "2210")), ("Libellé UM", ANY, _pick("GERIATRIE AIGUE", "CHIRURGIE DIGESTIVE")), ("Diagnostic principal", "cim10", _cim10), ("Diagnostics associés", "cim10", _some(0.5, _cim10)), ("Acte CCAM", "ccam", _ccam), ("GHM", ANY, _pick("05M092", "08C241")), ("Mode de sortie", ANY, _pick("Domicile", "Mutation", "Décès")), ("Lettre de sortie", "medical_text|text", _pick(*_NOTES)), ("Médecin responsable", "doctor", lambda chance, row: f"Dr {of.columns['nom'][row].title()}"),
        ],
        "surgery software": [
            ("Civilité", "sex", _pick("M.", "Mme", "Mlle")), ("Nom utilisé", "family", family), ("Nom de naissance", "birth_name", of("nom_naissance", _loud)), ("Prénom(s) de naissance", "given", given), ("Né(e) le", "birth_date", of("date_naissance", _french)), ("Lieu de naissance", "birth_place", of("commune", str.title)), ("Portable", "phone", of("telephone", _spaced)), ("Fixe", "phone", _some(0.4, of("telephone", _spaced))),
            ("E-mail", "email", of("email")), ("Adresse postale", "street", of("adresse")), ("CP", "postcode", postcode), ("Ville", "city", of("commune", str.title)), ("N° Sécu", "nir", of("nir", _whole_nir)), ("Caisse", "insurer", _pick("CPAM DU RHONE", "MSA", "CPAM DE PARIS")), ("Complémentaire", "insurer", _pick(*_INSURERS)), ("Antécédents", "medical_text|text", _pick(*_NOTES)), ("Profession", ANY, _pick("Enseignant", "Retraité", "Artisan")), ("Dernière consultation", "date|other", _day(2022, 2024)), ("Médecin traitant déclaré", "doctor|other", lambda chance, row: f"Dr {of.columns['nom'][row].title()}"),
        ],
        "pharmacy software": [
            ("num_client", "ipp|number|other", number), ("nomcli", "family", family), ("prenomcli", "given", given), ("datnai", "birth_date", of("date_naissance", lambda day: day.replace("-", ""))), ("numsecu", "nir", of("nir")), ("telcli", "phone", of("telephone")), ("mailcli", "email", of("email")), ("adrcli", "street", of("adresse")), ("cpcli", "postcode", postcode), ("villecli", "city", city), ("nummut", ANY + "|insurer", _digits(8)), ("libmut", "insurer", _pick(*_INSURERS)), ("codecip", "cip13", _cip13), ("designation", ANY + "|medical_text", _drug), ("qtedel", ANY, _digits(1)), ("nompresc", "doctor", lambda chance, row: f"DR {of.columns['nom'][row].upper()}"), ("rppspresc", "rpps", _rpps), ("datedel", "date", _day(2023, 2024, COMPACT)),
        ],
        "insurer, members": [
            ("nir_assure", "nir", lambda chance, row: of.columns["nir"][row][:13]), ("cle_nir", ANY, _digits(2)), ("rang_gemellaire", ANY, _pick("1", "1", "2")), ("qualite_benef", ANY, _pick("Assuré", "Conjoint", "Enfant")), ("nom_patronymique", "birth_name", family), ("nom_marital", "family", _some(0.4, family)), ("prenom_benef", "given", given), ("date_naissance_benef", "birth_date", of("date_naissance")), ("sexe_benef", "sex", _pick("H", "F")), ("adresse_ligne_1", "street", of("adresse", _loud)), ("bureau_distributeur", "city", city), ("cp_benef", "postcode", postcode), ("code_grand_regime", ANY + "|insurer", _pick("01", "02", "03")), ("nom_amc", "insurer", _pick(*_INSURERS)), ("num_adherent", "ipp|number|other", number), ("coordonnees_bancaires", "iban", _iban), ("date_debut_droits", "date|from|other", _day(2020, 2024)), ("date_fin_droits", "date|to|other", _day(2024, 2026)),
        ],
        "employment agency": [
            ("identifiant_de", "ipp", letters), ("Nom de famille", "family", family), ("Prénom usuel", "given", given), ("date_de_naissance", "birth_date", of("date_naissance")), ("adresse_postale", "street", of("adresse")), ("commune_residence", "city", city), ("telephone_contact", "phone", of("telephone", lambda text: "+33" + text[1:])), ("courriel_contact", "email", of("email")), ("nir_certifie", "nir", of("nir")), ("metier_recherche", ANY, _pick("Infirmier", "Comptable", "Soudeur")), ("niveau_formation", ANY, _pick("Bac+2", "CAP", "Sans diplôme")), ("date_inscription", "date", _day(2015, 2024)),
        ],
        "imaging software": [
            ("AccessionNumber", "ipp|number|other", _digits(10)), ("PatientID", "ipp", number), ("PatientName", "full_name", lambda chance, row: f"{of.columns['nom'][row].upper()}^{of.columns['prenom'][row].upper()}"), ("PatientBirthDate", "birth_date", of("date_naissance", lambda day: day.replace("-", ""))), ("PatientSex", "sex", _pick("M", "F")), ("StudyDate", "date", _day(2022, 2024, COMPACT)), ("Modality", ANY, _pick("CT", "MR", "CR")), ("ReferringPhysicianName", "doctor", lambda chance, row: f"DR {of.columns['nom'][row].upper()}"), ("InstitutionName", ANY, _house), ("ReportText", "medical_text|text", _pick(*_NOTES)),
        ],
        "vaccinations": [
            ("nom_vaccine", "family", family), ("prenom_vaccine", "given", given), ("ddn_vaccine", "birth_date", of("date_naissance")), ("matricule_ins", "nir", of("nir")), ("mobile", "phone", of("telephone")), ("nom_vaccin", ANY, _pick("COMIRNATY", "SPIKEVAX", "VAXIGRIP")), ("numero_lot", ANY, letters), ("date_injection", "date", _day(2021, 2022, ISO)), ("rang_dose", ANY, _pick("1", "2", "3")), ("professionnel_vaccinateur", "doctor|other|full_name", lambda chance, row: f"Dr {of.columns['nom'][row].title()}"), ("centre", ANY, _house), ("effets_indesirables", "medical_text|text", _some(0.2, _pick(*_NOTES))),
        ],
    }  # fmt: skip
    chance = random.Random(seed)
    return [
        Labelled(
            name, tuple(heading for heading, _, _ in columns), tuple(kind for _, kind, _ in columns),
            [[cells(chance, row) for _, _, cells in columns] for row in range(rows)],
        )
        for name, columns in tables.items()
    ]  # fmt: skip
