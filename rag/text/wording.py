"""The words that decide what a sentence says: negations, opposites, numbers, units.

All are as :func:`rag.text.folding.fold` leaves them: lower case, ``'`` inside
words only.
"""

from __future__ import annotations

import re

NEGATION = re.compile(
    r"(?<![\w'])(?:not(?!\s+only)|no|never|none|nor|neither|nobody|nothing|nowhere|cannot|without"
    r"|hardly|scarcely|barely|rarely|seldom|unless|except|excluding|lacks?|lacked|lacking|failure\s+to"
    r"|fail(?:s|ed)?\s+to|den(?:y|ies|ied)|refus(?:e|es|ed)|instead\s+of|rather\s+than|far\s+from"
    r"|untrue|false|falsely|wrongly|[a-z]+n't|contrary\s+to|disagree(?:s|d|ment)?|rejects?|rejected|disput(?:e|es|ed)"
    r"|nicht|kein\w*|nie|sin|nunca|ning\w+|sans|jamais|aucune?|senza|sem|n\u00e3o|ne|non|n'\w+)(?!\w)"
)
"""What turns a statement round; searched in folded text."""

OPPOSITES: tuple[tuple[str, str], ...] = (
    (
        r"ris(?:e|es|en|ing)|rose|increas\w+|grew|grow\w*|climb\w*|surg(?:e|ed|es|ing)|soar\w*|jump\w*"
        r"|higher|up|expand\w*|doubl\w+|tripl\w+|escalat\w+|worsen\w*|gain\w*|upward\w*",
        r"fall(?:s|en|ing)?|fell|decreas\w+|declin\w+|dropp?(?:s|ed|ing)?|shr[aiu]nk\w*|lower\w*|down"
        r"|reduc\w+|plung\w+|halv\w+|slump\w*|eas(?:e|ed|ing)|improv\w+|los(?:t|e|es)|downward\w*",
    ),
    (r"more|greater|larger|bigger", r"less|fewer|smaller"),
    (r"largest|biggest|highest|most|maximum|greatest", r"smallest|lowest|least|minimum|fewest"),
    (r"before|prior|earlier", r"after|following|later|since"),
    (r"above|exceed\w*|over", r"below|under"),
    (r"first|earliest", r"last(?! (?:year|month|week|decade|century)s?(?!\w))|latest|final"),
    (r"support\w*|back(?:s|ed|ing)|endors\w+|favou?r\w*|approv\w+", r"oppos\w+|condemn\w*|object\w*"),
    (r"allow\w*|permit\w*|legali[sz]\w+|lawful", r"bann?(?:s|ed|ing)?|prohibit\w*|forb[ai]d\w*|outlaw\w*"),
    (r"legal|lawful|licit", r"illegal|unlawful|illicit"),
    (r"import\w*", r"export\w*"),
    (r"majority", r"minority"),
    (r"includ\w+", r"exclud\w+|omit\w*"),
    (r"success\w*|succeed\w*", r"fail\w*"),
    (r"win|wins|won", r"lose|loses|lost"),
    (r"safe|safer|safely", r"unsafe|dangerous\w*|deadly|lethal"),
    (r"start\w*|beg[aiu]n\w*|launch\w*|opened", r"stopp?\w*|ended|ending|ceas\w+|clos(?:e|ed|es|ing)"),
    (r"buy\w*|bought|purchas\w+", r"sell\w*|sold"),
    (r"north\w*", r"south\w*"),
    (r"east\w*", r"west\w*"),
    (r"effective\w*", r"ineffective\w*"),
    (r"possible|possibly", r"impossible"),
    (r"men|male|males|man", r"women|female|females|woman"),
)  # fmt: skip
"""Pairs of patterns; a sentence that uses one side may not rest on the other alone."""

WIDE = (
    r"(?<!above )(?<!after )(?:(?<!at )all|(?<=at )all(?= \w))|every|everyone|everywhere|always"
    r"|entire|entirely|completely|universal\w*",
    r"only|solely|exclusively|sole",
    r"half|halv\w+",
    r"thirds?",
    r"quarters?",
    r"doubl\w+|twice|twofold",
    r"tripl\w+|threefold|three times",
    r"dozens?",
    r"hundreds",
    r"thousands",
    r"millions",
    r"billions",
)
"""Words of amount that stand only where the evidence has one of the same kind."""

FUTURE = re.compile(r"(?<!\w)(?:will|shall|going to|expected to|plan(?:s|ned)? to|set to)(?!\w)")
"""What says that something is yet to come; searched in folded text."""

