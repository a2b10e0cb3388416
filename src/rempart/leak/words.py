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
_MORE_GIVEN_NAMES = """
fernande marcelle roland leone andree armand lucette mauricette jeannine janine jeanine pierrette mireille gisele claudine
eliette nadine muriel sylviane joelle maryse maryvonne viviane ghislaine annick jocelyne regine marylene marielle martial serge
gerald claudie roselyne sonia myriam karima leila malika naima zohra khadija rachida abdel abdelkader mustapha hassan hussein
ismael bilal moussa mamadou oumar aissata mariam maryam fatoumata fatiha farid nabil kamel jamal jamel hamid samir sofiane walid
ryan rayan ayoub ilyes imran nael kais adem amir yanis yacine lyna aya assia sofia soumaya safia salome romane agathe apolline
capucine constance victoire heloise alix ambre romy mia lou lena maelys maeva noemie justine marine morgane coralie amandine
angelique magali severine sabine carole karen ingrid sandra vanessa jennifer cindy kelly tiffany melissa priscilla estelle
emmanuelle emmanuel ludivine gaelle gwenaelle gwenael yannick yann erwan ronan loic alan tanguy corentin killian kylian matheo
timeo nolan noe eliott sacha malo evan maxence aurelien fabien damien bastien adrian thibault thibaut tristan remi remy regis
sylvain franck fred freddy arnaud alban aymeric cyril cyrille denis dimitri donald edgar elie felix ferdinand firmin francis
gaetan gautier geoffrey gregory guilhem hubert hugues ivan joris jeremy jeremie johan jonas justin lilian lionel luc manuel
marius martin maxim morgan octave pierrick pascale rodolphe rodrigue roman stanislas stephan thibaud ugo urbain valery vivien
wilfried william zacharie antonio jose maria carlos paulo joao pedro luis ana giovanni marco mario franco luca isabella carmen
dolores conception rosa teresa elena irina olga natacha svetlana tatiana ivana anita barbara christa doris edith elsa emeline
eugenie esther eve fanny flavie flora gloria honorine irene jacky johanna judith jacinthe lidia lydia lydie lise lisa louison
lucile madison maelle maud melina melody mylene nancy nelly nina noelle ophelie perrine prune rachel rebecca rosalie roxane
sandy sidonie solene solenne sybille sylvette tania thais valentine vera violette virginia yolande zelie aline alicia alexandra
alexia adele albane aurore axelle berenice berengere blandine candice cassandra cathy chrystelle claire clarisse clemence
clementine colombe cyrielle daphne diane dorothee elsie enora faustine france gabrielle garance gwladys harmonie hortense iris
isaure jana joceline johanne josephine jordane judicael kim lara leonie leonore lilou line lison lorine louane louna lucille
marianne marina marilyne marjolaine marjorie meline mathilda maylis megane melodie michelle mona natalia nour oriane paola paule
priscille rafael ludo segolene soizic stella suzie tiphaine yaelle ysaline come gaspard leandre leonard lubin mael marceau marin
milo nino robin ruben simeon swann tiago titouan ulysse youri bertrand aime aimee achille alexis alphonse ambroise anatole ange
anselme aristide arsene augustine auguste blaise cesar celestin clotilde constant cyprien desire edmond edmonde ernest ernestine
felicie fortune francisque germain ghislain honore hyacinthe irenee isidore leonce leontine leopold louisa mathurin maximilien
medard modeste narcisse nestor noel octavie ovide prosper quentine raoul renaud reynald rolande romuald sebastienne seraphin
sosthene theodore theophile toussaint ursule valere victorine zephirin ousmane cheikh modou abdoulaye souleymane amadou aminata
awa binta djibril idrissa kadiatou lamine mariama ousseynou salimata seydou thi van minh anh linh tuan huong wei ming li xin
mehmet mustafa emre elif ayse fatma
"""
GIVEN_NAMES = FIRST_NAMES | frozenset(_MORE_GIVEN_NAMES.split())
"""First names of four in five people in France, without accents."""
_FAMILY_NAMES = """
martin bernard dubois thomas robert richard petit durand leroy moreau simon laurent lefebvre michel garcia david bertrand roux
vincent fournier morel girard andre mercier dupont lambert bonnet francois martinez legrand garnier faure rousseau blanc guerin
muller henry roussel nicolas perrin morin mathieu clement gauthier dumont lopez fontaine chevalier robin masson sanchez gerard
nguyen boyer denis lemaire duval joly gautier roger roche roy noel meyer lucas meunier jean perez marchand dufour blanchard
marie barbier brun dumas brunet schmitt leroux colas fernandez rodriguez gonzalez picard renard giraud aubert arnaud rolland
olivier leclercq caron vidal fabre lacroix bourgeois leclerc rey dupuis riviere gaillard philippe lecomte renaud benoit dupuy
guillot carpentier hubert moulin deschamps charles adam vasseur huet fleury jacquet poirier baron klein boucher schneider royer
menard collet perrot langlois lemoine bailly lefevre le gall guyot berger louis cousin besson carre germain barre leveque
pelletier perrier marty maillard bouvier monnier hamon tessier humbert prevost millet breton reynaud antoine bouchet lebrun
daniel cordier pichon weber mallet grondin payet hoarau pasquier lejeune delaunay ferreira rodrigues pereira silva santos dias
diallo traore ndiaye diop ba sow barry camara kone coulibaly toure cisse keita mendy benali saidi hamdi haddad mansouri bouzid
belkacem cherif ali ahmed ben amar brahimi chen wang zhang tran pham rossi ferrari marchal vallee gillet guillaume charpentier
renault hardy verdier leger remy gilles chauvin etienne tanguy poulain bodin lebreton legendre paul gregoire alexandre pierre
cohen levy courtois delmas hebert allard parent maury gay bousquet coste lamy salmon voisin julien valentin riou launay
hernandez guichard texier briand benard blin mahe leblanc bigot besnard foucher georges bertin lacombe marin chevallier jacob
bourdon maurice thibault rossignol bazin morvan raynaud merle ollivier
"""
FAMILY_NAMES = frozenset(_FAMILY_NAMES.split())
"""The commonest family names: those of one in eight people in France, without accents; of few towns or things."""
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
CLINICAL = re.compile(
    r"(?i)\b(?:patiente?s?|douleurs?|consultations?|hospitalis\w+|sympt[oô]mes?|ordonnance|suivie?|ant[eé]c[eé]dents?|sortie|op[eé]r[eé]e?s?|"
    r"domicile|cure|sevrage|fracture|contr[oô]le|scanner|irm|grossesse|vue?|retour|d[eé]compensation|allergies?|tension)\b"
)
"""Words of somebody's care; those of :data:`MEDICAL` also stand in catalogues of drugs and acts."""
TOWN = re.compile(
    r"^(?:saint|sainte|st|ste)[ _-]|[ '-](?:sur|sous|en|les|lez|de|du|des|la|le|aux|d|l|et|a)[ '-]|^(?:le|la|les|l)[ _']\w|"
    r"(?:ville|villers?|court|heim|bourg|gny|mont|ieres|willer|hausen|champs?|fontaine|vaux|bois|pont|roche|val)$|cedex|"
    r"^(?:paris|marseille|lyon|toulouse|nice|nantes|montpellier|strasbourg|bordeaux|lille|rennes|reims|toulon|grenoble|dijon|angers|"
    r"nimes|brest|tours|amiens|limoges|annecy|metz|besancon|perpignan|orleans|rouen|mulhouse|caen|nancy|argenteuil|montreuil|roubaix|"
    r"tourcoing|nanterre|avignon|creteil|poitiers|dunkerque|versailles|courbevoie|pau|colmar|cannes|antibes|calais|ajaccio|bastia|"
    r"valence|quimper|troyes|lorient|chambery|niort|beauvais|cholet|vannes|laval|arles|evreux|belfort|cayenne|drancy|merignac|pessac)\b"
)
"""What one in two names of communes shows, and one in ten family names; over small letters without accents,
underscores for the spaces of names that are not in capitals."""
ARTICLE = re.compile(r"(?i)(?:(?:de|du|des)\s|d'|l')\w")
"""How streets go on after their type."""
HOUSE = re.compile(
    r"(?i)\b(?:ch|chu|chr|ght|centre hospitalier|clinique|ehpad|hopital|hôpital|hopitaux|pharmacie|laboratoire|cabinet|"
    r"maison de|centre|polyclinique|foyer|conseil|communaut[eé]|commune de|ville de|d[eé]partement|groupe|cc|ca|syndicat|"
    r"institut|association|ecole|école|college|collège|lycee|lycée|universite|université|mairie|"
    r"residence autonomie|sarl|sas|selarl|scp|sci|scm|eurl|ssiad|had|usld|labm)\b"
)
SEX_WORDS = {
    "1": 1, "m": 1, "h": 1, "male": 1, "homme": 1, "masculin": 1, "mr": 1, "monsieur": 1, "garcon": 1, "masc": 1,
    "2": 2, "f": 2, "female": 2, "femme": 2, "feminin": 2, "mme": 2, "madame": 2, "mlle": 2, "fille": 2, "w": 2,
    "mademoiselle": 2, "mrs": 2, "ms": 2, "miss": 2, "fem": 2,
    "i": 0, "u": 0, "x": 0, "o": 0, "unknown": 0, "other": 0, "autre": 0, "indetermine": 0, "inconnu": 0, "": 0,
}  # fmt: skip
"""What a word says of a sex, as NIR and RNIPP number it: 1 male, 2 female, 0 neither said."""
