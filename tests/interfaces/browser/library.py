"""A small library for the tests of the page: lighthouses and ferries, and texts that mean harm."""

from __future__ import annotations

import json
from pathlib import Path

from tests.loading import files

CORPUS = """
title = "The Skerry isles"
description = "Lights, ferries and storms of the Skerry isles."
timeline = "What has happened at the Skerry lighthouse over the years?"
examples = [
    "How tall is the Skerry lighthouse?",
    "Who paid for the electric lamp of the Skerry lighthouse?",
    "How many passengers may the ferry Alda carry?",
]

[[notice]]
kind = "emergency"
text = "If somebody is in the water, call the coast guard now: 112."
examples = ["somebody is drowning", "a man has fallen into the sea"]
"""

SOURCE = """
[[source]]
id = "{id}"
title = "{title}"
author = "{author}"
publisher = "{publisher}"
date = "{date}"
url = "{url}"
kind = "{kind}"
licence = "public domain"
"""

SOURCES = (
    (
        "harbour-2021",
        "Harbour report of 2021",
        "Ines Falk",
        "Harbour Office",
        "2021-05-04",
        "harbour.html",
        "government",
    ),
    ("survey-2019", "Survey of the coastal lights", "Tom Reed", "Coastal Review", "2019-03", "survey.html", "journal"),
    ("ferry-2022", "Ferry handbook", "unknown", "Isles Ferry Company", "2022-08", "ferry.pdf", "news"),
    ("letter-1931", "Letter of the keeper", "Jon Moss", "Skerry Museum", "1931", "letter.html", "article"),
)

NOTES = {
    "harbour-2021": """# Harbour report of 2021

## The lighthouse

- The Skerry lighthouse is 41 metres tall, according to the Harbour Office.
- The Skerry lighthouse was built between 1854 and 1857 by the engineer Anna Lind.
- The lamp of the Skerry lighthouse was made electric in 1931, the Harbour Office reported.

## The harbour

- The harbour wall of Skerry is 310 metres long and was raised after the flood of 1953.
- Fishing boats landed 2,400 tonnes of herring at Skerry in 2020, according to the Harbour Office.
- Fishing boats landed 1,900 tonnes of cod at Skerry in 2016, the Harbour Office counted.
- Fishing boats landed 950 tonnes of cod at Skerry in 2018, by an early count of the Harbour Office.
""",
    "survey-2019": """# Survey of the coastal lights

## Heights

- The Skerry lighthouse is 38 metres tall, according to the Coastal Review.
- The Holm lighthouse is 22 metres tall and shows a red light, the Coastal Review measured in March 2019.

## Fishing

- Fishing boats landed 2,150 tonnes of herring at Skerry in 2020, according to the Coastal Review.

## Keepers

- The last keeper of the Holm lighthouse left in 1988, when the light became automatic. [Isles Gazette, 1988-10-02](<https://gazette.example/holm>)
""",
}

LETTER = """Letter of the keeper

The electric lamp of the Skerry lighthouse was paid for by the widow Clara Berg, who gave 9,000 crowns in 1931.
She asked that the light should never be sold.

The old oil lamp was carried to the museum, where children may turn it on Sundays.

The winter of that year was so cold that the sea froze between Skerry and Holm for eleven days.
"""

FERRY = (
    ((72, 700, 18, "Ferry handbook"), (72, 660, 12, "The ferry Alda sails from Skerry to Holm four times a day.")),
    ((72, 700, 12, "The ferry Alda may carry 180 passengers and 24 cars."), (72, 660, 12, "Dogs travel free.")),
)

STORM = "The storm report says that the breakwater of Lund broke on 3 January 1976 under waves of nine metres."
HOSTILE = f"""# <img src=x onerror="window.harmed=1"> <script>window.harmed=1</script>

{STORM} <script>window.harmed=1</script> \
<img src="http://outside.example/a.png" onerror="window.harmed=1">

The repair of the breakwater of Lund cost ${{window.harmed=1}} \
{{{{constructor.constructor('window.harmed=1')()}}}} 700 crowns. \
[click](javascript:window.harmed=1) ![x](http://outside.example/b.png) $$\\href{{javascript:window.harmed=1}}{{x}}$$

The mayor of Lund was named \u202eevila\u202c \u2066in the file\u2069 and \
</mark></section></div><h1>broke out</h1> of the box.

The long word of Lund is {"w" * 10_000} and it ends here.
"""
PAGES = """
[pages]
"https://gazette.example/holm" = { publisher = "Isles Gazette", date = "1988-10-02", kind = "primary" }
"""
FIGURES = """
[[figure]]
measure = "cod landed"
place = "Skerry"
period = "2016"
value = 1900
unit = "tonnes"
status = "final"
source = "harbour-2021"
says = "1,900 tonnes of cod"

[[figure]]
measure = "cod landed"
place = "Skerry"
period = "2018"
value = 950
unit = "tonnes"
status = "provisional"
source = "harbour-2021"
says = "950 tonnes of cod"
"""
HOSTILE_META = {
    "title": '"><img src=x onerror="window.harmed=1">Storm report',
    "author": "<b onmouseover=window.harmed=1>Nobody</b>",
    "publisher": "\u202eesrever <svg onload=window.harmed=1>",
    "url": "javascript:window.harmed=1",
    "licence": "<script>window.harmed=1</script>",
    "as_is": True,  # a text that is mostly one letter is refused else
}

HARBOUR_LIGHT = """# Harbour light of Tarn

The harbour light of Tarn burns gas and was lit first on 5 June 1902. Its colour is green.
"""
"""A text that a test adds by hand."""


def write(root: Path) -> Path:
    """Write the library into a folder; gives the folder."""
    documents, notes = root / "documents", root / "notes"
    documents.mkdir(parents=True)
    notes.mkdir()
    (root / "corpus.toml").write_text(CORPUS, encoding="utf-8")
    names = ("id", "title", "author", "publisher", "date", "url", "kind")
    rows = [dict(zip(names, row, strict=True)) for row in SOURCES]
    told = [SOURCE.format(**{**row, "url": f"https://isles.example/{row['url']}"}) for row in rows]
    (root / "pages.toml").write_text(PAGES, encoding="utf-8")
    (root / "figures.toml").write_text(FIGURES, encoding="utf-8")
    (root / "sources.toml").write_text("".join(told), encoding="utf-8")
    for source_id, text in NOTES.items():
        (notes / f"{source_id}.md").write_text(text, encoding="utf-8")
    (documents / "letter-1931.txt").write_text(LETTER, encoding="utf-8")
    (documents / "ferry-2022.pdf").write_bytes(files.pdf(FERRY))
    (documents / "storm.txt").write_text(HOSTILE, encoding="utf-8")
    (documents / "storm.txt.meta.json").write_text(json.dumps(HOSTILE_META), encoding="utf-8")
    return root
