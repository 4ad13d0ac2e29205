"""The lists that a reference manager exports tell of the files beside them, and are no texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.loading import Extract, expand
from rag.records import Source
from tests.conftest import Place

BIB = r"""
@article{doe2020, title = {The {Quay} of {\"O}sterby}, author = {Doe, Jane and {Port Office}}, journal = {Harbours},
  date = {2020-05}, url = {https://a.example/quay},
  file = {Full Text:files/12/quay.txt:text/plain;Snap\:shot:files/13/gone.html:text/html}}
@misc{lost2019, title = {A work without any file}, year = {2019}}
"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:bib="http://purl.org/net/biblio#"
 xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:link="http://purl.org/rss/1.0/modules/link/"
 xmlns:dcterms="http://purl.org/dc/terms/">
<bib:Article rdf:about="https://a.example/quay"><z:itemType>journalArticle</z:itemType>
 <dcterms:isPartOf rdf:resource="urn:issn:1"/><bib:authors><rdf:Seq>
 <rdf:li><foaf:Person><foaf:surname>Doe</foaf:surname><foaf:givenName>Jane</foaf:givenName></foaf:Person></rdf:li>
 <rdf:li><foaf:Person><foaf:surname>Port Office</foaf:surname></foaf:Person></rdf:li></rdf:Seq></bib:authors>
 <link:link rdf:resource="#item_2"/><dc:title>The Quay of Österby</dc:title><dc:date>May 2020</dc:date></bib:Article>
<z:Attachment rdf:about="#item_2"><z:itemType>attachment</z:itemType>
 <rdf:resource rdf:resource="files/12/quay.txt"/><dc:title>Full Text</dc:title></z:Attachment>
<bib:Journal rdf:about="urn:issn:1"><dc:title>Harbours</dc:title></bib:Journal></rdf:RDF>"""
CSL = json.dumps([{
    "id": "http://zotero.org/users/1/items/A", "type": "article-journal", "title": "The Quay of Österby",
    "author": [{"family": "Doe", "given": "Jane"}, {"literal": "Port Office"}], "container-title": "Harbours",
    "issued": {"date-parts": [[2020, 5]]}, "URL": "https://a.example/quay",
}])  # fmt: skip


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def sources(place: Place) -> dict[str, Source]:
    return {row.source.id: row.source for row in place.library.sources() if "full text" in row.text_kinds}


@pytest.mark.parametrize(
    ("name", "text", "file", "listed"),
    [
        ("My Library.bib", BIB, "files/12/quay.txt", 2),
        ("My Library.bib", BIB.replace("files/12", "/home/ann/storage"), "files/12/quay.txt", 2),
        ("My Library.bib", BIB.replace("file =", "note ="), "doe2020.txt", 2),
        ("My Library.rdf", RDF, "files/12/quay.txt", 1),
        ("My Library.json", CSL, "Doe and Port Office - 2020 - The Quay of Österby.txt", 1),
    ],
)
def test_a_work_tells_of_its_file(place: Place, name: str, text: str, file: str, listed: int) -> None:
    folder = place.corpus / "documents" / "zotero"
    put(folder / name, text)
    put(folder / file, "The quay is 200 metres long.")
    put(folder / "other.txt", "The tug has two engines.")
    rows = {row.file.removeprefix("documents/zotero/"): (row.status, row.reason) for row in place.library.build().rows}
    status, reason = rows[name]
    assert status == "skipped"
    assert f"a list of {listed} works, which tells of 1 of the files beside it" in reason
    assert ("1 have no file here" in reason) == (listed == 2)
    told = {s.title: (s.author, s.publisher, s.date, s.url) for s in sources(place).values()}
    assert told == {
        "The Quay of Österby": ("Jane Doe, Port Office", "Harbours", "2020-05", "https://a.example/quay"),
        "other": ("unknown", "unknown", "unknown", ""),
    }


def test_a_companion_goes_before_a_list_and_a_changed_list_counts(place: Place) -> None:
    folder = place.corpus / "documents"
    put(folder / "a.bib", BIB)
    put(folder / "files/12/quay.txt", "The quay is 200 metres long.")
    put(folder / "files/12/quay.txt.meta.json", '{"title": "Mine"}')
    place.library.build()
    assert [(s.title, s.date) for s in sources(place).values()] == [("Mine", "2020-05")]
    put(folder / "a.bib", BIB.replace("2020-05", "2021-06"))
    place.library.build()
    assert [(s.title, s.date) for s in sources(place).values()] == [("Mine", "2021-06")]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (
            "a.bib",
            BIB,
            "a.bib: no reader for a list of works without abstracts and notes; put it beside the files that it lists",
        ),
        ("a.bib", "@article{k, title = {A}, abstract = {x}", "a.bib: damaged: an entry cannot be read"),
        ("a.rdf", RDF[:-20], "a.rdf: no reader for XML"),
    ],
)
def test_a_list_that_tells_of_no_file_is_refused_with_what_to_do(
    place: Place, name: str, text: str, reason: str
) -> None:
    put(place.corpus / "documents" / name, text)
    [row] = [row for row in place.library.build().rows if row.file.endswith(name)]
    assert row.status == "failed" and row.reason.startswith(reason)


def test_a_list_alone_that_says_something_of_its_works_is_a_text_for_each(place: Place) -> None:
    said = BIB.replace("file =", "abstract = {The quay of {\\'A}lvik sinks, 5% a year.}, file =")
    put(place.corpus / "documents" / "My Library.bib", f"{said}@misc{{odd, title = =")
    rows = {row.source_id: (row.status, row.reason) for row in place.library.build().rows if row.file.endswith(".bib")}
    assert [status for status, _ in rows.values()] == ["added", "added", "failed", "failed"]
    reasons = "".join(reason for _, reason in rows.values())
    assert "#odd: empty: nothing is told of the work" in reasons
    assert "an entry cannot be read (syntax error in line " in reasons
    told = {s.title: (s.author, s.publisher, s.date) for s in sources(place).values()}
    assert told == {
        "The Quay of Österby": ("Jane Doe, Port Office", "Harbours", "2020-05"),
        "A work without any file": ("unknown", "unknown", "2019"),
    }
    texts = [
        found.text for _, found in expand(place.corpus / "documents" / "My Library.bib") if isinstance(found, Extract)
    ]
    assert texts == [
        "title: The Quay of Österby | author: Jane Doe, Port Office | publisher: Harbours | date: 2020-05\n\n"
        "The quay of Álvik sinks, 5% a year.",
        "title: A work without any file | date: 2019",
    ]


def test_an_entry_that_is_wrong_is_said_and_spoils_no_other(place: Place) -> None:
    folder = place.corpus / "documents"
    put(folder / "a.bib", f"{BIB}@misc{{odd, title = {{Un{{closed}}, year = 1}}")
    put(folder / "files/12/quay.txt", "The quay is 200 metres long.")
    [row] = [row for row in place.library.build().rows if row.file.endswith("a.bib")]
    assert "; an entry cannot be read (syntax error in line " in row.reason
    assert [s.date for s in sources(place).values()] == ["2020-05"]
