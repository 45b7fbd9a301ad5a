"""Attached: what counts as a file in a mail, what it is called, and how many there may be. EM-45"""

from __future__ import annotations

import base64

import pytest

from adapters.content import MOST_BYTES, MOST_FILES, MOST_TEXT
from adapters.email.attached import CUT_HEADER, MOST_NAMED, SMALL_PICTURE, attached
from agent_core.values import Attachment
from tests.unit.adapters.email.parts import mail, multipart, part

PLAIN = part("text/plain; charset=utf-8", "Please deploy 1.4.2.")
HTML = part("text/html; charset=utf-8", '<p>Please deploy.</p><img src="cid:logo1">')
FILE = part("text/plain", "x", "Content-Disposition: attachment; filename=a.txt")
MAIL = part("message/rfc822", "From: bo@example.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= a/b\r\n\r\nold")


def file(kind: str = "application/octet-stream", data: bytes = b"x", *headers: str, name: str = "a.bin") -> bytes:
    """A part as mail programs attach it."""
    given = headers or (f'Content-Disposition: attachment; filename="{name}"',)
    return part(kind, base64.encodebytes(data), "Content-Transfer-Encoding: base64", *given)


def picture(size: int, *headers: str) -> bytes:
    data = b"\x89PNG\r\n\x1a\n".ljust(size, b"\x00")
    return file("image/png", data, "Content-Disposition: inline; filename=logo.png", *headers)


def only(entity: bytes) -> Attachment:
    """The one file beside a letter."""
    (found,) = attached(mail(multipart("mixed", PLAIN, entity)))
    return found


def names(entity: bytes) -> list[str]:
    return [found.name for found in attached(mail(entity))]


