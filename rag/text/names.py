"""Find the proper names of a text, and those that another text does not hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rag.text.dates import MONTHS
from rag.text.folding import fold
from rag.text.lexicon import ALIASES, FUNCTION_WORDS, METONYMS, NUMBERS, OPENERS
from rag.text.words import WORD, YEAR, stem, stems

_NOT_NAMES = frozenset(MONTHS) | frozenset(NUMBERS) | {"dr", "mr", "mrs", "ms", "prof", "i"}
_LINKS = (" ", "-", " of ", " of the ", " and ")
_PLACED = re.compile(r"\b(?:in|at|to|from|near)\s$")
"""What stands before a name that is a place."""
_LONGEST = 6
"""Words of the longest known name, *of* and *and* among them."""


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised word that is not a known opener of sentences, or a known name of several words."""

    text: str
    """As it stands, without a possessive ending."""
    start: int
    end: int
    known: str
    """The one spelling of a known name, such as ``united states``; else empty."""
    opens: bool
    """Whether it opens a sentence, a line or a quotation."""


@lru_cache(maxsize=8192)
def plain(word: str) -> str:
    """Give a word folded, without accents, dots and possessive ending."""
    if word.isascii() and word.isalnum():
        return word.lower()
    letters = unicodedata.normalize("NFD", fold(word).text.removesuffix("'s").strip("'."))
    return "".join(char for char in letters if not unicodedata.combining(char))


@lru_cache(maxsize=2048)
def find_names(text: str) -> tuple[Name, ...]:
    """Find the words with a capital, in text order; a known name of several words is one."""
    words = [match for match in WORD.finditer(text) if not match[0][0].isdigit()]
    found: list[Name] = []
    for at, word in enumerate(words):
        if not any(map(str.isupper, word[0])) or (found and word.start() < found[-1].end):
            continue
        last, known = _known_name(text, words[at : at + _LONGEST])
        name = re.sub(r"['’]s$", "", text[word.start() : last.end()])
        found.append(Name(name, word.start(), word.start() + len(name), known, _opens(text, word.start())))
    return tuple(found)


def _known_name(text: str, words: Sequence[re.Match[str]]) -> tuple[re.Match[str], str]:
    """Return the last word of the longest known name that *words* start with, and its one spelling."""
    first = plain(words[0][0])
    if _known_starts().isdisjoint((first, first.removesuffix("s"))):
        return words[0], ""
    for last in reversed(words):
        if not any(map(str.isupper, last[0])) or re.search(r"[^\w\s.'’&-]", text[words[0].start() : last.start()]):
            continue
        name = plain(text[words[0].start() : last.end()]).replace(" the ", " ").replace("&", "and")
        known = _known_names().get(name) or _known_names().get(name.removesuffix("s"), "")
        if known and (len(name) > 3 or text[words[0].start() : last.end()].isupper()):
            return last, known
    return words[0], ""


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    from babel import Locale

    territories = Locale("en").territories.items()
    names = [re.sub(r" \(.*| SAR China", "", name) for code, name in territories if code.isalpha() and code != "UN"]
    return frozenset(plain(name).replace("&", "and") for name in names if " - " not in name)


@lru_cache(maxsize=1)
def _known_names() -> dict[str, str]:
    """Return every spelling of a known name, folded, and the one that stands for it.

    Adjectives are derived, the shortest ending first: ``nigerian`` is Nigeria's, not
    Niger's. One that also opens another country's name, ``dominican``, is nobody's.
    """
    known = {plain(name): plain(one) for name, one in ALIASES.items()}
    known |= {name: name for name in (*METONYMS, *_countries())}
    for ending, name in product(("n", "an", "ian", "ese", "i"), sorted(_countries())):
        for root in dict.fromkeys((name, name.rstrip("aeiouy"))):
            known.setdefault(root + ending, name)
    return known


@lru_cache(maxsize=1)
def _known_starts() -> frozenset[str]:
    """The first word of each known name; ``u`` and ``u.s`` of ``u.s``, which is written as one word or two."""
    return frozenset(re.split(sign, name)[0].strip("'.") for name in _known_names() for sign in (r"[\s&-]", r"\W"))


def _opens(text: str, at: int) -> bool:
    return not re.search(r"[\w,;]\W*$", text[:at]) or bool(re.search(r"[.!?:]\W*$", text[:at]))


def normalise_names(text: str) -> str:
    """Write every known name in its one spelling, in one word: ``U.S. police`` is ``UnitedStates police``."""
    for name in reversed(find_names(text)):
        if name.known:
            text = text[: name.start] + re.sub(r"\W", "", name.known.title()) + text[name.end :]
    return text


