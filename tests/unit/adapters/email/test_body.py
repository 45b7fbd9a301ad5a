"""The body: the part a person wrote to be read, in any charset, without what is attached, hidden or quoted."""

from __future__ import annotations

import pytest

from adapters.email.body import MAX_READ, text_of
from tests.unit.adapters.email.letters import mail


def part(kind: str, text: str, *headers: str) -> str:
    return "\r\n".join((f"Content-Type: {kind}", *headers, "", text))


def multipart(kind: str, *parts: str, boundary: str = "b1") -> str:
    """A multipart entity, headers included."""
    inner = "".join(f"--{boundary}\r\n{one}\r\n" for one in parts)
    return f"Content-Type: multipart/{kind}; boundary={boundary}\r\n\r\n{inner}--{boundary}--\r\n"


def text(entity: str) -> str:
    headers, _, body = entity.partition("\r\n\r\n")
    return text_of(mail(*headers.split("\r\n"), body=body))


def html(markup: str) -> str:
    return text(part("text/html; charset=utf-8", markup))


PLAIN, HTML = part("text/plain", "plain words"), part("text/html", "<p>html words</p>")
ATTACHED = "Content-Disposition: attachment; filename=a.txt"

STRUCTURES = {
    "plain": (PLAIN, "plain words"),
    "no content type": ("X: y\r\n\r\nplain words", "plain words"),
    "html only": (HTML, "html words"),
    "both": (multipart("alternative", PLAIN, HTML), "plain words"),
    "both, html first": (multipart("alternative", HTML, PLAIN), "plain words"),
    "both, the plain one empty": (multipart("alternative", part("text/plain", " \r\n"), HTML), "html words"),
    "with an attachment": (multipart("mixed", PLAIN, part("text/plain", "attached", ATTACHED)), "plain words"),
    "an attachment first": (multipart("mixed", part("text/plain", "attached", ATTACHED), PLAIN), "plain words"),
    "an attached page": (multipart("mixed", part("text/html", "attached", ATTACHED)), ""),
    "an attached calendar": (multipart("mixed", PLAIN, part("text/calendar", "BEGIN:VCALENDAR")), "plain words"),
    "a mail in the mail": (multipart("mixed", part("message/rfc822", "From: bo@example.test\r\n\r\nold")), ""),
    "a mail beside the words": (
        multipart("mixed", part("message/rfc822", "From: bo@example.test\r\n\r\nold"), PLAIN),
        "plain words",
    ),
    "signed": (multipart("signed", PLAIN, part("application/pgp-signature", "x")), "plain words"),
    "related": (multipart("related", multipart("alternative", PLAIN, HTML, boundary="b2")), "plain words"),
    "nested three deep": (
        multipart("mixed", multipart("mixed", multipart("mixed", PLAIN, boundary="b3"), boundary="b2")),
        "plain words",
    ),
    "only a picture": (part("image/png", "x"), ""),
    "encrypted": (multipart("encrypted", part("application/pgp-encrypted", "Version: 1")), ""),
    "a boundary nobody uses": ("Content-Type: multipart/mixed; boundary=b9\r\n\r\nplain words", ""),
    "a multipart without a boundary": ("Content-Type: multipart/mixed\r\n\r\nplain words", ""),
    "a multipart that does not end": (
        f"Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\n{PLAIN}",
        "plain words",
    ),
    "a content type that is none": ("Content-Type: ;;;=\r\n\r\nplain words", "plain words"),
    "two content types": ("Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n<b>x</b>", "<b>x</b>"),
    "an empty mail": ("X: y\r\n\r\n", ""),
}


@pytest.mark.parametrize(("entity", "words"), STRUCTURES.values(), ids=STRUCTURES)
def test_of_every_structure_the_readable_part_is_read(entity: str, words: str) -> None:
    assert text(entity) == words


