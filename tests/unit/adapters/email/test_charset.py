"""Charset: words in every charset are read, and what nobody can read is never passed over in silence."""

from __future__ import annotations

import pytest

from adapters.email.text.charset import clean, decoded
from tests.unit.adapters.email.papers import part, read

# EM-38
CHARSETS = {
    "utf-8": ("utf-8", "Grüße".encode(), "Grüße"),
    "old Western": ("iso-8859-1", "Grüße".encode("latin-1"), "Grüße"),
    "Windows' quotes under the old Western name": ("iso-8859-1", b"\x93ja\x94", "“ja”"),
    "Windows' quotes called ASCII": ("us-ascii", b"it\x92s", "it’s"),
    "UTF-8 called ASCII": ("us-ascii", "Grüße".encode(), "Grüße"),
    "UTF-8 called old Western": ("iso-8859-1", "“Grüße”".encode(), "“Grüße”"),
    "UTF-8 called Cyrillic": ("windows-1251", "да, можно".encode(), "да, можно"),
    "Central European": ("iso-8859-2", "zażółć".encode("iso-8859-2"), "zażółć"),
    "Windows' Central European": ("windows-1250", "příště".encode("windows-1250"), "příště"),
    "Windows' Cyrillic": ("windows-1251", "Привет".encode("windows-1251"), "Привет"),
    "Windows' Greek": ("windows-1253", "Έγκριση".encode("windows-1253"), "Έγκριση"),
    "Windows' Turkish called by its ISO name": ("iso-8859-9", "Şimdi değil".encode("cp1254"), "Şimdi değil"),
    "Windows' Hebrew": ("windows-1255", "מאושר".encode("windows-1255"), "מאושר"),
    "Hebrew, as it is read": ("iso-8859-8-i", "מאושר".encode("iso-8859-8"), "מאושר"),
    "Windows' Arabic": ("windows-1256", "موافق".encode("windows-1256"), "موافق"),
    "Thai": ("tis-620", "ไม่ได้".encode("cp874"), "ไม่ได้"),
    "Russian": ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
    "Ukrainian": ("koi8-u", "Так, її можна".encode("koi8-u"), "Так, її можна"),
    "Japanese by mail": ("iso-2022-jp", "日本語".encode("iso-2022-jp"), "日本語"),
    "Japanese by mail with what only Windows has": ("iso-2022-jp", b"\x1b$B-!|b\x1b(B ok", "①髙 ok"),
    "Japanese by Windows": ("shift_jis", "①日本語".encode("cp932"), "①日本語"),
    "Japanese by Unix": ("euc-jp", "日本語".encode("euc-jp"), "日本語"),
    "Korean": ("euc-kr", "안녕".encode("euc-kr"), "안녕"),
    "Korean by Windows under its old name": ("ks_c_5601-1987", "똠방".encode("cp949"), "똠방"),
    "Chinese": ("gb18030", "你好".encode("gb18030"), "你好"),
    "Chinese with letters its set has not": ("gb2312", "镕€".encode("gb18030"), "镕€"),
    "traditional Chinese": ("big5", "核准".encode("big5"), "核准"),
    "Hong Kong's Chinese": ("big5", "喺度".encode("big5hkscs"), "喺度"),
    "utf-16": ("utf-16", "ja".encode("utf-16"), "ja"),
    "utf-16 without a mark": ("utf-16", "ja".encode("utf-16-le"), "ja"),
    "utf-16, the other way round": ("utf-16be", "ja".encode("utf-16-be"), "ja"),
    "a mark that knows better": ("iso-8859-1", b"\xef\xbb\xbf" + "ü".encode(), "ü"),
    "one that nobody knows": ("x-nobody", "Grüße".encode(), "Grüße"),
    "one that nobody knows, written by Windows": ("x-unknown", b"Gr\xfc\xdfe", "Grüße"),
    "none, and utf-8": ("", "Grüße".encode(), "Grüße"),
    "one that is no charset of text": ("base64", b"words", "words"),
    "one that only Python knows": ("unicode_escape", b"\\u0041PPROVE", "\\u0041PPROVE"),
    "one that hides words": ("utf-7", b"+AEEAUABQ-ROVE", "+AEEAUABQ-ROVE"),
    "an encoding of host names": ("punycode", b"approve-", "approve-"),
    "a name with a hole": ("utf\x008", b"words", "words"),
    "declared as utf-8, written by Windows": ("utf-8", b"Gr\xfc\xdfe", "Grüße"),
    "declared as Japanese, written as utf-8": ("iso-2022-jp", "Grüße".encode(), "Grüße"),
}


