"""Blocks: what is said to people, as a short list of pieces that each channel draws its own way; here, as plain text.

Blocks carry facts, never markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.text import visible


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph of ours."""

    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """What the agent says: Markdown, untrusted."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """What others say where we speak: Markdown, untrusted, and drawn so that no line of it can pass for ours."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, in order; values are exact."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """How to answer: lines to type, and a page to open. Without lines no words decide, and the page has its code.

    `also` are more lines to type, for what is neither yes nor no.
    """

    lines: tuple[str, ...]
    url: str
    code: str = ""
    also: tuple[str, ...] = ()


Block = Words | Prose | Quoted | Facts | Answer

BY_WORDS = "To decide, answer with one of these as the first line:"
ALSO = "Neither yes nor no? Begin with {}."
ONLY_BY_LINK = "This cannot be decided by an answer in words, only by the link."
CODE_ASKED = "The page asks for this code:"


def labelled(blocks: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    """Each block, and the words that introduce it if it is quoted: they go with every piece of it."""
    label = ""
    for block, after in zip(blocks, (*blocks[1:], None), strict=True):
        if isinstance(block, Words) and isinstance(after, Quoted):
            label = block.text
        else:
            yield label, block
            label = ""


def neither(block: Answer) -> str:
    """How to answer otherwise than by yes or no, on one line; empty if there is no such way."""
    return ALSO.format(", or ".join(block.also)) if block.also else ""


def plain(blocks: tuple[Block, ...]) -> str:
    """The blocks as plain text that stands alone."""
    return "\n\n".join(_plain(block) for block in blocks) + "\n"


def _plain(block: Block) -> str:
    match block:
        case Words():
            return block.text
        case Prose():
            return visible(block.text)
        case Quoted():
            return "\n".join(f"  | {line}".rstrip() for line in visible(block.text).split("\n"))
        case Facts():
            width = max(len(name) for name, _ in block.rows) + 1
            return "\n".join(f"  {name + ':':<{width}} {value}" for name, value in block.rows)
        case Answer(lines=()):
            return f"{ONLY_BY_LINK}\n\n{block.url}" + (f"\n\n{CODE_ASKED} {block.code}" if block.code else "")
        case Answer():
            typed = "\n".join(f"  {line}" for line in block.lines)
            also = f"\n\n{neither(block)}" if block.also else ""
            return f"{BY_WORDS}\n\n{typed}\n\nor open: {block.url}{also}"
