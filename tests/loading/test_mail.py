"""Saved mails: what the sender wrote is a document, what is sent with it is another; saved pages."""

from __future__ import annotations

import base64
import time
from email.message import EmailMessage

import pytest

from rag.errors import LoadError
from rag.loading import Extract, expand_bytes, read_bytes
from tests.loading import files

HEAD = "From: =?utf-8?q?Ann_Auth=C3=B6r?= <ann@port.example>\nDate: Tue, 4 May 2021 23:10:00 +0200\n"


def mail(text: str, subject: str = "Dues of the harbour") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"] = subject, "Ann Authör <ann@port.example>"
    message["Date"] = "Tue, 4 May 2021 23:10:00 +0200"
    message.set_content(text, cte="base64")
    return message


def body(extract: Extract) -> str:
    """What the sender wrote, below the head."""
    return extract.text.partition("\n\n")[2]


def test_sender_subject_and_day_are_known() -> None:
    found = read_bytes(mail("The fee is 40 crowns – a night.").as_bytes(), name="a.eml")
    assert body(found) == "The fee is 40 crowns – a night."
    assert (found.author, found.title, found.date) == ("Ann Authör", "Dues of the harbour", "2021-05-04")


def test_the_head_is_a_row_of_the_text() -> None:
    message = mail("The fee rose.")
    message["To"], message["Cc"] = "Bo Øther <bo@port.example>, Cy <cy@port.example>", "clerk@port.example"
    assert read_bytes(message.as_bytes(), name="a.eml").text.split("\n\n") == [
        "From: Ann Authör <ann@port.example> | To: Bo Øther <bo@port.example>, Cy <cy@port.example>"
        " | Cc: clerk@port.example | Subject: Dues of the harbour | Date: 4 May 2021",
        "The fee rose.",
    ]
    assert read_bytes(b"Subject: \nMIME-Version: 1.0\nTo: Bo\n\nThe fee rose.", name="a.eml").text == (
        "To: Bo\n\nThe fee rose."
    )


@pytest.mark.parametrize(
    "text",
    [
        "It rose.\n\nOn Mon, 3 May 2021 at 10:00, Bo <bo@port.example> wrote:\n\n> Is it true?\n> Bo\n",
        "It rose.\n\nOn Mon, 3 May 2021 at 10:00, Bo Other\n<bo@port.example> wrote:\n> Is it true?\n",
        "It rose.\n\n-----Original Message-----\nFrom: Bo\nSent: Monday\nTo: Ann\nSubject: Fee\n\nIs it true?\n",
        "It rose.\n\n________________________________\nFrom: Bo\nSent: Monday\nTo: Ann\nSubject: Fee\n\nIs it true?\n",
    ],
)
def test_a_quoted_message_is_left_out_and_said(text: str) -> None:
    found = read_bytes(mail(text).as_bytes(), name="a.eml")
    assert body(found) == "It rose."
    assert found.warnings and found.warnings[0].startswith("Earlier messages that it quotes were left out: ")


def test_a_quoted_message_of_a_web_page_is_left_out_and_a_forwarded_one_is_read() -> None:
    page = "<html><body><p>It rose.</p><div class='gmail_quote'>Bo wrote:<blockquote>True?</blockquote></div></body>"
    raw = f"{HEAD}Subject: {{}}\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{page}"
    assert body(read_bytes(raw.format("Re: Fee").encode(), name="a.eml")) == "It rose."
    assert read_bytes(raw.format("Fwd: Fee").encode(), name="a.eml").text.endswith("True?")


def test_a_mail_that_only_quotes_holds_no_words() -> None:
    with pytest.raises(LoadError, match=r"^a\.eml: empty: the mail holds no words but those that it quotes$"):
        read_bytes(mail("> Is it true?\n").as_bytes(), name="a.eml")


