"""Answers about a source itself: who wrote it, where and when it appeared, and what it says in short."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.asking.scope import Aspect
from rag.composing.quotes import choose, quote_all
from rag.reading.reader import Reader
from rag.reading.reading import Reading, read
from rag.records import UNKNOWN, AnswerSentence, Filters, Passage, Source, Span, document_id
from rag.retrieval.retriever import Retriever
from rag.text.dates import readable
from rag.verification.citations import cite

OVERVIEW_SENTENCES = 5
"""Sentences in an overview."""

LOOKED_AT = 30
"""Passages of a source that are looked at."""

GIST = "What is the main argument and the conclusion of {title}?"
"""What an overview asks of a source."""

ANY = 100.0
"""Log-odds that leave out nothing."""


def record_answer(
    source: Source, aspect: Aspect, retriever: Retriever, filters: Filters
) -> tuple[AnswerSentence, Passage] | None:
    """Say who wrote a source, who published it and when, citing the words of it that show this.

    Returns:
        A sentence made from the source's record, and the passage it cites; None where the filters
        leave no text of the source, or none of it shows any of the record.
    """
    documents = retriever.generation.documents
    dated = readable(source.date) if source.date != UNKNOWN else UNKNOWN
    known = [value for value in (source.author, source.publisher, source.title, dated) if value != UNKNOWN]
    asked = {"author": source.author, "publisher": source.publisher, "date": dated}.get(aspect, UNKNOWN)
    query = retriever.query(" ".join(known))
    passages = retriever.search(query, LOOKED_AT, replace(filters, sources=(source.id,)))
    places = [(p, s) for p in passages for s in p.sentences]
    if not places:
        return None

    def shown(place: tuple[Passage, Span]) -> int:
        text = documents[place[0].doc_id].text[place[1].start : place[1].end]
        held = [value for value in known if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text)]
        return (len(known) + 1) * (asked in held) + len(held)

    passage, span = max(places, key=shown)
    if not shown((passage, span)):
        return None
    sentence = AnswerSentence(_record(source), (cite(passage, span, documents[passage.doc_id]),), "supported")
    return sentence, passage


def _record(source: Source) -> str:
    author = "an unnamed author" if source.author == UNKNOWN else source.author
    publisher = "" if source.publisher == UNKNOWN else f", published by {source.publisher}"
    date = "; its date is unknown" if source.date == UNKNOWN else f" in {readable(source.date)}"
    return f"“{source.title}” is by {author}{publisher}{date}."


def guide(source: Source, retriever: Retriever, filters: Filters) -> tuple[tuple[AnswerSentence, ...], list[Passage]]:
    """Quote what our notes on a source say in short: their first section, in its order.

    Returns:
        The quotes, and the passages of the notes; nothing where the source has no notes, or the
        filters leave none of them.
    """
    document = retriever.generation.documents.get(document_id(source.id, "notes"))
    if document is None:
        return (), []
    sections = [heading.start for heading in document.headings if heading.level > 1]
    end = sections[1] if len(sections) > 1 else len(document.text)
    short = [s for s in document.statements if s.start < end][:OVERVIEW_SENTENCES]
    passages = retriever.passages_of(document.doc_id, filters)[:LOOKED_AT]
    said = [
        AnswerSentence(document.text[s.start : s.end], (cite(p, s, document),), "supported")
        for s in short
        for p in passages
        if p.start <= s.start < p.end
    ]
    return tuple(said), passages


def overview(source: Source, retriever: Retriever, reader: Reader | None, filters: Filters, seconds: float) -> Reading:
    """Read what a source without notes says in short: its argument and its conclusion, best first."""
    query = retriever.query(GIST.format(title=source.title))
    passages = retriever.search(query, LOOKED_AT, replace(filters, sources=(source.id,)))
    return read(query, passages, retriever.generation.lexical, reader, seconds=seconds)


def overview_sentences(reading: Reading, retriever: Retriever) -> tuple[AnswerSentence, ...]:
    """Quote the sentences that an overview is made of: the thesis first, then one a section in text order."""
    chosen = choose(reading.sentences, most=len(reading.sentences), behind=ANY)
    sections: dict[str, None] = {}
    picked = []
    for sentence in chosen:
        if sentence.passage.heading not in sections or not sentence.passage.heading:
            sections[sentence.passage.heading] = None
            picked.append(sentence)
        if len(picked) == OVERVIEW_SENTENCES:
            break
    rest = sorted(picked[1:], key=lambda s: (s.passage.doc_id, s.span.start))
    return quote_all([*picked[:1], *rest], retriever.generation.documents)
