"""Block Kit on the demo page: each block and element as Slack draws it, mrkdwn and Markdown, and nothing as markup."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Window

MARKUP = "<img src=x onerror=alert(1)>"
ELSEWHERE = 'target="_blank" rel="noopener noreferrer"'
# What is written, and the HTML it becomes.
MRKDWN = {
    "*bold* _italic_ ~gone~ `code`": "<b>bold</b> <i>italic</i> <s>gone</s> <code>code</code>",
    "2*3*4 and snake_case_name": "2*3*4 and snake_case_name",
    "&lt;b&gt; &amp;amp;": "&lt;b&gt; &amp;amp;",
    MARKUP: "<span>img src=x onerror=alert(1)</span>",
    "hi <@U1> and <@U2>": 'hi <span class="mention mine">@ana</span> and <span class="mention">@bo</span>',
    "<!channel>": '<span class="mention mine">@channel</span>',
    "<https://a.test/?q=1&amp;r=2|*here*>": f'<a href="https://a.test/?q=1&amp;r=2" {ELSEWHERE}>*here*</a>',
    "<javascript:alert(1)|here>": "<span>here</span>",
    "&gt; quoted\nafter": "<blockquote>quoted</blockquote>after",
    "```\n*raw*\n```": "<pre>*raw*</pre>",
    "`*raw* &lt;i&gt;`": "<code>*raw* &lt;i&gt;</code>",
    "\ue000*a*": "\ufffd<b>a</b>",
}
MARKDOWN = {
    "# Title\nand **bold** *it*": '<p class="heading">Title</p><p>and <b>bold</b> <i>it</i></p>',
    "- one\n- two": "<ul><li>one</li><li>two</li></ul>",
    "3. three\n4. four": '<ol start="3"><li>three</li><li>four</li></ol>',
    "> said": "<blockquote><p>said</p></blockquote>",
    "```py\n<b>\n```": "<pre>&lt;b&gt;</pre>",
    "\\*not bold\\* \\<img\\>": "<p>*not bold* &lt;img&gt;</p>",
    "[here](javascript:x)": "<p><span>here</span></p>",
    "---": "<hr>",
}
DRAW = """async ([blocks]) => {
  const { draw } = await import("/static/blockkit.js");
  const { field } = await import("/static/inputs.js");
  const names = { me: "U1", person: (id) => ({ U1: "ana", U2: "bo" })[id] || id, channel: (id) => id };
  const box = document.createElement("div");
  box.append(...draw(blocks, { names, press() {}, field: (block) => field(block, block.block_id) }));
  return box.innerHTML;
}"""


@pytest.fixture
async def page(window: Window) -> Page:
    """Any page of the demo's origin."""
    return await window.open(f"{window.demo}#inside")


async def drawn(page: Page, *blocks: dict[str, Any]) -> str:
    """The blocks as HTML."""
    html: str = await page.evaluate(DRAW, [[{"block_id": f"b{at}", **one} for at, one in enumerate(blocks)]])
    return html


def plain(text: str) -> dict[str, str]:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def option(text: str) -> dict[str, Any]:
    """An option whose value is its text."""
    return {"text": plain(text), "value": text}


async def test_mrkdwn(page: Page) -> None:
    texts = [{"type": "section", "text": {"type": "mrkdwn", "text": written}} for written in MRKDWN]
    assert await drawn(page, *texts) == "".join(f'<div class="bk-section">{shown}</div>' for shown in MRKDWN.values())


async def test_markdown(page: Page) -> None:
    texts = [{"type": "markdown", "text": written} for written in MARKDOWN]
    shown = "".join(f'<div class="bk-markdown">{shown}</div>' for shown in MARKDOWN.values())
    assert await drawn(page, *texts) == shown


async def test_blocks_of_a_message(page: Page) -> None:
    fields = [{"type": "mrkdwn", "text": "*A*"}, plain("*B*")]
    html = await drawn(
        page,
        {"type": "header", "text": plain(MARKUP)},
        {"type": "divider"},
        {"type": "section", "fields": fields},
        {"type": "context", "elements": [plain("small"), {"type": "image", "image_url": "http://x", "alt_text": "A"}]},
        {"type": "future"},
    )
    assert html == (
        '<h4 class="bk-header">&lt;img src=x onerror=alert(1)&gt;</h4><hr>'
        '<div class="bk-section"><div class="bk-fields"><div><b>A</b></div><div>*B*</div></div></div>'
        '<div class="bk-context"><div>small</div><span class="quiet">(image: A)</span></div>'
        '<p class="quiet">(a block of type future)</p>'
    )


async def test_buttons_and_menus(page: Page) -> None:
    html = await drawn(
        page,
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "a", "text": plain("Deny")},
                {"type": "button", "action_id": "b", "text": plain("Go"), "style": "primary"},
                {"type": "button", "action_id": "c", "text": plain("X"), "style": "danger", "accessibility_label": "L"},
                {"type": "static_select", "action_id": "d", "options": [option("one")]},
            ],
        },
    )
    assert html == (
        '<div class="bk-actions"><button class="bk-button " type="button">Deny</button>'
        '<button class="bk-button primary" type="button">Go</button>'
        '<button class="bk-button danger" aria-label="L" type="button">X</button>'
        '<select aria-label="Choose"><option value="">Choose</option><option value="one">one</option></select></div>'
    )


async def test_inputs_have_labels_and_what_they_begin_with(page: Page) -> None:
    asked = {
        "Words": {"type": "plain_text_input", "initial_value": MARKUP},
        "Lines": {"type": "plain_text_input", "multiline": True, "initial_value": "a\nb"},
        "Number": {"type": "number_input", "is_decimal_allowed": False, "initial_value": "3"},
        "Day": {"type": "datepicker", "initial_date": "2026-01-02"},
        "One": {"type": "static_select", "options": [option("a"), option("b")], "initial_option": option("b")},
        "Many": {
            "type": "multi_static_select",
            "options": [option("a"), option("b")],
            "initial_options": [option("b")],
        },
    }
    blocks = [{"type": "input", "block_id": name, "label": plain(name), "element": e} for name, e in asked.items()]
    await page.evaluate(
        """async ([blocks]) => {
          const { field } = await import("/static/inputs.js");
          const form = document.createElement("form");
          form.id = "tried";
          form.append(...blocks.map((block) => field(block, `${block.block_id}/value`)));
          document.body.append(form);
        }""",
        [blocks],
    )
    form = page.locator("#tried")
    for name in ("Words", "Lines", "Number", "Day", "One"):
        assert await form.get_by_label(name, exact=True).count() == 1
    assert await form.get_by_role("group", name="Many").get_by_role("checkbox").count() == 2
    entered = await page.evaluate(
        'import("/static/inputs.js").then(({ entries }) => entries(document.querySelector("#tried")))'
    )
    assert entered == {
        "Words/value": MARKUP,
        "Lines/value": "a\nb",
        "Number/value": "3",
        "Day/value": "2026-01-02",
        "One/value": "b",
        "Many/value": ["b"],
    }
