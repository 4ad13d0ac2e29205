"""The closed word classes and patterns that decide what a sentence says.

All are as :func:`rag.text.folding.fold` leaves them: lower case, ``'`` inside
words only.
"""

from __future__ import annotations

import re

NEGATIONS = {
    language: re.compile(rf"(?<![\w'])(?:{words})(?!\w)")
    for language, words in {
        "en": r"not(?!\s+only)|no|never|(?<!a )few|none|nor|neither|nobody|nothing|nowhere|cannot|without|hardly"
        r"|scarcely|barely|rarely|seldom|unless|except|excluding|lacks?|lacked|lacking|failure\s+to"
        r"|fail(?:s|ed)?\s+to|den(?:y|ies|ied)|refus(?:e|es|ed)|instead\s+of|rather\s+than|far\s+from|untrue|false|falsely"
        r"|wrongly|[a-z]+n't|contrary\s+to|disagree(?:s|d|ment)?|rejects?|rejected|disput(?:e|es|ed)",
        "de": r"nicht|kein\w*|nie|niemals|niemand|ohne|weder",
        "es": r"no|sin|nunca|ning\w+|nadie|jamás|tampoco",
        "fr": r"ne|n'\w+|non|sans|jamais|aucune?|pas|ni",
        "it": r"non|senza|mai|nessun\w*",
        "pt": r"n\u00e3o|sem|nunca|nenhum\w*|jamais",
    }.items()
}
"""What turns a statement round, by language; a text is searched with the pattern of its own."""

OPPOSITES: tuple[tuple[str, str], ...] = (
    (
        r"ris(?:e|es|en|ing)|rose|increas\w+|grew|grow\w*|climb\w*|surg(?:e|ed|es|ing)|soar\w*|jump\w*"
        r"|higher|up|expand\w*|doubl\w+|tripl\w+|escalat\w+|worsen\w*|gain\w*|upward\w*",
        r"fall(?:s|en|ing)?|fell|decreas\w+|declin\w+|dropp?(?:s|ed|ing)?|shr[aiu]nk\w*|lower\w*|down"
        r"|reduc\w+|plung\w+|halv\w+|slump\w*|eas(?:e|ed|ing)|improv\w+|los(?:t|e|es)|downward\w*",
    ),
    (r"more(?! than)|greater|larger|bigger", r"(?:less|fewer)(?! than)|smaller"),
    (r"longer|longest", r"shorter|shortest"),
    (r"taller|tallest", r"shorter|shortest"),
    (r"higher|highest", r"lower|lowest"),
    (r"heavier|heaviest", r"lighter|lightest"),
    (r"deeper|deepest", r"shallower|shallowest"),
    (r"wider|widest|broader|broadest", r"narrower|narrowest"),
    (r"thicker|thickest", r"thinner|thinnest"),
    (r"older|oldest", r"younger|youngest|newer|newest"),
    (r"faster|fastest|quicker|quickest", r"slower|slowest"),
    (r"warmer|warmest|hotter|hottest", r"colder|coldest|cooler|coolest"),
    (r"stronger|strongest", r"weaker|weakest"),
    (r"better|best", r"worse|worst"),
    (r"richer|richest", r"poorer|poorest"),
    (r"harder|hardest", r"softer|softest|easier|easiest"),
    (r"brighter|brightest", r"darker|darkest|dimmer|dimmest"),
    (r"nearer|nearest|closer|closest", r"farther|farthest|further|furthest"),
    (r"dearer|dearest|costlier|costliest", r"cheaper|cheapest"),
    (r"largest|biggest|highest|most|maximum|greatest", r"smallest|lowest|least|minimum|fewest"),
    (r"before|prior|earlier", r"after|following|later|since"),
    (r"above|exceed\w*|over|more than", r"below|under|less than|fewer than"),
    (r"ahead", r"behind"),
    (r"first|earliest", r"last(?! (?:year|month|week|decade|century)s?(?! of)(?!\w))|latest|final"),
    (r"support\w*|back(?:s|ed|ing)|endors\w+|favou?r\w*|approv\w+", r"oppos\w+|condemn\w*|object\w*"),
    (r"allow\w*|permit\w*|legali[sz]\w+|lawful", r"bann?(?:s|ed|ing)?|prohibit\w*|forb[ai]d\w*|outlaw\w*"),
    (r"legal|lawful|licit", r"illegal|unlawful|illicit"),
    (r"import\w*", r"export\w*"),
    (r"majority", r"minority"),
    (r"includ\w+", r"exclud\w+|omit\w*"),
    (r"success\w*|succeed\w*", r"fail\w*"),
    (r"win|wins|won", r"lose|loses|lost"),
    (r"safe|safer|safely", r"unsafe|dangerous\w*|deadly|lethal"),
    (r"start\w*|beg[aiu]n\w*|launch\w*|open(?:s|ed)?", r"stopp?\w*|ended|ending|ceas\w+|clos(?:e|ed|es|ing)"),
    (r"buy\w*|bought|purchas\w+", r"sell\w*|sold"),
    (r"north\w*", r"south\w*"),
    (r"east\w*", r"west\w*"),
    (r"effective\w*", r"ineffective\w*"),
    (r"possible|possibly", r"impossible"),
    (r"men|male|males|man", r"women|female|females|woman"),
)  # fmt: skip
"""Pairs of patterns; a sentence that uses one side may not rest on the other alone."""

