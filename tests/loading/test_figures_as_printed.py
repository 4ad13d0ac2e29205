"""Figures and words are those that are printed: no power, note or break makes another number of them."""

from __future__ import annotations

import pytest
from lxml import etree

from rag.loading import read_bytes
from rag.loading.formulas import linear
from rag.loading.normalise import unwrap
from rag.loading.raised import on_line
from tests.loading import files


def page(inner: str) -> str:
    return f"<html><body><p>{inner}</p></body></html>"


def word(*runs: tuple[str, str]) -> bytes:
    shown = (
        f'<w:r><w:rPr><w:vertAlign w:val="{at}"/></w:rPr><w:t xml:space="preserve">{t}</w:t></w:r>' for t, at in runs
    )
    return files.docx(f"<w:p>{''.join(shown)}</w:p>")


UP, DOWN = "superscript", "subscript"
ODT_RAISED = (
    '<office:automatic-styles xmlns:style="urn:x"><style:style style:name="T1"><style:text-properties '
    'style:text-position="super 58%"/></style:style></office:automatic-styles>'
)


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (page("It weighed 10<sup>−6</sup> kg at 1<sup>1</sup>/<sub>2</sub> m<sup>2</sup> of CO<sub>2</sub>, the "
              "1<sup>st</sup> of x<sup>k</sup>.").encode(), "a.html",
         "It weighed 10⁻⁶ kg at 1¹/₂ m² of CO2, the 1st of x^k."),
        (b"The catch was 10<sup>6</sup> kilos, 5<br>6 boats, 12  \n345 left, log<sub>10</sub>5.", "a.md",
         "The catch was 10⁶ kilos, 5 / 6 boats, 12 / 345 left, log₁₀5."),
        (word(("10", ""), ("6", UP), (" kilos of H", ""), ("2", DOWN), ("O in 1,250", ""), ("3", UP), (" boats", "")),
         "a.docx", "10⁶ kilos of H2O in 1,250³ boats"),
        (files.docx("<w:p><w:r><w:t>5</w:t><w:br/><w:t>6 boats</w:t></w:r></w:p>"), "a.docx", "5 / 6 boats"),
        (files.docx("<w:tbl>" + "<w:tr><w:tc><w:p><w:r><w:t>12</w:t></w:r></w:p><w:p><w:r><w:t>345</w:t></w:r></w:p>"
                    "</w:tc><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr>" * 2 + "</w:tbl>"), "a.docx",
         "12 / 345 | a\n12 / 345 | a"),
        (b'a,b\n"12\n345",x', "a.csv", "a: 12 / 345 | b: x"),
        (files.odt("<text:p>10<text:span text:style-name='T1'>6</text:span> kilos<text:line-break/>and 5"
                   "<text:line-break/>6</text:p>", styles=ODT_RAISED), "a.odt", "10⁶ kilos and 5 / 6"),
        (rb"{\rtf1\ansi 10{\super 6} kilos of H{\sub 2}O, 1,250\super\fs16 3\nosupersub  boats\par}", "a.rtf",
         "10⁶ kilos of H2O, 1,250³ boats"),
        ("5\u200b6 boats, a\u200bb, 12\u202f345, −5 °C, 1990–95, ½, ﬁne".encode(), "a.txt",
         "5 / 6 boats, ab, 12 345, −5 °C, 1990–95, ½, fine"),
    ],
)  # fmt: skip
def test_figures_are_as_printed(data: bytes, name: str, text: str) -> None:
    assert read_bytes(data, name=name).text == text


@pytest.mark.parametrize(
    ("style", "up", "down"),
    [
        ("", 'style="font-size: 8pt; vertical-align: super"', "style='vertical-align:sub'"),
        (".c1, span.c3 {vertical-align:super} #c4 { color: red; vertical-align: sub; }", 'class="a c3"', "id=c4"),
    ],
)
def test_a_style_of_a_page_raises_and_lowers(style: str, up: str, down: str) -> None:
    told = (
        f"1,480<span {up}>2</span><b>\xa0boats</b> of 10<span {up}><a href='/n'>6</a></span>, "
        f"log<i {down}>10</i><i>5</i>, CO<i {down}>2</i>, <sup {up}>7</sup>/<sub>8</sub>"
    )
    body = f"<html><head><style>{style}</style></head><body><p>{told}</p></body></html>"
    assert read_bytes(body.encode(), name="a.html").text == "1,480² boats of 10⁶, log₁₀5, CO2, ⁷/₈"


def test_a_style_that_neither_raises_nor_lowers_parts_no_figure() -> None:
    body = page("12<span style='vertical-align: middle'>5</span>, <span style='vertical-align: baseline'>6</span>")
    assert read_bytes(body.encode(), name="a.html").text == "125, 6"


def test_pieces_of_a_line_are_joined_before_they_are_raised() -> None:
    assert on_line([("10", 0), ("1", 1), ("2 ", 1), ("kg", 0), ("a", 1), ("®", 1)]) == "10¹² kg^(a®)"
    assert on_line([]) == ""


def test_raised_and_lowered_figures_of_a_pdf() -> None:
    line = "10) Tj /F1 7 Tf 5 Ts (6) Tj /F1 12 Tf 0 Ts ( kilos, CO) Tj /F1 7 Tf -2 Ts (2) Tj /F1 12 Tf 0 Ts ( in 1,250"
    line += ") Tj /F1 7 Tf 4 Ts (3) Tj /F1 12 Tf 0 Ts ( boats of 2019"
    assert read_bytes(files.pdf([[(72, 700, 12, line)]]), name="a.pdf").text == "10⁶ kilos, CO2 in 1,250³ boats of 2019"


