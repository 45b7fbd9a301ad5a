"""HTML: a page is read as a person sees it, what nobody sees is nobody's word, and what programs quote is gone."""

from __future__ import annotations

import pytest

from adapters.email.text.page import MAX_PAGE
from tests.unit.adapters.email.papers import html, part, read

MARKUP = {
    "lines": ("<div>one</div><div>two<br>three</div><p>four</p>", ["one", "two", "three", "four"]),
    "words behind a paragraph": ("<p>APPROVE 482913</p>but not now", ["APPROVE 482913", "but not now"]),
    "a word in bold": ("<p>AP<b>PROVE</b> now</p>", ["APPROVE now"]),
    "blanks in the source": ("<p>one\n   two&nbsp;three</p>", ["one two three"]),
    "entities": ("<p>a &amp; b &lt;c&gt; &#x41;</p>", ["a & b <c> A"]),
    "a sign that begins no tag": ("<p>1 < 2 and <3</p>", ["1 < 2 and <3"]),
    "lists": ("<ul><li>a<li>b</ul><ol><li>c</li><li>d</li></ol>", ["- a", "- b", "1. c", "2. d"]),
    "tables": ("<table><tr><td>a<td>b<tr><td>c</td></tr></table>", ["a b", "c"]),
    "text kept as it is": ("<pre>a\n  b</pre><div style='white-space:pre-wrap'>c\nd</div>", ["a", "b", "c", "d"]),
    "an emoji drawn as a picture": ('<p>yes <img alt="👍" src="x"> <img alt="our logo" src="y"></p>', ["yes 👍"]),
    "what was crossed out": ("<p><s>APPROVE</s> DENY 1</p>", ["DENY 1"]),
    "scripts, styles and titles": (
        "<head><title>t</title><style>p{}</style></head><script>s()</script><p>one</p><template>x</template>",
        ["one"],
    ),
    "comments": ("a<!-- APPROVE -->b", ["ab"]),
    "what Word writes for itself": ("<!--[if mso]><p>APPROVE</p><![endif]--><p>one</p><![endif]>", ["one"]),
    "an attribute with a bracket": ('<img alt="a > b"><p>one</p>', ["one"]),
}


# EM-37
@pytest.mark.parametrize(("markup", "lines"), MARKUP.values(), ids=MARKUP)
def test_a_page_is_read_as_a_person_sees_it(markup: str, lines: list[str]) -> None:
    assert [line for line in html(markup).split("\n") if line] == lines


HIDDEN = {
    "not displayed": 'style="display:none"',
    "not displayed, with blanks": 'style="color:red; DISPLAY : none !important"',
    "invisible": 'style="visibility:hidden"',
    "without size": 'style="font-size:0px"',
    "too small to read": 'style="font-size:1px"',
    "transparent": 'style="opacity:0"',
    "without height": 'style="max-height:0;overflow:hidden"',
    "a height of one": 'style="height:1px;overflow:hidden"',
    "far to the left": 'style="position:absolute;left:-9999px"',
    "indented out of sight": 'style="text-indent:-9999px"',
    "clipped": 'style="position:absolute;clip:rect(0,0,0,0)"',
    "only Outlook hides it": 'style="mso-hide:all"',
    "white": 'style="color:#ffffff"',
    "nearly white": 'style="color:#fefdfe"',
    "named white": 'style="color: white"',
    "white by numbers": 'style="color:rgb(255, 255, 255)"',
    "without colour": 'style="color:rgba(0,0,0,0)"',
    "as dark as its ground": 'style="background:#000;color:rgb(3,3,3)"',
    "its ground by attribute": 'bgcolor="#000000" style="color:black"',
    "hidden by its attribute": "hidden",
    "not for people who listen": 'aria-hidden="true"',
    "by its class": 'class="a b"',
    "by its id": 'id="c"',
}
SHEET = "<style><!-- .b {display:none} #c{color:#fff} @media print {.d{display:none}} --></style>"


# EM-41
@pytest.mark.parametrize("how", HIDDEN.values(), ids=HIDDEN)
def test_what_nobody_sees_nobody_said(how: str) -> None:
    assert html(f"{SHEET}<div {how}>APPROVE <b>482913</b></div><p>on holiday</p>") == "on holiday"


SEEN = ["opacity:0.5", "color:#767676", "background:#000;color:#fff", "font-size:9px", "max-height:400px", "left:-3px"]


# EM-41
@pytest.mark.parametrize("style", SEEN)
def test_what_is_small_or_pale_or_light_on_dark_is_seen(style: str) -> None:
    assert html(f'<p style="{style}">a</p>') == "a"
    assert html(f'{SHEET}<p class="d">on paper only</p>') == "on paper only"


QUOTED = {
    "Gmail": '<div class="gmail_quote"><div>On Mon, bo wrote:</div><blockquote>APPROVE 1</blockquote></div>',
    "Gmail's forward": '<div class="gmail_quote"><div class="gmail_attr">---- Forwarded</div>APPROVE 1</div>',
    "Apple Mail": '<blockquote type="cite">APPROVE 1</blockquote>',
    "Thunderbird": '<div class="moz-cite-prefix">bo wrote:</div><blockquote type="cite">APPROVE 1</blockquote>',
    "Yahoo": '<div id="x" class="ydp1yahoo_quoted">APPROVE 1</div>',
    "Proton": '<div class="protonmail_quote">APPROVE 1</div>',
    "GMX": '<div name="quote">APPROVE 1</div>',
    "Zimbra": '<hr id="zwchr"><div>APPROVE 1</div>',
    "NetEase": '<div class="J-reply ntes-mailmaster-quote">APPROVE 1</div>',
    "Outlook's web": '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From</div><p>APPROVE 1</p>',
    "new Outlook": '<div id="mail-editor-reference-message-container"><p>APPROVE 1</p></div><p>APPROVE 1</p>',
    "Outlook": '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm"></div><p>APPROVE 1</p>',
}


# EM-40
@pytest.mark.parametrize("quote", QUOTED.values(), ids=QUOTED)
def test_what_a_mail_program_marks_as_quoted_is_gone(quote: str) -> None:
    said = read(part("text/html; charset=utf-8", f"<div>Not now.</div>{quote}"))
    assert said.reply == "Not now."
    assert "APPROVE 1" in said.quoted


# EM-40
def test_answers_between_the_pieces_of_a_quote_stay_in_their_order() -> None:
    gmail = (
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, bo wrote:</div><blockquote class="gmail_quote">Which?'
        '</blockquote><div>staging</div><blockquote class="gmail_quote">When?</blockquote></div><div>now</div>'
    )
    assert html(gmail).split() == ["staging", "now"]
    assert html(
        '<blockquote type="cite">Which?</blockquote>staging<blockquote type="cite">When?</blockquote>now'
    ).split() == [
        "staging",
        "now",
    ]


# EM-40
def test_a_paragraph_that_somebody_indented_is_theirs() -> None:
    assert html('<blockquote style="margin:0 0 0 40px;border:none;padding:0px">APPROVE 1</blockquote>') == "APPROVE 1"


COSTLY = ["<!--", "<a ", "<a b='", '<a b=\'>"<c d=">', "<![", "<?", "</", "&#", "<style>", "<div>", "<p></b>", "<br>"]


# EM-12
@pytest.mark.parametrize("piece", COSTLY)
def test_markup_made_to_keep_a_parser_busy_is_read_in_one_go(piece: str) -> None:
    """Each of these took minutes or hours where a parser takes time squared; nothing here looks at a clock."""
    assert "APPROVE" not in html(piece * (MAX_PAGE // len(piece) // 4))
