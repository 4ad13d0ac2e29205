"""Write the quantities of a sentence in one form, so that two sentences can be compared word by word.

``½ inch`` and ``0.5 inches``, ``250 µg`` and ``250 micrograms``, ``6:15 p.m.`` and
``18:15``, ``NOK 120`` and ``120 Norwegian kroner``, ``< 5`` and ``less than 5``, ``a
week`` and ``weekly`` are written alike. Symbols keep their case until they are spelled
out: a mW is no MW.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from rag.text.lexicon import NUMBERS

_PREFIXES = {
    "n": "nano", "µ": "micro", "μ": "micro", "m": "milli", "c": "centi", "d": "deci", "h": "hecto", "k": "kilo",
    "M": "mega", "G": "giga", "T": "tera", "P": "peta",
}  # fmt: skip
_SYMBOLS = {
    "m": "metre", "g": "gram", "s": "second", "l": "litre", "L": "litre", "W": "watt", "Wh": "watt-hour",
    "V": "volt", "A": "ampere", "Hz": "hertz", "Pa": "pascal", "J": "joule", "N": "newton", "B": "byte",
    "bit": "bit", "cal": "calorie", "Sv": "sievert", "Bq": "becquerel", "Gy": "gray", "mol": "mole",
    "eV": "electronvolt", "Ω": "ohm", "t": "tonne", "bar": "bar", "K": "kelvin", "lm": "lumen", "lx": "lux",
}  # fmt: skip
_ALONE = {
    "min": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "ha": "hectare", "ft": "foot", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "mi": "mile", "yd": "yard", "kn": "knot", "mph": "miles per hour",
    "kph": "kilometres per hour", "psi": "psi", "rpm": "revolutions per minute", "dB": "decibel",
    "°C": "degrees Celsius", "℃": "degrees Celsius", "°F": "degrees Fahrenheit", "℉": "degrees Fahrenheit",
    "°": "degrees", "%": "percent", "‰": "permille", "IU": "international units", "ppm": "parts per million",
    "ppb": "parts per billion", "d": "day", "wk": "week", "yr": "year", "mmHg": "mmhg",
}  # fmt: skip
_WORDS = sorted({*_SYMBOLS.values(), "yard", "inch", "foot", "acre", "hectare", "knot", "decibel", "pint", "gallon"})
_METRIC = "|".join([*sorted(_PREFIXES.values()), "milli"])
UNIT_WORDS = (
    rf"(?:square |cubic )?(?:(?:{_METRIC})?(?:{'|'.join(_WORDS)}|meter|liter|gramme|amp)s?(?:-metres?)?|inches|feet"
    r"|psi|mmhg|permille|degrees? celsius|degrees? fahrenheit|international units?)"
)
"""Units as words, folded; those that :data:`rag.text.lexicon.UNITS` names are not all among them."""

_MONEY_SIGNS = {
    "US$": "dollars", "C$": "Canadian dollars", "CA$": "Canadian dollars", "A$": "Australian dollars",
    "AU$": "Australian dollars", "NZ$": "New Zealand dollars", "HK$": "Hong Kong dollars",
    "S$": "Singapore dollars", "R$": "Brazilian reals", "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen",
    "₹": "rupees", "₽": "rubles", "₩": "won", "₺": "liras", "₴": "hryvnias", "₪": "shekels", "₦": "nairas",
    "USD": "dollars", "EUR": "euros", "GBP": "pounds", "JPY": "yen", "INR": "rupees", "CNY": "yuan",
    "PLN": "zlotys", "RUB": "rubles", "KRW": "won",
}  # fmt: skip
_NUMBER = r"\d[\d,.]*(?:(?<=\d) \d{3}\b)*(?<=\d)"
_SCALE = r"(?: ?(?:hundred|thousand|million|billion|trillion|bn|mn|tn|[mk](?![\w/])))?"
_SCALES = {"m": "million", "k": "thousand", "mn": "million", "bn": "billion", "tn": "trillion"}
_PERIODS = "second|minute|hour|day|night|week|month|quarter|season|year|decade"
_DAILY = {"daily": "day", "nightly": "night", "weekly": "week", "monthly": "month", "quarterly": "quarter",
          "yearly": "year", "annually": "year", "hourly": "hour"}  # fmt: skip
_LASTING = frozenset("for in within after about over nearly almost lasts lasted took takes".split())
"""Words after which *a week* is one week."""
_NO_RATE = frozenset("of before than under only just is was as at during to by half such with and or".split())
"""Words after which *a week* is a week, and no rate."""
_SPANS = {"decade": "10 years", "century": "100 years", "fortnight": "2 weeks"}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth".split()
_POWER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


def unit_name(words: str) -> str:
    """Return the one name of a unit or currency that stands in words, folded: ``meters`` is ``metre``."""
    for other, name in (
        ("meter", "metre"),
        ("liter", "litre"),
        ("gramme", "gram"),
        ("kroner", "krone"),
        ("kronor", "krona"),
    ):
        words = words.replace(other, name)
    return words.removesuffix("s")


@lru_cache(maxsize=2048)
def plain_quantities(text: str) -> str:
    """Write every quantity of *text* in one form, its other words as they are."""
    for write in (_powers, _fractions, _signs, _times, _money, _units, _bounds, _rates):
        text = write(text)
    return text


@lru_cache(maxsize=2048)
def measures_plain(text: str) -> str:
    """Write each measure of a text in one form as plain words that a parser knows, without sign and bound.

    ``sank to -11 degrees Celsius`` and ``at most 11 square metres`` have ``11 metres``: for who does what
    it is enough that there is a measure; which one it is, other checks compare.
    """
    text = re.sub(r"(?i)\b(?:at most|at least|less than|more than|up to) (?=\d)", "", text)
    text = re.sub(r"(?<![\w.)])[-±](?=\d)", "", text)
    text = re.sub(r"(?i)\bnos?\. ?(?=\d)", "number ", text)
    unit = rf"(?:{UNIT_WORDS}|{money_words()})"
    scale = "(?: (?:hundred|thousand|million|billion|trillion))?"
    return re.sub(rf"(?i)(?<![\w.])({_NUMBER}{scale}) {unit}(?: per (?:{UNIT_WORDS}|hour))?(?!\w)", r"\1 metres", text)


def _powers(text: str) -> str:
    def value(match: re.Match[str]) -> str:
        exponent = int(match["power"].lstrip("^").translate(_POWER))
        return f"{Decimal(match['number'] or 1).scaleb(exponent):f}" if abs(exponent) < 30 else match[0]

    power = r"(?P<power>\^-?\d+|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    return re.sub(rf"(?<![\w.])(?:(?P<number>\d+(?:\.\d+)?)\s*[×x·]\s*)?10{power}", value, text)


def _decimal(value: Decimal) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _fractions(text: str) -> str:
    def vulgar(match: re.Match[str]) -> str:
        whole = Decimal(match[1] or 0)
        return _decimal(whole + Decimal(str(unicodedata.numeric(match[2]))))

    def parts(match: re.Match[str]) -> str:
        whole, top, bottom = (Decimal(part or 0) for part in match.groups())
        return _decimal(whole + top / bottom) if top < bottom else match[0]

    def half(match: re.Match[str]) -> str:
        return _decimal(Decimal(NUMBERS.get(match[1].lower(), match[1])) + Decimal("0.5"))

    text = re.sub(r"(?:(?<!\d)(\d+)\s?)?([¼½¾⅐-⅞])", vulgar, text)
    text = re.sub(r"(?<![\w/.])(?:(\d+) )?(\d{1,2})[/⁄](2|3|4|5|6|8|10|16|32)(?![\w/])", parts, text)
    spelled = "|".join(sorted((word for word, value in NUMBERS.items() if value < 20), key=len, reverse=True))
    return re.sub(rf"(?i)\b({spelled}|\d+) and a half\b", half, text)


def _signs(text: str) -> str:
    text = re.sub(r"(?i)[−–](?=[\d$€£¥₹])(?<!\d.)|\bminus (?=[\d$€£¥₹])|\bnegative (?=\d)", "-", text)
    text = re.sub(r"(?<![\w)])\+(?=\d)", "", text)
    text = re.sub(r"(?<=\d)[–—](?=\d)", "-", text)
    text = re.sub(r"\b([1-9])(?:st|nd|rd|th)\b(?! (?:of )?[A-Z])", lambda match: _ORDINALS[int(match[1]) - 1], text)
    return re.sub(r"\((\d[\d,.]*)\)(?= (?:thousand|million|billion))", r"-\1", text)


def _times(text: str) -> str:
    def clock(match: re.Match[str]) -> str:
        hour, minute, half = int(match[1]), int(match[2] or 0), match[3].lower()
        hour = hour % 12 + (12 if half == "p" else 0)
        return f"{hour:02}:{minute:02}" if minute < 60 else match[0]

    text = re.sub(r"(?i)\b(\d{1,2})(?:[:.](\d\d))? ?([ap])\.? ?m(?:\.(?=\s*\S)|\b)", clock, text)
    text = re.sub(r"(?i)\b(\d{1,2}) o['’]clock\b", lambda match: f"{int(match[1]):02}:00", text)
    text = re.sub(r"(?i)\b(?:12 )?noon\b", "12:00", text)
    text = re.sub(r"(?i)\b(?:12 )?midnight\b", "00:00", text)
    return re.sub(r"(?<![\d:.])(\d)(?=:[0-5]\d(?![\d:]))", r"0\1", text)


@lru_cache(maxsize=1)
def _currencies() -> dict[str, str]:
    from babel import Locale

    names = {code: name for code, name in Locale("en").currencies.items() if "(" not in name}
    return {code: _plural(name) for code, name in names.items()} | _MONEY_SIGNS


def _plural(name: str) -> str:
    *adjective, noun = name.split()
    return " ".join([*adjective, noun.lower()]) + ("" if noun.lower().endswith(("s", "krone", "krona")) else "s")


@lru_cache(maxsize=1)
def money_words() -> str:
    """Return the pattern of a currency's name as words, folded, with the country's adjective if there is one."""
    names = [name.lower().split() for name in _currencies().values()]
    adjectives = sorted({" ".join(words[:-1]) for words in names if len(words) > 1}, key=len, reverse=True)
    nouns = sorted({words[-1].rstrip("s") for words in names}, key=len, reverse=True)
    return rf"(?:(?:{'|'.join(map(re.escape, adjectives))}|us) )?(?:{'|'.join(map(re.escape, nouns))}|kroner|kronor)s?"


def _money(text: str) -> str:
    text = re.sub(r"\bU\.?S\.? (?=dollars?\b)", "", text)
    if not re.search(r"[A-Z]{3}|[$€£¥₹₽₩₺₴₪₦]", text):
        return text
    known = _currencies()
    signs = "|".join(sorted(map(re.escape, known), key=len, reverse=True))

    def spell(match: re.Match[str]) -> str:
        scale = match["scale"].strip()
        number = match["number"] + (f" {_SCALES.get(scale, scale)}" if scale else "")
        return f"{match['sign'] or ''}{number} {known[match['before'] or match['after']]}"

    amount = rf"(?P<number>{_NUMBER})(?P<scale>{_SCALE})"
    before = rf"(?<![\w$])(?P<sign>-)?(?P<before>{signs}) ?{amount}(?P<after>)"
    after = rf"(?P<before>)(?P<sign>-)?(?<![\w.,]){amount} ?(?P<after>{signs})(?!\w)"
    return re.sub(after, spell, re.sub(before, spell, text))


def _unit(symbol: str) -> str:
    """Spell out a symbol in the plural, such as ``km/h``; an empty string where it is none."""
    factors = re.split(r"([/·⋅])", symbol)
    names = [_factor(factor) for factor in factors[::2]]
    if not all(names):
        return ""
    name = (
        names[0]
        if names[0].endswith(("s", "hertz", "percent", "psi")) or " per " in names[0]
        else _plural_unit(names[0])
    )
    for joint, other in zip(factors[1::2], names[1:], strict=True):
        name = f"{name} per {other}" if joint == "/" else f"{name.removesuffix('s')}-{other}s"
    return name


def _plural_unit(name: str) -> str:
    return name[:-4] + "feet" if name.endswith("foot") else "mmhg" if name == "mmhg" else f"{name}s"


def _factor(symbol: str) -> str:
    power = {"²": "square ", "³": "cubic "}.get(symbol[-1:], "")
    symbol = symbol.rstrip("²³")
    if symbol in _ALONE or symbol in _SYMBOLS:
        return power + _ALONE.get(symbol, _SYMBOLS.get(symbol, ""))
    prefix, base = _PREFIXES.get(symbol[:1], ""), _SYMBOLS.get(symbol[1:], "")
    return power + prefix + base if prefix and base else ""


def _units(text: str) -> str:
    def spell(match: re.Match[str]) -> str:
        name = _unit(match["symbol"])
        return f"{match['number']} {name}" if name and match["symbol"] not in ("a",) else match[0]

    symbol = r"(?P<symbol>[A-Za-zµμΩ°℃℉%‰]+[²³]?(?:[/·⋅][A-Za-zµμ]+[²³]?)*)"
    close = rf"(?P<number>(?<!\w){_NUMBER})(?:\s|(?!s\b)){symbol}(?![\w'’])"
    return re.sub(close, spell, text)


def _bounds(text: str) -> str:
    number = r"(?=[ ]?-?\d|[ ]?(?:one|two|three|four|five|six|seven|eight|nine|ten|half)\b)"
    for words, written in (
        (r"≤|\b(?:no|not) (?:more|greater|higher|later) than\b|\bat (?:the )?most\b|\ba maximum of\b", "at most "),
        (r"≥|\bno(?:t)? (?:less|fewer|lower|earlier) than\b|\bat (?:the very )?least\b|\ba minimum of\b", "at least "),
        (r"<|\b(?:less|fewer|lower) than\b", "less than "),
        (r">|\b(?:more|greater|higher) than\b|\bupwards of\b", "more than "),
    ):
        text = re.sub(rf"(?i)(?:{words}){number} ?", written, text)
    amount = rf"(?i)({_NUMBER}(?: \w+)?) or"
    text = re.sub(rf"{amount} (?:more|older|higher|over|above|later|greater)\b", r"at least \1", text)
    return re.sub(rf"{amount} (?:less|fewer|younger|lower|under|below|earlier)\b", r"at most \1", text)


def _rates(text: str) -> str:
    def per(match: re.Match[str]) -> str:
        if match[1].lower() in _LASTING:
            return f"{match[1]} 1 {match[2]}"
        return match[0] if match[1].lower() in _NO_RATE else f"{match[1]} per {match[2]}"

    text = re.sub(r"(?i)\b(?:an?|one) (decade|century|fortnight)\b(?! ago)", lambda m: _SPANS[m[1].lower()], text)
    text = re.sub(r"(?i)\bonce(?= (?:a|an|per|each|every)\b)", "1 time", text)
    text = re.sub(r"(?i)\btwice(?= (?:a|an|per|each|every)\b)", "2 times", text)
    text = re.sub(rf"(?i)\b(?:{'|'.join(_DAILY)})\b", lambda m: f"per {_DAILY[m[0].lower()]}", text)
    text = re.sub(rf"(?i)\b(?:each|every) (?=(?:{_PERIODS})\b)", "per ", text)
    return re.sub(rf"(?i)(\S+) an? ({_PERIODS})\b(?!['’]| of\b)", per, text)
