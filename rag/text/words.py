"""Words as a reader would match them: folded, stemmed, numbers and names kept whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rag.text.lexicon import DIMENSIONS, FUNCTION_WORDS, PARTICIPLES, PASTS

STOP_WORDS = frozenset(
    """
    a about also am an and any are as at be been being but by can could d did do does doing for from had
    has have he her hers him his how i if in into is it its just let lets ll m may me might must my no
    not of on or our ours please re s shall she should so some such t tell than that the their them then
    there these they this those to too us ve was we were what when where which while who whom whose why
    will with would you your yours cant couldnt didnt doesnt dont hasnt havent im isnt wasnt werent wont
    arent
    """.split()
)
"""Words of questions and of grammar; a query of nothing else keeps them."""

WORD = re.compile(
    r"\d+(?:[.,:/-]\d+)*(?:[^\W\d_]+)?"  # 1,500  1.5  2019-05-01  5mg
    r"|(?:[^\W\d_]\.){2,}"  # U.S.  H.R.
    r"|[^\W_]+(?:['’][^\W_]+)?"  # words, don't, B12
)
GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?[^\W\d_]*")
_GROUPS = re.compile(
    r"(?<![\d.,'’])\d{1,3}(?:([ \u00a0\u2007\u2009\u202f'’.])\d{3}(?:\1\d{3})*|(?:,\d\d)+,\d{3})(?!\d|\1\d)"
)
"""A number grouped by another sign than the commas of every three figures: ``12 345``, ``45'678``, ``1,23,456``."""
_SHIFTED = re.compile(
    r"(?<=\d)[\u00b2\u00b3\u00b9\u2070-\u209c]+$|(?<=[^\W\d_\u00b2\u00b3\u00b9\u2070-\u209c])[\u00b2\u00b3\u00b9\u2070-\u2079]+$"
)
"""A power or the number of a note behind a figure or a word."""
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
ISO_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
OTHER_ENDS = (
    r"\u0589\u061d-\u061f\u06d4\u0700-\u0702\u07f9\u0837\u0839\u083d-\u083e\u0964-\u0965\u104a-\u104b\u1362"
    r"\u1367-\u1368\u166e\u1735-\u1736\u17d4-\u17d5\u1803\u1809\u1944-\u1945\u1aa8-\u1aab\u1b4e-\u1b4f\u1b5a-\u1b5b"
    r"\u1b5e-\u1b5f\u1b7d-\u1b7f\u1c3b-\u1c3c\u1c7e-\u1c7f\u203c-\u203d\u2047-\u2049\u2cf9-\u2cfb\u2e2e\u2e3c"
    r"\u2e53-\u2e54\u2e60-\u2e61\u3002\ua4ff\ua60e-\ua60f\ua6f3\ua6f7\ua876-\ua877\ua8ce-\ua8cf\ua92f\ua9c8-\ua9c9"
    r"\uaa5d-\uaa5f\uaaf0-\uaaf1\uabeb\ufe12\ufe15-\ufe16\ufe52\ufe56-\ufe57\uff01\uff0e\uff1f\uff61"
)
"""What ends a sentence in other scripts: Unicode's Sentence_Terminal but for full stop, ``!`` and ``?``."""
CLOSERS = r"\"'”’»)\]」』）】"
ENDED = re.compile(rf"[.!?…{OTHER_ENDS}][\s{CLOSERS}\[\d]*$")
"""The end of a whole sentence, with closing quotes, brackets and a note's number after it."""
NAMED_ROW = re.compile(r"[^|]+: [^|]+ \|(?: [^|]*\|)* [^|]+: [^|]+")
"""A row of a table whose cells have the names of their columns, two at least."""
_DASH = r"[-\u2010-\u2013]"
YEAR = re.compile(
    rf"(?:(?<![\w.,/$€£-])|(?<=\b[Ff][Yy])|(?<=\b\d{{4}}{_DASH})|(?<=[a-z]-))(?:1[5-9]|2[01])\d\d"
    rf"(?![\w%]|[.,/:]\d)(?=(?!{_DASH}\d)|{_DASH}(?:0[1-9]|1[0-2]|\d{{4}})(?!\d))"
)
"""A year as a whole word: 2022 in ``2022-05`` and ``2021-2022``, not in ``120220``, ``2022-23`` or ``2020s``."""
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”')\]]*\s+(?=[\"“(]?[^\W\d_a-z]|[\"“]?\d)")
_ABBREVIATED = re.compile(
    r"\b(?:[A-Z]|U\.S|U\.K|U\.N|Dr|Mr|Mrs|Ms|Prof|St|Nos?|vs|al|etc|e\.g|i\.e|approx|Inc|Ltd|Co|Corp|Gen|Gov|Sen|Rep"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)
SPELLED = re.compile(r"[^\W\d_]{3,}")
"""A word whose spelling can be looked at: three letters or more."""
JOINERS = frozenset("-‐‑/")
LONGEST_COMPOUND = 24
"""Letters of the longest compound that is also indexed as one word."""


