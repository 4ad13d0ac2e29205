"""What a question asks for stands out in the sentence that answers, and only where it is clear."""

from __future__ import annotations

import pytest

from rag.composing.told import told, told_figure
from rag.records import Measurement

DIED = "About 107,543 people died in 2023, by the count of 15 May 2024, 3 percent below the 111,029 of 2022."
FIGURES = tuple(Measurement("deaths", "here", y, v, "deaths", "final") for y, v in (("2023", 107543), ("2022", 111029)))


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("How many passengers may it carry?", "The ferry may carry 180 passengers and 24 cars.", "180"),
        ("How many may it carry?", "The ferry may carry 180 passengers and 24 cars.", ""),
        ("How many passengers are there?", "The number of passengers fell by 5 percent.", ""),
        ("How tall is it?", "The lighthouse is 41 metres tall, the office says.", "41 metres"),
        ("What was the cost in 2020?", "It did damage of $1.5\u00a0trillion in 2020, he said.", "$1.5\u00a0trillion"),
        ("When were talks suspended?", "China suspended talks on 5 August 2022.", "5 August 2022"),
        ("When were talks held?", "Talks were held on 5 August 2022 and in May 2023.", ""),
        ("When in 2022 did they end?", "Of the talks of 2022 those of March ended on 5 August 2022.", "5 August 2022"),
        ("Who paid for the lamp of Skerry?", "The lamp of Skerry was paid for by the widow Clara Berg.", "Clara Berg"),
        ("Who hosted the first meeting?", "Antony Blinken, the US Secretary of State, was its host.", "Antony Blinken"),
        ("Who met?", "Antony Blinken met Wang Yi.", ""),
        ("Who is Clara Berg?", "Clara Berg was a widow.", ""),
        ("Where did they meet?", "They met in Woodside on 5 August.", "Woodside"),
        ("Why did they meet?", "They met in Woodside on 5 August 2022.", ""),
    ],
)
def test_exactly_what_was_asked_for_is_found(question: str, text: str, found: str) -> None:
    span = told(question, text)
    assert (text[span.start : span.end] if span else "") == found


def test_figures_that_stand_as_data_decide_between_several() -> None:
    span = told("How many died in 2022?", DIED, FIGURES)
    assert span is not None and DIED[span.start : span.end] == "111,029"
    assert told("How many died?", DIED, ()) is None
    span = told_figure(DIED, FIGURES[0])
    assert span is not None and DIED[span.start : span.end] == "107,543"
