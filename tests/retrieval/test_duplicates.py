"""Passages that say the same, and those that only look so."""

from __future__ import annotations

import json

import pytest

from rag.indexing.chunk_words import ChunkWords
from rag.records import Copy, Passage
from rag.retrieval.duplicates import say_the_same
from rag.text.words import tokenise
from tests.conftest import Place

LENT = "The Bank lent the shipyard of Norhaven 5 crowns in May 2020 and did ask for a pledge."


def words(text: str) -> ChunkWords:
    """The words of a chunk of one sentence."""
    return ChunkWords.of(text, ["A", "loan"], tokenise(text))


@pytest.mark.parametrize(
    "other",
    [
        LENT.replace("5 crowns", "6 crowns"),
        LENT.replace("2020", "2021"),
        LENT.replace("May", "June"),
        LENT.replace("Norhaven", "Sudhaven"),
        LENT.replace("did ask", "did not ask"),
        LENT.replace("did ask", "didn’t ask"),
        LENT.replace("a pledge", "no pledge"),
        LENT.replace("lent the shipyard of", "owes much money to the port and yard of"),
    ],
    ids=["figure", "year", "month", "name", "not", "n’t", "no", "other words"],
)
def test_what_differs_in_substance_is_no_copy(other: str) -> None:
    assert not say_the_same(words(LENT), words(other))


@pytest.mark.parametrize(
    "other",
    [
        LENT,
        LENT.replace("2020 and", "2020, and"),
        LENT.replace("a pledge.", "pledges"),
        LENT.replace("and did", "and also did"),
    ],
    ids=["the same", "a comma after a figure", "a plural", "one word more"],
)
def test_what_differs_in_wording_without_weight_is_a_copy(other: str) -> None:
    assert say_the_same(words(LENT), words(other))


def found(place: Place, texts: list[str], *, duplicates: bool) -> list[Passage]:
    """What a search for `LENT` gives in a library of some texts."""
    documents = place.corpus / "documents"
    documents.mkdir()
    for number, text in enumerate(texts):
        row = {"id": f"d{number}", "title": "A loan", "text": text}
        (documents / f"bank-{number}.jsonl").write_text(json.dumps(row), encoding="utf-8")
    place.library.build()
    retriever = place.open()._fresh().pipeline.retriever
    passages = retriever.search(retriever.query(LENT), 20, duplicates=duplicates)
    return [p for p in passages if p.source.id.startswith("bank")]


def test_copies_are_listed_in_the_better_passage_and_others_are_kept(place: Place) -> None:
    texts = [LENT, LENT.replace(" and did", ", and did"), LENT.replace("5 crowns", "6 crowns")]
    first, other = found(place, texts, duplicates=False)
    assert {first.text, other.text} in ({texts[0], texts[2]}, {texts[1], texts[2]})
    held = first if "5 crowns" in first.text else other
    (lost,) = {"bank-0-d0", "bank-1-d1"} - {held.source.id}
    length = len(texts[lost == "bank-1-d1"])
    assert held.also_in == (Copy(lost, f"{lost}/text", 0, length, held.attribution),)
    assert (other if held is first else first).also_in == ()


def test_copies_are_kept_where_that_is_asked(place: Place) -> None:
    texts = [LENT, LENT.replace(" and did", ", and did")]
    passages = found(place, texts, duplicates=True)
    assert sorted(p.text for p in passages) == sorted(texts)
    assert [p.also_in for p in passages] == [(), ()]
