"""Read saved mails, mailboxes and web pages that are saved with their parts as a mail is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.errors import LoadError
from rag.loading.encodings import decode
from rag.loading.extract import Extract, known
from rag.loading.html import parse_html, read_html
from rag.loading.html_blocks import cut_blocks, lay_out
from rag.loading.limits import MEMBERS
from rag.loading.normalise import Layout, clean, clean_line, not_read
from rag.loading.tables import row_of
from rag.loading.text import add_text
from rag.records import UNKNOWN
from rag.text.dates import readable

if TYPE_CHECKING:
    from lxml.etree import _Element

_FROM = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n(?=[!-9;-~]+:)")
_ESCAPED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_COUNT = re.compile(rb"\A\s*\d+\s*\n")
_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i)\s*:", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"(?:^|\n)(?:(?:On|Am|Le|El|Il|Em)\s[^\n]{0,100}\d{4}[^\n]{0,100}\n)?(?!>)[^\n]{0,200}"
    r"\b(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|escreveu)\b[^\n]{0,60}:[^\S\n]*\n+(?=>)"
)
"""The line that names who wrote what is quoted below it."""
_BELOW = re.compile(
    r"\n-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d'origine)\s*-{2,}[^\S\n]*\n.*\Z"
    r"|\n(?:_{10,}[^\S\n]*\n+)?(?:From|Von|De):[^\n]+\n(?:Sent|Date|Gesendet|Envoyé|Enviado)[^\n]*:[^\n]+\n(?:[^\n]+\n){0,4}?"
    r"(?:To|An|À|Para):.*\Z",
    re.DOTALL,
)
"""An earlier message that a program put below the reply, from its head to the end."""
_FOR_PROGRAMS = (
    "pgp-signature", "pkcs7-signature", "x-pkcs7-signature", "delivery-status", "rfc822-headers",
    "disposition-notification",
)  # fmt: skip
"""Subtypes of signatures and of reports on the delivery, which repeat in a form for programs what the mail says."""
_HEADER = 2000
"""Characters of a header that are looked at."""
_QUOTED = re.compile(r"(?:^|\n)>[^\n]*")
_QUOTED_PARTS = (
    "//blockquote[@type='cite'] | //*[contains(@class, 'gmail_quote') and not(contains(., 'Forwarded message'))]"
    " | //*[contains(@class, 'moz-cite-prefix')] | //*[contains(@class, 'yahoo_quoted')]"
    " | //*[@id='divRplyFwdMsg'] | //*[@id='divRplyFwdMsg']/following-sibling::*"
)
"""What programs mark as an earlier message in a mail that is a web page."""


def read_mail(data: bytes) -> Extract:
    """Return what the sender of a mail wrote; earlier messages quoted in it are left out and told.

    A forwarded message is what it was sent for, and is read. Subject, sender and date are
    the title, the author and the date, and its head stands above as a row. Files that are
    sent with it are documents of their own, see `attachments`.
    """
    message = _parse(data)
    if message.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
        raise LoadError("encrypted: the mail needs the key of whom it was sent to; save its text as TXT")
    damaged = [
        part for part in message.walk() if part.get_content_maintype() == "multipart" and not part.is_multipart()
    ]
    if message in damaged:
        raise LoadError("truncated or damaged: the parts of the mail cannot be told apart; save it anew")
    facts = _facts(message)
    whole = _FORWARDED.match(facts["title"]) is not None
    layout, quoted = Layout(), list[str]()
    layout.add(_head(message, facts["date"]))
    head = layout.length
    for part in _bodies(message):
        text = decode(_payload(part), declared=part.get_content_charset() or "")
        if not text.strip():
            continue
        if part.get_content_type() == "text/html":
            root = parse_html(text.encode("utf-8", "replace"))
            quoted.extend([] if whole else _cut_quoted(root))
            lay_out(cut_blocks(root), layout)
        else:
            own, left = (clean(text), []) if whole else _own_words(clean(text))
            quoted.extend(left)
            add_text(own, layout)
    if layout.length == head:
        raise LoadError(
            "empty: the mail holds no words but those that it quotes"
            if quoted
            else "empty: the mail itself holds no text"
        )
    warnings = [f"Earlier messages that it quotes were left out: {quoted[0][:60]!r}."] if quoted else []
    pictures = (part for part in _leaves(message) if part.get_content_maintype() == "image" and _is_inline(part))
    unread = ["a picture" for _ in pictures] + ["a damaged part" for _ in damaged]
    return layout.extract(facts, warnings=(*warnings, *not_read(unread)))


def attachments(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the files that are sent with a mail, by name; pictures that stand in its text are none.

    Raises:
        LoadError: the parts of the mail cannot be told.
    """
    try:
        message = _parse(data)
        bodies = list(_bodies(message))
        files = [part for part in _leaves(message) if part not in bodies and not _is_of_the_text(part)]
        named = [(_decoded(part.get_filename()), part.get_content_type(), _payload(part)) for part in files]
    except Exception as error:  # the parser may raise anything on what is no mail
        raise LoadError(f"damaged: the parts of the mail cannot be told ({type(error).__name__}: {error})") from error
    for number, (name, kind, payload) in enumerate(named, start=1):
        suffix = ".eml" if kind == "message/rfc822" else ""
        yield clean_line(name).replace("/", "-") or f"attachment-{number}{suffix}", payload


