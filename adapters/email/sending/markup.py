"""Markup: a sheet as HTML. One column, styles on the elements, nothing fetched, and nothing in it but what we draw.

Everything that is not ours is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from adapters.email.found import ANSWER_ABOVE
from adapters.email.sending.look import SHEET, STYLES, dressed
from adapters.email.sending.sheet import Sheet
from adapters.layout import BY_WORDS, CODE_ASKED, ONLY_BY_LINK, Answer, Block, Facts, Prose, Quoted, Words, neither
from adapters.text import visible

# No images, no links, no HTML of the agent's: its text is shown, not followed. No entities and no definitions
# either: with them, characters and words could hide that the plain text shows.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(
    ["image", "link", "autolink", "html_inline", "html_block", "entity", "reference"]
)
_DRAWN = {
    "paragraph_open": "words",
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "quote",
    "fence": "block",
    "code_block": "block",
    "code_inline": "code",
}
_SPACED = 'role="presentation" cellpadding="0" cellspacing="0" border="0"'
_WIDE = f'{_SPACED} width="100%"'
_HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
)


def markup(sheet: Sheet, title: str) -> str:
    """The page; `title` is what a browser's window would be called."""
    above = f"<p {dressed('above')}>{ANSWER_ABOVE}</p>\n" if sheet.answered else ""
    heading = f"<h1 {dressed('title')}>{escape(sheet.title)}</h1>\n" if sheet.title else ""
    inner = "\n".join(_drawn(block) for block in sheet.blocks)
    return (
        f'<!doctype html>\n<html lang="en"><head>{_HEAD}<title>{escape(title)}</title><style>{SHEET}</style></head>\n'
        f"<body {dressed('around')}>\n"
        f'<table {_WIDE} {dressed("around")}><tr><td align="center" {dressed("outer")}>\n'
        f'<table {_WIDE} align="center" {dressed("sheet")}>\n'
        f"<tr><td {dressed(sheet.tone)}>&nbsp;</td></tr>\n"
        f'<tr><td align="left" {dressed("inner")}>\n{above}{heading}{inner}\n</td></tr>\n'
        "</table>\n</td></tr></table>\n</body></html>\n"
    )


def _drawn(block: Block) -> str:
    match block:
        case Words():
            return f"<p {dressed('words')}>{escape(block.text)}</p>"
        case Prose():
            return _prose(block.text)
        case Quoted():
            return f"<div {dressed('quote')}>{_prose(block.text)}</div>"
        case Facts():
            rows = "\n".join(_row(name, value) for name, value in block.rows)
            return f"<table {_WIDE} {dressed('facts')}>\n{rows}\n</table>"
        case Answer():
            return _answer(block)


def _row(name: str, value: str) -> str:
    return f"<tr><td {dressed('name')}>{escape(name)}</td><td {dressed('value')}>{escape(value)}</td></tr>"


def _answer(block: Answer) -> str:
    typed = "".join(f"<code {dressed('typed')}>{escape(line)}</code>" for line in block.lines)
    asked = f"{BY_WORDS}</p>{typed}<p {dressed('words')}>or open:" if typed else ONLY_BY_LINK
    also = f"\n<p {dressed('words')}>{escape(neither(block))}</p>" if block.also else ""
    code = "" if typed or not block.code else f"\n<p {dressed('words')}>{CODE_ASKED} {escape(block.code)}</p>"
    link = f'<a href="{escape(block.url)}" {dressed("button")}>Look and decide</a>'
    # The colour is the cell's as well: some programs draw a link without what is around its words.
    key = f"<table {_SPACED}><tr><td {dressed('key')}>{link}</td></tr></table>"
    host = f"<p {dressed('host')}>{escape(urlsplit(block.url).hostname or '')}</p>"
    inner = f"<p {dressed('words')}>{asked}</p>\n{key}\n{host}{also}{code}"
    return f"<table {_WIDE}><tr><td {dressed('answer')}>\n{inner}</td></tr></table>"


def _prose(text: str) -> str:
    """Markdown, drawn by us. A heading is a line in bold: none of the agent's looks like ours."""
    source = visible(text)
    tokens = _MARKDOWN.parse(source)
    for token in _each(tokens):
        _dress(token)
    if _letters("".join(token.content for token in _each(tokens) if token.type != "inline")) != _letters(source):
        return f"<div {dressed('block')}>{escape(source)}</div>"  # What is nested too deep, Markdown leaves out.
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})).strip()


def _each(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _letters(text: str) -> str:
    """What must not be lost of a text. Numbers may: a list counts by itself."""
    return "".join(filter(str.isalpha, text))


def _dress(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = "p"
    if token.type == "fence" and (said := token.info.strip()):
        # What stands behind the backticks is text as well, and the plain text shows it.
        token.content, token.info = f"{said}\n{token.content}", ""
    if name := _DRAWN.get(token.type):
        token.attrSet("class", name)
        token.attrSet("style", STYLES[name].plain)
