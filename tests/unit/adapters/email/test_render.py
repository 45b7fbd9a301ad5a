"""Our mails: exactly as approved by eye once (tests/golden/email), the same in text and page, deaf to hostile words.

After a wanted change, `GOLDEN=write pytest tests/unit/adapters/email/test_render.py` writes the files anew; read them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given as cases, strategies as st

from adapters.base import Parcel
from adapters.layout import Answer, Facts, Words, layout
from agent_core.events import AgentMessage
from tests.unit.adapters.cards import TICKET
from tests.unit.adapters.email.mails import html, parsed, part, seen, squeezed, text, wire
from tests.unit.adapters.email.parcels import EVERY, FORGED, HONEST, parcel

GOLDEN = Path(__file__).parents[3] / "golden" / "email"
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "p", "table", "tr", "td", "div", "a", "code", "strong"),
    *("em", "pre", "br", "ul", "ol", "li", "blockquote", "hr"),
}
ATTRIBUTES = {
    *("lang", "charset", "name", "content", "style", "class", "role", "href", "width", "align", "cellpadding"),
    *("cellspacing", "border", "start"),
}
PARCELS = pytest.mark.parametrize("given", EVERY.values(), ids=EVERY)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_mail_looks_as_it_was_approved(name: str, kind: str) -> None:
    mail = wire(EVERY[name])
    heads = "".join(f"{key}: {value}\n" for key, value in mail.items()) + "\n" if kind == "plain" else ""
    file = GOLDEN / f"{name}.{'txt' if kind == 'plain' else 'html'}"
    looks = heads + part(mail, kind)
    if os.environ.get("GOLDEN") == "write":
        file.write_text(looks, encoding="utf-8")
    assert looks == file.read_text(encoding="utf-8")


def test_every_golden_file_is_of_a_mail() -> None:
    assert {file.stem for file in GOLDEN.iterdir() if file.is_file()} == set(EVERY)


# --- text and page say the same: EM-47


@PARCELS
def test_text_and_page_give_the_same_facts(given: Parcel) -> None:
    said, shown = squeezed(text(given)), squeezed(seen(parsed(given)))
    for block in layout(given.event, role=given.role, ticket=given.ticket, request=given.request):
        match block:
            case Words():
                facts: tuple[str, ...] = (block.text,)
            case Facts():
                facts = tuple(piece for row in block.rows for piece in row)
            case Answer():
                facts = block.lines
            case _:
                facts = ()
        for fact in facts:
            assert squeezed(fact) in said
            assert squeezed(fact) in shown


@PARCELS
def test_text_and_page_have_the_same_letters(given: Parcel) -> None:
    """Apart from the link: the text shows it, the page has it behind a button, and its host beneath."""
    page = parsed(given)
    for link in page.find_all("a"):
        link.string = str(link["href"])
    for host in page.select("p.host"):
        host.decompose()
    shown, said = seen(page), text(given)
    assert letters(shown) == letters(said)


def letters(words: str) -> str:
    return re.sub(r"[^a-z]", "", words.lower())


def test_the_link_is_in_both_with_its_host() -> None:
    page = parsed(HONEST["card"])
    assert [a["href"] for a in page.find_all("a")] == [TICKET.url]
    assert f"or open: {TICKET.url}" in text(HONEST["card"])
    assert [host.get_text() for host in page.select("p.host")] == ["holdpoint.example.test"]


# --- hostile words: EM-48


@PARCELS
def test_nothing_unseen_is_in_text_page_or_headers(given: Parcel) -> None:
    mail = wire(given)
    for shown in (part(mail, "plain"), part(mail, "html"), parsed(given).get_text(), str(mail["Subject"])):
        assert not set(shown) & set("\u202e\u2066\u200b\ufeff\u00ad\x1b\x00\r")


@PARCELS
def test_a_page_has_no_elements_but_ours_and_fetches_nothing(given: Parcel) -> None:
    page = parsed(given)
    assert {tag.name for tag in page.find_all()} <= TAGS
    assert {name for tag in page.find_all() for name in tag.attrs} <= ATTRIBUTES
    assert {a["href"] for a in page.find_all("a")} <= {TICKET.url}
    styles = "".join(str(tag.get("style", "")) for tag in page.find_all()) + "".join(
        tag.get_text() for tag in page.find_all("style")
    )
    assert not re.search(r"url\(|@import|expression|[\\<]", styles)


@PARCELS
def test_no_words_make_a_header_or_a_part(given: Parcel) -> None:
    mail = wire(given)
    assert not mail.defects
    assert [one.get_content_type() for one in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mail["To"] == "bo@example.test"
    assert "Bcc" not in mail


def test_the_hostile_words_are_all_there_to_be_seen() -> None:
    said, shown = text(FORGED["hostile-words"]), squeezed(seen(parsed(FORGED["hostile-words"])))
    for piece in ("{202E}", "{2066}", "{200B}", "{FEFF}", "{00AD}", "{001B}[2J", "{0000}", "<script>"):
        assert piece in said
        assert piece in shown
    assert "&#x202e;" in shown
    assert "http://evil.test/d" in shown


DEEP = ("> " * 30 + "approved\n", "- " * 30 + "approved", "*a **b " * 40 + "approved" + "** c*" * 40, "1. " * 30 + "x")


@pytest.mark.parametrize("said", DEEP)
def test_words_nested_deeper_than_a_page_is_drawn_are_not_lost(said: str) -> None:
    given = parcel(AgentMessage(id="a5", to=("x",), text=said))
    assert letters(seen(parsed(given))) == letters(text(given))


def test_what_stands_behind_the_backticks_of_a_code_block_is_shown() -> None:
    given = parcel(AgentMessage(id="a6", to=("x",), text="```approved by bo\nmake\n```"))
    assert "approved by bo" in seen(parsed(given))


@cases(st.text(alphabet="ab*_`>#-1. \n[]()<&~\\!:/", max_size=200))
def test_whatever_the_agent_writes_text_and_page_have_the_same_letters(said: str) -> None:
    given = parcel(AgentMessage(id="a7", to=("x",), text=said))
    assert letters(seen(parsed(given))) == letters(text(given))


def test_what_the_agent_writes_large_is_not_drawn_like_our_title() -> None:
    heading = parsed(HONEST["said-long"]).select_one("p.heading")
    assert heading is not None
    assert heading.get_text() == "Approval needed: nothing"
    assert "<h1" not in html(HONEST["said-long"])
