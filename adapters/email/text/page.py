"""Page: a text/html part as the lines a person sees, each with whose it is by the markup of mail programs.

One pass over the tags, no tree: time grows with the size of the page, whatever is in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from adapters.email.text.containers import Role, role_of
from adapters.email.text.lines import Line, Place, of_text
from adapters.email.text.seen import Declarations, Look, looked, rules
from adapters.email.text.shells import Drawn, Shells

MAX_PAGE = 600_000  # Characters: long threads carry all their styles along.
MAX_DEPTH = 5_000  # Elements within elements; what stands deeper is nobody's new words.

_NOT_TEXT = frozenset(
    ("script", "style", "head", "title", "template", "noscript", "iframe", "object", "audio", "video")
)
_VOID = frozenset(
    ("br", "hr", "img", "meta", "link", "input", "wbr", "area", "base", "col", "embed", "source", "track")
)
_BLOCKS = frozenset(
    (
        *(
            "p",
            "div",
            "tr",
            "li",
            "ul",
            "ol",
            "dl",
            "dt",
            "dd",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "pre",
        ),
        *("table", "tbody", "thead", "section", "article", "header", "footer", "main", "center", "address", "fieldset"),
        *("form", "figure", "figcaption", "caption", "body", "html", "hr", "includetail", "details", "summary", "nav"),
    )
)
_SPACED = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table"))
_CELLS = frozenset(("td", "th"))
_LISTS = frozenset(("ul", "ol"))
_SPACE = re.compile(r"[ \t\n\r\f]+")
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_LOOSE = re.compile(r"""<(?![a-z/](?:[^<>"']|"[^<"]*"|'[^<']*')*>)""", re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^<>]*>", re.IGNORECASE)
_STYLE_ENDS = re.compile(r"</style", re.IGNORECASE)
_PICTURED = re.compile(r"[^\w\s<>]{1,8}")  # The letters of a picture that stands for an emoji.


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that is open: its tag, whose the text within it is, and how that looks."""

    tag: str
    place: Place
    shell: int
    look: Look
    dropped: bool


def page_lines(html: str) -> tuple[list[Line], bool]:
    """The lines of a page, and whether it has a container of quoted text that a mail program made."""
    html = html[:MAX_PAGE]
    reader = _Reader(rules("\n".join(_STYLE_ENDS.split(piece, maxsplit=1)[0] for piece in _STYLE.split(html)[1:])))
    reader.feed(_tame(html))
    reader.close()
    return reader.finished(), reader.contained


def _tame(html: str) -> str:
    """The markup without comments and declarations, and with every `<` that begins no tag escaped.

    The standard library's parser rejects some of these, and takes time squared for the rest.
    """
    first, *rest = html.split("<!--")
    without_comments = first + "".join(piece.partition("-->")[2] for piece in rest)
    return _LOOSE.sub("&lt;", _DECLARATION.sub("", without_comments))


class _Reader(HTMLParser):
    """Draws the lines while tags go by."""

    def __init__(self, page: dict[str, Declarations]) -> None:
        super().__init__(convert_charrefs=True)
        self.contained = False
        self._page = page
        self._open = [_Open("", "own", 0, Look(), dropped=False)]
        self._count: dict[str, int] = {}
        self._drawn: list[Drawn] = []
        self._fresh = True
        self._rest = False
        self._shells = Shells()
        self._lists: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        attributes = {name: value or "" for name, value in reversed(attrs)}
        self._end_what_ends_by_itself(tag)
        if tag in _BLOCKS:
            self._break(spaced=tag in _SPACED)
        if tag in _VOID:
            self._void(tag, attributes)
        elif len(self._open) < MAX_DEPTH:
            self._push(tag, attributes)
        else:
            self._rest = True
        self._mark(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As browsers read `<p/>`: an element that begins."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and those left open within it; an end of nothing is nothing."""
        if tag == "q":
            self.handle_data("\u201d")
        if self._count.get(tag):
            while self._pop() != tag:
                pass
        if tag in _BLOCKS:
            self._break(spaced=tag in _SPACED)
        if tag in _LISTS and self._lists:
            self._lists.pop()

    def handle_data(self, data: str) -> None:
        """Text."""
        top = self._open[-1]
        if top.dropped or not top.look.seen:
            return
        pieces = data.split("\n") if top.look.pre else [_SPACE.sub(" ", data)]
        for number, piece in enumerate(pieces):
            if number:
                self._break(hard=True)
            self._write(piece)

    def finished(self) -> list[Line]:
        """The lines drawn, once all is read."""
        return [
            Line(text, place) if place != "own" else of_text(text)
            for text, place in (
                (line.text(), self._shells.place(line, number)) for number, line in enumerate(self._drawn)
            )
        ]

    def _push(self, tag: str, attributes: dict[str, str]) -> None:
        around = self._open[-1]
        role = "" if tag in _NOT_TEXT else role_of(tag, attributes)
        place, shell = self._within(role, around)
        if tag == "blockquote" and place == "quoted":
            self._shells.quoting(around.shell, len(self._drawn))
        look = looked(around.look, tag, attributes, self._page)
        if (place, shell) != (around.place, around.shell):
            self._break()
        self._open.append(_Open(tag, place, shell, look, around.dropped or tag in _NOT_TEXT))
        self._count[tag] = self._count.get(tag, 0) + 1

    def _within(self, role: Role, around: _Open) -> tuple[Place, int]:
        """Whose the text of an element of that role is, and in which shell."""
        if role in ("rest", "quoted", "shell", "signed"):
            self.contained = True
        if role == "rest":
            self._rest = self._rest or around.place != "quoted"
        if around.place == "quoted" or role in ("", "indent"):
            return around.place, around.shell
        if role == "shell":
            return "own", self._shells.opened(around.shell)
        return "signed" if role == "signed" else "quoted", around.shell

    def _pop(self) -> str:
        closed = self._open.pop()
        self._count[closed.tag] -= 1
        around = self._open[-1]
        if (closed.place, closed.shell) != (around.place, around.shell):
            self._break()
        return closed.tag

    def _end_what_ends_by_itself(self, tag: str) -> None:
        """A paragraph, item or cell whose end tag was left out ends where the next begins."""
        top = self._open[-1].tag
        if (top == "p" and tag in _BLOCKS) or (top == tag == "li") or (top in _CELLS and tag in _CELLS):
            self.handle_endtag(top)
        elif tag == "tr" and top in ("td", "th", "tr"):
            self.handle_endtag("tr")

    def _void(self, tag: str, attributes: dict[str, str]) -> None:
        if role_of(tag, attributes) == "rest":
            self._rest = self.contained = True
        if tag == "br":
            self._break(hard=True)
        named = attributes.get("data-emoji") or attributes.get("alt", "")
        if tag == "img" and _PICTURED.fullmatch(named):
            self.handle_data(named)

    def _mark(self, tag: str) -> None:
        """What is drawn in front of the text of an element: bullets, numbers, quotes, the room between cells."""
        if tag in _LISTS:
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li" and self._lists:
            self._lists[-1] += self._lists[-1] >= 0
            self.handle_data(f"{self._lists[-1]}. " if self._lists[-1] > 0 else "- ")
        elif tag in _CELLS:
            self.handle_data(" ")
        elif tag == "q":
            self.handle_data("\u201c")

    def _write(self, text: str) -> None:
        top = self._open[-1]
        place: Place = "rest" if self._rest else top.place
        if self._fresh or self._drawn[-1].place != place:
            self._drawn.append(Drawn(place, top.shell))
            self._fresh = False
        last = self._drawn[-1]
        last.pieces.append(text)
        last.blank = last.blank and not text.strip()

    def _break(self, *, hard: bool = False, spaced: bool = False) -> None:
        """The line ends. A `<br>` on an empty line makes it a blank one; so does the room around a paragraph."""
        empty = self._fresh or self._drawn[-1].blank
        if (hard and self._fresh) or (spaced and not empty):
            self._fresh = True
            self._write("")
        self._fresh = True
