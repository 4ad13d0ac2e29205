"""What a note tells of itself above its text, as note-taking programs and site generators write it."""

from __future__ import annotations

import pytest

from rag.errors import LoadError
from rag.loading import Extract, read_bytes

BODY = "# The pier\n\nThe night ferry was cancelled in 2022."
FACTS = ("title", "author", "publisher", "date", "url", "kind", "licence")


def note(front: str, name: str = "a.md") -> Extract:
    return read_bytes(f"---\n{front}\n---\n{BODY}".encode(), name=name)


def told(extract: Extract) -> dict[str, str]:
    """The facts that an extract tells."""
    blank = Extract("")
    facts = {name: getattr(extract, name) for name in FACTS}
    return {name: value for name, value in facts.items() if value != getattr(blank, name)}


@pytest.mark.parametrize(("name", "text"), [("a.md", BODY.removeprefix("# ")), ("a.txt", BODY)])
def test_all_is_told_and_the_block_is_no_text(name: str, text: str) -> None:
    found = note(
        "title: Night ferry\nauthor: Ada Example\npublisher: Port Office\ndate: 2022-03\n"
        "url: https://example.org/ferry\nkind: news\nlicence: CC BY 4.0",
        name,
    )
    assert told(found) == {
        "title": "Night ferry", "author": "Ada Example", "publisher": "Port Office", "date": "2022-03",
        "url": "https://example.org/ferry", "kind": "news", "licence": "CC BY 4.0",
    }  # fmt: skip
    assert (found.text, found.warnings) == (text, ())


@pytest.mark.parametrize(
    ("front", "facts"),
    [
        # Obsidian
        ('title: "Night ferry"\nsource: "https://example.org/f"\nauthor:\n  - "[[Ada Example]]"\n'
         "published: 2022-03-04\ncreated: 2024-01-01\ntags:\n  - clippings",
         {"title": "Night ferry", "url": "https://example.org/f", "author": "Ada Example", "date": "2022-03-04"}),
        ("author: [[people/Ada|Ada Example]]\naliases: []", {"author": "Ada Example"}),
        # Hugo
        ('title: "Night ferry"\ndate: 2022-03-04T08:00:00+01:00\ndraft: false\nweight: 3\nauthor:\n  name: Ada\n',
         {"title": "Night ferry", "date": "2022-03-04", "author": "Ada"}),
        # Jekyll
        ("layout: post\ntitle: 'Night ferry'\ndate: 2022-03-04 08:00:00 +0100 # as published\ntags: [ferry]\n"
         "license: MIT",
         {"title": "Night ferry", "date": "2022-03-04", "licence": "MIT"}),
        # Zotero
        ("title: >-\n  The night\n  ferry\nauthors: [Ada Example, Bo Other]\nyear: 2022\ncitekey: example2022",
         {"title": "The night ferry", "author": "Ada Example, Bo Other", "date": "2022"}),
        # by hand
        ("Title: Ferries: a history\nDATE: 4 March 1848\n\n# a comment\ndate: 1848",
         {"title": "Ferries: a history", "date": "1848"}),
        ("title: No\npublisher: 1984", {"title": "No", "publisher": "1984"}),
    ],
    ids=["clipping", "link", "Hugo", "Jekyll", "Zotero", "by hand", "neither truth nor number"],
)  # fmt: skip
def test_the_forms_of_other_programs(front: str, facts: dict[str, str]) -> None:
    found = note(front, "a.txt")
    assert told(found) == facts
    assert (found.text, found.warnings) == (BODY, ())


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("date: soon", "a date such as 2021, 2021-05 or 2021-05-14"),
        ("date: {{date}}", "a date such as 2021, 2021-05 or 2021-05-14"),
        ("date: 2022-02-30", "a date such as 2021, 2021-05 or 2021-05-14"),
        ("url: /ferry/", "an address that starts with https://"),
        ("url: javascript:x", "an address that starts with https://"),
    ],
)
def test_a_value_that_cannot_be_is_a_warning(front: str, expected: str) -> None:
    found = note(f"title: Night ferry\n{front}", "a.txt")
    assert (told(found), found.text) == ({"title": "Night ferry"}, BODY)
    assert found.warnings == (f"its front matter says {front}; expected {expected}",)


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_a_front_matter_in_toml(name: str) -> None:
    front = (
        'title = "Night ferry"\nauthors = ["Ada Example", "Bo Other"]\ndate = 2022-03-04T08:00:00+01:00\n'
        'draft = false\ntags = ["ferry"]\n\n[params]\nwide = true'
    )
    found = read_bytes(f"+++\n{front}\n+++\n\n{BODY}".encode(), name=name)
    assert told(found) == {"title": "Night ferry", "author": "Ada Example, Bo Other", "date": "2022-03-04"}
    assert found.text == (BODY if name == "a.txt" else BODY.removeprefix("# "))
    year = read_bytes(f"+++\ntitle = 'Ferry'\nyear = 1848\n+++\n{BODY}".encode(), name=name)
    assert told(year) == {"title": "Ferry", "date": "1848"}


