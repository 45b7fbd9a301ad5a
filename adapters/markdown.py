"""Markdown of others, written anew with nothing hidden in it: a link becomes its words with the target behind them.

It is parsed, and each channel writes what was found in its own way: a `Dialect`. A picture is written as a link is, and
HTML is text. Only links, never a definition of one elsewhere in the text, are read as links: what was defined far away
would be lost where a text is split. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from adapters.text import visible

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").disable("reference")
_LANGUAGE = re.compile(r"[A-Za-z0-9+#-]{1,20}")
_AROUND = {"strong": "**", "em": "_", "s": "~~"}


@dataclass(frozen=True)
class Dialect:
    """How one platform writes what all of them have.

    `literal` makes text that is markup to nobody, `starts` makes what a paragraph's lines begin with no markup either.
    `code` is given what is shown letter by letter, `fence` the same and a language, which may be empty. `heading` is
    given its level and its words, written already. `target` shows where a link leads. `blank` is an empty line within
    a quotation, `breaks` a line's end that is to be kept.
    """

    literal: Callable[[str], str]
    starts: Callable[[str], str]
    code: Callable[[str], str]
    fence: Callable[[str, str], str]
    heading: Callable[[int, str], str]
    target: Callable[[str], str]
    blank: str = ">"
    breaks: str = "  \n"


def top_level(markdown: str) -> tuple[str, ...]:
    """The sources of the paragraphs, lists, code blocks and so on that the Markdown consists of."""
    lines = markdown.split("\n")
    tokens = _MARKDOWN.parse(markdown)
    starts = [token.map[0] for token in tokens if token.map and token.level == 0 and token.nesting >= 0]
    return tuple("\n".join(lines[start:end]).rstrip("\n") for start, end in pairwise((*starts, len(lines))))


def inert(markdown: str, dialect: Dialect) -> str:
    """The Markdown written anew: it looks the same, calls nobody, and every target can be seen. Total."""
    tree = SyntaxTreeNode(_MARKDOWN.parse(visible(markdown.replace("\r\n", "\n"))))
    return _stack(tree, dialect)


def quoted(markdown: str, dialect: Dialect) -> str:
    """The Markdown written anew as a quotation: no line of it can pass for ours."""
    return _quote(inert(markdown, dialect), dialect)


def marks(content: str, least: int) -> str:
    """As many backticks, `least` or more, as enclose the content where only as many of them end it."""
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    return "`" * max(least, longest + 1)


def _stack(node: SyntaxTreeNode, dialect: Dialect, gap: str = "\n\n") -> str:
    return gap.join(_block(child, dialect) for child in node.children)


def _block(node: SyntaxTreeNode, dialect: Dialect) -> str:
    match node.type:
        case "heading":
            return dialect.heading(int(node.tag[1:]), _inline(node, dialect).replace("\n", " "))
        case "paragraph":
            return dialect.starts(_inline(node, dialect))
        case "blockquote":
            return _quote(_stack(node, dialect), dialect)
        case "bullet_list":
            return "\n".join(_item(item, "- ", dialect) for item in node.children)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return "\n".join(_item(item, f"{number}. ", dialect) for number, item in enumerate(node.children, first))
        case "fence" | "code_block":
            language = node.info if _LANGUAGE.fullmatch(node.info) else ""
            return dialect.fence(node.content.rstrip("\n"), language)
        case "hr":
            return "---"
        case _:
            return _inline(node, dialect)


def _item(node: SyntaxTreeNode, mark: str, dialect: Dialect) -> str:
    tight = all(child.hidden for child in node.children if child.type == "paragraph")
    return _indent(_stack(node, dialect, "\n" if tight else "\n\n"), mark, " " * len(mark), "")


def _quote(text: str, dialect: Dialect) -> str:
    return _indent(text, "> ", "> ", dialect.blank)


def _indent(text: str, first: str, others: str, blank: str) -> str:
    opening, *rest = text.split("\n")
    return "\n".join((first + opening, *(others + line if line else blank for line in rest)))


def _inline(node: SyntaxTreeNode, dialect: Dialect) -> str:
    return "".join(_span(child, dialect) for child in node.children)


def _span(node: SyntaxTreeNode, dialect: Dialect) -> str:
    match node.type:
        case "text":
            return dialect.literal(node.content)
        case "softbreak":
            return "\n"
        case "hardbreak":
            return dialect.breaks
        case "code_inline":
            return dialect.code(node.content)
        case "strong" | "em" | "s":
            return f"{_AROUND[node.type]}{_inline(node, dialect)}{_AROUND[node.type]}"
        case "link":
            return _link(_inline(node, dialect), str(node.attrs["href"]), dialect)
        case "image":
            return _link(_inline(node, dialect), str(node.attrs["src"]), dialect)
        case _:
            return _inline(node, dialect) or dialect.literal(node.content)


def _link(words: str, target: str, dialect: Dialect) -> str:
    shown = dialect.target(target)
    return shown if words in (shown, dialect.literal(target), "") else f"{words} ({shown})"
