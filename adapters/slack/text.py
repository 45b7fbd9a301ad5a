"""Text for Slack: what is not ours is escaped, and an agent's Markdown is written anew with nothing hidden in it.

Slack reads `<...>` as a control sequence wherever it stands, code included: `<!channel>` pages everybody, and
`<https://evil.example|bank.example>` hides where a link goes. So `&`, `<` and `>` of others never reach it bare.
Markdown is parsed and written again: a link becomes its words with the target behind them, a picture the same, and
HTML is text.
"""

from __future__ import annotations

import re
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from adapters.text import visible

# Without reference links: their targets stand far away from their words, and would be lost where a text is split.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").disable("reference")
_MARKUP = re.compile(r"[\\`*~\[\]]|(?<=\])\(|(?<!\w)_|_(?!\w)")
_LINE_START = re.compile(r"^(\s*)(?:([#+-]|=+\s*$)|(\d+)([.)]))", re.MULTILINE)
_BACKSLASH = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\\([\\`*~\[\]()_#+=.-])", re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z0-9+#-]{1,20}")
_AROUND = {"strong": "**", "em": "_", "s": "~~"}


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
    lines = markdown.split("\n")
    tokens = _MARKDOWN.parse(markdown)
    starts = [token.map[0] for token in tokens if token.map and token.level == 0 and token.nesting >= 0]
    return tuple("\n".join(lines[start:end]).rstrip("\n") for start, end in pairwise((*starts, len(lines))))


def inert(markdown: str) -> str:
    """The Markdown written anew: it looks the same, calls nobody, and every target can be seen. Total."""
    tree = SyntaxTreeNode(_MARKDOWN.parse(visible(markdown.replace("\r\n", "\n"))))
    return _stack(tree)


def quoted(markdown: str) -> str:
    """The Markdown written anew as a quotation: no line of it can pass for ours."""
    return _indent(inert(markdown), "> ", "> ")


def bare(inert_markdown: str) -> str:
    """The same words without the backslashes, which mrkdwn does not know; those within code stay."""
    return _BACKSLASH.sub(lambda match: match[2] or match[0], inert_markdown)


def _stack(node: SyntaxTreeNode, gap: str = "\n\n") -> str:
    return gap.join(_block(child) for child in node.children)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "heading":
            return f"{'#' * int(node.tag[1:])} {_inline(node).replace(chr(10), ' ')}"
        case "paragraph":
            return _LINE_START.sub(_literal_start, _inline(node))
        case "blockquote":
            return _indent(_stack(node), "> ", "> ")
        case "bullet_list":
            return "\n".join(_item(item, "- ") for item in node.children)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return "\n".join(_item(item, f"{number}. ") for number, item in enumerate(node.children, first))
        case "fence" | "code_block":
            return _fence(node)
        case "hr":
            return "---"
        case _:
            return _inline(node)


def _item(node: SyntaxTreeNode, mark: str) -> str:
    tight = all(child.hidden for child in node.children if child.type == "paragraph")
    return _indent(_stack(node, "\n" if tight else "\n\n"), mark, " " * len(mark))


def _indent(text: str, first: str, others: str) -> str:
    opening, *rest = text.split("\n")
    return "\n".join((first + opening, *(others + line if line else others.rstrip() for line in rest)))


def _fence(node: SyntaxTreeNode) -> str:
    marks = _marks(node.content, least=3)
    language = node.info if _LANGUAGE.fullmatch(node.info) else ""
    return f"{marks}{language}\n{escape(node.content.rstrip(chr(10)))}\n{marks}"


def _inline(node: SyntaxTreeNode) -> str:
    return "".join(_span(child) for child in node.children)


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return _literal(node.content)
        case "softbreak":
            return "\n"
        case "hardbreak":
            return "  \n"
        case "code_inline":
            return _code_span(node.content)
        case "strong" | "em" | "s":
            return f"{_AROUND[node.type]}{_inline(node)}{_AROUND[node.type]}"
        case "link":
            return _target(_inline(node), str(node.attrs["href"]))
        case "image":
            return _target(_inline(node), str(node.attrs["src"]))
        case _:
            return _inline(node) or _literal(node.content)


def _target(words: str, target: str) -> str:
    shown = _literal(target)
    return shown if words in (shown, "") else f"{words} ({shown})"


def _literal(text: str) -> str:
    """Text that is markup to nobody; once more made visible, since Markdown has names for hidden characters too."""
    return _MARKUP.sub(r"\\\g<0>", escape(visible(text)))


def _literal_start(match: re.Match[str]) -> str:
    space, mark, number, dot = match.groups()
    return f"{space}\\{mark}" if mark else f"{space}{number}\\{dot}"


def _code_span(content: str) -> str:
    marks = _marks(content, least=1)
    padding = " " if content.startswith("`") or content.endswith("`") else ""
    return f"{marks}{padding}{escape(content)}{padding}{marks}"


def _marks(content: str, least: int) -> str:
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    return "`" * max(least, longest + 1)
