"""What others write to have Slack do something for them: pages, mentions, links that lie, text nobody sees."""

from __future__ import annotations

import re

from pydantic import JsonValue

from tests.unit.adapters.slack.shown import strings

MENTIONS = (
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<@U1>",
    "<!subteam^S1>",
    "<!subteam^S1|@ops>",
    "<#C1>",
    "<#C1|ops>",
)
DATES = ("<!date^1392734382^{date}^https://evil.example|today>",)
LIES = ("<https://evil.example|https://bank.example>", "<mailto:evil@evil.example|bank>", "<https://evil.example>")
HIDDEN = ("pay\u202enow", "a\u200bb", "\u2066x\u2069", "tag\U000e0041", "soft\u00adhyphen")
ESCAPED = ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "&#60;!channel&#62;", "&#x3c;@U1&#x3e;", "&LT;!here&GT;")
CORE = (*MENTIONS, *DATES, *LIES, *HIDDEN, *ESCAPED)
MARKDOWN = (
    *(f"`{text}`" for text in CORE),
    *(f"``x ` {text}``" for text in CORE),
    *(f"```\n{text}\n```" for text in CORE),
    *(f"~~~\n{text}" for text in MENTIONS),
    *(f"    {text}" for text in MENTIONS),
    *(f"- a\n  - `{text}`\n    > {text}" for text in MENTIONS),
    *(f"[{text}](https://evil.example)" for text in CORE),
    *(f"# {text}\n\n| {text} |\n|---|\n| {text} |" for text in MENTIONS),
    *(f"\\{text} <b>{text}</b> <!-- {text} -->" for text in MENTIONS),
    "```<!channel>\nx\n```",
    "``` `` <!here> ``` <!here>",
    "[a <!here>](https://x.example/<!here>)",
    "![<!here>](https://evil.example/a.png '<!here>')",
    "&#x202E;reversed&#x200B;",
)
CORPUS = (*CORE, *MARKDOWN)

OBEYED = re.compile(r"<[^>]*>?")
OURS = re.compile(r"<https://holdpoint\.example\.test/d/abc\.def\|[A-Za-z ]+>")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\U000e0000-\U000e0fff]")


def obeyed(shown: JsonValue) -> list[str]:
    """What Slack would take for a control sequence in it, besides our own link to the page."""
    return [found for text in strings(shown) for found in OBEYED.findall(OURS.sub("", text))]


def unseen(shown: JsonValue) -> list[str]:
    """The characters in it that nobody sees."""
    return [found for text in strings(shown) for found in UNSEEN.findall(text)]