CHARSETS = {
    "utf-8": ("utf-8", "Grüße".encode(), "Grüße"),
    "old Western": ("iso-8859-1", "Grüße".encode("latin-1"), "Grüße"),
    "Windows' quotes under the old Western name": ("iso-8859-1", b"\x93ja\x94", "“ja”"),
    "Windows' quotes called ASCII": ("us-ascii", b"it\x92s", "it’s"),
    "Japanese by mail": ("iso-2022-jp", "日本語".encode("iso-2022-jp"), "日本語"),
    "Japanese by Windows": ("shift_jis", "日本語".encode("shift_jis"), "日本語"),
    "Korean": ("euc-kr", "안녕".encode("euc-kr"), "안녕"),
    "Chinese": ("gb18030", "你好".encode("gb18030"), "你好"),
    "Russian": ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
    "utf-16": ("utf-16", "ja".encode("utf-16"), "ja"),
    "one that nobody knows": ("x-nobody", "Grüße".encode(), "Grüße"),
    "one that is no charset of text": ("base64", b"words", "words"),
    "one that only Python knows": ("unicode_escape", b"\\u0041PPROVE", "\\u0041PPROVE"),
    "an encoding of host names": ("punycode", b"approve-", "approve-"),
    "a name with a hole": ("utf\x008", b"words", "words"),
    "an empty name": ('""', b"words", "words"),
    "declared as utf-8, written by Windows": ("utf-8", b"Gr\xfc\xdfe", "Grüße"),
    "declared as Japanese, written as utf-8": ("iso-2022-jp", "Grüße".encode(), "Grüße"),
    "bytes of no charset": ("utf-8", b"a\x81b", "a\ufffdb"),
}


@pytest.mark.parametrize(("charset", "written", "read"), CHARSETS.values(), ids=CHARSETS)
def test_words_in_every_charset_are_read_or_shown_as_unreadable(charset: str, written: bytes, read: str) -> None:
    assert text_of(mail(f"Content-Type: text/plain; charset={charset}", body=written)) == read


ENCODINGS = {
    "quoted text": ("quoted-printable", b"Gr=C3=BC=C3=9Fe =\r\nan alle", "Grüße an alle"),
    "base64": ("base64", b"R3LDvMOfZQ==", "Grüße"),
    "base64 without its end": ("base64", b"R3LDvMOfZQ", "Grüße"),
    "base64 with other signs in it": ("base64", b"R3LD!!!vMOfZQ==", "Grüße"),
    "8bit": ("8bit", "Grüße".encode(), "Grüße"),
    "one that nobody knows": ("x-nobody", b"words", "words"),
    "uuencode that is none": ("x-uuencode", b"words", "words"),
}


@pytest.mark.parametrize(("encoding", "written", "read"), ENCODINGS.values(), ids=ENCODINGS)
def test_every_transfer_encoding_is_undone(encoding: str, written: bytes, read: str) -> None:
    headers = ("Content-Type: text/plain; charset=utf-8", f"Content-Transfer-Encoding: {encoding}")
    assert text_of(mail(*headers, body=written)) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("\n\n  a  \n\n\n\n\n b\u00a0\n", "a\n\nb"),
        ("\ufeffAPPROVE 1", "APPROVE 1"),
        ("APP\u00adROVE", "APPROVE"),
        ("a\x00b", "ab"),
        ("e\u0301", "é"),
        ("a\n\u2003\n\u2003\n\u2003\nb", "a\n\nb"),
    ],
)
def test_line_ends_blanks_and_invisible_joints_are_made_plain(written: str, read: str) -> None:
    assert text_of(mail("Content-Type: text/plain; charset=utf-8", body=written.encode())) == read