def mailbox_messages(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the messages of a mailbox file, named by number."""
    starts = [*_FROM.finditer(data), None]
    if len(starts) > MEMBERS * 10:
        raise LoadError(f"too large: a mailbox of more than {MEMBERS * 10} messages; split it")
    for number, (start, after) in enumerate(pairwise(starts), start=1):
        if start:
            yield f"{number}.eml", _ESCAPED.sub(b"", data[start.end() : after.start() if after else len(data)])


def read_saved_page(data: bytes) -> Extract:
    """Return the article of a web page that is saved in one file with its pictures and styles."""
    message = _parse(data)
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages:
        raise LoadError("empty: no web page stands in the file; save it as HTML")
    page = pages[0]
    text = decode(_payload(page), declared=page.get_content_charset() or "")
    url = clean_line(message.get("Snapshot-Content-Location") or page.get("Content-Location") or "")
    found = read_html(text.encode("utf-8", "replace"))
    return replace(found, url=url if url.startswith(("http://", "https://")) else "")


def _parse(data: bytes) -> Message:
    """Parse a mail, or one as Apple's program keeps it, with its length in front.

    The older policy is taken, whose work on a header does not grow with the square of its length.
    """
    return message_from_bytes(_COUNT.sub(b"", data, count=1))


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that hold something; one that is a mail is not looked into."""
    if message.is_multipart() and message.get_content_type() != "message/rfc822":
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _leaves(part)
    elif message.get_content_maintype() != "multipart":
        yield message


def _bodies(message: Message) -> Iterator[Message]:
    """Yield the parts that are the message's own text; of alternatives the plain one, if there is one."""
    if message.get_content_type() == "multipart/alternative":
        found = [list(_bodies(part)) for part in message.get_payload() if isinstance(part, Message)]
        plain = [bodies for bodies in found if bodies and bodies[0].get_content_type() == "text/plain"]
        filled = [bodies for bodies in (*plain, *reversed(found)) if any(_payload(body).strip() for body in bodies)]
        yield from next(iter(filled), [])
    elif message.is_multipart() and message.get_content_type() != "message/rfc822":
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _bodies(part)
    elif message.get_content_type() in ("text/plain", "text/html") and not _is_file(message):
        yield message


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _is_inline(part: Message) -> bool:
    """Return whether a part is a picture that stands in the text."""
    shown = part.get_content_disposition() == "inline" or part.get("Content-ID") is not None
    return part.get_content_maintype() == "image" and shown


def _is_of_the_text(part: Message) -> bool:
    """Return whether a part is no file: another form of the text, a picture in it, what is meant for programs."""
    form = part.get_content_type() in ("text/plain", "text/html", "text/enriched", "text/x-amp-html")
    return (form and not _is_file(part)) or _is_inline(part) or part.get_content_subtype() in _FOR_PROGRAMS


def _payload(part: Message) -> bytes:
    """Return what a part holds, decoded; a mail as it stands."""
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        return b"\n".join(inner.as_bytes() for inner in part.get_payload() if isinstance(inner, Message))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _own_words(text: str) -> tuple[str, list[str]]:
    """Part a plain text into what its sender wrote, and the earlier messages that it quotes."""
    below = _BELOW.search(f"\n{text}")
    if below:
        text = text[: max(0, below.start() - 1)]
    said = [clean_line(line.lstrip("\n> ")) for line in _QUOTED.findall(text)]
    own = _QUOTED.sub("\n", _INTRODUCED.sub("\n\n", text))
    return own, [*filter(None, said), *([clean_line(below[0])] if below else [])]


def _cut_quoted(root: _Element) -> list[str]:
    """Take the earlier messages that it quotes out of a mail that is a web page; gives their words."""
    quoted = []
    for part in root.xpath(_QUOTED_PARTS):
        if part.getparent() is not None:
            quoted.append(clean_line("".join(part.itertext())))
            part.drop_tree()
    return [words for words in quoted if words]


def _facts(message: Message) -> dict[str, str]:
    name, address = parseaddr(_decoded(message.get("From")))
    try:
        day = parsedate_to_datetime(str(message.get("Date"))).date().isoformat()
    except (ValueError, TypeError, OverflowError):
        day = UNKNOWN
    title = clean_line(_decoded(message.get("Subject")))
    return {"title": known(title), "author": known(clean_line(name), clean_line(address)), "date": day}


def _head(message: Message, day: str) -> str:
    """Return who wrote to whom, about what and on which day, as one row."""
    told = {name: clean_line(_decoded(message.get(name))) for name in ("From", "To", "Cc", "Subject")}
    return row_of(told | {"Date": readable(day) if day != UNKNOWN else ""})


def _decoded(value: object) -> str:
    """Return a header as it reads."""
    text = str(value or "")[:_HEADER]
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, UnicodeError, ValueError, MessageError):
        return text
