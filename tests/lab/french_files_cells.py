# ruff: noqa: E501, SIM905
"""Cells in the forms that real French files show: common names of people and of towns, numbers with their keys, and dirt.

Unlike :mod:`french_people` the names are those that really are common in France, put together at random: nobody drawn here exists,
but a list of words learnt from the other generator does not know them. Towns keep their true postcode and commune code.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from french_files import Labelled

NOBODYS, DAY = "other|text|number", "date|updated|from|to"
"""Kinds of a column that speaks of nobody (a category, a label, an amount, a company's number), and of a day that is nobody's birth."""
FAMILIES = (
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand Morel Fournier Girard "
    "Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier "
    "Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier "
    "Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard "
    "Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoît Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez "
    "Jean Dupuy Guillot Hubert Berger Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet Vasseur Perez Boucher Fleury Royer Klein Jacquet Adam Paris "
    "Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard Maillard Baron Bertin Bailly Hervé Schneider Fernandez Collet Léger Bouvier Julien "
    "Prévost Millet Perrot Daniel Cousin Germain Breton Besson Langlois Rémy Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal Weber Mallet Hamon "
    "Boulanger Jacob Monnier Michaud Rodriguez Guichard Gillet Étienne Grondin Poulain Tessier Chevallier Collin Chauvin Bouchet Gay Lemaître Bénard "
    "Maréchal Humbert Reynaud Antoine Hoarau Perret Barthélemy Cordier Pichon Lejeune Gilbert Lamy Delaunay Pasquier Carlier Laporte Diallo Traoré Benali "
    "Nguyen Tran Haddad Saidi Belkacem Bouzid Cissé Koné Da-Silva Ferreira Rodrigues Pereira Kowalski Rossi Ferrari Yilmaz Öztürk Popescu Le-Gall Le-Goff "
    "Quéméner Kermarrec Castagnoli Etcheverry Santoni De-La-Rochefoucauld D'Hauteville Zimmermann Wurtz Vandenbroucke Delattre N'Diaye Abdou Camara Sow"
).split()
WOMEN = (
    "Marie Nathalie Isabelle Catherine Sylvie Monique Françoise Martine Jacqueline Anne Valérie Christine Sandrine Véronique Céline Stéphanie Sophie "
    "Chantal Patricia Brigitte Annie Julie Aurélie Nicole Christelle Laurence Dominique Denise Emma Léa Manon Chloé Camille Inès Jade Louise Lina Ambre "
    "Yasmine Fatoumata Maëlys Océane Anaïs Élodie Ginette Huguette Simone Odette Yvette Germaine Raymonde Lucienne Zoé Romane Maryam Nour Aïcha Khadija "
    "Solène Gwenaëlle Maud Ségolène Marie-Claude Anne-Sophie Marie-Thérèse Rose-Marie Thi Ingrid Svetlana Ana Lucia Noémie Apolline Capucine Héloïse"
).split()
MEN = (
    "Jean Philippe Michel Alain Patrick Nicolas Christophe Pierre Christian Éric Frédéric Laurent Stéphane David Pascal Daniel Julien Alexandre Sébastien "
    "Thierry Olivier Bernard Bruno Gérard Jacques Guillaume Thomas Maxime Antoine Romain Lucas Hugo Enzo Louis Gabriel Raphaël Arthur Jules Adam Ethan "
    "Mohamed Karim Mamadou Ibrahim Yanis Mehdi Rayan Kévin Jordan Dylan Marcel Roger Raymond Lucien Fernand Gaston Jean-Pierre Jean-Claude Jean-Baptiste "
    "Loïc Yann Gwendal Théo Noé Timéo Maël Côme Baptiste Corentin Dimitri Giovanni Antonio João Tuan Wei Omar Youssef Ousmane Léonard Augustin Tanguy"
).split()
TOWNS = [
    tuple(line.split(";"))
    for line in (
        "Paris;75011;75111|Paris;75015;75115|Marseille;13008;13208|Lyon;69003;69383|Toulouse;31000;31555|Nice;06000;06088|Nantes;44000;44109|"
        "Strasbourg;67000;67482|Montpellier;34000;34172|Bordeaux;33000;33063|Lille;59000;59350|Rennes;35000;35238|Reims;51100;51454|Le Havre;76600;76351|"
        "Saint-Étienne;42000;42218|Toulon;83000;83137|Grenoble;38000;38185|Dijon;21000;21231|Angers;49000;49007|Nîmes;30900;30189|Villeurbanne;69100;69266|"
        "Clermont-Ferrand;63000;63113|Aix-en-Provence;13100;13001|Brest;29200;29019|Tours;37000;37261|Limoges;87000;87085|Amiens;80000;80021|Metz;57000;57463|"
        "Perpignan;66000;66136|Besançon;25000;25056|Orléans;45000;45234|Mulhouse;68100;68224|Rouen;76000;76540|Caen;14000;14118|Nancy;54000;54395|"
        "Argenteuil;95100;95018|Saint-Denis;93200;93066|Saint-Denis;97400;97411|Saint-Paul;97460;97415|Fort-de-France;97200;97209|Cayenne;97300;97302|"
        "Les Abymes;97139;97101|Ajaccio;20000;2A004|Bastia;20200;2B033|Bourg-en-Bresse;01000;01053|Oyonnax;01100;01283|Laon;02000;02408|Soissons;02200;02722|"
        "Moulins;03000;03190|Digne-les-Bains;04000;04070|Gap;05000;05061|Privas;07000;07186|Charleville-Mézières;08000;08105|Foix;09000;09122|Troyes;10000;10387|"
        "Carcassonne;11000;11069|Rodez;12000;12202|Aurillac;15000;15014|Angoulême;16000;16015|La Rochelle;17000;17300|Bourges;18000;18033|Tulle;19000;19272|"
        "Saint-Brieuc;22000;22278|Guéret;23000;23096|Périgueux;24000;24322|Valence;26000;26362|Évreux;27000;27229|Chartres;28000;28085|Quimper;29000;29232|"
        "Auch;32000;32013|Châteauroux;36000;36044|Lons-le-Saunier;39000;39300|Mont-de-Marsan;40000;40192|Blois;41000;41018|Le Puy-en-Velay;43000;43157|"
        "Cahors;46000;46042|Agen;47000;47001|Mende;48000;48095|Saint-Lô;50000;50502|Chaumont;52000;52121|Laval;53000;53130|Bar-le-Duc;55000;55029|Vannes;56000;56260|"
        "Lorient;56100;56121|Nevers;58000;58194|Beauvais;60000;60057|Alençon;61000;61001|Arras;62000;62041|Lens;62300;62498|Pau;64000;64445|Bayonne;64100;64102|"
        "Tarbes;65000;65440|Colmar;68000;68066|Vesoul;70000;70550|Mâcon;71000;71270|Le Mans;72000;72181|Chambéry;73000;73065|Annecy;74000;74010|Melun;77000;77288|"
        "Versailles;78000;78646|Niort;79000;79191|Albi;81000;81004|Montauban;82000;82121|Fréjus;83600;83061|Avignon;84000;84007|La Roche-sur-Yon;85000;85191|"
        "Poitiers;86000;86194|Épinal;88000;88160|Auxerre;89000;89024|Belfort;90000;90010|Évry-Courcouronnes;91000;91228|Nanterre;92000;92050|Créteil;94000;94028|"
        "Cergy;95000;95127|L'Haÿ-les-Roses;94240;94038|Saint-Maur-des-Fossés;94100;94068|Saint-Rémy-de-Provence;13210;13100|L'Abergement-Clémenciat;01400;01001|"
        "Sainte-Geneviève-des-Bois;91700;91549|Villeneuve-d'Ascq;59491;59009|Boulogne-Billancourt;92100;92012|Y;80190;80829|Oô;31110;31404"
    ).split("|")
]
WAYS = (
    "RUE",
    "RUE",
    "RUE",
    "AVENUE",
    "BOULEVARD",
    "CHEMIN",
    "ALLEE",
    "PLACE",
    "IMPASSE",
    "ROUTE",
    "QUAI",
    "SQUARE",
    "LOTISSEMENT",
    "COURS",
)
SHORT_WAYS = {
    "RUE": "RUE",
    "AVENUE": "AV",
    "BOULEVARD": "BD",
    "CHEMIN": "CHE",
    "ALLEE": "ALL",
    "PLACE": "PL",
    "IMPASSE": "IMP",
    "ROUTE": "RTE",
    "QUAI": "QU",
    "SQUARE": "SQ",
    "LOTISSEMENT": "LOT",
    "COURS": "CRS",
}
STREETS = (
    "DE LA REPUBLIQUE|VICTOR HUGO|JEAN MOULIN|DU GENERAL DE GAULLE|PASTEUR|DES ECOLES|JULES FERRY|DE L'EGLISE|DU 8 MAI 1945|JEAN JAURES|DE VERDUN|DU MOULIN|"
    "GAMBETTA|DES LILAS|DU MARECHAL FOCH|NATIONALE|DE LA GARE|EMILE ZOLA|DU STADE|DE LA FONTAINE|LEON BLUM|DU CHATEAU|SAINT MICHEL|DES TANNEURS|ALBERT CAMUS|"
    "DE PARIS|DES ACACIAS|GEORGES CLEMENCEAU|DU FAUBOURG SAINT ANTOINE|ARISTIDE BRIAND|DES FRERES LUMIERE|DU 11 NOVEMBRE|HENRI BARBUSSE|DE LA CROIX BLANCHE|"
    "SADI CARNOT|DE BRETAGNE|DU PORT|MARCEL PAGNOL|DES VIGNES|PIERRE ET MARIE CURIE|DU CENTRE|LAENNEC|DE LA LIBERATION|LE BOURG|DU PUITS|DES CHARMES"
).split("|")  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One row's person."""

    man: bool
    family: str
    other_family: str
    given: str
    more_given: str
    born: date
    town: tuple[str, ...]
    birth_town: tuple[str, ...]
    number: int
    way: str
    street: str

    @classmethod
    def draw(cls, chance: random.Random, oldest: int = 1926, youngest: int = 2020) -> Person:
        man = chance.random() < 0.48
        names = MEN if man else WOMEN
        born = date(oldest, 1, 1) + timedelta(days=chance.randrange((youngest - oldest) * 365))
        return cls(
            man, chance.choice(FAMILIES).replace("-", " "), chance.choice(FAMILIES).replace("-", " "), chance.choice(names), chance.choice(names),
            born, chance.choice(TOWNS), chance.choice(TOWNS), int(chance.paretovariate(0.6)) % 300 + 1, chance.choice(WAYS), chance.choice(STREETS),
        )  # fmt: skip


Cells = Callable[[random.Random, Person], str]
Columns = list[tuple[str, str, Cells]]


def drawn(
    tables: dict[str, Columns],
    rows: int,
    seed: int,
    unheaded: frozenset[str] = frozenset(),
    born: tuple[int, int] = (1926, 2020),
) -> list[Labelled]:
    """The tables filled, each row with a person of its own."""
    chance = random.Random(seed)
    found = []
    for name, columns in tables.items():
        people = [Person.draw(chance, *born) for _ in range(rows)]
        found.append(
            Labelled(
                name, tuple(heading for heading, _, _ in columns), tuple(kind for _, kind, _ in columns),
                [[cells(chance, person) for _, _, cells in columns] for person in people], name not in unheaded,
            )
        )  # fmt: skip
    return found


def plain(text: str) -> str:
    """Upper case with the accents lost."""
    return "".join(c for c in unicodedata.normalize("NFD", text.upper()) if not unicodedata.combining(c))


def of(read: Callable[[Person], str], form: Callable[[str], str] = str) -> Cells:
    return lambda chance, who: form(read(who))


def pick(*words: str) -> Cells:
    return lambda chance, who: chance.choice(words)


def mostly(cells: Cells, share: float, blank: str = "") -> Cells:
    """``share`` of the cells filled, the others ``blank``."""
    return lambda chance, who: cells(chance, who) if chance.random() < share else blank


def number(first: int, last: int, width: int = 0) -> Cells:
    return lambda chance, who: str(chance.randrange(first, last)).zfill(width)


def decimal(first: float, last: float, places: int = 2, mark: str = ",") -> Cells:
    return lambda chance, who: f"{chance.uniform(first, last):.{places}f}".replace(".", mark)


def letters(form: str) -> Cells:
    """``A`` stands for a capital, ``a`` for a hexadecimal digit, ``9`` for a digit, the rest for itself."""
    draws = {"A": "ABCDEFGHJKLMNPQRSTUVWXYZ", "a": "0123456789abcdef", "9": "0123456789"}
    return lambda chance, who: "".join(chance.choice(draws[c]) if c in draws else c for c in form)


def day(first: int, last: int, form: str = "%d/%m/%Y") -> Cells:
    span = (last - first) * 365
    return lambda chance, who: (date(first, 1, 1) + timedelta(days=chance.randrange(span))).strftime(form)


def moment(first: int, last: int, form: str) -> Cells:
    """As :func:`day`, ``{h}`` and the like filled with a time of day."""
    whole = day(first, last, form)
    return lambda chance, who: (
        whole(chance, who)
        .replace("{h}", f"{chance.randrange(24):02d}")
        .replace("{m}", f"{chance.randrange(60):02d}")
    )


def born(form: str = "%d/%m/%Y") -> Cells:
    return lambda chance, who: who.born.strftime(form)


def luhn(body: str) -> str:
    total = sum(
        sum(divmod(int(c) * (2 - k % 2), 10)) for k, c in enumerate(reversed(body))
    )  # fmt: skip
    return body + str(-total % 10)


def rpps(chance: random.Random, who: Person) -> str:
    return luhn(f"1{chance.randrange(10**4, 10**6):09d}")


def finess(chance: random.Random, who: Person) -> str:
    """Corsican numbers begin by 2A or 2B, the key passes over the letter."""
    department, rest = (
        who.town[2][:2],
        f"{chance.choice((0, 0, 0, 780, 10, 800)) * 1000 + chance.randrange(1000):06d}",
    )
    return department + luhn(department.strip("AB") + rest)[len(department.strip("AB")) :]


def siren(chance: random.Random, who: Person) -> str:
    return luhn(str(chance.randrange(30_000_000, 99_000_000)))


def siret(chance: random.Random, who: Person) -> str:
    return luhn(siren(chance, who) + f"{chance.randrange(1, 40):04d}")


def adeli(chance: random.Random, who: Person) -> str:
    return who.town[2][:2].replace("A", "0").replace("B", "0") + str(chance.randrange(10**6, 10**7))


def nir13(who: Person, order: int) -> str:
    place = "99" + "135" if who.family in ("Nguyen", "Kowalski", "Yilmaz") else who.birth_town[2]
    return f"{1 if who.man else 2}{who.born:%y%m}{place}{order:03d}"


def nir_key(body: str) -> str:
    figures = int(body.replace("2A", "19").replace("2B", "18"))
    return f"{97 - figures % 97:02d}"


def nir(form: Callable[[str], str] = str) -> Cells:
    """The fifteen characters with their key."""

    def cells(chance: random.Random, who: Person) -> str:
        body = nir13(who, chance.randrange(1, 400))
        return form(body + nir_key(body))

    return cells


def nir_spaced(text: str) -> str:
    return " ".join((text[0], text[1:3], text[3:5], text[5:7], text[7:10], text[10:13], text[13:]))


def phone(form: str = "{}", starts: str = "123456667799") -> Cells:
    """Ten digits; ``form`` may ask for pairs (``{p}``), dots (``{d}``), the country (``{c}``) or no zero (``{n}``)."""

    def cells(chance: random.Random, who: Person) -> str:
        text = "0" + chance.choice(starts) + f"{chance.randrange(10**8):08d}"
        pairs = [text[k : k + 2] for k in range(0, 10, 2)]
        return form.format(text, p=" ".join(pairs), d=".".join(pairs), c="+33" + text[1:], n=text[1:])

    return cells


def email(chance: random.Random, who: Person) -> str:
    name = (
        plain(who.given).lower()
        + chance.choice((".", "", "_", "-"))
        + plain(who.family).lower().replace(" ", "").replace("'", "")
    )
    return (
        name
        + chance.choice(("", str(who.born.year)[2:]))
        + "@"
        + chance.choice(
            ("gmail.com", "orange.fr", "hotmail.com", "free.fr", "wanadoo.fr", "icloud.com", "sfr.fr")
        )
    )


def address(form: Callable[[str], str] = str, share_unnumbered: float = 0.05) -> Cells:
    return lambda chance, who: form(
        f"{who.way} {who.street}"
        if chance.random() < share_unnumbered
        else f"{who.number} {who.way} {who.street}"
    )


def iban(chance: random.Random, who: Person) -> str:
    bank, desk, account = (
        chance.choice(("30002", "10278", "20041", "14445", "30004", "18206")),
        f"{chance.randrange(10**5):05d}",
        f"{chance.randrange(10**11):011d}",
    )
    key = 97 - (89 * int(bank) + 15 * int(desk) + 3 * int(account)) % 97
    bban = f"{bank}{desk}{account}{key:02d}"
    return f"FR{98 - int(bban + '152700') % 97:02d}{bban}"


def in_fours(text: str) -> str:
    return " ".join(text[k : k + 4] for k in range(0, len(text), 4))


def ean(body: str) -> str:
    return body + str(-sum(int(c) * (3 if k % 2 else 1) for k, c in enumerate(body)) % 10)


def keyed7(first: int, last: int) -> Cells:
    """CIP7 or UCD7 with its key modulo 11."""

    def cells(chance: random.Random, who: Person) -> str:
        while True:
            body = f"{chance.randrange(first, last)}"
            key = sum(weight * int(c) for weight, c in zip(range(2, 8), body, strict=True)) % 11
            if key < 10:
                return body + str(key)

    return cells


def cip13(chance: random.Random, who: Person) -> str:
    return ean(
        "34009" + chance.choice(("30", "26", "27", "55", "39", "49")) + f"{chance.randrange(10**5):05d}"
    )


CIM = (
    "E119 I10 J189 K359 Z511 Z491 N390 I500 J449 S7200 F322 G309 C509 C61 R104 O800 Z380 A099 B349 D509 E785 M545 H259 K802 L031 T814 U0710 Z511+0 "
    "I2510 J960 R53 E440 F102 M170 N185 I639 C349 Z452 Z470 S525 R55 P599 Q210"
).split()
CCAM = "YYYY033 HHFA016 NEKA020 BFGA004 DEQP003 ZBQK002 JQGA004 HHQE005 QZFA036 LFFA002 EBFA012 HBLD038 HBMD042 YYYY600 ZZQX010 MDCB005 HMFC004 JVJF008 DZQM006 GLLD015".split()
DRUGS = (
    "DOLIPRANE 1000 mg, comprimé|KARDEGIC 75 mg, poudre pour solution buvable en sachet-dose|AMOXICILLINE SANDOZ 500 mg, gélule|LEVOTHYROX 100 microgrammes, comprimé sécable|"
    "TAHOR 20 mg, comprimé pelliculé|VENTOLINE 100 microgrammes/dose, suspension pour inhalation|ESOMEPRAZOLE EG 40 mg, gélule gastro-résistante|ELIQUIS 5 mg, comprimé pelliculé|"
    "LASILIX 40 mg, comprimé sécable|SPASFON LYOC 160 mg, lyophilisat oral|AUGMENTIN 1 g/125 mg, poudre|METFORMINE ARROW 850 mg, comprimé|IMOVANE 7,5 mg, comprimé pelliculé sécable"
).split("|")  # fmt: skip
LABS = (
    "SANOFI WINTHROP INDUSTRIE",
    "BIOGARAN",
    "MYLAN SAS",
    "TEVA SANTE",
    "VIATRIS SANTE",
    "ZENTIVA FRANCE",
    "PFIZER PFE FRANCE",
    "ARROW GENERIQUES",
    "SERVIER",
    "NOVARTIS PHARMA S.A.S.",
)
HOUSES = (
    "CHU DE {}|CENTRE HOSPITALIER DE {}|CH {}|CLINIQUE SAINT JOSEPH {}|EHPAD RESIDENCE LES TILLEULS {}|POLYCLINIQUE DE {}|PHARMACIE DE {}|HOPITAL PRIVE DE {}|"
    "CENTRE DE SANTE {}|LABM BIOGROUP {}|SSIAD DE {}|FOYER DE VIE {}|SELARL RADIOLOGIE {}|CABINET DU DR {}|USLD {}"
).split("|")  # fmt: skip


def house(chance: random.Random, who: Person) -> str:
    return chance.choice(HOUSES).format(plain(who.town[0]).replace("-", " "))