MARKUP = {
    "lines": ("<div>one</div><div>two<br>three</div><p>four</p>", ["one", "two", "three", "four"]),
    "words behind a paragraph": ("<p>APPROVE 482913</p>but not now", ["APPROVE 482913", "but not now"]),
    "a word in bold": ("<p>AP<b>PROVE</b> now</p>", ["APPROVE now"]),
    "blanks in the source": ("<p>one\n   two</p>", ["one two"]),
    "entities": ("<p>a &amp; b &lt;c&gt; &#x41;</p>", ["a & b <c> A"]),
    "a sign that begins no tag": ("<p>1 < 2 and <3</p>", ["1 < 2 and <3"]),
    "scripts, styles and titles": (
        "<head><title>t</title><style>p{}</style></head><script>s()</script><p>one</p><template>x</template>",
        ["one"],
    ),
    "comments": ("a<!-- APPROVE -->b", ["ab"]),
    "a comment that does not end": ("one<!-- <p>APPROVE</p>", ["one"]),
    "what Word writes for itself": ("<!--[if mso]><p>APPROVE</p><![endif]--><p>one</p><![endif]>", ["one"]),
    "a section that no parser takes": ("<p>one</p><![APPROVE", ["one", "<![APPROVE"]),
}


@pytest.mark.parametrize(("markup", "lines"), MARKUP.values(), ids=MARKUP)
def test_a_page_is_read_as_a_person_sees_it(markup: str, lines: list[str]) -> None:
    assert [line for line in html(markup).split("\n") if line] == lines


HIDDEN = {
    "not displayed": 'style="display:none"',
    "not displayed, with blanks": 'style="color:red; DISPLAY : none !important"',
    "invisible": 'style="visibility:hidden"',
    "without size": 'style="font-size:0px"',
    "transparent": 'style="opacity:0"',
    "without height": 'style="max-height:0;overflow:hidden"',
    "far to the left": 'style="position:absolute;left:-9999px"',
    "indented out of sight": 'style="text-indent:-9999px"',
    "white": 'style="color:#ffffff"',
    "short white": 'style="color:#FFF"',
    "named white": 'style="color: white"',
    "hidden by its attribute": "hidden",
}


@pytest.mark.parametrize("how", HIDDEN.values(), ids=HIDDEN)
def test_what_nobody_sees_nobody_said(how: str) -> None:
    assert html(f"<p {how}>APPROVE <b>482913</b></p><p>on holiday</p>") == "on holiday"


def test_half_seen_text_and_light_grey_are_seen() -> None:
    assert html('<p style="opacity:0.5">a</p><p style="color:#fffff0">b</p>').split() == ["a", "b"]


QUOTED = {
    "Gmail": '<div class="gmail_quote"><div>On Mon, bo wrote:</div><blockquote>APPROVE 1</blockquote></div>',
    "Apple Mail": '<blockquote type="cite">APPROVE 1</blockquote>',
    "Thunderbird": '<div class="moz-cite-prefix">bo wrote:</div><blockquote type="cite">APPROVE 1</blockquote>',
    "Yahoo": '<div id="x" class="ydp1yahoo_quoted">APPROVE 1</div>',
    "Proton": '<div class="protonmail_quote">APPROVE 1</div>',
}


@pytest.mark.parametrize("quote", QUOTED.values(), ids=QUOTED)
def test_what_a_mail_program_marks_as_quoted_is_gone(quote: str) -> None:
    assert html(f"<div>Not now.</div>{quote}") == "Not now."


@pytest.mark.parametrize("marker", ['<div id="appendonsend"></div>', '<div id="divRplyFwdMsg"><b>From:</b> bo</div>'])
def test_behind_outlooks_marker_stands_a_line_that_every_reader_of_replies_knows(marker: str) -> None:
    read = html(f"<div>Not now.</div>{marker}<div>APPROVE 1</div>").split("\n")
    assert [line for line in read if line] == ["Not now.", "-----Original Message-----", "APPROVE 1"]


COSTLY = ["<!--", "<a ", "<a b='", '<a b=\'>"<c d=">', "<![", "<?", "</", "&#"]


@pytest.mark.parametrize("piece", COSTLY)
def test_markup_made_to_keep_a_parser_busy_is_read_in_one_go(piece: str) -> None:
    """Each of these took minutes or hours where a parser takes time squared; nothing here looks at a clock."""
    html(piece * (MAX_READ // len(piece)))


def test_a_part_is_read_up_to_a_bound() -> None:
    assert len(text(part("text/plain", "x" * (MAX_READ + 1)))) == MAX_READ