POSSIBLE = re.compile(
    r"(?<!\w)(?:might|could|would|will|shall|should|going to|expected to|plan(?:s|ned)? to|set to"
    r"|threaten(?:s|ed)? to|propos(?:e|es|ed) to|want(?:s|ed)? to|vow(?:s|ed)? to|promis(?:e|es|ed) to"
    r"|(?<!in )(?<!of )(?<!by )(?<!on )(?<!to )(?<!from )(?<!since )(?<!until )(?<!last )(?<!\d )may(?!\s+\d))(?!\w)"
)
"""What says that something is possible, wished or yet to come, and no fact; searched in folded text."""

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
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
UNITS: dict[str, str] = {
    "percentage points": r"percentage[ -]points?",
    "percent": r"%|percent|per cent|pct|prozent|por ciento|pour cent|por cento|per cento",
    "dollars": r"dollars?|usd",
    "euros": r"euros?|eur",
    "pounds": r"pounds?|lbs?",
    "kilograms": r"kilogram(?:me)?s?|kilos?|kgs?",
    "milligrams": r"milligram(?:me)?s?|mgs?",
    "micrograms": r"microgram(?:me)?s?|mcgs?|\u03bcgs?",
    "grams": r"gram(?:me)?s?|g",
    "tonnes": r"(?:metric )?ton(?:ne)?s?",
    "ounces": r"ounces?|oz",
    "miles": r"miles?",
    "kilometres": r"kilomet(?:re|er)s?|km",
    "litres": r"lit(?:re|er)s?",
    "millilitres": r"millilit(?:re|er)s?|ml",
    "years": r"years?|yrs?|jahren?|a\u00f1os?|ans",
    "months": r"months?",
    "weeks": r"weeks?",
    "days": r"days?",
    "hours": r"hours?|hrs?",
    "minutes": r"minutes?|min",
    "seconds": r"seconds|sec",
    "times": r"times|fold",
}
"""Units by the spelling that a message shows; the longer pattern first where one opens another."""

COUNTED = (
    r"pills?|tablets?", r"doses?|dosage\w*", r"deaths?|die[sd]?|dead|fatalit\w+|kill\w*|lives|dying",
    r"arrest\w*", r"injur\w+|wounded", r"seiz\w+", r"countries|nations|states", r"companies|firms|based",
    r"recommend\w+", r"votes?|voted", r"children|minors|kids|young\w*|teen\w*|adolesc\w+|age[ds]?",
    r"prosecut\w+|convict\w+|indict\w+|charge[sd]?", r"overdos\w+", r"parcels?|packages?|shipments?",
)  # fmt: skip
"""Kinds of thing that a number may count; the evidence must speak of the same kind."""

_FUNCTION_WORDS = """
    a about above according across after again all almost along also although among an and another any
    are around as at back be became because become been before being below between both but by came can
    come comes could did do does done down due during each either even ever every few first for from
    further get had has have having he her here his how however if in include includes including into is
    it its itself just last later less like made main make makes making many may might more moreover most
    much must nearly new no nor not now of off on once one only or other others our out over overall own
    part per quite rather said same say says several shall she should since so some still such than that
    the their them then there these they this those through thus to together too toward towards under
    until up upon us used using very was we well were what when where whether which while who whom whose
    why will with within without would year years yes yet you your answer question source sources passage
    passages evidence report reported reports text document states stated state found according finally
    additionally furthermore therefore meanwhile today currently recently notably specifically figures
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that say nothing of the subject."""

_OPENERS = """
    authorities officials researchers scientists experts people deaths data government federal
    nearly roughly approximately despite unlike instead similarly next second third based notes
    half all every twice dozens hundreds thousands millions efforts critics users
    someone whereas amid given
"""
OPENERS = FUNCTION_WORDS | frozenset(_OPENERS.split())
"""Words that may open a sentence with a capital and are not names."""

ALIASES = {
    "u.s": "united states", "us": "united states", "u.s.a": "united states", "usa": "united states",
    "american": "united states", "americans": "united states", "america": "united states",
    "uk": "united kingdom", "u.k": "united kingdom", "british": "united kingdom",
    "britain": "united kingdom", "eu": "european union", "french": "france", "german": "germany",
    "germans": "germany", "dutch": "netherlands", "spanish": "spain", "swiss": "switzerland",
    "un": "united nations", "u.n": "united nations", "who": "world health organization",
    "ee.uu": "united states", "eeuu": "united states", "usa's": "united states",
}  # fmt: skip
"""Other spellings of one name."""

METONYMS = {"beijing": "china", "washington": "united states", "white house": "united states"}
"""Seats of government that stand for a state in a question, and the state."""

_COMMONEST = {
    "en": "the of and to in is was were that by from with for it has have had",
    "es": "el la los las de del que y en por con una para es fue se su",
    "fr": "le la les des du et en que une est dans par pour sur qui au ont",
    "de": "der die das und ist von den dem ein eine mit wurde aus im auf zu",
    "pt": "o os as de da do que e em um uma por com para foi se ao",
    "it": "il lo gli di del della che e un una per con nel sono da",
}
LANGUAGES = {name: frozenset(words.split()) for name, words in _COMMONEST.items()}
"""The commonest words of some languages."""
