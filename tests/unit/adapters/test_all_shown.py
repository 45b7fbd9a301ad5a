"""No rendering hides an argument: in mails, texts, at the terminal and on the page, whoever can approve sees all of it.

Slack and Discord have theirs in `test_nothing_hidden`.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import example, given, settings, strategies as st

from adapters.console.render import lines
from adapters.email.sending.render import render, text_of
from adapters.text import one_line, visible
from agent_core.events import ApprovalRequest
from agent_core.values import Call
from gateway.page_card import card as card_on_page
from gateway.page_form import NO_PROBLEMS, NOTHING_FILLED, Filled, changes, chosen, fields
from gateway.pages import render as page
from tests.unit.adapters.cards import TICKET, card
from tests.unit.adapters.email.letters import SITE
from tests.unit.adapters.email.parcels import parcel as mailed
from tests.unit.adapters.sms.shown import URL, parcel as texted, sent

HOSTILE = "ab `~*_<>&|@#[]()\\\n\r\t\"'\x00\x1b\u202e\u200b\u2066\u2028\u00ad\u0430\U000e0041"
TEXT = st.text(st.sampled_from(HOSTILE) | st.characters(codec="utf-8"), max_size=30)
LONG = st.builds(
    lambda text, times: text * times, st.sampled_from(["x", "é ", "<&", "\n", "\u202e"]), st.integers(0, 900)
)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT | LONG,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(TEXT, VALUE, max_size=12)
often = settings(max_examples=20, deadline=None)


class Tables(HTMLParser):
    """The rows of all tables, and the texts of all fields, as a browser has them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[tuple[str, ...]] = []
        self.fields: dict[str, str] = {}
        self.text = ""
        self._row: list[str] = []
        self._cell: list[str] | None = None
        self._name = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._row = []
        elif tag in ("td", "th", "textarea"):
            self._cell, self._name = [], dict(attrs).get("name") or ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        held, self._cell = "".join(self._cell or ()), None if tag in ("td", "th", "textarea") else self._cell
        if tag == "textarea":
            self.fields[self._name] = held.removeprefix("\n").replace("\n", "\r\n")
        elif tag in ("td", "th"):
            self._row.append(held)
        elif tag == "tr":
            self.rows.append(tuple(self._row))


def call_with(arguments: dict[str, Any]) -> Call:
    return Call(tool="deploy", version="1", arguments=json.dumps(arguments, ensure_ascii=False, separators=(",", ":")))


def rows_of(request: ApprovalRequest) -> list[tuple[str, str]]:
    """What has to stand there of the arguments, letter by letter."""
    arguments = json.loads(request.call.arguments)
    each = [(one_line(name), visible(json.dumps(value, ensure_ascii=False))) for name, value in arguments.items()]
    return [*each, ("Exact bytes", visible(request.call.arguments))]


def missing(request: ApprovalRequest, found: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    """The rows that are not there, each looked for once more than it was found."""
    left = list(found)
    return [row for row in rows_of(request) if row not in left or left.remove(row)]  # type: ignore[func-returns-value]


def rows_in(text: str, names: list[str]) -> list[tuple[str, ...]]:
    """The rows of facts in plain text."""
    found = [line[2:] for line in text.split("\n") if line.startswith("  ")]
    return [
        (name, line[len(name) + 1 :].lstrip(" ")) for line in found for name in names if line.startswith(f"{name}:")
    ]


@often
@given(ARGUMENTS, TEXT)
@example({"script": "<" * 16_000}, "")
def test_in_a_mail_and_in_its_text_alike(arguments: dict[str, Any], reason: str) -> None:
    request = card(call_with(arguments), reason=reason)
    mail = render(mailed(request, role="decide"), SITE)
    html = mail.get_body(("html",))
    assert html is not None
    drawn, text = Tables(html.get_content()), text_of(mail)
    offered = f"APPROVE {TICKET.code}"
    assert (offered in drawn.text) == (offered in text)
    if offered in text:
        assert missing(request, drawn.rows) == []
        assert missing(request, rows_in(text, [name for name, _ in rows_of(request)])) == []
    else:
        assert TICKET.url in text


@often
@given(ARGUMENTS, TEXT)
def test_in_the_very_text_message_that_has_the_code(arguments: dict[str, Any], reason: str) -> None:
    request = card(call_with(arguments), reason=reason)
    bodies = [part.body for part in sent(texted(request))]
    for body in bodies:
        read = [re.sub(r"^\(\d/\d\) ", "", line) for line in body.split("\n")]
        shown = f"deploy (version 1) {one_line(request.call.arguments)}" in read
        assert shown or "482193" not in body
    assert any("482193" in body or URL in body for body in bodies)


@often
@given(ARGUMENTS, TEXT)
def test_at_the_terminal(arguments: dict[str, Any], reason: str) -> None:
    request = card(call_with(arguments), reason=reason)
    assert missing(request, rows_in(lines(request, role="decide"), [name for name, _ in rows_of(request)])) == []


def drawn_page(request: ApprovalRequest) -> Tables:
    """The page for it, while nobody has filled anything in."""
    values = {"problem": "", "standing": "", "form_token": "f", "seen": 1, "filled": NOTHING_FILLED}
    shown = {**card_on_page(request, ()), "fields": fields(request, {}, NO_PROBLEMS)}
    return Tables(bytes(page("decide.html", 200, **values, **shown).body).decode())


@often
@given(ARGUMENTS, TEXT)
def test_on_the_page_and_its_fields_change_nothing_by_themselves(arguments: dict[str, Any], reason: str) -> None:
    request = card(call_with(arguments), reason=reason)
    drawn = drawn_page(request)
    assert missing(request, drawn.rows) == []
    assert chosen(Filled("approve", "", "", drawn.fields), request, None).arguments == ""


@often
@given(st.dictionaries(TEXT, st.booleans() | st.integers(), min_size=1, max_size=4), st.integers(0, 9))
def test_what_is_changed_in_a_field_is_all_that_is_changed(arguments: dict[str, Any], value: int) -> None:
    request = card(call_with(arguments))
    name = next(iter(arguments))
    typed = {**drawn_page(request).fields, "argument-0": json.dumps(str(value))}
    after = chosen(Filled("change", "", "", typed), request, None).arguments
    assert json.loads(after) == {**arguments, name: str(value)}
    was, now = visible(json.dumps(arguments[name])), f'"{value}"'
    assert list(changes(request.call.arguments, after)) == [(one_line(name), was, now)]


def test_true_is_not_one() -> None:
    request = card(call_with({"count": 1}))
    assert chosen(Filled("change", "", "", {"argument-0": "true"}), request, None).arguments == '{"count":true}'
