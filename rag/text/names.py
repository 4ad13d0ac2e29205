"""Read the proper names of a sentence and the order in which they act."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import pairwise

from rag.text.folding import fold
from rag.text.wording import ALIASES, FUNCTION_WORDS, LANGUAGES, METONYMS, MONTHS, NUMBERS, OPENERS
from rag.text.words import YEAR

_TOKEN = re.compile(r"[^\W\d_](?:[\w&]|[.'\u2019](?=\w))*")
_WORD = re.compile(r"[^\W_](?:[\w&]|[.'](?=\w))*")
_DEMONYM = re.compile(r"(?:ians?|ans?|ese|ish|is?|ns?)$")
_ENDINGS = re.compile(
    r"(?:ations?|itions?|ingly|ments?|ness|ings?|ities|ity|ures?|ions?|edly|ers?|ors?|ably|ible|able|ies"
    r"|ied|ied|ed|es|ly|al|s|e|y)$"
)
_DIRECTED = re.compile(r"(?<!\w)(from|to|into|by|against) (?:the )?([\w.']+)")
_ANY_OPENER = OPENERS.union(*LANGUAGES.values())
_NOT_NAMES = frozenset(MONTHS) | frozenset(NUMBERS) | {"dr", "mr", "mrs", "ms", "prof", "i"}


def stem(word: str) -> str:
    """Return the common part of a word's forms: ``seized``, ``seizing`` and ``seizure`` are ``seiz``."""
    if len(word) < 4:
        return word
    short = _ENDINGS.sub("", word)
    return (short if len(short) >= 3 else word)[:7]


def stems(folded: str) -> frozenset[str]:
    """Return the stems of the words of a folded text that say something of the subject."""
    words = (match[0].removesuffix("'s") for match in _WORD.finditer(folded))
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS and len(word) > 1)


def _bare(word: str) -> str:
    """Return a name without accents, case, possessive and the ending of its adjective."""
    plain = unicodedata.normalize("NFD", fold(word).text.removesuffix("'s").strip("'."))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    if len(plain) <= 4:
        return plain
    return _DEMONYM.sub("", plain).rstrip("aeiouy") or plain


def spelled_out(text: str) -> str:
    """Return a folded text with other spellings of one name added behind it."""
    folded = fold(text).text
    words = (match[0].strip(".'").removesuffix("'s") for match in _WORD.finditer(folded))
    return " ".join([folded, *(ALIASES[word] for word in words if word in ALIASES)])


def _runs(sentence: str) -> Iterator[list[re.Match[str]]]:
    """Yield the runs of capitalised words, joined by a space, a hyphen or ``of``."""
    run: list[re.Match[str]] = []
    for match in _TOKEN.finditer(sentence):
        if not any(char.isupper() for char in match[0]):
            continue
        joined = run and sentence[run[-1].end() : match.start()] in (
            " ",
            "-",
            " of ",
            " of the ",
            " and ",
        )
        if run and not joined:
            yield run
            run = []
        run.append(match)
    if run:
        yield run


def _opens(sentence: str, at: int) -> bool:
    """Return whether the word at *at* opens a sentence, a line or a quotation."""
    return not re.search(r"[\w,;]\W*$", sentence[:at]) or bool(re.search(r"[.!?:]\W*$", sentence[:at]))


def names(sentence: str) -> tuple[str, ...]:
    """Return the capitalised words of *sentence* that do not open it."""
    words = (match for run in _runs(sentence) for match in run)
    return tuple(match[0] for match in words if not _opens(sentence, match.start()))


def missing_names(sentence: str, evidence: str) -> tuple[str, ...]:
    """Return the proper names of *sentence* that *evidence* does not hold.

    A capital that opens a sentence counts as a name unless the word is a common
    opener. ``Mexican`` stands for Mexico, ``GAO`` for Government Accountability
    Office, ``US`` for United States.
    """
    known_text = spelled_out(evidence)
    known = {_bare(match[0]) for match in _WORD.finditer(known_text)}
    known_stems = stems(known_text)
    short = _acronyms(evidence)
    missing: list[str] = []
    for run in _runs(sentence):
        initials = "".join(match[0][0] for match in run if match[0][0].isupper()).lower()
        if len(initials) > 1 and initials in known:
            continue
        for match in run:
            word = match[0].removesuffix("'s").removesuffix("\u2019s")
            low = fold(word).text.strip(".'")
            other = ALIASES.get(low, "")
            if low in _NOT_NAMES or _bare(word) in known or (other and other in known_text):
                continue
            if _opens(sentence, match.start()) and (low in _ANY_OPENER or stem(low) in known_stems):
                continue
            if low in FUNCTION_WORDS and not word.isupper():
                continue
            if not (word.isupper() and low.replace(".", "") in short):
                missing.append(word)
    return tuple(dict.fromkeys(missing))


