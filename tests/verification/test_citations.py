"""Quotes: what stands in a text, what does not, and where exactly."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.records import AnswerSentence, Attribution, Citation, Document, Passage, Place, Source, Span
from rag.verification.citations import Piece, cite, find, fold, mark, verify
from rag.writing.checking import check_claim
from rag.writing.protocol import Claim, Mark

HONEST = [
    (
        "“we cannot arrest our way out”, she said",
        'The sheriff: "we cannot arrest our way out", she said.',
    ),
    ("the official figures", "In spring the of\ufb01cial \ufb01gures were published."),
    ("synthetic opioids", "Deaths from syn\u00adthetic opi\u00adoids fell."),
    ("a two-year programme", "It began a two\u2011year programme."),
    ("6 % of parcels", "Customs checked 6\u00a0% of parcels."),
    ("between 2019-2021 rates rose", "Rates were low; between 2019\u20132021 rates rose."),
    ("ports of entry in the south", "Most came through ports of\nentry  in the south."),
    ("It isn't a weapon", "It isn\u2019t a weapon, he wrote."),
    ("precursors … were shipped by sea", "The precursors, she said, were shipped by sea."),
    ("café owners", "Many cafe\u0301 owners kept naloxone."),
    ("ABC 123", "Form \uff21\uff22\uff23 \uff11\uff12\uff13 was used."),
]
FALSE = [
    ("deaths fell by 6 %", "In a year deaths fell by 5 %."),
    ("the law of 2021", "They cite the law of 2012 only."),
    ("the agency did stop the shipments", "In the end the agency did not stop the shipments."),
    ("precursors come from Mexico", "Most precursors come from China."),
    ("The drug is … effective", "The drug is not effective."),
    ("about 15,000 kilograms", "It seized about 1,500 kilograms."),
    ("5 percent of users", "It was 2.5 percent of users."),
    ("an increase of 10 million", "They saw a decrease of 10 million."),
]
SENTENCES = [
    "In fiscal year 2022 the Drug Enforcement Administration seized more than 50.6 million pills.",
    "Overdose deaths in Ohio did not fall below 4,000 before 2023, according to Dr. Alvarez.",
    "China scheduled all fentanyl-related substances on 1 May 2019 at the request of the United States.",
    "Canada reported 21 deaths a day, and 82 percent of them involved fentanyl in British Columbia.",
    "The committee's report never claimed that Mexico had closed 3 laboratories near Culiac\u00e1n.",
    "A dose of 2 milligrams can kill, the World Health Organization said in its 2021 survey.",
    'Officials in Vermont said "no agreement" was signed with India before 17 March 2020.',
    "Of 1,200 parcels inspected at Memphis, 37 contained a precursor made in Wuhan.",
    "The House voted 289-133 for the HALT Fentanyl Act, which Senator Cassidy had introduced.",
    "Naloxone sales without prescription were not allowed in Texas until 29 March 2023.",
]
NEGATORS = ("not", "never", "no", '"no', "without")
SWAPS = {
    "Ohio": "Iowa",
    "China": "India",
    "Canada": "Mexico",
    "Mexico": "Canada",
    "India": "China",
    "Vermont": "Maine",
    "Texas": "Nevada",
    "Memphis": "Dallas",
    "Cassidy": "Warren",
    "Alvarez": "Alvarado",
    "World": "Pan",
    "Drug": "Food",
    "British": "French",
}


def test_honest_quotes_are_found_and_false_ones_are_not() -> None:
    assert [quote for quote, text in HONEST if find(quote, text) is None] == []
    assert [quote for quote, text in FALSE if find(quote, text) is not None] == []


def altered(sentence: str, rng: random.Random) -> str:
    """Change a number, a name or a negation of the sentence."""
    changes = [
        re.sub(r"\d(?=\D*$)", lambda m: str((int(m[0]) + 1 + rng.randrange(8)) % 10), sentence),
        re.sub(r"\d", lambda m: str((int(m[0]) + 1 + rng.randrange(8)) % 10), sentence, count=1),
        re.sub(r"(\d),(\d{3})", r"\1\2,000", sentence),
        re.sub(r"\b(did|were|was) not ", r"\1 ", sentence),
        re.sub(r" never | no | without ", " ", sentence),
        re.sub(r"\b(can|said|reported|seized|voted|scheduled|contained) ", r"\1 not ", sentence),
        re.sub(r"\b(" + "|".join(SWAPS) + r")\b", lambda m: SWAPS[m[0]], sentence, count=1),
        re.sub(r"(did|were|was) not ", r"\1 … ", sentence),
    ]
    return rng.choice([change for change in changes if change != sentence])


def reset(sentence: str, rng: random.Random) -> str:
    """Set the sentence otherwise: quotation marks, dashes, spaces, breaks, ligatures, forms."""
    changes: list[Callable[[str], str]] = [
        lambda s: s.replace("'", "\u2019").replace(' "', " \u201c").replace('" ', "\u201d "),
        lambda s: s.replace("-", rng.choice("\u2010\u2011\u2013\u2212")),
        lambda s: s.replace(" ", "\u00a0", rng.randrange(1, 4)),
        lambda s: s.replace(" ", "\n", rng.randrange(1, 4)),
        lambda s: s.replace(" ", "  ", rng.randrange(1, 4)),
        lambda s: s.replace("fi", "\ufb01").replace("ff", "\ufb00").replace("fl", "\ufb02"),
        lambda s: re.sub(r"(\w{4})(\w{3})", "\\1\u00ad\\2", s),
        lambda s: s.replace("\u00e1", "a\u0301"),
        lambda s: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in s),
        lambda s: s[0].lower() + s[1:],
        lambda s: s.replace(" percent", " \u200bpercent"),
    ]
    for change in rng.sample(changes, 3):
        sentence = change(sentence)
    return sentence


def part(sentence: str, rng: random.Random) -> str:
    """Cut six or more whole words out of the sentence, none right after a negation."""
    words = sentence.split(" ")
    size = rng.randrange(6, len(words) + 1)
    firsts = [n for n in range(len(words) - size + 1) if words[max(0, n - 1)] not in NEGATORS]
    first = rng.choice(firsts or [0])
    return " ".join(words[first : first + size])


def test_two_hundred_generated_quotes_are_judged_by_their_letters_and_digits() -> None:
    rng = random.Random(6)
    text = " ".join(SENTENCES)
    false = [altered(rng.choice(SENTENCES), rng) for _ in range(100)]
    honest = [reset(part(rng.choice(SENTENCES), rng), rng) for _ in range(100)]
    assert [quote for quote in false if find(quote, text) is not None] == []
    lost = [quote for quote in honest if find(quote, text) is None]
    assert len(lost) <= 2, lost


def test_generated_quotes_of_a_model_are_live_only_where_they_stand() -> None:
    text = " ".join(SENTENCES)
    starts = [text.index(sentence) for sentence in SENTENCES]
    spans = tuple(Span(at, at + len(sentence)) for at, sentence in zip(starts, SENTENCES, strict=True))
    source = Source("g", "Report", "A", "GAO", "2024", "", "government", "public")
    own = Attribution.own("GAO", "2024", "")
    whole = Passage(1, source, "g/notes", "notes", "g/notes#0", 0, len(text), text, "", None, own, 1.0, {}, spans)
    documents = {"g/notes": Document("g/notes", "g", "notes", text, "")}

    def said(sentence: str, quote: str) -> AnswerSentence:
        return check_claim(Claim(sentence, (Mark("a", quote),)), {"a": whole}, documents).sentence

    rng = random.Random(66)
    for sentence in (rng.choice(SENTENCES) for _ in range(100)):
        false = altered(sentence, rng)
        assert [said(false, quote).status for quote in (false, sentence, "")] == ["unsupported"] * 3
    pairs = [(one, reset(part(one, rng), rng)) for one in (rng.choice(SENTENCES) for _ in range(100))]
    honest = [said(sentence, quote) for sentence, quote in pairs]
    live = [s for s in honest if s.status == "supported" and all(c.status != "rejected" for c in s.citations)]
    assert len(live) >= 98
    assert all(text[c.start : c.end] == c.quote for s in live for c in s.citations)


@given(st.text(max_size=80), st.booleans())
def test_every_folded_character_points_at_its_own_stretch(text: str, join: bool) -> None:
    folded = fold(text, join=join)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.ends) == sorted(folded.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))


@given(st.text(max_size=60))
def test_folding_keeps_every_digit(text: str) -> None:
    def digits(value: str) -> list[int]:
        return [int(char) for char in value if char.isdecimal()]

    # A sign that stands for digits and letters, such as ㏠ for 1日, is written out in both texts that are compared.
    assume(not any(digits(unicodedata.normalize("NFKC", char)) and not char.isdecimal() for char in text))
    assert digits(fold(text).text) == digits(text)


@given(
    st.lists(
        st.sampled_from(["opium", "5", "12.5", "not", "U.S.", "é", "a-b", "“x”"]),
        min_size=2,
        max_size=12,
    )
)
def test_a_found_quote_has_the_letters_and_digits_of_the_span(words: list[str]) -> None:
    text = " ".join(words)
    quote = " ".join(words[1:])
    span = find(quote, text)
    if span:
        found = text[span.start : span.end]
        assert [c for c in found if c.isalnum()] == [c for c in quote if c.isalnum()]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("“5 – 6 %”", '"5-6%"'),
        ("rate of −5 %", "rate of -5%"),
        ("10² and Ⅳ", "10² and iv"),
        ("« l’État »", '"l\'état"'),
        ("a 6' 2\" man", "a 6' 2\" man"),
        ("**one**  two", "one two"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_folding_of_known_texts(text: str, folded: str) -> None:
    assert fold(text).text == folded


def test_a_hyphen_at_the_end_of_a_line_may_be_kept_or_dropped() -> None:
    text = "an interna-\ntional and low-\nlevel talk"
    assert find("international", text) == Span(3, 18)
    assert find("low-level talk", text) == Span(23, text.index("talk") + 4)
    assert find("an interna- tional", text) == Span(0, 18)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("effective", "The plan is not effective."),
        ("effective", "The plan was ineffective."),
        ("effective", "The plan has not been effective."),
        ("state actors", "Those are non-state actors."),
        ("5", "It is 5.5."),
        ("5", "It is 1,500."),
        ("5 %", "It fell, at −5 %, again."),
        ("000 people", "Some 48,000 people."),
        ("evidence of a link", "There is no evidence of a link."),
        ("102 units", "10² units"),
        ("...", "Wait ... what"),
        ("", "Anything"),
        ("“”", "Any “” thing"),
    ],
)
def test_a_quote_that_cuts_a_word_a_number_or_a_negation_is_not_found(quote: str, text: str) -> None:
    assert find(quote, text) is None


@pytest.mark.parametrize("dots", ["...", "…", " . . . ", "[…]", "[...]", "(...)", "……", "⋯", "‥"])
def test_every_spelling_of_an_ellipsis_joins_fragments_in_order(dots: str) -> None:
    text = "The agency, founded in 1973, seized the pills in May."
    assert find(f"The agency {dots} seized the pills", text) == Span(0, 45)
    assert find(f"seized the pills {dots} The agency", text) is None
    assert find(f"The agency {dots} seized", "The agency says it never seized") is None
    assert find(f"The agency {dots} seized", "The agency " + "x " * 200 + "seized") is None
    assert find(f"The agency {dots} seized", "The agency can\u2019t say who seized") is None


def test_a_quote_is_searched_in_its_stretch_only() -> None:
    text = "One fact here. One fact here."
    assert find("One fact", text, 5) == Span(15, 23)
    assert find("One fact", text, 0, 5) is None
    assert find("x" * 2_000_000, text) is None


@pytest.fixture
def passage() -> Passage:
    source = Source("gao", "Report", "A", "GAO", "2025-09", "https://gao.test", "government", "public")
    own = Attribution("GAO", "2025-09", Place("Filter", "2025-10", "https://filter.test", "press"))
    text = "Deaths fell by 5 %."
    return Passage(3, source, "gao/notes", "notes", "gao/notes#0", 6, 25, text, "", None, own, 1.0, {}, (Span(6, 25),))


@pytest.fixture
def document() -> Document:
    return Document("gao/notes", "gao", "notes", "Intro\nDeaths fell by 5 %.\nDeaths fell by 6 %.", "")


def test_a_citation_is_cut_from_the_stored_text(passage: Passage, document: Document) -> None:
    assert cite(passage, Span(6, 24), document) == Citation(
        3,
        "gao",
        "gao/notes",
        "notes",
        "Report",
        "government",
        passage.attribution,
        "Deaths fell by 5 %",
        6,
        24,
        "verified",
    )
    for span in (Span(4, 4), Span(-1, 3), Span(0, 99)):
        with pytest.raises(ValueError, match=r"must be a non-empty part of \[0, 45\) of 'gao/notes'"):
            cite(passage, span, document)
    with pytest.raises(ValueError, match="but the document given is 'x/notes'"):
        cite(passage, Span(0, 5), replace(document, doc_id="x/notes"))


@pytest.mark.parametrize(
    ("quote", "start", "end", "status", "shown"),
    [
        ("Deaths fell by 5 %", 6, 24, "verified", "Deaths fell by 5 %"),
        ("deaths fell by 5\u00a0%", 6, 24, "corrected", "Deaths fell by 5 %"),
        ("fell by 5 %", 6, 17, "corrected", "fell by 5 %"),
        ("Deaths fell by 6 %", 6, 24, "rejected", "Deaths fell by 6 %"),
        ("eaths fell by 5 %", 7, 24, "rejected", "eaths fell by 5 %"),
        ("Deaths", -9, 900, "corrected", "Deaths"),
        ("Deaths", 50, 40, "corrected", "Deaths"),
    ],
)
def test_a_citation_is_verified_corrected_or_rejected(
    passage: Passage, document: Document, quote: str, start: int, end: int, status: str, shown: str
) -> None:
    claimed = replace(cite(passage, Span(6, 24), document), quote=quote, start=start, end=end)
    checked = verify(claimed, document)
    assert (checked.status, checked.quote) == (status, shown)
    if status != "rejected":
        assert document.text[checked.start : checked.end] == checked.quote


def test_a_citation_of_another_document_is_refused(passage: Passage, document: Document) -> None:
    claimed = cite(passage, Span(6, 24), document)
    with pytest.raises(ValueError, match="citation is of doc_id='gao/notes', but"):
        verify(claimed, replace(document, doc_id="x/notes"))


def test_a_mark_splits_a_text_and_loses_nothing() -> None:
    assert mark("abcdef", [Span(2, 4)]) == (
        Piece("ab", False),
        Piece("cd", True),
        Piece("ef", False),
    )
    assert mark("abcdef", [Span(13, 15), Span(12, 14), Span(15, 16)], 10) == (
        Piece("ab", False),
        Piece("cdef", True),
    )
    assert mark("abc", []) == (Piece("abc", False),)
    assert mark("", [Span(0, 4)]) == ()


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=5))
def test_marked_pieces_together_are_the_text(text: str, pairs: list[tuple[int, int]]) -> None:
    pieces = mark(text, [Span(a, b) for a, b in pairs])
    assert "".join(piece.text for piece in pieces) == text
    marked = [piece.marked for piece in pieces for _ in piece.text]
    assert marked == [any(a <= i < b for a, b in pairs) for i in range(len(text))]
