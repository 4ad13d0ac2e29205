"""A malformed corpus.toml or sources.toml is told by key and what was found."""

from __future__ import annotations

import pytest

from rag.errors import CorpusError
from rag.sources.corpus import Corpus
from tests.conftest import SOURCES, Place


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[source]]", "[source]", "source is no list of tables; write each as [[source]]"),
        ('date = "2021-05"', "date = 2021-05-04", "date is datetime.date(2021, 5, 4); expected text in quotes"),
        ('date = "2021-05"', "date = 2021", "date is 2021; expected text in quotes"),
        ('id = "bridge-report"', "id = 5", "id is 5; expected text in quotes"),
        ('kind = "government"', 'kind = "blog"', "kind is 'blog', expected one of"),
        ('kind = "government"', 'kind = "government"\nmirrors = "https://example.org"', "expected a list of texts"),
        ('kind = "government"', 'kind = "government"\ncolour = "red"', "has the unknown key 'colour'"),
        ('date = "2021-05"\n', "", "lacks 'date'; write 'unknown' for what nobody knows"),
        ('date = "2021-05"', 'date = "May"', "'May' is not a date"),
        ('id = "ferry-note"', 'id = "bridge-report"', "the id stands twice"),
        ('id = "ferry-note"', 'id = "Ferry Note"', "an id is lower-case letters"),
    ],
)
def test_a_malformed_source_is_told(place: Place, old: str, new: str, said: str) -> None:
    one = SOURCES.partition('[[source]]\nid = "ferry')[0]
    text = one if old == "[[source]]" else SOURCES
    (place.corpus / "sources.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        Corpus.read(place.corpus)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 1984", "corpus.toml: title is 1984; expected text in quotes"),
        ('examples = "Why?"', "corpus.toml: examples is 'Why?'; expected a list of texts in quotes"),
        ('[notice]\nkind = "decline"', "notice is no list of tables; write each as [[notice]]"),
        (
            '[[notice]]\nkind = "decline"\ntext = "No."\nexamples = "overdose"',
            "examples is 'overdose'; expected",
        ),
        ('[[notice]]\nkind = "decline"\ntext = "No."', "of kind 'decline' has no examples"),
        ('[[notice]]\nkind = "shout"\ntext = "No."\nexamples = ["x"]', "has kind 'shout'; expected emergency"),
        ('main_source = "nobody"', "names main_source 'nobody', which sources.toml does not declare"),
    ],
)
def test_a_malformed_corpus_toml_is_told(place: Place, text: str, said: str) -> None:
    (place.corpus / "corpus.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        Corpus.read(place.corpus)
    assert said in str(caught.value)