def test_the_number_of_a_note_is_one_though_a_thin_space_parts_it_from_its_word() -> None:
    drawn = [(72, 686, 12, "The most frequent boats of 2022"), (250, 691, 7, "3"), (260, 686, 12, "were built here.")]
    assert read_bytes(files.pdf([drawn]), name="a.pdf").text == "The most frequent boats of 2022³ were built here."


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["the com-", "pany"], "the company"), (["a cost-", "effective crane"], "a cost-effective crane"),
        (["risk-", "based"], "risk-based"), (["the vice-", "chairman"], "the vice-chairman"),
        (["a multi-", "game"], "a multi-game"), (["von Wetter-", "berichten"], "von Wetterberichten"),
        (["state-of-the-", "art"], "state-of-the-art"), (["Anglo-", "Saxon"], "Anglo-Saxon"),
        (["1990-", "95"], "1990-95"),
    ],
)  # fmt: skip
def test_a_hyphen_at_the_end_of_a_line_stays_in_a_compound(lines: list[str], text: str) -> None:
    assert unwrap(lines) == text
    page = [(72, 700 - 14 * at, 12, f"{'Words ' * 9 if not at else ''}{line}") for at, line in enumerate(lines)]
    assert read_bytes(files.pdf([page]), name="a.pdf").text.endswith(text)


@pytest.mark.parametrize(
    ("broken", "whole"),
    [(("base-", "line"), "base-line"), (("base-", "line"), "baseline"), (("tol-", "vik"), "tol-vik")],
)
def test_a_word_broken_at_the_end_of_a_line_is_written_as_elsewhere_in_the_document(
    broken: tuple[str, str], whole: str
) -> None:
    start = "and at the end of this line, which is as long as the others, is a"
    rest = "that the end of a line has parted, as it has no room for all of it."
    lines = [f"The word {whole} stands here whole on one line of the text that it is in,"]
    lines += [f"{start} {broken[0]}", f"{broken[1]} {rest}"]
    end = f"{start} {whole} {rest}"
    assert read_bytes("\n".join(lines).encode(), name="a.txt").text.endswith(end)
    page = [(72, 700 - 14 * at, 9, line) for at, line in enumerate(lines)]
    assert read_bytes(files.pdf([page]), name="a.pdf").text.endswith(end)


GERMAN = "Das Amt der Stadt hat die Anträge geprüft und den Bescheid an alle geschickt, die dort gefragt hatten."
FRENCH = "Le conseil de la commune a dit que la salle des fêtes du village est ouverte à tous ceux qui la demandent."


@pytest.mark.parametrize(
    ("start", "lines", "text"),
    [
        (GERMAN, ["für die Haupt-", "und die Nebenstelle"], "für die Haupt- und die Nebenstelle"),
        (GERMAN, ["mit gesun-", "den und gesund-", "en Tieren"], "mit gesunden und gesunden Tieren"),
        (GERMAN, ["auf allen Ge-", "bieten"], "auf allen Gebieten"),
        (FRENCH, ["au-", "dessus de la sous-", "préfecture"], "au-dessus de la sous-préfecture"),
        (FRENCH, ["des vil-", "les et des mai-", "sons"], "des villes et des maisons"),
        ("The board has looked at the dues of the harbour and at the boats that came to it in the whole year.",
         ["of import-", "and export by a thous-", "and boats"], "of import- and export by a thousand boats"),
    ],
)  # fmt: skip
def test_the_language_of_a_document_tells_what_a_hyphen_is(start: str, lines: list[str], text: str) -> None:
    page = [(36, 700 - 14 * at, 9, line) for at, line in enumerate((start, *lines))]
    assert read_bytes(files.pdf([page]), name="a.pdf").text.replace("\n\n", " ") == f"{start} {text}"


def test_raised_runs_of_slides() -> None:
    deck = files.slides([("Catch", "10</a:t></a:r><a:r><a:rPr baseline='30000'/><a:t>6")])
    assert read_bytes(deck, name="a.pptx").text == "Catch\n\n10⁶"


M = 'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/math"'


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<math><mi>π</mi><msup><mi>r</mi><mn>2</mn></msup></math>", "πr²"),
        ("<math><mfrac><mrow><mi>x</mi><mo>-</mo><mi>c</mi></mrow><mrow><mn>2</mn><mi>a</mi></mrow></mfrac></math>",
         "(x-c)/(2a)"),
        ("<math><msqrt><msup><mi>b</mi><mn>2</mn></msup><mo>-</mo><mn>4</mn></msqrt></math>", "√(b²-4)"),
        ("<math><mroot><mi>x</mi><mn>3</mn></mroot></math>", "³√x"),
        ("<math><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
         "<msub><mi>x</mi><mi>i</mi></msub></math>", "∑_(i=1)^n x_i"),
        ("<math><msup><mi>e</mi><mrow><mi>k</mi><mi>t</mi></mrow></msup></math>", "e^(kt)"),
        (f"<oMath {M}><sSup><e><f><num><r><t>x-c</t></r></num><den><r><t>v</t></r></den></f></e><sup><r><t>2</t></r>"
         "</sup></sSup></oMath>", "((x-c)/v)²"),
        (f"<oMath {M}><nary><naryPr><chr val='∏'/></naryPr><sub><r><t>i=1</t></r></sub><sup/><e><r><t>y</t></r></e>"
         "</nary></oMath>", "∏_(i=1) y"),
        (f"<oMath {M}><d><dPr><begChr val='['/><endChr val=']'/></dPr><e><r><t>a</t></r></e><e><r><t>b</t></r></e></d>"
         "</oMath>", "[a,b]"),
    ],
)  # fmt: skip
def test_formulas_are_read_on_a_line(formula: str, text: str) -> None:
    assert linear(etree.fromstring(formula)) == text