@dataclass(frozen=True, slots=True)
class Word:
    """One counted word of a text."""

    term: str
    """Folded and stemmed form, the key of the inverted index."""
    start: int
    """First code point in the text."""
    end: int
    """One past the last code point."""


def find_words(text: str) -> list[Word]:
    """Find the words that BM25 counts, in text order, stop words included.

    Case and accents are folded and English words stemmed. ``$1.5`` gives
    ``1.5``; ``1,500`` gives ``1500``; ``U.S.`` gives ``us``; ``2019-05-01``
    gives itself and ``2019``. A compound gives its parts and, after them, the
    whole: ``4-AP`` gives ``4 ap 4ap``, ``COVID-19`` gives ``covid 19 covid19``; so do
    a grouped number, ``12 345``, and a figure or a word with a power or a note, ``10⁶`` and ``m²``.
    ``H.R. 3`` gives ``hr 3``, as ``HR 3`` does.
    """
    words: list[Word] = []
    last: Word | None = None
    groups = {group.end(): group for group in _GROUPS.finditer(text)}
    for match in WORD.finditer(text):
        bare = _SHIFTED.sub("", match.group())
        term = _term(bare)
        if not term:
            continue
        word = Word(term, match.start(), match.start() + len(bare))
        words.append(word)
        if word.end < match.end():
            whole = match.group() if bare[-1].isdigit() else _term(match.group())
            words.append(Word(whole, match.start(), match.end()))
        group = next((groups[end] for end in range(word.start + 1, word.end + 1) if end in groups), None)
        if group is not None:
            words.append(Word(re.sub(r"\D", "", group.group()), group.start(), group.end()))
        if len(term) >= len("2019-05") and ISO_DATE.fullmatch(word.term):
            words.append(Word(word.term[:4], word.start, word.start + 4))
        if last is not None and _joined(text, last, word):
            words.append(Word(last.term + word.term, last.start, word.end))
        last = word
    return words


def ungrouped(text: str) -> str:
    """Write grouped numbers in one piece, as ``12345`` for ``12 345``; those that may be decimals stay.

    Digits of any script become those of English.
    """
    return _GROUPS.sub(lambda group: group[0] if group[1] == "." else re.sub(r"\D", "", group[0]), _in_ascii(text))


@lru_cache(maxsize=8192)
def tokenise(text: str) -> tuple[str, ...]:
    """Split a text into the terms that BM25 counts, stop words included.

    Kept for the sentences that questions come back to: retrieval and reading look at the same ones.
    """
    return tuple(word.term for word in find_words(text))


def content_terms(text: str) -> Sequence[str]:
    """Split a text into terms without stop words, or all of them if it has no others."""
    return counted_terms(text) or tokenise(text)


def counted_terms(text: str) -> list[str]:
    """Split a text into terms without stop words; nothing where it has no others."""
    return [term for term in tokenise(text) if term not in STOP_WORDS]


def spelled(text: str) -> list[str]:
    """Find the words of a text as they are spelled, in lower case."""
    return SPELLED.findall(text.lower())


def brief_sentences(text: str) -> list[str]:
    """Split a line of a few sentences, such as an answer's; documents are split by `rag.indexing.chunking`."""
    parts: list[str] = []
    for part in _SENTENCE_END.split(text):
        if parts and _ABBREVIATED.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {part}"
        elif part.strip():
            parts.append(part.strip())
    return parts


def stem(word: str) -> str:
    """Return the common part of a word's forms: ``seized`` and ``seizing`` are ``seiz``, ``took`` is ``take``."""
    return _term(PASTS.get(word) or PARTICIPLES.get(word) or DIMENSIONS.get(word, word))


def stems(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that say something of the subject; numbers are none."""
    words = (match[0].casefold().removesuffix("'s") for match in WORD.finditer(text))
    return frozenset(stem(w) for w in words if w not in FUNCTION_WORDS and len(w) > 1 and not w[0].isdigit())


def _in_ascii(text: str) -> str:
    return text if text.isascii() else _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", _in_ascii(text))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().replace("’", "'")


@lru_cache(maxsize=200_000)
def _term(word: str) -> str:
    """Fold and stem one word; kept, since a build meets every word of the library again. Empty for marks alone."""
    folded = _fold(word)
    if not folded or folded[0].isdigit():
        return folded.replace(",", "") if GROUPED.fullmatch(folded) else folded
    plain = folded.replace(".", "").removesuffix("'s").replace("'", "")
    return plain if plain in STOP_WORDS else str(_stemmer().stemWord(plain))


def _joined(text: str, left: Word, right: Word) -> bool:
    return (
        right.start - left.end == 1
        and text[left.end] in JOINERS
        and left.term not in STOP_WORDS
        and len(left.term) + len(right.term) <= LONGEST_COMPOUND
    )


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
