"""Attached, by name and kind: names in all the ways they are written, harmless to show; kinds as bytes say. EM-45"""

from __future__ import annotations

import io
import zipfile
from base64 import encodebytes

import pytest

from adapters.email.attached import attached
from adapters.email.sniff import media_type
from tests.unit.adapters.email.parts import mail, part


def named(*headers: bytes) -> str:
    """The name of a file with these headers."""
    entity = b"\r\n".join((b"Content-Type: application/pdf", *headers, b"", b"%PDF-1.4"))
    (found,) = attached(mail(entity))
    return found.name


def given(parameter: str | bytes) -> str:
    """The name, by the parameters of its Content-Disposition."""
    raw = parameter if isinstance(parameter, bytes) else parameter.encode()
    return named(b"Content-Disposition: attachment; " + raw)


NAMES = {
    "a word": ("filename=plan.pdf", "plan.pdf"),
    "in quotes": ('filename="Deploy plan.pdf"', "Deploy plan.pdf"),
    "quotes within quotes": (r'filename="a \"b\"; c.pdf"', 'a "b"; c.pdf'),
    "RFC 2231": ("filename*=utf-8'de'%C3%84nderung.pdf", "Änderung.pdf"),
    "RFC 2231, Western": ("filename*=iso-8859-1''%C4nderung.pdf", "Änderung.pdf"),
    "RFC 2231 in pieces": ("filename*0*=utf-8''%C3%84nde;\r\n filename*1*=rung;\r\n filename*2=.pdf", "Änderung.pdf"),
    "RFC 2231 in pieces, out of order": ('filename*1=".pdf"; filename*0="plan"', "plan.pdf"),
    "RFC 2231 and a plain one": ("filename=\"?.pdf\"; filename*=utf-8''%C3%84.pdf", "Ä.pdf"),
    "RFC 2231, a charset nobody knows": ("filename*=x-none''plan%C3%84.pdf", "planÄ.pdf"),
    "RFC 2231, bytes that are none of it": ("filename*=utf-8''plan%C4.pdf", "planÄ.pdf"),
    "RFC 2231, nothing": ("filename*=", "unnamed"),
    "RFC 2231, a number too many": ("filename*99999999999999999999*=utf-8''x", "x"),
    "an encoded word": ('filename="=?utf-8?Q?=C3=84nderung=2Epdf?="', "Änderung.pdf"),
    "an encoded word in two": ('filename="=?utf-8?B?5a+p?=\r\n =?utf-8?B?5om/LnBkZg==?="', "審承.pdf"),
    "an encoded word, broken": ('filename="=?utf-8?B?5a+p.pdf"', "=?utf-8?B?5a+p.pdf"),
    "an encoded word of an unknown charset": ('filename="=?x-none?Q?a?="', "=?x-none?Q?a?="),
    "raw UTF-8": ('filename="Änderung.pdf"', "Änderung.pdf"),
    "raw Western bytes": ('filename="Änderung.pdf"'.encode("latin-1"), "Änderung.pdf"),
    "two extensions": ('filename="plan.pdf.exe"', "plan.pdf.exe"),
    "a path": ('filename="../../../etc/passwd"', "passwd"),
    "a Windows path": (r'filename="C:\\Users\\bo\\plan.pdf"', "plan.pdf"),
    "an escaped path": ("filename*=utf-8''..%2F..%2Fplan.pdf", "plan.pdf"),
    "turned around": ("filename*=utf-8''plan%E2%80%AEfdp.exe", "plan_fdp.exe"),
    "with a hole": ("filename*=utf-8''a%00b.pdf", "a_b.pdf"),
    "with lines": ("filename*=utf-8''a%0D%0Ab.pdf", "a b.pdf"),
    "only dots": ('filename=".."', "unnamed"),
    "nothing": ('filename=""', "unnamed"),
    "very long": (f'filename="{"a" * 3000}"', "a" * 199 + "…"),
}


@pytest.mark.parametrize(("parameter", "name"), NAMES.values(), ids=NAMES)
def test_a_name_is_read_however_it_is_written(parameter: str | bytes, name: str) -> None:
    assert given(parameter) == name


def test_a_name_may_stand_with_the_type_and_the_other_place_comes_first() -> None:
    entity = part("application/pdf; name=other.pdf", "%PDF-1.4")
    assert [one.name for one in attached(mail(entity))] == ["other.pdf"]
    entity = part("application/pdf; name=other.pdf", "%PDF-1.4", "Content-Disposition: attachment; filename=plan.pdf")
    assert [one.name for one in attached(mail(entity))] == ["plan.pdf"]


def packed(name: str) -> bytes:
    """An archive with one file in it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(name, "x")
    return whole.getvalue()


PNG, PDF, EXE, ZIP = b"\x89PNG\r\n\x1a\n" + bytes(20), b"%PDF-1.4\n", b"MZ\x90\x00" + bytes(60), packed("a.txt")
KINDS = {
    "as declared": ("image/png", PNG, "image/png"),
    "nobody said": ("", PNG, "image/png"),
    "generic": ("application/octet-stream", PDF, "application/pdf"),
    "generic, of a browser": ("application/force-download", PNG, "image/png"),
    "generic, and nothing to see": ("application/octet-stream", b"\xff\xfe\x01\x02", "application/octet-stream"),
    "a program called a picture": ("image/png", EXE, "application/x-msdownload"),
    "a program called text": ("text/plain", EXE, "application/x-msdownload"),
    "a program called something of its own": ("application/json", EXE, "application/x-msdownload"),
    "a picture called a document": ("application/pdf", PNG, "image/png"),
    "a document called text": ("text/plain", PDF, "application/pdf"),
    "an archive called a picture": ("image/png", ZIP, "application/zip"),
    "an archive called text": ("text/csv", ZIP, "application/zip"),
    "an archive called data": ("application/json", ZIP, "application/zip"),
    "an archive by an old name": ("application/x-zip-compressed", ZIP, "application/x-zip-compressed"),
    "an archive of a kind": ("application/java-archive", ZIP, "application/java-archive"),
    "a document in an archive": (
        "application/vnd.ms-excel.sheet.macroenabled.12",
        ZIP,
        "application/vnd.ms-excel.sheet.macroenabled.12",
    ),
    "a picture by an old name": ("image/x-png", PNG, "image/x-png"),
    "Outlook's envelope": ("application/octet-stream", b"\x78\x9f\x3e\x22" + bytes(9), "application/ms-tnef"),
    "Outlook's envelope by its old name": (
        "application/ms-tnef",
        b"\x78\x9f\x3e\x22" + bytes(9),
        "application/ms-tnef",
    ),
    "words that begin like a picture": ("text/plain", b"BMW is a car", "text/plain"),
    "words that begin like a program": ("text/plain", b"MZ was here", "text/plain"),
    "Greek that begins like an archive": ("text/plain", "βρέχει".encode(), "text/plain"),
    "nothing": ("text/plain", b"", "text/plain"),
}


@pytest.mark.parametrize(("declared", "data", "kind"), KINDS.values(), ids=KINDS)
def test_the_bytes_tell_the_kind_where_they_speak_against_what_is_declared(
    declared: str, data: bytes, kind: str
) -> None:
    assert media_type(declared, data) == kind


def test_the_kind_of_a_file_is_what_its_bytes_say() -> None:
    entity = part(
        "text/plain", encodebytes(EXE), "Content-Transfer-Encoding: base64", "Content-Disposition: attachment"
    )
    (found,) = attached(mail(entity))
    assert (found.media_type, found.size, found.why_not) == ("application/x-msdownload", 64, "not_text")
