"""What others write to have Discord do something for them, and what Discord would do about it."""

from __future__ import annotations

import re

MENTIONS = (
    "@everyone",
    "@here",
    "<@42>",
    "<@!42>",
    "<@&7>",
    "<#8>",
    "</deploy:1>",
    "<t:1700000000:R>",
    "<a:wave:1>",
    "<id:guide>",
)
LIES = (
    "[bank](https://evil.example)",
    "[https://bank.example](https://evil.example)",
    "[bank](<https://evil.example>)",
    "![x](https://evil.example/a.png)",
    "[a\n\n[x]: https://evil.example",
    "![](<>)",
)
HIDDEN = ("||secret||", "pay\u202enow", "a\u200bb", "\u2066x\u2069", "tag\U000e0041", "soft\u00adhyphen")
CORE = (*MENTIONS, *LIES, *HIDDEN)
MARKDOWN = (
    *(f"`{text}`" for text in CORE),
    *(f"``x ` {text}``" for text in CORE),
    *(f"````\n{text} ``` {text}\n````" for text in CORE),
    *(f"```` ``` {text} ````" for text in CORE),
    *(f"~~~\n```\n{text}" for text in CORE),
    *(f"    ``` {text}" for text in MENTIONS),
    *(f"- a\n  - `{text}`\n    > {text}" for text in CORE),
    *(f"[{text}](https://evil.example)" for text in CORE),
    *(f"# {text}\n\n| {text} |\n|---|\n| {text} |" for text in MENTIONS),
    *(f"\\{text} <b>{text}</b> <!-- {text} -->" for text in CORE),
    *(f"https://x.example/{text} **{text}** _{text}_ ~~{text}~~" for text in CORE),
    "``` a `` [x](https://evil.example) <@42> ```",
    "``a`[x](https://evil.example)``![]()`b`",
    "&#x202E;reversed&#x200B; &#64;everyone &lt;@42&gt; &#96;&#96;&#96;",
    "https://x.example/|| https://y.example/||",
    "<https://evil.example/`>`||`",
)
CORPUS = (*CORE, *MARKDOWN)

# As Discord's client reads Markdown: three backticks begin a block that the next three end; else as many end a span as
# began it; a backslash makes punctuation plain; an address in `<` and `>` is a link that shows itself.
_CODE_BLOCK = re.compile(r"```(?:[a-z0-9_+\-.#]+?\n)?\n*[^\n][\s\S]*?\n*```", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(`+)[\s\S]*?[^`]\1(?!`)")
_ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")
_SHOWN_LINK = re.compile(r"<https?://[^\s<>|`@]+>|<https?://[^\s<>|`]+>")
_OBEYED = re.compile(r"<[@#/:a-z]|@(?:everyone|here)|\|\||\]\(|`{3}", re.IGNORECASE)
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\U000e0000-\U000e0fff]")


def plain(text: str) -> str:
    """What is left for Discord to obey in a text: without code, what is escaped, and links that show themselves."""
    left, at = [], 0
    while at < len(text):
        for rule in (_ESCAPED, _CODE_BLOCK, _CODE_SPAN, _SHOWN_LINK):
            if found := rule.match(text, at):
                left.append(" ")
                at = found.end()
                break
        else:
            left.append(text[at])
            at += 1
    return "".join(left)


def obeyed(text: str) -> list[str]:
    """What Discord would obey in it."""
    return _OBEYED.findall(plain(text))


def unseen(text: str) -> list[str]:
    """The characters in it that nobody sees."""
    return UNSEEN.findall(text)
