"""Questions noted below a statement lead readers to it, and to the full text that says the same."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from rag.errors import LoadError
from rag.indexing.generation import Generation
from rag.records import Source
from rag.retrieval.foreseen import FAR, NONE, OTHER_YEAR, Blend
from rag.retrieval.retriever import Retriever
from rag.sources.notes import read_notes
from rag.text.names import bounds_answer, unmatched
from tests.conftest import BRIDGE, Place

SOURCE = Source.unnamed("bridge-report", "The Harbour Bridge")
STATEMENT = "- The bridge cost 310 million crowns, the Port Office reported in 2021.\n"
ASKED = "What was the price tag of that span?"
NOTED = f"{STATEMENT}  - {ASKED}\n  - Who footed the bill, and how much was it?\n"


def noted(place: Place) -> None:
    (place.corpus / "notes" / "bridge-report.md").write_text(BRIDGE.replace(STATEMENT, NOTED), encoding="utf-8")


def test_questions_belong_to_the_statement_above_them_and_to_no_text() -> None:
    document = read_notes(BRIDGE.replace(STATEMENT, NOTED), SOURCE, name="bridge-report.md")
    assert [s.questions for s in document.statements] == [(), (ASKED, "Who footed the bill, and how much was it?"), ()]
    assert document.text == read_notes(BRIDGE, SOURCE, name="bridge-report.md").text


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ("# A\n\n## B\n\n- Fact.\n  - No question\n", "line 6: found 'No question', expected a question that ends"),
        ("# A\n\n## B\n\n- Fact.\n  - ?\n", "line 6: found '?', expected a question that ends"),
        ("# A\n\n## B\n\n  - Early?\n- Fact.\n", "line 5: found '- Early?', expected a statement above it"),
        ("# A\n\n## B\n\n- Fact.\n\n## C\n\n  - Late?\n", "line 9: found '- Late?', expected a statement above it"),
    ],
)
def test_a_question_out_of_place_is_named_with_its_line(notes: str, said: str) -> None:
    with pytest.raises(LoadError, match=re.escape(said)):
        read_notes(notes, SOURCE, name="a.md")


def test_a_question_in_other_words_finds_the_statement_and_quotes_it(place: Place) -> None:
    place.library.build()
    assert "310" not in place.open().ask(ASKED).text
    noted(place)
    place.library.build()
    answer = place.open().ask(ASKED)
    assert answer.sentences[0].text == "The bridge cost 310 million crowns, the Port Office reported in 2021."
    assert ASKED not in answer.text


def test_what_is_not_cited_is_offered_by_its_section_or_as_a_noted_question(place: Place) -> None:
    asked = "How many vehicles crossed the Harbour Bridge each day?"
    place.library.build()
    assert place.open().ask(asked).suggestions == ("Give an overview of: Opening",)
    noted(place)
    place.library.build()
    assert place.open().ask(asked).suggestions == ("Who footed the bill, and how much was it?",)


def test_only_new_questions_are_embedded(place: Place) -> None:
    noted(place)
    place.library.build()
    path = place.corpus / "notes" / "bridge-report.md"
    path.write_text(path.read_text(encoding="utf-8") + "  - How busy was it?\n", encoding="utf-8")
    assert place.library.build().embedded == 1


def test_a_question_leads_to_the_full_text_that_says_the_same(place: Place, tmp_path: Path) -> None:
    noted(place)
    text = tmp_path / "bridge.txt"
    text.write_text(
        "The Harbour Bridge\n\nPainters come each spring.\n\n"
        "The Port Office reported in 2021 that the bridge cost 310 million crowns.\n\nGulls nest below the deck.\n",
        encoding="utf-8",
    )
    place.library.add(text, source_id="bridge-report")
    place.library.build()
    citation = place.open().ask(ASKED).sentences[0].citations[0]
    assert (citation.doc_id, citation.quote) == (
        "bridge-report/text",
        "The Port Office reported in 2021 that the bridge cost 310 million crowns.",
    )


def test_a_question_about_another_year_counts_for_less(place: Place) -> None:
    noted(place)
    place.library.build()
    retriever = Retriever(Generation.open(place.settings), place.embedder, candidates=10)
    asked = (retriever.query(f"What was the price tag of that span in {year}?") for year in (2021, 2019))
    same, other = (retriever.foreseen(query).max() for query in asked)
    assert other == OTHER_YEAR < same


def test_a_score_without_a_foreseen_question_stays_as_it_is() -> None:
    blend = Blend(share=0.5, gain=2.0, offset=0.25)
    scores = np.array([1.0, 1.0, 2.0, 1.0, 1.0], np.float32)
    found = blend(scores, np.array([NONE, 0.5, 1.0, FAR, -0.2], np.float32)).tolist()
    assert found[:3] == [1.0, 1.25, 2.75]
    assert found[3] == found[4]


@pytest.mark.parametrize(
    ("question", "evidence", "missing"),
    [
        ("How many Canadians died in 2024?", "About 48,000 people died in the United States in 2024.", ("Canadians",)),
        ("How many Americans died in 2022?", "About 48,000 people died in the United States in 2024.", ("2022",)),
        ("What does Beijing want from Washington?", "China wants relief from American sanctions.", ()),
        ("What does China want?", "Beijing wants relief.", ()),
        ("WHAT DOES PERU WANT?", "China wants relief.", ()),
        ("Going after sellers, what did Fidler say?", "David P. Fidler doubts it.", ()),
        ("what does peru want", "China wants relief.", ()),
        ("What Does Peru Want From The United Kingdom?", "China wants relief.", ()),
        ("What is Peru's policy?", "China wants relief.", ("Peru",)),
        ("How many died in South Korea?", "In North America 300 died.", ("South Korea",)),
        ("What did Antony Blinken say?", "Blinken said no.", ()),
        ("What does Beijing want?", "Machinations.", ("Beijing",)),
        ("Who rules in Niger?", "Nigeria votes.", ("Niger",)),
        ("Who rules in Nigeria?", "The Nigerian parliament sits.", ()),
        ("Who rules in Guinea?", "Guinea-Bissau votes.", ("Guinea",)),
        ("Who rules in Guinea?", "Equatorial Guinea votes.", ("Guinea",)),
        ("Who rules in Congo?", "The Democratic Republic of the Congo votes.", ("Congo",)),
        ("Who rules in North Korea?", "South Korea votes.", ("North Korea",)),
        ("Who rules in Sudan?", "South Sudan votes.", ("Sudan",)),
        ("Who rules in Dominica?", "The Dominican Republic votes.", ("Dominica",)),
        ("Who rules in Dominica?", "Dominican ministers met.", ("Dominica",)),
        ("Who rules in Mexico?", "Mexican ministers met.", ()),
        ("Who rules in China?", "Chinese ministers met.", ()),
        ("Who rules in the US?", "The United States votes.", ()),
        ("How many in 2022?", "Number 120220.", ("2022",)),
        ("How many in 2022?", "See pages 2022-23.", ("2022",)),
        ("How many in 2022?", "In the years 2021\u20132022.", ()),
        ("How many in 2022?", "On 2022-05-01.", ()),
        ("How many in 2020?", "In the 2020s.", ("2020",)),
    ],
)
def test_names_and_years_of_a_question_are_looked_for(question: str, evidence: str, missing: tuple[str, ...]) -> None:
    assert unmatched(question, evidence) == missing


def test_a_country_or_a_year_bounds_an_answer() -> None:
    bounds = ["Canadians", "2022", "China", "Americans", "South Korea", "United Kingdom", "European Union"]
    others = ["Blinken", "Congress", "Sam", "World Bank", "UN"]
    assert [name for name in (*bounds, *others) if bounds_answer(name)] == bounds
