"""Where a sentence ends, and where it only seems to."""

from __future__ import annotations

import pytest

from rag.indexing.sentences import split_sentences
from rag.text.words import ENDED


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The lamp burns. It is old.", ["The lamp burns.", "It is old."]),
        ("Last month, U.S. Secretary Blinken spoke.", ["Last month, U.S. Secretary Blinken spoke."]),
        ("It came to the U.S. The rest went on.", ["It came to the U.S.", "The rest went on."]),
        ("It burned.¹² It was of oak.³ It is 9 m.² wide.", ["It burned.¹²", "It was of oak.³", "It is 9 m.² wide."]),
        ("  Spaces around.   And between.  ", ["Spaces around.", "And between."]),
        ("It cost $1.5 trillion in 2020. H.R. 3 passed.", ["It cost $1.5 trillion in 2020.", "H.R. 3 passed."]),
        ("Pier: No. 7 Quay St. East | Depth (m): 20 | Note: Old. Closed", None),
        ("Pier: East | Note: It is old. It is closed.", ["Pier: East | Note: It is old.", "It is closed."]),
        ("", []),
    ],
)
def test_sentences_are_found_by_offset(text: str, sentences: list[str] | None) -> None:
    spans = split_sentences(text, 7)
    assert [text[span.start - 7 : span.end - 7] for span in spans] == (sentences or [text] * bool(text))


@pytest.mark.parametrize(
    "sentences",
    [
        ["この港は1905年に開かれた。", "塔が三つある。"],
        ["他说：“桥长三米。”", "然后走了！", "是吗？"],
        ["यह पुल 1905 में बना।", "यह लंबा है।"],
        ["هل هذا جسر؟", "نعم."],
        ["Կամուրջը բաց է։", "Այն երկար է։"],
    ],
    ids=["Japanese", "Chinese", "Hindi", "Arabic", "Armenian"],
)
def test_sentences_of_other_scripts_end_at_their_own_signs(sentences: list[str]) -> None:
    between = " " if " " in sentences[0] else ""
    text = between.join(sentences)
    assert [text[span.start : span.end] for span in split_sentences(text)] == sentences
    assert all(ENDED.search(sentence) for sentence in sentences)


@pytest.mark.parametrize(
    "text",
    [
        "The court sits in Rm. 12 of the annex, in stalls of max. 3.5 m, for 30 yrs. of service.",
        "The bite of Ae. aegypti was studied at 60 lb. load and with a fl. 3 oz flask.",
        "The pier (max. 6.5 m deep, built by Bo et al. Port Office) is old.",
        "The keeper (was he asleep? Hardly) saw the guests, by Bo et al. Port Office, lit. Harbour, leave.",
        "Die Beschäftigten der Werft werden vom 1. Juli an wieder 38 Stunden in der Woche arbeiten.",
    ],
)
def test_a_sentence_goes_on_after_an_abbreviation_and_within_brackets(text: str) -> None:
    assert [text[span.start : span.end] for span in split_sentences(text)] == [text]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Two men got out of the car.", "The boat lay in the reception hall."],
        ["Cover and reduce the heat to low.", "Simmer the soup, which I call a book.", "I like it."],
        ["Das war gut und es blieb uns rot.", "12 Leute kamen heute noch einmal an.", "Ich musste gehen."],
        ["Heel de stad was op de kade en het is nu klaar.", "12 boten lagen daar nog in de haven."],
        [
            "Each was tested twice.",
            "25 boats came to the bay.",
            "8 of them sank in a year.",
            "(It rained. It was cold.)",
        ],
    ],
    ids=["English", "I", "German", "Dutch", "numbers"],
)
def test_a_sentence_ends_with_a_plain_word(sentences: list[str]) -> None:
    text = " ".join(sentences)
    found = [text[span.start : span.end] for span in split_sentences(text)]
    assert " ".join(found) == text
    assert found[: len(sentences) - 1] == sentences[:-1]
