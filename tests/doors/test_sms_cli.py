"""`holdpoint sms`: an operator notes consent, looks at what is known of a number, and writes to it again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.contacts import KnownContacts
from tests.doors.scene import Scene
from tests.doors.terminal import Terminal

NUMBER = "+447700900123"


@pytest.fixture
def shell(shell: Terminal) -> Terminal:
    """The same terminal, where the house has a number."""
    line = {
        "HOLDPOINT_SMS__ACCOUNT_SID": "AC" + "0" * 32,
        "HOLDPOINT_SMS__AUTH_TOKENS": "the-token-of-the-account",
        "HOLDPOINT_SMS__SENDER": "+447700900100",
        "HOLDPOINT_SMS__REGION": "GB",
    }
    return Terminal({**shell.env, **line})


async def told(shell: Terminal, *words: str) -> str:
    """What a command prints."""
    result = await shell.run("sms", *words)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def known(at: Scene) -> KnownContacts:
    return KnownContacts(at.house.opened.contacts, at.house.people)


async def test_consent_is_noted_with_how_it_was_given(at: Scene, shell: Terminal) -> None:  # SM-13
    assert "consent:    none" in await told(shell, "contact", NUMBER)
    assert "consent:    'signed form', 20" in await told(shell, "consent", NUMBER, "--how", " signed form ")
    found = await known(at).find(f"sms:{NUMBER}")
    assert (found.consent, found.out) == ("signed form", False)
    assert not (await known(at).find(f"whatsapp:{NUMBER}")).consent


async def test_a_number_is_the_same_however_it_is_written(at: Scene, shell: Terminal) -> None:  # SM-29
    await told(shell, "consent", "07700 900 124", "--how", "by telephone")
    assert "by telephone" in await told(shell, "contact", "+44 7700 900124")
    await told(shell, "consent", NUMBER, "--how", "by letter", "--channel", "whatsapp")
    assert (await known(at).find(f"whatsapp:{NUMBER}")).consent == "by letter"


async def test_who_opted_out_stays_out_whatever_an_operator_says(at: Scene, shell: Terminal) -> None:  # SM-11
    await known(at).opted_out("sms:+447700900125", datetime.now(UTC))
    assert "opted out:  yes" in await told(shell, "consent", "+447700900125", "--how", "signed form")


async def test_a_number_and_a_sender_of_ours_can_be_written_to_again(at: Scene, shell: Terminal) -> None:
    service = "MG" + "0" * 32
    for named in ("+447700900126", service):
        await known(at).bar(f"sms:{named}", "out of order")
        assert "barred:     'out of order'" in await told(shell, "contact", named)
        assert "barred:     no" in await told(shell, "unbar", named)


@pytest.mark.parametrize(
    "words",
    [
        ("contact", "hello"),
        ("contact", "07"),
        ("consent", NUMBER),
        ("consent", NUMBER, "--how", " "),
        ("contact", NUMBER, "--channel", "fax"),
    ],
)
async def test_what_cannot_be_is_refused_in_a_few_words(shell: Terminal, words: tuple[str, ...]) -> None:
    result = await shell.run("sms", *words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
