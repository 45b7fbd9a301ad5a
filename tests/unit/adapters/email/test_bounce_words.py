"""Bounce, in words: mail servers that send no report, as their texts tell recipient, status and reason. EM-28"""

from __future__ import annotations

from email.message import Message

import pytest
from flufl.bounce import all_failures

from adapters.email.found import Sent
from adapters.email.robots import bounce_words
from tests.unit.adapters.email.reported import BO, bounced, plain, read

QMAIL = """Hi. This is the qmail-send program at mx.example.test.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bo@example.test>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 User unknown

--- Below this line is a copy of the message.

Message-ID: {id}
Subject: May this run?

452 4.2.2 is no status of this bounce.
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bo@example.test
    host mx.example.test [192.0.2.1]: 552 5.2.2 over quota

------ This is a copy of the message, including all the headers. ------

Message-ID: {id}
"""
EXCHANGE = """Your message

  To:      bo@example.test
  Subject: May this run?

did not reach the following recipient(s):

bo@example.test on Sat, 21 Nov 2026 09:00:00 +0000
    The e-mail account does not exist at the organization. (550 5.1.10)
    <mx.example.test #5.1.10> MSEXCH:IMS:Example:MX 0 (000C05A6) Unknown Recipient
"""
WARNING = """A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.test.

  bo@example.test
    Delay reason: 451 4.4.1 try later

No action is required on your part.
"""
GIVEN_UP = """Hi. This is the qmail-send program at mx.example.test.
I wasn't able to deliver your message.

<bo@example.test>:
I tried for a week. (#4.4.1) 450 4.4.1 no answer
"""
FROM_US = "X-Failed-Recipients: bo@example.test"

SAID: dict[str, tuple[Message, tuple[str, bool, str]]] = {
    "qmail": (plain(QMAIL.format(id=BO.message_id), "Subject: failure notice"), ("failed", True, "5.1.1")),
    "qmail after a week": (plain(GIVEN_UP, "Subject: failure notice"), ("failed", False, "4.4.1")),
    "Exim": (plain(EXIM.format(id=BO.message_id), FROM_US), ("failed", True, "5.2.2")),
    "Exchange": (plain(EXCHANGE, "Subject: Undeliverable: May this run?"), ("failed", True, "5.1.10")),
    "a warning": (plain(WARNING, "Subject: Warning: message delayed 24 hours"), ("delayed", False, "4.4.1")),
    "no language we know": (plain("Ei onnistu. 550 5.1.1", "Subject: Undeliverable: x"), ("failed", True, "5.1.1")),
    "by its subject, in German": (plain("Unbekannt.", "Subject: Unzustellbar: x"), ("failed", True, "")),
    "late by its subject, in German": (plain("Später.", "Subject: Verzögert: x"), ("delayed", False, "")),
    "by its subject, in Japanese": (plain("x", "Subject: =?utf-8?b?6YWN5L+h5LiN6IO9?="), ("failed", True, "")),
}


@pytest.mark.parametrize(("mail", "expected"), SAID.values(), ids=SAID)
def test_what_a_server_says_in_words_is_understood(mail: Message, expected: tuple[str, bool, str]) -> None:
    found = bounced(mail)
    assert (found.action, found.permanent, found.status) == expected
    assert found.effect_id == BO.effect_id


def test_the_reason_is_the_line_that_names_the_status() -> None:
    assert bounced(SAID["Exim"][0]).why == "the mailbox is full: host mx.example.test [192.0.2.1]: 552 5.2.2 over quota"


def test_what_stands_in_the_copy_is_nothing_the_server_said() -> None:
    told, _, copy = QMAIL.partition("Remote host said: 550 5.1.1 User unknown")
    found = bounced(plain(told + copy.format(id=BO.message_id), "Subject: failure notice"))
    assert (found.status, found.permanent, found.why) == ("", True, "")


@pytest.mark.parametrize("text", [QMAIL, EXIM], ids=["qmail", "Exim"])
def test_the_id_is_found_in_the_copy(text: str) -> None:
    found = bounced(plain(text.format(id=BO.message_id), FROM_US, to=None))
    assert (found.message_id, found.effect_id) == (BO.message_id, BO.effect_id)


def test_of_a_mail_of_a_server_that_says_nothing_nothing_is_made() -> None:
    assert read(plain("Welcome to your new mailbox.", "Subject: Welcome")) is None


def test_a_pattern_that_stumbles_is_no_answer_and_no_entry_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    mail = plain("550 5.1.1", "Subject: failure notice", sender="")
    with pytest.raises(IndexError):
        all_failures(mail)
    assert bounced(mail).status == "5.1.1"
    assert not caplog.records


LINES = ["a" * 999, "a@" * 500, "<" * 999, ", a@a" * 200, "a " * 500, "rcpt to:<" * 100, "Message-ID: " * 80, " " * 998]
BEGINS = "Your message\ndid not reach the following recipient\nthe following addresses had\n"


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_of_a_text_made_to_take_time_little_is_looked_at(line: str) -> None:
    mail = plain(BEGINS + f"{line}\n" * 500 + "<bo@example.test>: 550 5.1.1 no", "Subject: failure notice")
    assert bounced(mail).status == ""
    seen = bounce_words._text(mail)
    assert len(seen) <= bounce_words.MOST_CHARACTERS
    assert all(len(one) <= bounce_words.LONGEST_LINE for one in seen.splitlines())


def test_only_a_mail_that_is_remembered_is_believed() -> None:
    mail, _ = SAID["qmail"]
    other = Sent.model_validate({**BO.model_dump(), "message_id": "<other@x>", "return_path": "b.other@x"})
    assert bounced(mail, other).effect_id == ""
