"""Answers about a source itself: who wrote it, where and when it appeared, and what it says in short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from rag.asking.scope import Aspect
from rag.indexing.encoder import Embedder
from rag.reading.extractive import quoted, same
from rag.records import UNKNOWN, AnswerSentence, Document, Passage, Source, Span
from rag.retrieval.retriever import Retriever
from rag.text.dates import readable
from rag.verification.citations import cite

OVERVIEW_SENTENCES = 4
"""Sentences in an overview."""

GIST = "The overall argument, the main point and the conclusion of {title}"
"""What an overview looks for besides the centre of the text."""

GIST_WEIGHT = 0.5
"""Weight of that beside the closeness to the centre."""


def record_answer(aspect: Aspect, source: Source, retriever: Retriever) -> AnswerSentence | None:
    """Say who wrote a source, who published it or when, citing the words of it that show this.

    Returns:
        A sentence made from the source's record; None where no text of it is indexed.
    """
    passages = list(_passages(source, retriever))
    if not passages:
        return None
    documents = retriever.generation.documents
    value = {"author": source.author, "publisher": source.publisher, "date": readable(source.date)}[aspect]
    known = [v for v in (value, source.author, source.publisher, source.title) if v != UNKNOWN]
    places = [(p, s) for p in passages for s in p.sentences]

    def shown(place: tuple[Passage, Span]) -> int:
        text = documents[place[0].doc_id].text[place[1].start : place[1].end]
        return 2 * (value in text) + sum(v in text for v in known)

    passage, span = max(places, key=shown)
    return AnswerSentence(_record_sentence(source), (cite(passage, span, documents[passage.doc_id]),), "supported")


def _record_sentence(source: Source) -> str:
    author = "an unnamed author" if source.author == UNKNOWN else source.author
    publisher = "" if source.publisher == UNKNOWN else f", published by {source.publisher}"
    date = "; its date is unknown" if source.date == UNKNOWN else f" in {readable(source.date)}"
    return f"“{source.title}” is by {author}{publisher}{date}."


def overview(source: Source, retriever: Retriever, embedder: Embedder) -> list[AnswerSentence]:
    """Quote the sentences that stand for a whole source, from different sections, in text order.

    A sentence is near the middle of all that the source says, and near to what an
    argument or a conclusion says; one a section is taken.
    """
    generation = retriever.generation
    passages = list(_passages(source, retriever))
    if not passages:
        return []
    rows = [generation.rows[p.chunk_id] for p in passages]
    starts = generation.sentence_starts
    vectors = np.concatenate([generation.context_sentences.vectors[starts[row] : starts[row + 1]] for row in rows])
    aim = embedder.encode([GIST.format(title=source.title)])[0]
    scores = vectors @ vectors.mean(axis=0) + GIST_WEIGHT * (vectors @ aim)
    places = [(p, s) for p in passages for s in p.sentences]
    chosen: dict[str, tuple[Passage, Span]] = {}
    for place in np.argsort(-scores, kind="stable"):
        passage, span = places[int(place)]
        text = generation.documents[passage.doc_id].text[span.start : span.end]
        if any(passage.heading == other.heading or same(text, said) for said, (other, _) in chosen.items()):
            continue
        chosen[text] = passage, span
        if len(chosen) == OVERVIEW_SENTENCES:
            break
    in_order = sorted(chosen.values(), key=lambda place: (place[0].doc_id, place[1].start))
    return [quoted(passage, span, generation.documents) for passage, span in in_order]


def _passages(source: Source, retriever: Retriever) -> Iterator[Passage]:
    """Every passage of a source, those of its full text where there is one."""
    documents: Mapping[str, Document] = retriever.generation.documents
    mine = [d for d in documents.values() if d.source_id == source.id]
    full = [d for d in mine if d.text_kind == "full text"]
    wanted = {d.doc_id for d in full or mine}
    rows = [row for row, chunk in enumerate(retriever.generation.chunks) if chunk.doc_id in wanted]
    for number, row in enumerate(rows, start=1):
        yield retriever.passage(row, number)