CONVERSES = tuple(
    sides
    for one, other in (
        (("sell", "to"), ("buy", "from")),
        (("lend", "to"), ("borrow", "from")),
        (("give", "to"), ("receiv", "from")),
        (("beat", ""), ("lose", "to")),
        (("win", "against"), ("lose", "to")),
        (("own", ""), ("belong", "to")),
        (("employ", ""), ("work", "for")),
        (("preced", ""), ("follow", "")),
    )
    for sides in ((*one, *other), (*other, *one))
)
"""Verbs that say one thing from two sides, each with the preposition before the other side."""

DIMENSIONS = {
    "high": "height", "tall": "height", "long": "length", "deep": "depth", "wide": "width", "broad": "breadth",
    "thick": "thickness", "strong": "strength", "old": "age", "weighs": "weight", "weighed": "weight",
}  # fmt: skip
"""Adjectives of a measure, with the noun that says the same: ``4 m long``, ``a length of 4 m``."""

QUANTITIES = (
    r"(?<!above )(?<!after )(?:(?<!at )all|(?<=at )all(?= \w))|every|everyone|everywhere|always"
    r"|entire|entirely|completely|universal\w*",
    r"only|solely|exclusively|sole",
    r"(?<!at )most|mostly|mainly|chiefly|largely",
    r"many|numerous",
    r"both",
    r"half|halv\w+",
    r"thirds?",
    r"quarters?",
    r"second",
    r"fourth",
    r"first|1st",
    r"morning\w*",
    r"afternoon\w*",
    r"evening\w*",
    r"(?:over)?nights?",
    r"spring",
    r"summer",
    r"autumn",
    r"winter",
    r"early",
    r"late",
    r"fifths?",
    r"doubl\w+|twice|twofold",
    r"tripl\w+|threefold|three times",
    r"dozens?",
    r"hundreds",
    r"thousands",
    r"millions",
    r"billions",
)
"""Words of quantity and order that stand only where the evidence has one of the same kind."""

FUTURE = re.compile(r"(?<!\w)(?:will|shall|going to|expected to|plan(?:s|ned)? to|set to)(?!\w)")
"""What says that something is yet to come."""

POSSIBLE = re.compile(
    r"(?<!\w)(?:might|could|would|will|shall|should|going to|expect(?:s|ed)? to|plan(?:s|ned)? to|set to|likely"
    r"|probably|possibly|perhaps|allegedly|reportedly|supposedly|apparently|suspect(?:s|ed)?"
    r"|(?:seem|appear)(?:s|ed)? to|(?:thought|believed|said|due) to|(?:hope|aim|intend|seek)(?:s|ed)? to"
    r"|threaten(?:s|ed)? to|propos(?:e|es|ed) to|want(?:s|ed)? to|vow(?:s|ed)? to|promis(?:e|es|ed) to"
    r"|(?<!in )(?<!of )(?<!by )(?<!on )(?<!to )(?<!from )(?<!since )(?<!until )(?<!last )(?<!\d )may(?!\s+\d))(?!\w)"
)
"""What says that something is possible, wished or yet to come, and no fact."""

