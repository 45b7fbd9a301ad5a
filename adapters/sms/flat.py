"""Flat: an agent's Markdown as lines of plain text, with nothing hidden: a link's target stands behind its words.

Text messages know no markup; stars and backticks would only cost. HTML is text.
"""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from adapters.sms.fold import fold
from adapters.text import visible

# Without reference links: their targets stand far away from their words.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").disable("reference")


def flat(markdown: str) -> tuple[str, ...]:
    """The lines of a text. Total: whatever the text is, something is returned."""
    tree = SyntaxTreeNode(_MARKDOWN.parse(visible(markdown.replace("\r\n", "\n"))))
    return tuple(_stack(tree)) or ("(no text)",)


def _stack(node: SyntaxTreeNode) -> Iterator[str]:
    for child in node.children:
        yield from _block(child)


def _block(node: SyntaxTreeNode) -> Iterator[str]:
    match node.type:
        case "bullet_list":
            for item in node.children:
                yield from _item(item, "- ")
        case "ordered_list":
            for number, item in enumerate(node.children, int(node.attrs.get("start", 1))):
                yield from _item(item, f"{number}. ")
        case "blockquote":
            yield from (f"> {line}" for line in _stack(node))
        case "fence" | "code_block":
            # Code is meant as it is written: nothing in it is folded.
            yield from visible(node.content).rstrip("\n").split("\n")
        case "hr":
            yield "---"
        case _:
            yield from _inline(node).split("\n")


def _item(node: SyntaxTreeNode, mark: str) -> Iterator[str]:
    for number, line in enumerate(_stack(node)):
        yield f"{' ' * len(mark) if number else mark}{line}"


def _inline(node: SyntaxTreeNode) -> str:
    return "".join(_span(child) for child in node.children)


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            # Once more made visible: Markdown has names for hidden characters too.
            return fold(visible(node.content))
        case "softbreak" | "hardbreak":
            return "\n"
        case "code_inline":
            return visible(node.content)
        case "link":
            return _target(_inline(node), visible(str(node.attrs["href"])))
        case "image":
            return _target(_inline(node), visible(str(node.attrs["src"])))
        case _:
            return _inline(node) or fold(visible(node.content))


def _target(words: str, target: str) -> str:
    return target if words in (target, "") else f"{words} ({target})"