LOGO = picture(900, "Content-ID: <logo1>")
FILES = {
    "nothing": (multipart("alternative", PLAIN, HTML), []),
    "a file": (multipart("mixed", PLAIN, FILE), ["a.txt"]),
    "a file before the letter": (multipart("mixed", FILE, PLAIN), ["a.txt"]),
    "nothing but a file": (file(), ["a.bin"]),
    "a file shown in the text": (
        multipart("mixed", PLAIN, part("text/x-python", "x = 1", "Content-Disposition: inline; filename=a.py")),
        ["a.py"],
    ),
    "a letter with a name": (part("text/plain; name=letter.txt", "Please deploy."), []),
    "more of the letter, behind a picture": (multipart("mixed", PLAIN, picture(900), PLAIN), ["logo.png"]),
    "a footer of a list": (multipart("mixed", PLAIN, part("text/plain", "to unsubscribe")), []),
    "the same words in a third form": (multipart("alternative", PLAIN, part("text/x-amp-html; name=a", "x"), HTML), []),
    "a file without a name": (multipart("mixed", PLAIN, part("application/pdf", "x")), ["unnamed"]),
    "a page that is attached": (multipart("mixed", PLAIN, file("text/html", b"<p>APPROVE", name="a.html")), ["a.html"]),
    "a page that is attached, with no letter": (
        multipart("mixed", file("text/html", b"<p>", name="a.html")),
        ["a.html"],
    ),
    "a logo that the HTML shows": (multipart("related", HTML, LOGO), []),
    "the same in quotes and with signs escaped": (
        multipart("related", part("text/html", "<img src='CID:a%40b&amp;c'>"), picture(9, "Content-ID: <a@b&c>")),
        [],
    ),
    "a picture that no HTML shows": (multipart("related", HTML, picture(900, "Content-ID: <p9>")), ["logo.png"]),
    "a picture beside the text": (multipart("mixed", PLAIN, picture(900)), ["logo.png"]),
    "a large picture that the HTML shows": (
        multipart("related", HTML, picture(SMALL_PICTURE + 1, "Content-ID: <logo1>")),
        ["logo.png"],
    ),
    "a document that the HTML shows": (
        multipart("related", HTML, file("application/pdf", b"%PDF-1.4", "Content-ID: <logo1>")),
        ["unnamed"],
    ),
    "a mail": (multipart("mixed", PLAIN, MAIL), ["Grüße a_b"]),
    "a mail with a name": (
        multipart("mixed", PLAIN, part("message/rfc822; name=old.eml", "Subject: x\r\n\r\nold")),
        ["old.eml"],
    ),
    "what is in an enclosed mail": (
        multipart("mixed", PLAIN, part("message/rfc822", multipart("mixed", FILE, boundary="b2"))),
        ["unnamed"],
    ),
    "a signature": (multipart("signed", PLAIN, file("application/pgp-signature", name="signature.asc")), []),
    "a signature of S/MIME": (multipart("signed", PLAIN, file("application/x-pkcs7-signature", name="smime.p7s")), []),
    "what is sealed": (part("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "x"), []),
    "what is sealed, passed on": (
        multipart("mixed", PLAIN, file("application/pkcs7-mime", name="smime.p7m")),
        ["smime.p7m"],
    ),
    "what is encrypted": (
        multipart("encrypted", part("application/pgp-encrypted", "Version: 1"), file(name="encrypted.asc")),
        [],
    ),
    "a Macintosh's file": (
        multipart("mixed", PLAIN, multipart("appledouble", file("application/applefile"), file(), boundary="b2")),
        ["a.bin"],
    ),
    "a report": (multipart("report", PLAIN, part("message/delivery-status", "Reporting-MTA: dns; x\r\n\r\n")), []),
    "a multipart that is none": (b"Content-Type: multipart/mixed; boundary=b9\r\n\r\nx", []),
}


@pytest.mark.parametrize(("entity", "expected"), FILES.values(), ids=FILES)
def test_what_is_a_file_to_its_reader_is_named(entity: bytes, expected: list[str]) -> None:
    assert names(entity) == expected


def test_an_enclosed_mail_is_one_file_and_is_not_unpacked() -> None:
    found = only(MAIL)
    assert (found.media_type, found.why_not, found.text) == ("message/rfc822", "not_text", None)


def test_an_archive_is_not_unpacked() -> None:
    found = only(file("application/zip", b"PK\x03\x04" + bytes(90), name="logs.zip"))
    assert (found.media_type, found.size, found.why_not) == ("application/zip", 94, "not_text")


def test_outlooks_own_envelope_is_named_as_such() -> None:
    found = only(file("application/octet-stream", b"\x78\x9f\x3e\x22" + bytes(99), name="winmail.dat"))
    assert (found.name, found.media_type, found.size) == ("winmail.dat", "application/ms-tnef", 103)


TEXTS = {
    "plain": ("text/plain", b"x = 1", "x = 1"),
    "by its name only": ("application/octet-stream", b"x = 1", "x = 1"),
    "json": ("application/json", b'{"a": 1}', '{"a": 1}'),
    "utf-8": ("text/plain; charset=utf-8", "Grüße".encode(), "Grüße"),
    "utf-8 called otherwise": ("text/plain; charset=iso-8859-1", "Grüße".encode(), "Grüße"),
    "old Western": ("text/csv; charset=iso-8859-1", "Grüße;1".encode("latin-1"), "Grüße;1"),
    "Japanese by mail": ("text/plain; charset=ISO-2022-JP", "日本語".encode("iso-2022-jp"), "日本語"),
    "utf-16": ("text/plain; charset=utf-16", "ja".encode("utf-16"), "ja"),
    "nothing": ("text/plain", b"", ""),
}


@pytest.mark.parametrize(("kind", "data", "text"), TEXTS.values(), ids=TEXTS)
def test_the_text_of_a_file_is_taken(kind: str, data: bytes, text: str) -> None:
    found = only(file(kind, data, name="a.txt"))
    assert (found.text, found.why_not, found.size) == (text, None, len(data))


NO_TEXTS = {
    "bytes": ("application/octet-stream", b"\xff\x00\x01"),
    "bytes called text": ("text/plain", b"\xff\xfe\xfd"),
    "a charset nobody knows": ("text/plain; charset=x-nobody", b"\xff"),
    "a codec that is no charset": ("text/plain; charset=idna", b"\xff"),
    "a hole in another charset": ("text/plain; charset=windows-1252", b"\xff\x00"),
    "a document": ("application/msword", b"words"),
}


@pytest.mark.parametrize(("kind", "data"), NO_TEXTS.values(), ids=NO_TEXTS)
def test_of_a_file_that_is_no_text_it_is_said(kind: str, data: bytes) -> None:
    found = only(file(kind, data, name="a.txt"))
    assert (found.text, found.why_not, found.size) == (None, "not_text", len(data))


def test_a_long_text_is_cut_and_a_very_long_one_not_taken() -> None:
    cut, big = attached(
        mail(multipart("mixed", file("text/plain", b"a" * 30_000), file("text/plain", b"a" * (MOST_BYTES + 1))))
    )
    assert (len(cut.text or ""), cut.left_out, cut.size) == (MOST_TEXT, 30_000 - MOST_TEXT, 30_000)
    assert (big.text, big.why_not, big.size) == (None, "too_big", MOST_BYTES + 1)


def test_all_text_together_stays_within_the_room_there_is() -> None:
    found = attached(mail(multipart("mixed", PLAIN, FILE, FILE, FILE)), room=2)
    assert [(one.text, one.why_not) for one in found] == [("x", None), ("x", None), (None, "no_room")]


def test_too_many_files_are_named_and_not_read_and_very_many_not_even_named() -> None:
    found = attached(mail(multipart("mixed", PLAIN, *[FILE] * (MOST_NAMED + 5))))
    assert [one.why_not for one in found] == [None] * MOST_FILES + ["too_many"] * (MOST_NAMED - MOST_FILES + 1)
    assert [one.name for one in found] == ["a.txt"] * MOST_NAMED + ["and more"]


CUT = f"{CUT_HEADER}: larger than 25 MiB"


def test_the_file_at_which_a_mail_was_cut_is_too_big() -> None:
    entity = multipart("mixed", PLAIN, FILE, file("application/pdf", b"%PDF-1.4" + bytes(9999)))[:-4000]
    small, big = attached(mail(entity, CUT))
    assert (small.name, small.text) == ("a.txt", "x")
    assert (big.name, big.media_type, big.size, big.why_not) == ("a.bin", "application/pdf", None, "too_big")


@pytest.mark.parametrize("entity", [PLAIN, multipart("mixed", FILE, PLAIN)[:-9]], ids=["no files", "the letter last"])
def test_a_mail_cut_in_its_letter_may_have_had_more(entity: bytes) -> None:
    *_, last = attached(mail(entity, CUT))
    assert last == Attachment(name="and more", why_not="too_big")


def test_a_file_whose_encoding_is_broken_is_named() -> None:
    broken = part("application/pdf", "begin 644 a\r\n\x7f\x7f\x7f\r\nend\r\n", "Content-Transfer-Encoding: x-uuencode")
    assert only(broken).media_type == "application/pdf"
