"""Text for Slack: what is not ours is escaped, and an agent's Markdown is written anew with nothing hidden in it.

Slack reads `<...>` as a control sequence wherever it stands, code included: `<!channel>` pages everybody, and
`<https://evil.example|bank.example>` hides where a link goes. So `&`, `<` and `>` of others never reach it bare.
"""

from __future__ import annotations

import re

from adapters import markdown as writer
from adapters.markdown import Dialect, marks
from adapters.text import visible

_MARKUP = re.compile(r"[\\`*~\[\]]|(?<=\])\(|(?<!\w)_|_(?!\w)")
_LINE_START = re.compile(r"^(\s*)(?:([#+-]|=+\s*$)|(\d+)([.)]))", re.MULTILINE)
_BACKSLASH = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\\([\\`*~\[\]()_#+=.-])", re.DOTALL)


def escape(text: str) -> str:
    """The text with the three characters Slack would obey made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(value: str) -> str:
    """A value as mrkdwn that shows it letter by letter; what would end the code is spelled out, and what is hidden."""
    if not value:
        return "(empty)"
    shown = escape(visible(value))
    if "\n" not in value and "`" not in value:
        return f"`{shown}`"
    spelled = shown.replace("```", "\\u{0060}" * 3)
    return f"```\n{spelled}\n```"


def top_level(markdown: str) -> tuple[str, ...]:
    """The sources of the paragraphs, lists, code blocks and so on that the Markdown consists of."""
    return writer.top_level(markdown)


def inert(markdown: str) -> str:
    """The Markdown written anew: it looks the same, calls nobody, and every target can be seen. Total."""
    return writer.inert(markdown, _SLACK)


def quoted(markdown: str) -> str:
    """The Markdown written anew as a quotation: no line of it can pass for ours."""
    return writer.quoted(markdown, _SLACK)


def bare(inert_markdown: str) -> str:
    """The same words without the backslashes, which mrkdwn does not know; those within code stay."""
    return _BACKSLASH.sub(lambda match: match[2] or match[0], inert_markdown)


def _literal(text: str) -> str:
    """Text that is markup to nobody; once more made visible, since Markdown has names for hidden characters too."""
    return _MARKUP.sub(r"\\\g<0>", escape(visible(text)))


def _starts(paragraph: str) -> str:
    return _LINE_START.sub(_literal_start, paragraph)


def _literal_start(match: re.Match[str]) -> str:
    space, mark, number, dot = match.groups()
    return f"{space}\\{mark}" if mark else f"{space}{number}\\{dot}"


def _code_span(content: str) -> str:
    around = marks(content, least=1)
    padding = " " if content.startswith("`") or content.endswith("`") else ""
    return f"{around}{padding}{escape(content)}{padding}{around}"


def _fence(content: str, language: str) -> str:
    around = marks(content, least=3)
    return f"{around}{language}\n{escape(content)}\n{around}"


def _heading(level: int, words: str) -> str:
    return f"{'#' * level} {words}"


_SLACK = Dialect(literal=_literal, starts=_starts, code=_code_span, fence=_fence, heading=_heading, target=_literal)
