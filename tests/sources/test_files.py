"""Files as people have them: each is read, or told with its reason, and none stops or hides another."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.library.library import Library
from rag.sources.identities import STATE, Known, assign
from tests.conftest import Place
from tests.loading import files


@pytest.fixture
def folder(place: Place) -> Path:
    path = place.corpus / "documents"
    path.mkdir()
    return path


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def built(place: Place) -> dict[str, tuple[str, str]]:
    """What a build says of each file of documents/."""
    rows = place.library.build().rows
    return {row.file.removeprefix("documents/"): (row.status, row.reason) for row in rows if "documents" in row.file}


def held(place: Place) -> dict[str, str]:
    """Titles of the full texts by id."""
    return {row.source.id: row.source.title for row in place.library.sources() if "full text" in row.text_kinds}


def test_what_programs_and_systems_leave_beside_texts_is_skipped_and_said(place: Place, folder: Path) -> None:
    put(folder, "contract.txt", "The fee is 40 crowns a night.")
    for name in ("~$contract.docx", ".~lock.contract.odt#", "Thumbs.db", ".DS_Store", "a.crdownload", "b.txt~", ".c"):
        (folder / name).write_bytes(b"\x05Ada\0\0")
    put(folder, "minutes/desktop.ini", "[x]")
    put(folder, "minutes/may.txt", "The tram was withdrawn in May 1961.")
    found = built(place)
    assert {name: status for name, (status, _) in found.items() if status != "skipped"} == {
        "contract.txt": "added",
        "minutes/may.txt": "added",
    }
    assert found["~$contract.docx"][1] == "~$contract.docx: a lock file of a program that has a document open"
    assert found["minutes/desktop.ini"][1] == "desktop.ini: made by the system"
    assert len(found) == 10
    assert place.library.build().failed == ()


def test_two_files_of_one_name_live_side_by_side_and_the_first_keeps_its_id(place: Place, folder: Path) -> None:
    put(folder, "report.txt", "The crane lifts 40 tons.")
    place.library.build()
    put(folder, "report.md", "The tug has two engines.")
    put(folder, "2023/report.txt", "The quay is 200 metres long.")
    place.library.build()
    assert held(place) == {"report": "report", "report-md": "report", "2023-report-txt": "report"}
    assert place.open().document("report/text").text == "The crane lifts 40 tons."


@pytest.mark.parametrize("to", ["b.txt", "old/a.txt"])
def test_a_file_that_is_moved_or_renamed_keeps_its_id(place: Place, folder: Path, to: str) -> None:
    path = put(folder, "a.txt", "The crane lifts 40 tons.")
    place.library.build()
    (folder / to).parent.mkdir(exist_ok=True)
    path.rename(folder / to)
    report = place.library.build()
    assert {row.source_id: row.status for row in report.rows if row.text_kind == "full text"} == {"a": "changed"}
    put(folder, "a.txt", "Another text altogether, of 1871.")
    place.library.build()
    assert held(place).keys() == {"a", "a-txt"}
    assert place.open().document("a/text").text == "The crane lifts 40 tons."


def test_a_renamed_folder_keeps_the_ids_of_its_files(place: Place, folder: Path) -> None:
    put(folder, "minutes/may.txt", "The tram was withdrawn in May 1961.")
    place.library.build()
    (folder / "minutes").rename(folder / "protocols")
    place.library.build()
    assert held(place) == {"minutes-may-txt": "may"}


def test_ids_go_by_paths_where_what_is_known_is_damaged(place: Place, folder: Path) -> None:
    put(folder, "a.txt", "The crane lifts 40 tons.")
    put(folder, STATE, "[half")
    assert built(place)["a.txt"] == ("added", "")
    assert json.loads((folder / STATE).read_text("utf-8"))["a.txt"][0] == "a"


def test_texts_of_two_archives_whose_ids_are_one_are_both_held(place: Place, folder: Path) -> None:
    (folder / "report.zip").write_bytes(files.zipped({"2023/x.txt": "The crane lifts 40 tons."}))
    (folder / "report-2023.zip").write_bytes(files.zipped({"x.txt": "The tug has two engines."}))
    reasons = {row.source_id: row.reason for row in place.library.build().rows if row.file.endswith(".zip")}
    assert reasons == {
        "report-2023-x-txt": "",
        "report-2023-x-txt-2": "'report-2023-x-txt' is the id of another text too; "
        "this one has the id 'report-2023-x-txt-2'",
    }
    assert held(place).keys() == {"report-2023-x-txt", "report-2023-x-txt-2"}
    assert set(held(place).values()) == {"x"}


def test_no_two_files_are_assigned_one_id(tmp_path: Path) -> None:
    names = ["a.txt", "a.md", "a.html"]
    paths = {name: put(tmp_path, name, name) for name in names}
    assert list(assign(paths, {}, lambda _: ["a", "a-b"]).values()) == ["a", "a-b", "a-b-2"]
    said = dict.fromkeys(names, Known("a", ""))
    assert assign(paths, said, lambda _: ["b"]) == {"a.txt": "a", "a.md": "b", "a.html": "b-2"}


@pytest.mark.skipif(os.name == "nt", reason="names of Windows are text")
def test_a_name_that_is_no_utf_8_is_shown_with_a_replacement(place: Place, folder: Path) -> None:
    for byte in (b"\xe9", b"\xe8"):
        Path(os.fsdecode(os.fsencode(folder) + b"/caf" + byte + b".txt")).write_text("Thirty guests.", "utf-8")
    found = built(place)
    assert found == {"caf\\xe8.txt": ("added", ""), "caf\\xe9.txt": ("added", "")}
    assert held(place) == {"caf-xe8": "caf\ufffd", "caf-xe9": "caf\ufffd"}
    assert place.open().ask("Thirty guests\udce9?").question == "Thirty guests??"


def test_byte_order_marks_are_read_over(place: Place, folder: Path) -> None:
    mark = "\ufeff"
    for name in ("corpus.toml", "sources.toml", "pages.toml"):
        path = place.corpus / name
        path.write_text(mark + path.read_text("utf-8"), encoding="utf-8")
    put(folder, "night.txt", "The ferry was cancelled.")
    put(folder, "night.txt.meta.json", f'{mark}{{"publisher": "Port Office"}}')
    place.library.build()
    assert {row.source.id: row.source.publisher for row in place.library.sources()}["night"] == "Port Office"
    assert Library.open(place.corpus, place.settings.index).settings.corpus == place.corpus
    place.library.set("ferry-note", {"date": "2020"})
    assert place.library.corpus.source("ferry-note").date == "2020"


def test_a_broken_companion_is_a_warning(place: Place, folder: Path) -> None:
    put(folder, "night.txt", "The ferry was cancelled.")
    put(folder, "night.txt.meta.json", "{")
    status, reason = built(place)["night.txt"]
    assert status == "added" and "night.txt.meta.json is not valid JSON" in reason
    assert reason.endswith("; nothing of it was taken")


def test_notes_of_no_source_fail_alone(place: Place) -> None:
    (place.corpus / "notes" / "stray.md").write_text("## A\n\n- A statement.\n", encoding="utf-8")
    [row] = place.library.build().failed
    assert row.reason == "stray.md: it belongs to no source; declare 'stray' in sources.toml"


def test_a_readme_is_a_text_unless_it_says_that_it_is_none(place: Place, folder: Path) -> None:
    put(folder, "README.md", "The fee is 77 crowns.")
    assert built(place) == {"README.md": ("added", "")}
    put(folder, "README.md", "# Texts\n\nThis page is not read as a text.")
    assert built(place) == {"README.md": ("removed", "")}


def test_the_pages_that_are_shipped_for_readers_are_no_texts(tmp_path: Path) -> None:
    assert Library.new(tmp_path / "mine").corpus.materials() == []


def test_a_link_in_a_folder_is_skipped_and_a_broken_one_is_told(place: Place, folder: Path, tmp_path: Path) -> None:
    put(folder, "minutes/may.txt", "The tram was withdrawn in May 1961.")
    (folder / "minutes" / "out.txt").symlink_to(put(tmp_path, "out.txt", "Elsewhere."))
    (folder / "minutes" / "gone.txt").symlink_to(tmp_path / "gone.txt")
    found = built(place)
    assert found["minutes/out.txt"][0] == "skipped" and found["minutes/may.txt"][0] == "added"
    assert found["minutes/gone.txt"][0] == "failed" and "which is not there" in found["minutes/gone.txt"][1]


def test_an_added_file_of_a_name_that_is_taken_lives_beside_the_other(place: Place, tmp_path: Path) -> None:
    first = put(tmp_path, "2023/invoice.txt", "The bill was 40 crowns in 2023.")
    second = put(tmp_path, "2024/invoice.txt", "The bill was 50 crowns in 2024.")
    assert [place.library.add(path).name for path in (first, second, first)] == [
        "invoice.txt", "invoice-2.txt", "invoice.txt",
    ]  # fmt: skip
    place.library.build()
    assert held(place).keys() == {"invoice", "invoice-2"}
    assert place.library.add(second, source_id="invoice").name == "invoice.txt"
    assert place.library.build().swapped
    assert place.open().document("invoice/text").text == "The bill was 50 crowns in 2024."


def test_what_seems_to_be_no_text_is_refused_until_its_owner_says_otherwise(place: Place, tmp_path: Path) -> None:
    path = put(tmp_path, "page.txt", "404 Not Found\n\nThe requested URL was not found on this server.")
    with pytest.raises(
        LoadError, match=r"not found\): it says '404 Not Found'; to take it as it is: `rag add FILE --as-is`$"
    ):
        place.library.add(path)
    place.library.add(path, as_is=True)
    assert built(place) == {"page.txt": ("added", "")}


def test_a_dropped_file_is_taken_as_it_is_by_its_companion(place: Place, folder: Path) -> None:
    path = put(folder, "page.md", "None")
    assert built(place)["page.md"][0] == "failed"
    place.library.add(path, as_is=True)
    place.library.set("page", {"publisher": "Port Office"})
    assert built(place) == {"page.md": ("added", "")}


def test_one_file_in_a_folder_can_be_told_of_and_removed(place: Place, folder: Path) -> None:
    for month in ("may", "june"):
        put(folder, f"minutes/{month}.txt", f"The tram was withdrawn in {month} 1961.")
    place.library.build()
    place.library.set("minutes", {"publisher": "City"})
    place.library.set("minutes-may-txt", {"date": "1961-05"})
    place.library.build()
    sources = {row.source.id: row.source for row in place.library.sources()}
    assert (sources["minutes-may-txt"].publisher, sources["minutes-may-txt"].date) == ("City", "1961-05")
    place.library.remove("minutes-may-txt")
    place.library.build()
    assert held(place).keys() == {"minutes-june-txt"}
    place.library.remove("minutes")
    place.library.build()
    assert held(place) == {}