@pytest.mark.parametrize("front", ["It rained.", "rain = true", 'title = "Night', "title: Night ferry"])
def test_what_is_no_toml_of_a_source_stays(front: str) -> None:
    found = read_bytes(f"+++\n{front}\n+++\n{BODY}".encode(), name="a.txt")
    assert front.split("\n")[0] in found.text
    assert told(found) == {}


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize(
    ("front", "row"),
    [
        ("title: Night ferry\nstatus: draft\nvalid_until: 2027-03-31\ntags: [boats]\ndraft: true",
         "status: draft | valid until: 2027-03-31"),
        ("title: Night ferry\nPhone: '01632 960177'\naliases: [boat]\nCrew:\n  - \"[[Ada Example]]\"\n  - Bo",
         "Phone: 01632 960177 | Crew: Ada Example, Bo"),
        ("title: Night ferry\ndescription: >\n  The boat\n  that runs late.\nrating: ''",
         "description: The boat that runs late."),
    ],
)  # fmt: skip
def test_what_tells_nothing_of_the_source_is_a_row_of_the_text(front: str, row: str, name: str) -> None:
    found = note(front, name)
    assert (found.title, found.warnings) == ("Night ferry", ())
    assert found.text.startswith(f"title: Night ferry | {row}\n\n") and found.text.endswith("cancelled in 2022.")


def test_a_note_of_nothing_but_such_a_row_is_a_text() -> None:
    toml = b'+++\ntitle = "Ada Example"\nborn = 1961-05-04\nphone = "01632 960177"\n+++\n'
    assert read_bytes(toml, name="a.md").text == "title: Ada Example | born: 1961-05-04 | phone: 01632 960177"


def test_what_is_not_told_is_no_warning() -> None:
    assert note("title:\ndate:\nurl: ''\nauthor: []").warnings == ()


@pytest.mark.parametrize(
    "front", ["date: a fruit of the palm\nIt was good.", "weather: rain\nwind: none", "- title: ferry", "It rained."]
)
def test_what_is_no_front_matter_stays(front: str) -> None:
    found = note(front, "a.txt")
    assert found.text.startswith("---") and front.split("\n")[0].removeprefix("- ") in found.text
    assert told(found) == {}


def test_lists_that_are_made_to_grow_without_end_are_read_at_once() -> None:
    doubled = ", ".join(f"&a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))
    assert told(note(f"title: Night ferry\nauthor: [&a0 [x, x], {doubled}]")) == {"title": "Night ferry"}
    assert told(note(f"author: Ada\ntitle: {'[' * 5000}"))["author"] == "Ada"


def test_a_front_matter_alone_is_no_text() -> None:
    for name in ("a.md", "a.txt"):
        with pytest.raises(LoadError, match="empty: the file holds no text"):
            read_bytes(b"---\ntitle: Night ferry\n---\n", name=name)
