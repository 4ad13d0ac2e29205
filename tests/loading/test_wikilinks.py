"""Notes of a vault: links are the words that they show, and what a note hides is left out and said."""

from __future__ import annotations

import pytest

from rag.loading import read_bytes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See [[Quay]] and [[Quay#Fees|the fees]].", "See Quay and the fees."),
        ("See [[Quay#Fees]], [[#Below]] and [[Quay#^ab12cd]].", "See Quay > Fees, Below and Quay."),
        ("The plan ![[plan.png|300]] of ![[Quay]].", "The plan of Quay."),
        ("| a | b |\n|---|---|\n| [[Quay\\|fees]] | 1 |", "a: fees | b: 1"),
        ("It is ==very== wide where x==1 or y==2.", "It is very wide where x==1 or y==2."),
        ("> [!warning]- Mind the gap\n> It is wide.", "Mind the gap It is wide."),
        ("It is wide. ^ab12cd", "It is wide."),
        ("It is 5 m ^2", "It is 5 m ^2"),
        ("`[[ -f x ]]` is a test of #harbour/fees.", "[[ -f x ]] is a test of #harbour/fees."),
        ("```\n[[ -f x ]]\n```", "[[ -f x ]]"),
    ],
)
def test_marks_of_notes_are_read_as_what_they_show(text: str, shown: str) -> None:
    assert read_bytes(text.encode(), name="a.md").text == shown


def test_what_a_note_hides_is_left_out_and_said() -> None:
    text = "---\ntags: [harbour]\n---\nIt is wide. %%check this%%\n\n%%\nOld words.\n\nMore.\n%%\n\nIt is deep."
    found = read_bytes(text.encode(), name="a.md")
    assert found.text == "It is wide.\n\nIt is deep."
    assert found.warnings == ("Struck or hidden text was left out: 'check this' and 1 more.",)