NUMBERS = {
    "zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "one": 1,
    "dozen": 12,
}  # fmt: skip
SCALES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12,
    "tausend": 10**3, "mil": 10**3, "mille": 10**3, "millones": 10**6, "millionen": 10**6,
    "millions": 10**6, "milliarden": 10**9, "milliards": 10**9,
}  # fmt: skip
UNITS: dict[str, str] = {
    "percentage points": r"percentage[ -]points?",
    "percent": r"%|percent|per cent|pct|prozent|por ciento|pour cent|por cento|per cento",
    "dollars": r"dollars?|usd",
    "euros": r"euros?|eur",
    "cents": r"cents?|pence",
    "pounds": r"pounds?|lbs?",
    "yen": r"yen",
    "yuan": r"yuan|renminbi",
    "pesos": r"pesos?",
    "rupees": r"rupees?",
    "crowns": r"crowns?",
    "francs": r"francs?",
    "kilograms": r"kilogram(?:me)?s?|kilos?|kgs?",
    "milligrams": r"milligram(?:me)?s?|mgs?",
    "micrograms": r"microgram(?:me)?s?|mcgs?|\u03bcgs?",
    "grams": r"gram(?:me)?s?|g",
    "tonnes": r"(?:metric )?ton(?:ne)?s?",
    "ounces": r"ounces?|oz",
    "miles": r"miles?",
    "kilometres": r"kilomet(?:re|er)s?|km",
    "metres": r"met(?:re|er)s?",
    "litres": r"lit(?:re|er)s?",
    "millilitres": r"millilit(?:re|er)s?|ml",
    "degrees": r"degrees?|°",
    "years": r"years?|yrs?|jahren?|a\u00f1os?|ans",
    "months": r"months?",
    "weeks": r"weeks?",
    "days": r"days?",
    "hours": r"hours?|hrs?",
    "minutes": r"minutes?|min",
    "seconds": r"seconds|sec",
    "times": r"times|fold",
    "halves": r"half|halves",
    "thirds": r"thirds?",
    "quarters": r"quarters?",
    "fifths": r"fifths?",
    "tenths": r"tenths?",
    "decade": r"s",
}
"""Units by the spelling that a message shows; the longer pattern first where one opens another."""

BE = frozenset("be am is are was were been being isn't aren't wasn't weren't".split())
HAVE = frozenset("have has had having haven't hasn't hadn't".split())
MODALS = frozenset(
    "do does did can could may might must shall should will would cannot don't doesn't didn't can't couldn't "
    "mustn't shouldn't won't wouldn't".split()
)
"""Auxiliaries after which the next content word is a verb in any form."""
DETERMINERS = frozenset("a an the this these those its his her their our my your each every some any no".split())
PRONOUNS = frozenset("i you he she it we they me him her us them itself themselves".split())
SUBORDINATORS = frozenset(
    "that which who whom whose when where while whereas because although though if unless".split()
)
CONJUNCTIONS = frozenset("and but or nor yet".split())
PREPOSITIONS = frozenset(
    """
    about above across after against along among around as at before behind below between beyond by despite
    during except for from in inside into like near of off on onto out outside over per since than through
    throughout to toward towards under until up upon via with within without
    """.split()
)
_IRREGULAR = """
    beat/beat/beaten become/became/become begin/began/begun break/broke/broken bring/brought/brought
    build/built/built buy/bought/bought catch/caught/caught choose/chose/chosen come/came/come cost/cost/cost
    cut/cut/cut deal/dealt/dealt draw/drew/drawn drive/drove/driven eat/ate/eaten fall/fell/fallen feel/felt/felt
    fight/fought/fought find/found/found fly/flew/flown forbid/forbade/forbidden freeze/froze/frozen give/gave/given
    go/went/gone grow/grew/grown hide/hid/hidden hit/hit/hit hold/held/held hurt/hurt/hurt keep/kept/kept
    know/knew/known lead/led/led leave/left/left lend/lent/lent lose/lost/lost make/made/made mean/meant/meant
    meet/met/met overthrow/overthrew/overthrown pay/paid/paid put/put/put rise/rose/risen run/ran/run say/said/said
    see/saw/seen sell/sold/sold send/sent/sent set/set/set shake/shook/shaken shoot/shot/shot show/showed/shown
    shut/shut/shut sink/sank/sunk speak/spoke/spoken spend/spent/spent spread/spread/spread steal/stole/stolen
    strike/struck/struck swear/swore/sworn take/took/taken teach/taught/taught tell/told/told think/thought/thought
    throw/threw/thrown understand/understood/understood undertake/undertook/undertaken win/won/won
    withdraw/withdrew/withdrawn write/wrote/written arise/arose/arisen bear/bore/borne bend/bent/bent bind/bound/bound
    bite/bit/bitten bleed/bled/bled blow/blew/blown breed/bred/bred cling/clung/clung creep/crept/crept dig/dug/dug
    drink/drank/drunk feed/fed/fed flee/fled/fled forget/forgot/forgotten forgive/forgave/forgiven get/got/gotten
    hang/hung/hung hear/heard/heard lay/laid/laid light/lit/lit ride/rode/ridden ring/rang/rung seek/sought/sought
    shed/shed/shed shrink/shrank/shrunk sing/sang/sung sit/sat/sat sleep/slept/slept slide/slid/slid spin/spun/spun
    spring/sprang/sprung stand/stood/stood stick/stuck/stuck sting/stung/stung sweep/swept/swept swim/swam/swum
    swing/swung/swung tear/tore/torn wake/woke/woken wear/wore/worn weave/wove/woven wind/wound/wound
"""
PASTS = {past: base for base, past, _ in (verb.split("/") for verb in _IRREGULAR.split())}
PARTICIPLES = {done: base for base, _, done in (verb.split("/") for verb in _IRREGULAR.split())}
"""Irregular forms of verbs, and the verb."""