@pytest.mark.parametrize(("charset", "written", "meant"), CHARSETS.values(), ids=CHARSETS)
def test_words_in_every_charset_are_read(charset: str, written: bytes, meant: str) -> None:
    assert clean(decoded(written, charset)) == meant
    declared = f"text/plain; charset={charset}" if charset and "\x00" not in charset else "text/plain"
    assert read(part(declared, written)).reply == meant


# EM-38
def test_what_nobody_can_read_is_shown_as_such_and_makes_the_words_doubtful() -> None:
    said = read(part("text/plain; charset=utf-8", b"APPROVE \x81 now"))
    assert (said.reply, said.doubt) == ("APPROVE \ufffd now", "unreadable")


# EM-38
def test_bytes_that_no_header_explains_are_guessed_by_their_look() -> None:
    written = "申し訳ありませんが、今日は承認できません。明日もう一度お願いします。".encode("shift_jis")
    assert decoded(written, "utf-8").startswith("申し訳ありません")


# EM-38
def test_a_page_that_names_its_charset_is_believed_where_the_mail_names_none() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>Привет</p>'
    assert read(part("text/html", page.encode("koi8-r"))).reply == "Привет"
    assert read(part("text/html; charset=utf-8", page.encode())).reply == "Привет"


ENCODINGS = {
    "quoted text": ("quoted-printable", b"Gr=C3=BC=C3=9Fe =\r\nan alle", "Grüße an alle"),
    "quoted text with a sign that is none": ("quoted-printable", b"a=ZZb =\r\n= c=", "a=ZZb = c"),
    "base64": ("base64", b"R3LDvMOfZQ==", "Grüße"),
    "base64 without its end": ("base64", b"R3LDvMOfZQ", "Grüße"),
    "base64 that lost a letter at the end": ("base64", b"R3LDvMOfZSBhbiBhbGxl\r\nI", "Grüße an alle"),
    "base64 with other signs in it": ("base64", b"R3LD!!!vMOfZQ==", "Grüße"),
    "base64 twice": ("base64", b"R3LDvMOfZQ==\r\nR3LDvMOfZQ==", "GrüßeGrüße"),
    "8bit": ("8bit", "Grüße".encode(), "Grüße"),
    "one that nobody knows": ("x-nobody", b"words", "words"),
    "uuencode that is none": ("x-uuencode", b"words", "words"),
}


# EM-38
@pytest.mark.parametrize(("encoding", "written", "meant"), ENCODINGS.values(), ids=ENCODINGS)
def test_every_transfer_encoding_is_undone_as_far_as_it_goes(encoding: str, written: bytes, meant: str) -> None:
    entity = part("text/plain; charset=utf-8", written, f"Content-Transfer-Encoding: {encoding}")
    assert read(entity).reply == meant


# EM-39
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a\r\nb\rc\nd\u2028e", "a\nb\nc\nd\ne"),
        ("\n\n  a  \n\n\n\n\n b\u00a0\n", "a\n\nb"),
        ("\ufeffAPPROVE 1", "APPROVE 1"),
        ("APP\u00adROVE", "APPROVE"),
        ("APP\u200bRO\u2060VE\u200c 1", "APPROVE 1"),
        ("\u202aAPPROVE\u202c\u200f", "APPROVE"),
        ("a\x00b", "ab"),
        ("e\u0301", "é"),
        ("a\n\u2003\n\u2003\n\u2003\nb", "a\n\nb"),
        ("می\u200cخواهم 👩\u200d🚀", "می\u200cخواهم 👩\u200d🚀"),
    ],
)
def test_line_ends_blanks_and_what_nobody_sees_are_made_plain(written: str, meant: str) -> None:
    assert read(part("text/plain; charset=utf-8", written.encode())).reply == meant


# EM-39
def test_marks_heaped_on_a_letter_are_bounded_since_ordering_them_takes_time_squared() -> None:
    assert len(clean("e" + "\u0316\u0301" * 50_000)) < 40