def test_attachments_are_read_by_their_own_readers() -> None:
    message = mail("See the table.")
    message.add_alternative("<html><body><p>See the <b>table</b>.</p><img src='cid:1'></body></html>", subtype="html")
    message.get_payload()[1].add_related(b"\x89PNG\r\n\x1a\n", "image", "png", cid="<1>")  # type: ignore[union-attr, index]
    message.add_attachment(
        files.docx("<w:p><w:r><w:t>Forty</w:t></w:r></w:p>"), "application", "x", filename="a/b.docx"
    )
    message.add_attachment(b"\x89PNG\r\n\x1a\n", "image", "png", filename="plan.png")
    message.add_attachment(mail("An older one."))
    found = {
        n: str(f) if isinstance(f, LoadError) else body(f) or f.text
        for n, f in expand_bytes(message.as_bytes(), name="m.eml")
    }
    assert found == {
        "m.eml": "See the table.",
        "m.eml/a-b.docx": "Forty",
        "m.eml/plan.png": "m.eml/plan.png: no reader for a PNG picture; save it as PDF, DOCX, HTML or text",
        "m.eml/attachment-3.eml": "An older one.",
    }
    assert read_bytes(message.as_bytes(), name="m.eml").warnings == (
        "Not read: a picture; write its words or values as text to have them.",
    )


def test_each_message_of_a_mailbox_is_a_document() -> None:
    box = b"".join(
        b"From ann@port.example Tue May  4 23:10:00 2021\n" + mail(text).as_bytes().replace(b"base64", b"8bit")
        .replace(base64.b64encode(f"{text}\n".encode()), text.encode()) + b"\n"
        for text in ("One.\n\n>From the quay.", "Two.")
    )  # fmt: skip
    for name in ("Inbox", "a.mbox"):
        found = {n: body(f) for n, f in expand_bytes(box, name=name) if not isinstance(f, LoadError)}
        assert found == {f"{name}/1.eml": "One.\n\nFrom the quay.", f"{name}/2.eml": "Two."}


def test_an_encrypted_mail_and_one_of_outlook_are_said() -> None:
    raw = f"{HEAD}MIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=x\n\n--x\n\nVersion: 1\n--x--\n"
    with pytest.raises(LoadError, match=r"^a\.eml: encrypted: the mail needs the key"):
        read_bytes(raw.encode(), name="a.eml")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__substg1.0_".encode("utf-16-le")
    with pytest.raises(
        LoadError, match=r"^a\.msg: no reader for a mail as Outlook saves it; open it and save it as EML"
    ):
        read_bytes(ole, name="a.msg")


def test_a_page_saved_with_its_pictures_is_read_without_them() -> None:
    prose = "The board met on Monday to speak about the quay and the tug of the harbour, and rose the fee."
    page = base64.encodebytes(f"<html><title>Dues</title><body><p>{prose}</p></body></html>".encode()).decode()
    raw = (
        "From: <Saved by a browser>\nSnapshot-Content-Location: https://port.example/dues\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="--x"\n\n'
        f"----x\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{page}\n"
        f"----x\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n{'iVBORw0K' * 40}\n----x--\n"
    )
    found = read_bytes(raw.encode(), name="a.mhtml")
    assert (found.text, found.title, found.url) == (prose, "Dues", "https://port.example/dues")


def test_parts_that_cannot_be_told_apart_are_no_text() -> None:
    raw = f"{HEAD}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--y\n\nText.\n"
    with pytest.raises(LoadError, match=r"^a\.eml: truncated or damaged: the parts of the mail cannot be told apart"):
        read_bytes(raw.encode(), name="a.eml")
    assert [name for name, _ in expand_bytes(raw.encode(), name="a.eml")] == ["a.eml"]


@pytest.mark.parametrize("text", ["From: x\nSent: y\n" * 20_000, "=?utf-8?q?a?= " * 20_000, "On 2021 wrote\n" * 20_000])
def test_heads_without_end_take_bounded_time(text: str) -> None:
    start = time.perf_counter()
    for raw in (f"{HEAD}\n{text}", f"Subject: {text.replace(chr(10), ' ')}\n\nWords."):
        assert read_bytes(raw.encode(), name="a.eml", as_is=True).text
    assert time.perf_counter() - start < 15
