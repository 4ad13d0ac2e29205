"""Every sentence of the passages as an answer: scored, ordered, and how sure the best one is."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.indexing.bm25 import LexicalIndex
from rag.indexing.encoder import FloatArray
from rag.indexing.generation import above, title_tokens
from rag.reading.answer_types import analyse
from rag.reading.confidence import confidence, model
from rag.reading.evidence import (
    REFERS_BACK,
    SENTENCE_FEATURES,
    PassageView,
    SentenceView,
    sentence_features,
)
from rag.records import Passage, Span
from rag.retrieval.foreseen import SENTENCE_BLEND
from rag.retrieval.query import Query
from rag.retrieval.retriever import Retriever
from rag.text.folding import fold
from rag.text.names import bounds_answer, in_capitals, unmatched
from rag.text.words import ENDED, STOP_WORDS, YEAR, Word, content_terms, find_words, tokenise
from rag.verification.polarity import negation_differs

UNMENTIONED = 0.4
"""Factor on confidence for each name in the question that the library mentions nowhere."""

OPENS = re.compile(r"(?:^|[.!?:;])\W*$")
"""What stands before a word that has its capital because it opens a sentence."""
SHORTEST_NAME = 2
"""Letters up to which a word with a capital is taken for no name."""

FRAGMENT = 8.0
"""What the score of a sentence without an end loses: a heading, a credit, a line of a table."""

ABSENCE = 3.0
"""What the score of a sentence loses that tells what a text does not mention: it seldom answers."""
NOT_SAID = re.compile(r"\b(?:do|does|did) not (?:mention|name)\b|\b(?:mentions?|names?) no\b", re.IGNORECASE)

MAIN_SOURCE = 1.5
"""What the score of a sentence of the library's main source gains: a question that names no source means that one."""

UNNAMED = 1.0
"""What the score of a sentence loses for each name of the question that neither it nor its setting holds."""

OUT_OF_BOUNDS = 2.0
"""The same for each country or year: what is said of another one seldom answers."""

SHORT = 14
"""Words up to which a negation in a question is taken to bear on what is asked."""

RECENT = 4.0
"""What a sentence of the newest year gains over one `RECENT_YEARS` older where the newest is asked for."""
RECENT_YEARS = 4

