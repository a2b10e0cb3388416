"""Word lists that tell columns apart where no heading does: first names, streets, medicine, insurers, titles.

Common French words, gathered by hand; the lists are evidence, never proof.
"""

from __future__ import annotations

import re

_FIRST_NAMES = """
marie jean pierre michel andre philippe rene louis alain jacques bernard marcel daniel roger robert
paul claude christian henri georges nicolas francois patrick gerard christophe joseph julien maurice
laurent frederic eric david stephane pascal sebastien alexandre thierry olivier antoine raymond guy
dominique charles didier marc vincent yves guillaume bruno thomas lucas hugo maxime arthur leo
gabriel raphael adam jules nathan enzo louise emma jade alice chloe lina lea manon mila sarah ines
camille lola zoe anna rose jeanne francoise monique catherine nathalie isabelle jacqueline anne
sylvie martine madeleine nicole suzanne helene christine marguerite denise louisette yvonne valerie
sophie stephanie celine julie sandrine virginie aurelie laure audrey emilie caroline melanie elodie
pauline charlotte juliette mathilde clara eva lucie margaux oceane laura marion elise brigitte
chantal veronique patricia christelle corinne cecile agnes beatrice florence karine delphine
laetitia fatima mohamed ahmed karim rachid samira nadia yasmine mehdi said youssef omar ali ibrahim
amina aicha fatou kevin jordan dylan steven jonathan anthony mickael ludovic cedric jerome fabrice
gilles herve joel xavier benoit romain florian mathieu matthieu quentin clement adrien baptiste
valentin theo tom noah ethan liam mathis axel simone germaine odette paulette ginette colette
josette evelyne annie lucienne georgette renee genevieve therese yvette huguette solange raymonde
bernadette elisabeth danielle michele arlette josiane eliane sabrina jessica samuel benjamin simon
victor augustin gaston gustave leon emile eugene lucien fernand albert edouard etienne
"""
FIRST_NAMES = frozenset(_FIRST_NAMES.split())
STREET = re.compile(
    r"(?i)\b(?:rue|r\.|avenue|av\.?|ave|bd|boulevard|bld|blvd|place|pl\.?|chemin|che?m?\.?|impasse|imp\.?|allees?|"
    r"all\.?|quai|cours|route|rte|square|sq\.?|residence|res\.?|lotissement|lot\.?|lieu[- ]dit|hameau|passage|"
    r"faubourg|fbg?|sentier|villa|esplanade|promenade|rond[- ]point|zac|za|bp|street|road|lane|drive)\b"
)
TITLE = re.compile(r"(?i)\s*(?:m|mr|mme|mlle|monsieur|madame|mademoiselle|mrs|ms|miss)\.?\s+")
DOCTOR = re.compile(r"(?i)\s*(?:dr\.?|docteur|pr\.?|professeur|doctor)\s+\w")
INSURER = re.compile(
    r"(?i)\b(?:cpam|mutuelle|mgen|harmonie|malakoff|humanis|ag2r|axa|allianz|maif|macif|matmut|groupama|swiss ?life|"
    r"april|apivia|mgefi|mnh|mnt|lmg|prevoyance|css|cmu|msa|ram|camieg|generali|aesio|almerys|viamedis|klesia|"
    r"assurances?|msp|sante|unim|pro ?btp|ameli|caisse)\b"
)
MEDICAL = re.compile(
    r"(?i)\b(?:patiente?|douleurs?|fievre|fièvre|diabete|diabète|hta|hypertension|cancer|tumeur|fracture|asthme|"
    r"allergie|depression|dépression|grossesse|chirurgie|consultation|hospitalis\w+|symptomes?|symptômes?|"
    r"traitement|prescri\w+|ordonnance|mg|comprimes?|comprimés?|gelules?|gélules?|antibio\w+|doliprane|paracetamol|"
    r"paracétamol|ibuprof\w+|amoxicilline|insuline|scanner|irm|radio\w*|echographie|échographie|biopsie|anemie|"
    r"anémie|cardiaque|infarctus|avc|renale?|rénale?|hepatique|hépatique|toux|cephalees|céphalées|migraines?|"
    r"sevrage|tabac|alcool\w*|vaccin\w*|bpco|insuffisance|chronique|aigue?|aiguë|suivi|antecedents?|antécédents?|"
    r"biologie|glycemie|glycémie|hemoglobine|hémoglobine|infection|lesion|lésion|syndrome)\b"
)
HOUSE = re.compile(
    r"(?i)\b(?:ch|chu|chr|ght|centre hospitalier|clinique|ehpad|hopital|hôpital|hopitaux|pharmacie|laboratoire|cabinet|"
    r"maison de|centre de|institut|association|ecole|école|college|collège|lycee|lycée|universite|université|mairie|"
    r"residence autonomie|sarl|sas|selarl|scm|eurl|ssiad|had)\b"
)
SEX_WORDS = {
    "1": 1, "m": 1, "h": 1, "male": 1, "homme": 1, "masculin": 1, "mr": 1, "monsieur": 1, "garcon": 1, "masc": 1,
    "2": 2, "f": 2, "female": 2, "femme": 2, "feminin": 2, "mme": 2, "madame": 2, "mlle": 2, "fille": 2, "w": 2,
    "mademoiselle": 2, "mrs": 2, "ms": 2, "miss": 2, "fem": 2,
    "i": 0, "u": 0, "x": 0, "o": 0, "unknown": 0, "other": 0, "autre": 0, "indetermine": 0, "inconnu": 0, "": 0,
}  # fmt: skip
"""What a word says of a sex, as NIR and RNIPP number it: 1 male, 2 female, 0 neither said."""
