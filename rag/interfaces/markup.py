"""The templates of everything that is HTML; each value is escaped by itself on its way in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rag.interfaces.bibliography import is_web
from rag.interfaces.labels import BADGES, PLACES, TEXT_KINDS
from rag.records import UNKNOWN, document_id
from rag.text.attributions import READ_AT, attributed
from rag.text.dates import readable

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def isolated(value: object) -> Markup:
    """Escape a text and isolate its writing direction from what stands around it."""
    return Markup("<bdi>{}</bdi>").format(value)


def macro(file: str, name: str) -> Callable[..., str]:
    """Give a macro of a template as a function that renders it."""
    render = getattr(TEMPLATES.get_template(file).module, name)
    return lambda *values, **named: str(render(*values, **named))


TEMPLATES.filters |= {"isolated": isolated, "readable": readable}
TEMPLATES.globals |= {
    "TEXT_KINDS": TEXT_KINDS,
    "BADGES": BADGES,
    "PLACES": PLACES,
    "READ_AT": READ_AT,
    "UNKNOWN": UNKNOWN,
    "attributed": attributed,
    "document_id": document_id,
    "is_web": is_web,
}
