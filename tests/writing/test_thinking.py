"""A model's thinking is no part of its answer, however it is set apart and wherever the stream is cut."""

from __future__ import annotations

import pytest

from rag.writing.thinking import Listener, answer_of

ANSWER = "The fee is 90 crowns. [kq7x]"
THOUGHT = "The fee may be 999. So [kq7x: “999”] it is.\n"


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"<think>\n{THOUGHT}</think>\n\n{ANSWER}",
        f"<Thinking>{THOUGHT}</Thinking>{ANSWER}",
        f"<reasoning>{THOUGHT}</reasoning>{ANSWER}",
        f"<seed:think>{THOUGHT}</seed:think>{ANSWER}",
        f"[THINK]{THOUGHT}[/THINK]{ANSWER}",
        f"◁think▷{THOUGHT}◁/think▷{ANSWER}",
        f"<|begin_of_thought|>{THOUGHT}<|end_of_thought|>{ANSWER}",
        f"{THOUGHT}</think>\n{ANSWER}",
        f"{THOUGHT}</think><think>{THOUGHT}</think>{ANSWER}",
        f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}",
        f"<|channel|>final<|message|>{ANSWER}",
        f"analysis{THOUGHT}assistantfinal{ANSWER}",
        f"analysis{THOUGHT}assistantFinal{ANSWER}",
    ],
)
def test_thinking_is_left_out_however_the_stream_is_cut(text: str) -> None:
    assert answer_of(text)[0].strip() == ANSWER
    for size in (1, 7, 1000):
        listener = Listener()
        for at in range(0, len(text), size):
            listener.hear(text[at : at + size])
        assert listener.answer.strip() == ANSWER


@pytest.mark.parametrize("text", [f"<think>{THOUGHT}", f"<|channel|>analysis<|message|>{THOUGHT}"])
def test_thinking_that_never_ends_is_no_answer(text: str) -> None:
    assert answer_of(text) == ("", True)


def test_an_answer_stands_until_what_was_read_turns_out_to_be_thinking() -> None:
    listener = Listener()
    assert listener.hear("The fee is 999.\n") == "The fee is 999.\n"
    assert listener.hear("</think>") == ""
    assert listener.hear(ANSWER) == ANSWER


@pytest.mark.parametrize("text", ["Wages rose <b>fast</b>.", "An analysis of fees.", "See [think tanks] and 5 > 4."])
def test_words_that_only_look_like_a_mark_stay(text: str) -> None:
    assert answer_of(text) == (text, False)