def in_capitals(question: str) -> bool:
    """Return whether most long words after the first have a capital, so that a capital marks no name."""
    words = [match[0] for match in _TOKEN.finditer(question) if len(match[0]) > 3 and match.start() > 0]
    return question.isupper() or (len(words) > 3 and 3 * sum(word[0].isupper() for word in words) > 2 * len(words))


def unmatched(question: str, evidence: str) -> tuple[str, ...]:
    """Return the names and years of *question* that *evidence* does not hold.

    Of a name of several words the last one counts: ``Antony Blinken`` is held by
    ``Blinken``. A capital that opens a sentence is no name here, nor are those of a
    question written in capitals. ``Beijing`` is held by China and China by ``Beijing``.
    """
    named = {} if in_capitals(question) else _full_names(question)
    years = YEAR.findall(question)
    if not named and not years:
        return ()
    words = " ".join(match[0].removesuffix("'s") for match in _WORD.finditer(spelled_out(evidence)))
    held = f" {words} "
    meant = " ".join(word for pair in METONYMS.items() if any(f" {word} " in held for word in pair) for word in pair)
    missing = [named[word] for word in missing_names(question, f"{evidence} {meant}") if word in named]
    return tuple(dict.fromkeys([*missing, *(year for year in years if year not in evidence)]))


def _full_names(question: str) -> dict[str, str]:
    """Return each name of several words, ``South Korea``, by its last word; words that open a sentence left out."""
    found: dict[str, str] = {}
    start = end = -1
    for match in (match for run in _runs(question) for match in run if not _opens(question, match.start())):
        follows = end >= 0 and question[end : match.start()] in (" ", "-")
        if follows:
            found.popitem()
        start, end = (start if follows else match.start()), match.end()
        word = match[0].removesuffix("'s").removesuffix("\u2019s")
        found[word] = question[start : end - len(match[0]) + len(word)]
    return found


def bounds_answer(name: str) -> bool:
    """Return whether *name* is a year or a country: an answer for another one is no answer."""
    word = fold(name).text
    word = ALIASES.get(word, word)
    return YEAR.fullmatch(name) is not None or word in _countries() or (len(word) > 4 and _bare(name) in _countries())


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """Return the names of countries, folded, and without the ending of their adjectives."""
    from babel import Locale

    names = [name for code, name in Locale("en").territories.items() if code.isalpha() and code != "UN"]
    return frozenset([*(fold(name).text for name in names), *(bare for bare in map(_bare, names) if len(bare) > 3)])


def _acronyms(text: str) -> frozenset[str]:
    """Return the initials of every run of capitalised words, with and without ``of``."""
    found: set[str] = set()
    for run in _runs(text):
        letters = "".join(match[0][0].lower() for match in run)
        found.update(letters[a:b] for a in range(len(letters)) for b in range(a + 2, len(letters) + 1))
    return frozenset(found)


def turned_names(sentence: str, evidence: str) -> tuple[str, ...]:
    """Return what *sentence* says of a direction between names that *evidence* turns round.

    ``from China to Mexico`` is turned by ``from Mexico to China``, and ``China
    accused Mexico`` by ``Mexico accused China``.
    """
    said = _directions(sentence)
    held = _directions(evidence)
    turned = []
    for word, names in said.items():
        for name in names:
            other = {"from": "to", "to": "from"}.get(word, "")
            if other and name in held.get(other, ()) and name not in held.get(word, ()):
                turned.append(f"{word} {name}")
    for first, verb, second in _acts(sentence):
        acts = set(_acts(evidence))
        if (second, verb, first) in acts and (first, verb, second) not in acts:
            turned.append(f"{first} {verb} {second}")
    return tuple(turned)


def _directions(text: str) -> dict[str, Collection[str]]:
    """Return the names after each preposition; *into* and *against* count as *to*."""
    names = {_bare(match[0]) for run in _runs(text) for match in run}
    held: dict[str, set[str]] = {}
    for match in _DIRECTED.finditer(fold(text).text):
        word = "to" if match[1] in ("into", "against") else match[1]
        if _bare(match[2]) in names:
            held.setdefault(word, set()).add(_bare(match[2]))
    return dict(held)


def _acts(text: str) -> list[tuple[str, str, str]]:
    """Return every (name, verb's stem, name) of neighbouring names; *by* turns the two."""
    runs = [(run[0].start(), run[-1].end(), _bare(run[-1][0])) for run in _runs(text)]
    acts = []
    for (_, left, first), (right, _, second) in pairwise(runs):
        between = fold(text[left:right]).text
        pair = (second, first) if re.search(r"\bby\b", between) else (first, second)
        acts += [(pair[0], verb, pair[1]) for verb in stems(between)]
    return acts
