"""Text for Discord: an agent's Markdown written anew with nothing hidden in it, and values shown letter by letter.

Discord's Markdown hides what others write behind `||` and behind the words of a link, and calls people by `<@id>` and
`@everyone`: where somebody else's text has such, it is shown and does nothing. Unlike elsewhere, a code block ends at
the first three backticks, however many began it; so what is in code never has so many. Targets stand in `<` and `>`,
so that no picture of the page behind them appears.
"""

from __future__ import annotations

import re

from adapters import markdown as writer
from adapters.markdown import Dialect
from adapters.text import visible

BACKTICK = "\\u{0060}"
_MARKUP = re.compile(r"[\\`*~\[\]_|<@]")
_LINE_START = re.compile(r"^(\s*)(?:([#+>-])|(\d+)([.)]))", re.MULTILINE)
_OPEN = r"https?://[^\s\\`|\[\]<>\"*]"
_URL = re.compile(rf"({_OPEN}*[^\s\\`|\[\]<>\"*.,:;!?')])", re.IGNORECASE)
_TARGET = re.compile(rf"{_OPEN}+", re.IGNORECASE)
_DEEPEST = 3
_COLOURED = {"ansi"}


def literal(text: str) -> str:
    """Text that is markup to nobody, wherever it stands but at a line's start; addresses of the web stay links."""
    parts = _URL.split(visible(text))
    return "".join(f"<{part}>" if number % 2 else _MARKUP.sub(r"\\\g<0>", part) for number, part in enumerate(parts))


def words(text: str) -> str:
    """A paragraph of ours, in which somebody else's words may stand: markup to nobody at all."""
    return _starts(literal(text))


def code(value: str) -> str:
    """A value letter by letter; what would end the code is spelled out, and what is hidden."""
    if not value:
        return "(empty)"
    shown = visible(value)
    return f"`{shown}`" if "\n" not in shown and "`" not in shown else _fence(shown, "")


def inert(markdown: str) -> str:
    """The Markdown written anew: it looks the same, calls nobody, and every target can be seen. Total."""
    return writer.inert(markdown, _DISCORD)


def quoted(markdown: str) -> str:
    """The Markdown written anew as a quotation: no line of it can pass for ours."""
    return writer.quoted(markdown, _DISCORD)


def _starts(paragraph: str) -> str:
    return _LINE_START.sub(_literal_start, paragraph)


def _literal_start(match: re.Match[str]) -> str:
    space, mark, number, dot = match.groups()
    return f"{space}\\{mark}" if mark else f"{space}{number}\\{dot}"


def _code_span(content: str) -> str:
    if "`" not in content:
        return f"`{content}`"
    spelled = _spelled(content, least=2)
    return f"`` {spelled} ``"


def _fence(content: str, language: str) -> str:
    # What is empty would be no code block.
    shown = _spelled(content, least=3) if content.strip() else "(empty)"
    return f"```{'' if language.lower() in _COLOURED else language}\n{shown}\n```"


def _spelled(content: str, least: int) -> str:
    """The content with every run of so many backticks spelled out."""
    return re.sub(f"`{{{least},}}", lambda run: BACKTICK * len(run[0]), content)


def _heading(level: int, words: str) -> str:
    return f"{'#' * level} {words}" if level <= _DEEPEST else f"**{words}**"


def _target(href: str) -> str:
    return f"<{href}>" if _TARGET.fullmatch(href) else literal(href) or "(nowhere)"


_DISCORD = Dialect(
    literal=literal,
    starts=_starts,
    code=_code_span,
    fence=_fence,
    heading=_heading,
    target=_target,
    blank="> ",
    breaks="\n",
)
