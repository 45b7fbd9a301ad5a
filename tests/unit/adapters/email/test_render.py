"""Our mails: exactly as approved by eye once (tests/golden/email), the same in text and page, deaf to hostile words.

After a wanted change, `GOLDEN=write pytest tests/unit/adapters/email/test_render.py` writes the files anew; read them.
"""

from __future__ import annotations

import os
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from adapters.base import Parcel
from adapters.email.render import message_id, render
from adapters.email.where import Where
from adapters.layout import Answer, Facts, Words, layout
from tests.unit.adapters.cards import SAID, TICKET
from tests.unit.adapters.email.letters import SITE
from tests.unit.adapters.email.parcels import EVERY, FORGED, HONEST, parcel

GOLDEN = Path(__file__).parents[3] / "golden" / "email"
TAGS = {"html", "head", "meta", "body", "p", "table", "tr", "td", "div", "a", "code", "strong", "em", "pre", "br"}
HEADERS = (
    *("Date", "From", "To", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "X-Holdpoint-Loop", "MIME-Version", "Content-Type"),
)
SPELLED = ("{202E}", "{2066}", "{200B}", "{FEFF}", "{00AD}", "{001B}[2J", "{0000}", "{000D}")
PARCELS = pytest.mark.parametrize("given", EVERY.values(), ids=EVERY)


def wire(given: Parcel) -> EmailMessage:
    """The mail as it goes over the wire and is read by somebody else's parser."""
    read = message_from_bytes(render(given, SITE).as_bytes(policy=SMTP), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def seen(page: str) -> str:
    """What a person reads of a page, blanks apart."""
    return squeezed(BeautifulSoup(page, "html.parser").get_text(" "))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


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
    assert {file.stem for file in GOLDEN.iterdir()} == set(EVERY)


# --- text and page say the same


@PARCELS
def test_text_and_page_give_the_same_facts(given: Parcel) -> None:
    mail = wire(given)
    text, page = squeezed(part(mail, "plain")), seen(part(mail, "html"))
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
            assert squeezed(fact) in text
            assert squeezed(fact) in page


@PARCELS
def test_text_and_page_of_the_agents_words_have_the_same_letters(given: Parcel) -> None:
    mail = wire(given)
    letters = [re.sub(r"[^a-z]", "", seen_ or "") for seen_ in (part(mail, "plain"), seen(part(mail, "html")))]
    link = re.sub(r"[^a-z]", "", f"oropen:{TICKET.url}")
    assert letters[0].replace(link, "oropen") == letters[1].replace("ookanddecide", "")


def test_the_link_is_in_both() -> None:
    mail = wire(HONEST["card"])
    links = [a["href"] for a in BeautifulSoup(part(mail, "html"), "html.parser").find_all("a")]
    assert links == [TICKET.url]
    assert f"or open: {TICKET.url}" in part(mail, "plain")


# --- hostile words


@PARCELS
def test_nothing_unseen_is_in_text_page_or_headers(given: Parcel) -> None:
    mail = wire(given)
    page = BeautifulSoup(part(mail, "html"), "html.parser").get_text()
    for shown in (part(mail, "plain"), part(mail, "html"), page, str(mail["Subject"])):
        assert not set(shown) & set("\u202e\u2066\u200b\ufeff\u00ad\x1b\x00\r")


@PARCELS
def test_a_page_has_no_elements_but_ours_and_fetches_nothing(given: Parcel) -> None:
    page = BeautifulSoup(part(wire(given), "html"), "html.parser")
    tags = {tag.name for tag in page.find_all()}
    assert tags <= TAGS
    attributes = {name for tag in page.find_all() for name in tag.attrs}
    assert attributes <= {"lang", "charset", "name", "content", "style", "role", "href"}
    assert {a["href"] for a in page.find_all("a")} <= {TICKET.url}
    assert "url(" not in part(wire(given), "html")


@PARCELS
def test_no_words_make_a_header_or_a_part(given: Parcel) -> None:
    mail = wire(given)
    assert not mail.defects
    assert [one.get_content_type() for one in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert [name for name in HEADERS if name in mail] == mail.keys()
    assert mail["To"] == "bo@example.test"


def test_the_hostile_words_are_all_there_to_be_seen() -> None:
    said = part(wire(FORGED["hostile-words"]), "plain")
    for piece in (
        "\\u{202E}",
        "\\u{2066}",
        "\\u{200B}",
        "\\u{FEFF}",
        "\\u{00AD}",
        "\\u{001B}[2J",
        "\\u{0000}",
        "<script>",
    ):
        assert piece in said
    assert "&#x202e;" in seen(part(wire(FORGED["hostile-words"]), "html"))
    assert "http://evil.test/d" in seen(part(wire(FORGED["hostile-words"]), "html"))


# --- headers


@PARCELS
def test_the_same_parcel_gives_the_same_bytes(given: Parcel) -> None:
    assert render(given, SITE).as_bytes(policy=SMTP) == render(given, SITE).as_bytes(policy=SMTP)


@PARCELS
def test_no_line_is_longer_than_mail_may_have(given: Parcel) -> None:
    assert max(len(line) for line in render(given, SITE).as_bytes(policy=SMTP).split(b"\r\n")) <= 998


def test_a_mail_has_our_id_our_address_and_a_place_for_answers() -> None:
    mail = wire(HONEST["card"])
    assert mail["Message-ID"] == "<hp.e1.k3v9.abcdefgh@bot.example.test>" == message_id(HONEST["card"], SITE)
    assert mail["From"] == "Holdpoint <holdpoint@bot.example.test>"
    assert mail["Reply-To"] == "Holdpoint <holdpoint+k3v9.abcdefgh@bot.example.test>"
    assert mail["Date"] == "Sat, 21 Nov 2026 09:30:00 +0000"


def test_an_answer_refers_to_what_it_answers_and_keeps_its_subject() -> None:
    mail = wire(HONEST["said"])
    assert (mail["In-Reply-To"], mail["References"]) == ("<2@example.test>", "<1@example.test> <2@example.test>")
    assert mail["Subject"] == "Re: Deployment"


def test_ids_of_any_length_go_over_the_wire_as_they_came() -> None:
    """Outlook's are longer than a line; broken into encoded words they would refer to nothing."""
    ids = tuple(f"<{n}{'a' * 90}@{'b' * 90}.prod.outlook.test>" for n in range(20))
    raw = render(parcel(SAID, where=Where(to="bo@example.test", message_id=ids[-1], references=ids)), SITE)
    lines = raw.as_bytes(policy=SMTP).decode().split("\r\n")
    at = lines.index(f"References: {ids[0]}")
    assert lines[at + 1 : at + 20] == [f" {one}" for one in ids[1:]]
    assert f"In-Reply-To: {ids[-1]}" in lines
