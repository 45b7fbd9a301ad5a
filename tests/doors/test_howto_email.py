"""`docs/howto/email.md` is followed to the letter, against the local mail servers: what it says to type shows that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from config.settings import EmailChannel
from gateway.mailbox import account
from sandbox.mail import Letter, MailSandbox
from sandbox.model import ModelSandbox, load_script
from tests.doors.howto import SCRIPT, SITE, Reader, at_home, quotes, reading, sections, steps, unfollowed, unsaid
from tests.doors.scene import free_port, until

PAGE = sections("email.md")
ANA, BO = "ana@example.test", "bo@example.test"


def test_there_is_a_test_for_every_section_with_something_to_do() -> None:
    assert unfollowed(PAGE, Path(__file__)) == set()


TRY = (
    "Try it here",
    "Ask, and decide",
    "When a mail comes back",
    "Posted by a provider",
)


async def test_the_files_of_the_page_make_a_house_that_is_up(reader: Reader) -> None:
    await reader.follow(PAGE["Try it here"])


@pytest.mark.slow
async def test_one_can_try_it_with_no_account(reader: Reader) -> None:
    for title in TRY:
        await reader.follow(PAGE[title])


async def test_why_an_answer_did_not_count_is_told_as_the_page_says(reader: Reader) -> None:
    await reader.follow(at_home() + PAGE["Why did an answer not count?"])


def test_the_header_that_is_shown_is_the_one_the_example_has() -> None:
    """A section that is only looked at: what is to be found in a mail of one's own."""
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE["Who a mail is from"], re.MULTILINE | re.DOTALL)
    assert shown.startswith("Authentication-Results: mx.example.com;")
    assert "Authentication-Results: mx.example.com; dmarc=pass" in PAGE["Why did an answer not count?"]


def test_the_settings_for_google_and_microsoft_are_settings() -> None:
    google, microsoft = (step.block for step in steps(PAGE["Google Workspace and Microsoft 365"]))
    for block in (google, microsoft):
        channel = EmailChannel.model_validate(yaml.safe_load(block.text)["email"])
        made = account(channel)
        assert made.imap is not None
        assert made.imap.oauth is not None
        assert made.smtp.oauth == made.imap.oauth
        assert (made.imap.tls, made.smtp.tls) == (True, True)


def test_what_the_page_quotes_is_what_we_say() -> None:
    ours = quotes(PAGE["When something is wrong"])
    assert len(ours) > 10
    assert unsaid(ours) == set()


@pytest.mark.slow
async def test_a_mailbox_within_tls_is_given_to_holdpoint_as_the_page_says(checkout: Path) -> None:
    """The page's words, with the local servers' names where a reader would write their own."""
    port = free_port()
    async with (
        MailSandbox(tls=True) as mail,
        ModelSandbox(load_script(SCRIPT)) as model,
        reading(checkout, _own(mail, port)) as reader,
    ):
        await reader.follow(_at_home(mail, model, port))
        await reader.follow(PAGE["Give it to Holdpoint"])
        await _by_the_page_alone(mail, f"http://127.0.0.1:{port}")


async def _by_the_page_alone(mail: MailSandbox, site: str) -> None:
    """A high risk is above the line for words by mail: the card has a link and no words, and words decide nothing."""
    await mail.send_as(ANA, mail.bot, "Release", "Please deploy 1.4.2 to production.")
    card = await until(lambda: _letter(mail, "May this run?"))
    assert "APPROVE" not in card.text
    assert f"{site}/d/" in card.text
    await mail.reply_as(BO, card, "APPROVE 123456")
    assert await until(lambda: _letter(mail, "does not count"))


async def _letter(mail: MailSandbox, containing: str) -> Letter | None:
    return next((one for one in mail.letters(BO) if containing in one.text), None)


def _own(mail: MailSandbox, port: int) -> dict[str, str]:
    return {
        SITE: f"http://127.0.0.1:{port}",
        "PASSWORD=...": f"PASSWORD={mail.password}",
        "holdpoint@example.com": mail.bot,
        "ana@example.com": ANA,
        "bo@example.com": BO,
        "mx.example.com": mail.authserv_id,
        "imap.example.com, port: 993": f"{mail.host}, port: {mail.imap_port}",
        "smtp.example.com, port: 465": f"{mail.host}, port: {mail.smtp_port}",
    }


def _at_home(mail: MailSandbox, model: ModelSandbox, port: int) -> str:
    """What is not on the page: whom to trust for these servers, where the model is, and which port is free."""
    return at_home(
        PORT=port,
        EMAIL__IMAP__TRUST=mail.trust,
        EMAIL__SMTP__TRUST=mail.trust,
        MODEL__BASE_URL=model.base_url,
        MODEL__NAME="scripted",
        STORE__PARTITIONS=1,
    )