_OTHER_FUNCTION_WORDS = """
    above according again all almost also although another both came come comes done down due either even ever few
    first further get here how however include includes including just last later less main make makes making made
    more moreover most much many nearly new not now once one only other others own part quite rather said same say
    says several she so still such then their there therefore thus together too used using very well what whether
    why year years yes answer question source sources passage passages evidence report reported reports text
    document states stated state found finally additionally furthermore meanwhile today currently recently notably
    specifically figures
"""
FUNCTION_WORDS = frozenset(_OTHER_FUNCTION_WORDS.split()).union(
    BE, HAVE, MODALS, DETERMINERS, PRONOUNS, SUBORDINATORS, CONJUNCTIONS, PREPOSITIONS
)
"""Words that say nothing of the subject."""

_OPENERS = """
    authorities officials researchers scientists experts critics people roughly approximately unlike instead
    similarly next second third based notes half twice dozens hundreds thousands millions someone amid given
"""
OPENERS = FUNCTION_WORDS | frozenset(_OPENERS.split())
"""Words that may open a sentence with a capital and are not names."""

ALIASES = {
    "american": "united states", "america": "united states", "us": "united states", "u.s": "united states",
    "usa": "united states", "u.s.a": "united states", "ee.uu": "united states", "eeuu": "united states",
    "uk": "united kingdom", "u.k": "united kingdom", "british": "united kingdom", "briton": "united kingdom",
    "britain": "united kingdom", "great britain": "united kingdom", "eu": "european union",
    "un": "united nations", "u.n": "united nations", "who": "world health organization",
    "uae": "united arab emirates", "emirati": "united arab emirates", "danish": "denmark", "dane": "denmark",
    "dutch": "netherlands", "filipino": "philippines", "finnish": "finland", "finn": "finland",
    "french": "france", "german": "germany", "greek": "greece", "irish": "ireland", "polish": "poland",
    "pole": "poland", "portuguese": "portugal", "spanish": "spain", "spaniard": "spain", "swedish": "sweden",
    "swede": "sweden", "swiss": "switzerland", "thai": "thailand", "turkish": "türkiye", "turk": "türkiye",
    "turkey": "türkiye", "afghan": "afghanistan", "czech": "czechia", "czech republic": "czechia",
    "argentine": "argentina", "belgian": "belgium", "norwegian": "norway", "peruvian": "peru",
    "nigerien": "niger", "burma": "myanmar", "burmese": "myanmar", "ivory coast": "côte d'ivoire",
    "ivorian": "côte d'ivoire", "slovak": "slovakia", "serb": "serbia", "croat": "croatia", "uzbek": "uzbekistan",
    "kazakh": "kazakhstan", "scottish": "scotland", "welsh": "wales", "northern irish": "northern ireland",
    "holland": "netherlands", "republic of korea": "south korea", "macedonia": "north macedonia",
    "congo": "congo", "dr congo": "democratic republic of congo", "drc": "democratic republic of congo",
    "democratic republic of congo": "democratic republic of congo", "republic of congo": "republic of congo",
    "congo-kinshasa": "democratic republic of congo", "congo-brazzaville": "republic of congo",
    "northern ireland": "northern ireland", "dominican": "dominican",
}  # fmt: skip
"""Other spellings of one name, folded and without *the*; regular adjectives of countries are derived."""

METONYMS = {"beijing": "china", "washington": "united states", "white house": "united states"}
"""Seats of government that stand for a state in a question, and the state."""
