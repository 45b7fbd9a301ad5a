"""Seen: whether a person sees the text of an element: its styles, with those of the page for its tag, class and id.

In doubt it is not seen: words that a person cannot see are not taken for theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from adapters.email.text.colours import WHITE, Colour, close, colour, first_colour

Declarations = dict[str, str]

_MAX_CSS = 100_000
_MAX_RULES = 2_000
_RULE = re.compile(r"([^{}@;]{1,500})\{([^{}]{0,2000})\}")
_CONDITION = re.compile(r"@[\w-]+[^{};]{0,300}(;|\{)")
_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"(?:([a-z][a-z0-9]*)|\*)?([.#])?([\w-]+)?$", re.IGNORECASE)
_LENGTH = re.compile(r"^(-?[\d.]{1,10})\s*(px|pt|em|rem|ex|ch|vw|vh|in|cm|mm|%)?$")
_PIXELS = {"px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "in": 96.0, "cm": 38.0, "mm": 3.8}
_TELLING = frozenset(("a", "s", "strike", "del", "pre", "textarea", "font", "body"))  # Looks follow from these alone.
_TINY = 3.0  # Pixels: letters below that are not read by anybody.
_AWAY = -90.0
_NO_ROOM = 2.0
_CLIPPED = re.compile(r"rect\(\s*(?:0|1px)[^)]*\)|inset\(\s*(?:50|100)%|circle\(0")
_MOVED = re.compile(r"translate[xy]?\(\s*-\d{3,}|scale[xy]?\(\s*0(?:\.0\d*)?\s*[),]")


@dataclass(frozen=True, slots=True)
class Look:
    """What an element hands on to those within it."""

    shown: bool = True
    struck: bool = False
    pre: bool = False
    size: float = 16.0
    letters: Colour = (0, 0, 0)
    ground: Colour = WHITE

    @property
    def seen(self) -> bool:
        """Whether its text is seen, and not crossed out."""
        return self.shown and not self.struck and self.size >= _TINY and not close(self.letters, self.ground)


def rules(css: str) -> dict[str, Declarations]:
    """The style rules of a page for single tags, `.classes` and `#ids`; those under conditions are left out."""
    found: dict[str, Declarations] = {}
    for number, rule in enumerate(_RULE.finditer(_unconditional(_bare(css[:_MAX_CSS])))):
        if number >= _MAX_RULES:
            break
        for selector in rule[1].split(","):
            if name := _name(selector):
                found.setdefault(name, {}).update(declarations(rule[2]))
    return found


def _bare(css: str) -> str:
    """Without comments, and without the marks that hid styles from old programs."""
    first, *rest = css.replace("<!--", " ").replace("-->", " ").split("/*")
    return first + " ".join(piece.partition("*/")[2] for piece in rest)


def _name(selector: str) -> str:
    """The last tag, class or id of a selector that names one: `.a`, `#b` or `p`; empty for others."""
    last = (selector.split() or [""])[-1]
    match = _SIMPLE.match(last)
    if not match:
        return ""
    tag, mark, name = match.groups()
    return f"{mark}{name}" if mark and name else (tag or "").lower() + (name or "").lower()


def _unconditional(css: str) -> str:
    """The style sheet without `@media` and the like: what holds only on some screens hides nothing."""
    kept, position = [], 0
    for found in _CONDITION.finditer(css):
        if found.start() < position:
            continue
        kept.append(css[position : found.start()])
        position = found.end() if found[1] == ";" else _closing(css, found.end())
    return "".join([*kept, css[position:]])


def _closing(css: str, start: int) -> int:
    depth = 1
    for brace in _BRACE.finditer(css, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.end()
    return len(css)


def declarations(style: str) -> Declarations:
    """Names and values of a style, in lower case; the last of a name holds, unless one before is important."""
    found: Declarations = {}
    for piece in style.lower()[:4000].split(";"):
        name, colon, given = piece.partition(":")
        name, value = name.strip(), given.replace("!important", "").strip()
        if colon and ("!important" in given or not found.get(f"{name}!")):
            found[name] = value
            if "!important" in given:
                found[f"{name}!"] = value
    return found


def looked(look: Look, tag: str, attributes: Mapping[str, str], page: Mapping[str, Declarations]) -> Look:
    """How an element looks within one that looks so."""
    if not attributes and tag not in page and tag not in _TELLING:
        return look
    style = _style(tag, attributes, page)
    return replace(
        look,
        shown=look.shown and not any(_hidden(style, attributes)),
        struck=look.struck or tag in ("s", "strike", "del") or "line-through" in _text_decoration(style),
        pre=_pre(look, tag, style),
        size=_size(look, style),
        letters=_letters(look, tag, attributes, style),
        ground=_ground(look, attributes, style),
    )


def _style(tag: str, attributes: Mapping[str, str], page: Mapping[str, Declarations]) -> Declarations:
    """The declarations that hold for an element: of tag, classes and id, then its own; important ones before all."""
    names = [tag, *(f".{name}" for name in attributes.get("class", "").split()[:20])]
    style: Declarations = {}
    for name in (*names, f"#{attributes.get('id', '')}"):
        style.update(page.get(name, {}))
    important = {name[:-1]: value for name, value in style.items() if name.endswith("!")}
    return {**style, **declarations(attributes.get("style", "")), **important}


def _hidden(style: Declarations, attributes: Mapping[str, str]) -> Iterator[bool]:
    """Every way to hide an element, whatever its colours."""
    get = style.get
    yield "hidden" in attributes or attributes.get("aria-hidden", "").lower() == "true"
    yield get("display") == "none" or get("visibility") in ("hidden", "collapse") or get("mso-hide") == "all"
    yield _number(get("opacity", "1")) <= 0.1 or "opacity=0)" in get("filter", "") or "opacity(0" in get("filter", "")
    yield _pixels(get("max-height", "")) <= 0 or _pixels(get("max-width", "")) <= 0
    yield _pixels(get("line-height", "")) <= 1 and not get("line-height", "1").replace(".", "").isdigit()
    yield get("line-height") == "0"
    yield _clips(style) and any(
        _pixels(get(name, "")) <= _NO_ROOM for name in ("height", "width", "max-height", "max-width")
    )
    yield any(_pixels(get(name, "")) <= _AWAY for name in ("text-indent", "margin-left", "margin-top"))
    yield get("position") in ("absolute", "fixed", "relative") and any(
        _pixels(get(side, "")) <= _AWAY for side in ("left", "top", "right", "bottom")
    )
    yield bool(_CLIPPED.search(get("clip", "") + get("clip-path", "")) or _MOVED.search(get("transform", "")))


def _clips(style: Declarations) -> bool:
    return any("hidden" in style.get(name, "") for name in ("overflow", "overflow-x", "overflow-y"))


def _text_decoration(style: Declarations) -> str:
    return style.get("text-decoration", "") + style.get("text-decoration-line", "")


def _pre(look: Look, tag: str, style: Declarations) -> bool:
    space = style.get("white-space", "")
    return space.startswith("pre") or space == "break-spaces" if space else look.pre or tag in ("pre", "textarea")


def _size(look: Look, style: Declarations) -> float:
    """In pixels; percents and ems are of what is around."""
    given = style.get("font-size", "")
    match = _LENGTH.match(given)
    if not match:
        return look.size if not given else max(look.size, 12.0) if given[0].isalpha() else look.size
    if match[2] in ("%", "em"):
        return look.size * _number(match[1]) / (100 if match[2] == "%" else 1)
    return _pixels(given)


def _letters(look: Look, tag: str, attributes: Mapping[str, str], style: Declarations) -> Colour:
    """The colour of its letters; transparent ones have that of their ground."""
    given = style.get("-webkit-text-fill-color") or style.get("color") or ""
    given = given or (
        attributes.get("color", "") if tag == "font" else attributes.get("text", "") if tag == "body" else ""
    )
    if tag == "a" and not given:
        return (0, 0, 238)
    found = colour(given)
    return look.letters if found is None else _ground(look, attributes, style) if found == "transparent" else found


def _ground(look: Look, attributes: Mapping[str, str], style: Declarations) -> Colour:
    given = style.get("background-color") or style.get("background") or attributes.get("bgcolor", "")
    found = first_colour(given)
    return look.ground if found is None or found == "transparent" else found


def _pixels(length: str) -> float:
    """A length in pixels; endless if it is none, since only short ones hide."""
    match = _LENGTH.match(length)
    return _number(match[1]) * _PIXELS.get(match[2] or "px", 16.0) if match else float("inf")


def _number(written: str) -> float:
    try:
        return float(written.rstrip("%")) / (100 if written.endswith("%") else 1)
    except ValueError:
        return float("inf")
