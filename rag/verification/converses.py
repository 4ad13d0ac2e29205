"""Say a sentence the other way round: ``tin is lighter than copper`` is ``copper is heavier than tin``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rag.text.lexicon import CONVERSES
from rag.text.words import WORD, stem
from rag.verification.clauses import MEASURE
from rag.verification.parsing import Word, parsed
from rag.verification.polarity import opposites

_ORDERING = frozenset("before after above below over under".split())
"""Words whose two sides change places where the opposite is said."""


def converses(sentence: str, evidence: str) -> Iterator[str]:
    """Yield a sentence with two of its sides exchanged, in the words that *evidence* has for it.

    ``The eggs are added after the flour is sieved`` gives ``the flour is sieved before the eggs are added`` where
    the evidence says *before*. A comparison, an order in time or place and some verbs, such as *sold to* and
    *bought from*, tell the same from either side.
    """
    lines, others = parsed(sentence) or (), parsed(evidence) or ()
    if len(lines) != 1 or _owned(lines) != _owned(others):
        return  # who an owner is would not be compared
    words = lines[0]
    root = next(at for at, word in enumerate(words) if word.head == at)
    subject = next((at for at in _below(words, root) if words[at].relation in ("nsubj", "nsubjpass")), None)
    if subject is None:
        return
    held = {stem(text) for text in WORD.findall(evidence.lower())}
    for at, word in enumerate(words):
        for other in opposites(word.text.lower(), evidence) if stem(words[root].text.lower()) in held else ():
            orders = {word.text.lower(), other} <= _ORDERING
            if orders and word.relation == "mark" and words[word.head].relation == "advcl":
                yield _reversed(words, at, other)
            elif orders or word.tag in ("JJR", "RBR"):
                yield from (_exchanged(words, *sides, {at: other}) for sides in _ordered(words, at, subject))
    for verb, link, other, other_link in CONVERSES:
        form = next((text for text in evidence.split() if stem(text.lower()) == other), "")
        if form and stem(words[root].text.lower()) == verb:
            for at, new in _objects(words, root, link, form, other_link):
                yield _exchanged(words, _phrase(words, subject), _phrase(words, at), new)


def _owned(lines: Iterable[Sequence[Word]]) -> int:
    """Count the possessives."""
    return sum(word.tag in ("POS", "PRP$") for words in lines for word in words)


def _ordered(words: Sequence[Word], at: int, subject: int) -> Iterator[tuple[range, range]]:
    """Yield the sides of a comparison or of a preposition."""
    than = next((n for n, one in enumerate(words) if one.text.lower() == "than"), None)
    link = at if words[at].text.lower() in _ORDERING else than
    for n in _below(words, link) if link is not None else ():
        if words[n].relation in ("pobj", "nsubj") and not MEASURE.fullmatch(words[n].text.lower()):
            yield _phrase(words, subject), _phrase(words, n)


def _reversed(words: Sequence[Word], mark: int, other: str) -> str:
    """Put a clause first that another word ties to what was the main one."""
    clause = _phrase(words, words[mark].head)
    texts = _plain(words)
    main = [text for at, text in enumerate(texts) if at not in clause and words[at].kind != "PUNCT"]
    told = [texts[at] for at in clause if at != mark]
    return " ".join((*told, other, *main)) + "."


def _objects(
    words: Sequence[Word], verb: int, link: str, form: str, other_link: str
) -> Iterator[tuple[int, Mapping[int, str]]]:
    """Yield the other side of a verb, with what is said instead of the verb and of the preposition."""
    for at in _below(words, verb):
        if link and words[at].text.lower() == link:
            yield from ((n, {verb: form, at: other_link}) for n in _below(words, at)[:1])
        elif not link and words[at].relation == "dobj":
            yield at, {verb: f"{form} {other_link}".strip()}


def _exchanged(words: Sequence[Word], one: range, other: range, new: Mapping[int, str]) -> str:
    """Return a sentence with two sides exchanged; empty where they are none."""
    clauses = {at for at, word in enumerate(words) if word.kind in ("VERB", "AUX")}
    if set(one) & set(other) or clauses & {*one, *other} or any(words[at].relation == "conj" for at in clauses):
        return ""  # of two clauses the sides of one may reach into the other
    texts = [new.get(at, text) for at, text in enumerate(_plain(words))]
    low, high = sorted((one, other), key=lambda side: side.start)
    parts = (texts[: low.start], high, texts[low.stop : high.start], low, texts[high.stop :])
    said = [text for part in parts for text in ([texts[at] for at in part] if isinstance(part, range) else part)]
    return " ".join(filter(None, said)).replace(" .", ".")


def _plain(words: Sequence[Word]) -> list[str]:
    """Return the words as they are written within a sentence."""
    return [word.text if at or word.kind == "PROPN" else word.text.lower() for at, word in enumerate(words)]


def _below(words: Sequence[Word], head: int) -> list[int]:
    return [at for at, word in enumerate(words) if word.head == head != at]


def _phrase(words: Sequence[Word], head: int) -> range:
    """Return the words from the first to the last that hang on one."""
    found = {head}
    while more := {at for up in found for at in _below(words, up)} - found:
        found |= more
    return range(min(found), max(found) + 1)