ASKS_RECENT = re.compile(
    r"\b(?:newe(?:st|r)|latest|most recent(?:ly)?|current(?:ly)?|today|nowadays|these days|up[- ]to[- ]date)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer."""

    passage: Passage
    span: Span
    text: str
    score: float
    """Weighted sum of its features; comparable within one question."""
    preference: float
    """Its score and what it gains from where it stands; what candidates are ordered by."""
    features: FloatArray
    """(features,) as in `rag.reading.evidence.SENTENCE_FEATURES`."""
    foreseen: float
    """Cosine of the question with the nearest one foreseen for the sentence; `NONE` without one."""
    lacking: tuple[str, ...]
    """Names and years of the question that neither the sentence nor what stands around it holds."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """How well passages answer a question."""

    candidates: tuple[Candidate, ...]
    """Best first."""
    signals: Mapping[str, float]
    """As in `rag.reading.confidence.CONFIDENCE_FEATURES`; empty without candidates."""
    confidence: float
    """0 to 1."""
    missing: tuple[str, ...] = ()
    """Names in the question that the library mentions nowhere."""


def assess(query: Query, passages: Sequence[Passage], retriever: Retriever) -> Assessment:
    """Score every sentence of the passages as an answer, and how sure the best one is.

    Args:
        passages: best first, of the retriever's generation.
    """
    views = [_view(passage, retriever) for passage in passages]
    table = sentence_features(query, retriever.generation.lexical, views)
    foreseen = retriever.foreseen(query)
    found: list[Candidate] = []
    for passage, view, rows in zip(passages, views, table, strict=True):
        near = foreseen[retriever.generation.sentence_rows(passage.chunk_id)]
        scores = rows @ model().sentence
        preferences = SENTENCE_BLEND(scores, near)
        for i, (span, sentence) in enumerate(zip(passage.sentences, view.sentences, strict=True)):
            without = unmatched(query.text, in_view(passage, i))
            unnamed = sum(OUT_OF_BOUNDS if bounds_answer(name) else UNNAMED for name in without)
            prior = _prior(passage, sentence.text, retriever.main_source) - unnamed
            preference = float(preferences[i]) + prior
            found.append(
                Candidate(passage, span, sentence.text, float(scores[i]), preference, rows[i], float(near[i]), without)
            )
    if not found:
        return Assessment((), {}, 0.0)
    if ASKS_RECENT.search(query.text):
        found = _newest_preferred(found)
    found.sort(key=lambda c: (-c.preference, c.passage.number, c.span.start))
    signals = _signals(query, found, retriever)
    missing = unknown_names(query.text, retriever.generation.lexical)
    sure = confidence(signals, found[0].foreseen) * UNMENTIONED ** len(missing)
    return Assessment(tuple(found), signals, sure, missing)


def _prior(passage: Passage, sentence: str, main_source: str) -> float:
    """What a sentence gains from where it stands, and loses for having no end or telling what is not said."""
    unfit = FRAGMENT * (ENDED.search(sentence) is None) + ABSENCE * (NOT_SAID.search(sentence) is not None)
    return MAIN_SOURCE * (passage.source.id == main_source) - unfit


def in_view(passage: Passage, number: int) -> str:
    """A sentence of a passage as it is quoted, with title, heading and who said it; when, if it names no year."""
    source, said = passage.source, passage.attribution
    quoted = with_context(passage, passage.sentences[number])
    text = passage.text[quoted.start - passage.start : quoted.end - passage.start]
    dated = "" if YEAR.search(text) else said.date
    return ". ".join([source.title, source.author, said.publisher, dated, passage.heading, text])


def _newest_preferred(found: Sequence[Candidate]) -> list[Candidate]:
    """Raise the preference of sentences by the last year that they, or else their attribution, name."""
    years = [_last_year(c.text, c.passage.attribution.date) for c in found]
    newest = max(years)
    gains = (RECENT * max(0.0, 1 - (newest - year) / RECENT_YEARS) for year in years)
    return [replace(c, preference=c.preference + gain) for c, gain in zip(found, gains, strict=True)]


def _last_year(text: str, dated: str) -> int:
    """The last year that a text names, predictions left out, else the year it is dated with; 0 for neither."""
    said = int(dated[:4]) if YEAR.match(dated) else 0
    return max((year for year in map(int, YEAR.findall(text)) if year <= (said or date.today().year)), default=said)


def unknown_names(question: str, lexical: LexicalIndex) -> tuple[str, ...]:
    """List the names in a question that hold a word which the library mentions nowhere.

    A name is a run of words with a capital, those that open a sentence and stop words
    aside, in a question whose words have no capitals throughout: ``World Cup``, also
    where only ``Cup`` is unknown.
    """
    if in_capitals(question):
        return ()
    runs: list[list[Word]] = []
    end = -1
    for word in find_words(question):
        if word.start < end:  # a part of a compound that is one name already
            continue
        named = question[word.start].isupper() and word.term not in STOP_WORDS
        if named and not OPENS.search(question[: word.start]):
            if runs and question[end : word.start] == " ":
                runs[-1].append(word)
            else:
                runs.append([word])
            end = word.end

    def is_unknown(word: Word) -> bool:
        return word.term.isalpha() and word.end - word.start > SHORTEST_NAME and not lexical.frequency(word.term)

    unknown = (question[run[0].start : run[-1].end] for run in runs if any(map(is_unknown, run)))
    return tuple(dict.fromkeys(unknown))


def _view(passage: Passage, retriever: Retriever) -> PassageView:
    """Collect what the features of a passage need from the index."""
    generation = retriever.generation
    row = generation.rows[passage.chunk_id]
    chunk = generation.chunks[row]
    tokens, ranges = retriever.tokens(passage)
    vectors = tokens.vectors
    first = generation.sentence_rows(passage.chunk_id).start
    front = len(above(chunk, passage.source))
    text = generation.documents[chunk.doc_id].text
    sentences = tuple(
        SentenceView(
            text[span.start : span.end],
            vectors[a:b],
            tokens.offsets[a:b] - (front + span.start - chunk.start),
            generation.context_sentences.vectors[first + i],
            generation.sentences.vectors[first + i],
        )
        for i, (span, (a, b)) in enumerate(zip(chunk.sentences, ranges, strict=True))
    )
    terms = frozenset(retriever.words(row).title)
    title = vectors[: title_tokens(chunk, passage.source, tokens)]
    return PassageView(passage.score, passage.number, terms, title, sentences)


def _signals(query: Query, found: Sequence[Candidate], retriever: Retriever) -> dict[str, float]:
    """What confidence is judged by; see `CONFIDENCE_FEATURES`."""
    best = found[0]
    asked, held = content_terms(query.text), set(retriever.words(retriever.generation.rows[best.passage.chunk_id]).text)
    words = len(tokenise(query.text))
    value = dict(zip(SENTENCE_FEATURES, map(float, best.features), strict=True))
    return {
        "passage_score": best.passage.scores["direct"],
        "sentence": best.passage.scores["sentence"],
        "cosine": value["cosine"],
        "even": value["even"],
        "new": value["new"],
        "lacks": value["lacks"],
        "score": best.score,
        "margin": max(best.score - found[1].score, 0.0) if len(found) > 1 else 0.0,
        "length": math.log(max(words, 1)),
        "unheld": sum(term not in held for term in asked) / max(len(asked), 1),
        "unmatched": float(len(best.lacking)),
        "denies": float(
            words <= SHORT
            and analyse(query.text).kind != "reason"
            and negation_differs(fold(query.text).text, fold(best.text).text)
        ),
    }


def with_context(passage: Passage, sentence: Span) -> Span:
    """A sentence, with the one before if it opens with a word that refers back."""
    words = find_words(passage.text[sentence.start - passage.start : sentence.end - passage.start])
    place = passage.sentences.index(sentence)
    if place and words and words[0].term in REFERS_BACK:
        return Span(passage.sentences[place - 1].start, sentence.end)
    return sentence