def name_runs(text: str) -> Iterator[list[Name]]:
    """Yield the names that stand side by side or are joined by *of*, *and* or a hyphen."""
    run: list[Name] = []
    for name in find_names(text):
        if run and text[run[-1].end : name.start] not in _LINKS:
            yield run
            run = []
        run.append(name)
    if run:
        yield run


def names(sentence: str) -> tuple[str, ...]:
    """Give the names of *sentence* that do not open it."""
    return tuple(name.text for name in find_names(sentence) if not name.opens)


def missing_names(sentence: str, evidence: str) -> tuple[str, ...]:
    """Give the proper names of *sentence* that *evidence* does not hold.

    A capital that opens a sentence counts as a name unless the word is a common
    opener. ``Mexican`` stands for Mexico, ``GAO`` for Government Accountability
    Office, ``US`` for United States; ``Niger`` does not stand for Nigeria, nor
    ``Guinea`` for Guinea-Bissau.
    """
    return tuple(dict.fromkeys(name.text for name in _missing(sentence, evidence)))


def _missing(sentence: str, evidence: str) -> Iterator[Name]:
    found = find_names(evidence)
    known = {name.known for name in found}
    held = {plain(match[0]) for match in WORD.finditer(evidence)}
    used = stems(evidence)
    short = _acronyms(evidence)
    for run in name_runs(sentence):
        if len(run) > 1 and "".join(name.text[0] for name in run).lower() in held:
            continue
        for name in run:
            word = plain(name.text)
            if name.known in known if name.known else (word in held or _related(word, held)):
                continue
            if word in _NOT_NAMES or (word in FUNCTION_WORDS and not name.text.isupper()):
                continue
            shouted = len(name.text) > 1 and name.text.isupper()
            if name.opens and not name.known and not shouted and (word in OPENERS or stem(word) in used):
                continue
            if not (name.text.replace(".", "").isupper() and word.replace(".", "") in short):
                yield name


def _related(word: str, held: set[str]) -> bool:
    """Return whether *held* has the adjective of a name, or the name of an adjective: ``Ohioan`` and ``Ohio``."""
    endings = ("n", "an", "ian", "ns", "ans", "ians", "s")
    roots = {word.removesuffix(ending) for ending in endings if word.endswith(ending)}
    return len(word) > 3 and not held.isdisjoint(roots | {word + ending for ending in endings})


def in_capitals(question: str) -> bool:
    """Say whether most long words after the first have a capital, so that a capital marks no name."""
    words = [match[0] for match in WORD.finditer(question) if len(match[0]) > 3 and match.start() > 0]
    return question.isupper() or (len(words) > 3 and 3 * sum(word[0].isupper() for word in words) > 2 * len(words))


def unmatched(question: str, evidence: str) -> tuple[str, ...]:
    """Give the names and years of *question* that *evidence* does not hold.

    Of a name of several words the last one counts: ``Antony Blinken`` is held by
    ``Blinken``. A capital that opens a sentence is no name here, nor are those of a
    question written in capitals. ``Beijing`` is held by China and China by ``Beijing``, but not where
    it is a place: who was ``in Beijing`` was not somewhere else in China.
    """
    years = [year for year in YEAR.findall(question) if year not in YEAR.findall(evidence)]
    if in_capitals(question):
        return tuple(dict.fromkeys(years))
    held = {name.known for name in find_names(evidence)}
    states = [word.title() for pair in METONYMS.items() if not held.isdisjoint(pair) for word in pair]
    missing = {(name.start, name.end) for name in _missing(question, "\n".join([evidence, *states]))}
    missing |= {(n.start, n.end) for n in _missing(question, evidence) if _PLACED.search(question, 0, n.start)}
    lost = [text for text, last in _full_names(question) if (last.start, last.end) in missing]
    return tuple(dict.fromkeys([*lost, *years]))


def _full_names(question: str) -> Iterator[tuple[str, Name]]:
    """Yield each name of several words, ``Antony Blinken``, with its last part; those that open a sentence left out."""
    run: list[Name] = []
    for name in [*find_names(question), None]:
        if run and (name is None or question[run[-1].end : name.start] not in (" ", "-")):
            yield question[run[0].start : run[-1].end], run[-1]
            run = []
        if name is not None and not name.opens:
            run.append(name)


def bounds_answer(name: str) -> bool:
    """Say whether *name* is a year or a country: an answer for another one is no answer."""
    found = find_names(name)
    return YEAR.fullmatch(name) is not None or any(one.known in _countries() and one.text == name for one in found)


def _acronyms(text: str) -> frozenset[str]:
    found: set[str] = set()
    for run in name_runs(text):
        letters = "".join(word[0].lower() for name in run for word in name.text.split() if word[0].isupper())
        found.update(letters[a:b] for a in range(len(letters)) for b in range(a + 2, len(letters) + 1))
    return frozenset(found)
