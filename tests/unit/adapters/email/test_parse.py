"""Parse: a mail becomes one message with a stable id, its words, its place and its code, or is refused by name."""

from __future__ import annotations

import pytest

from adapters.email.limits import MAX_BOUNDARIES, MAX_CONTENT_HEADER, MAX_HEADERS, MAX_MAIL, MAX_TEXT
from adapters.email.where import REFERENCES_KEPT, Where
from adapters.errors import Unreadable
from tests.unit.adapters.email.letters import ANA, BO, PASSED, RECEIVED, REPLY_TO, TOKEN, heard, raw, read

# --- a first mail


def test_a_first_mail_is_the_senders_subject_and_words_with_our_exchangers_verdict() -> None:
    received = heard(raw("Subject: Deployment", "Message-ID: <m1@example.test>"))
    author = received.message.author
    assert (author.identity, author.person, author.assurance) == ("email:ana@example.test", None, "verified")
    assert received.message.text == "Deployment\n\nPlease deploy 1.4.2."
    assert received.conversation == "ana@example.test/<m1@example.test>"
    assert (received.token, received.code) == (None, None)
    assert Where.of(received.address) == Where(to=ANA, subject="Deployment", message_id="<m1@example.test>")


def test_a_subject_that_the_words_repeat_is_not_said_twice() -> None:
    assert heard(raw("Subject: DEPLOY 1.4.2")).message.text == "Please deploy 1.4.2."


def test_a_subject_alone_is_the_message() -> None:
    assert heard(raw("Subject: Deploy 1.4.2", body="")).message.text == "Deploy 1.4.2"


def test_a_first_mail_keeps_what_it_forwards_for_the_agent_to_read() -> None:
    received = heard(raw("Subject: Fwd: x", body="See below\n\nBegin forwarded message:\n\nAPPROVE 482913"))
    assert "APPROVE 482913" in received.message.text
    assert received.code is None


# --- an answer


def test_an_answer_is_its_new_words_without_subject_and_quote() -> None:
    received = heard(raw("Subject: Re: x", to=REPLY_TO, sender=BO, body="DENY 482913 no\n\n> APPROVE 482913"))
    assert received.message.text == "DENY 482913 no"
    assert (received.token, received.code) == (TOKEN, "482913")


def test_a_word_of_decision_in_the_quote_is_not_said() -> None:
    body = "Let me think.\n\nOn Sat, 21 Nov 2026 at 10:00, Holdpoint <x@bot.example.test> wrote:\n\n> APPROVE 482913"
    received = heard(raw(to=REPLY_TO, sender=BO, body=body))
    assert (received.message.text, received.code) == ("Let me think.", None)


def test_an_answer_with_nothing_new_says_nothing() -> None:
    received = heard(raw("Subject: APPROVE 482913", to=REPLY_TO, sender=BO, body="> APPROVE 482913"))
    assert (received.message.text, received.code) == ("", None)


def test_an_answer_in_a_page_without_plain_text_is_read_without_its_quote() -> None:
    page = '<div>DENY 482913</div><div class="gmail_quote">APPROVE 482913</div>'
    received = heard(raw("Content-Type: text/html", to=REPLY_TO, sender=BO, body=page))
    assert received.message.text == "DENY 482913"


def test_outlooks_page_is_read_without_what_follows_its_marker() -> None:
    page = '<div>DENY 482913</div><div id="divRplyFwdMsg"><b>From:</b> bot</div><div>APPROVE 482913</div>'
    received = heard(raw("Content-Type: text/html", to=REPLY_TO, sender=BO, body=page))
    assert received.message.text == "DENY 482913"


CODES = {
    "six digits": ("APPROVE 482913", "482913"),
    "six digits in two halves": ("APPROVE 482 913", "482913"),
    "before the word": ("482913 approve", "482913"),
    "behind a blank line": ("\n\nAPPROVE 482913", "482913"),
    "on the second line": ("APPROVE\n482913", None),
    "five digits": ("APPROVE 48291", None),
    "seven digits": ("APPROVE 4829131", None),
    "none": ("APPROVE", None),
    "in other digits": ("APPROVE ４８２９１３", None),
}


@pytest.mark.parametrize(("said", "code"), CODES.values(), ids=CODES)
def test_the_code_is_the_six_digits_on_the_first_line(said: str, code: str | None) -> None:
    assert heard(raw(to=REPLY_TO, sender=BO, body=said)).code == code


# --- the id


def test_the_same_mail_has_the_same_id_however_often_and_whichever_way_it_comes() -> None:
    one = heard(raw("Message-ID: <m1@example.test>"))
    other = heard(raw("Message-ID: <m1@example.test>", "X-Later: y", stamps=("X-Copy: 2", PASSED, RECEIVED)))
    assert one.message.id == other.message.id


def test_mails_that_borrow_an_id_stay_apart_by_sender_and_by_words() -> None:
    ids = {
        heard(raw("Message-ID: <m1@example.test>", sender=sender, body=body)).message.id
        for sender in (ANA, BO)
        for body in ("one", "two")
    }
    assert len(ids) == 4


@pytest.mark.parametrize(
    "header", ["X: y", "Message-ID:", "Message-ID: <>", "Message-ID: <[1.2.3.4]@[", "Message-ID: x"]
)
def test_a_mail_without_a_usable_id_has_a_conversation_of_its_own(header: str) -> None:
    one, two = heard(raw(header, body="one")), heard(raw(header, body="two"))
    assert one.conversation != two.conversation
    assert one.conversation.startswith(f"{ANA}/")
    assert Where.of(one.address).message_id == ""


def test_of_two_ids_the_first_counts() -> None:
    received = heard(raw("Message-ID: <one@example.test>", "Message-ID: <two@example.test>"))
    assert Where.of(received.address).message_id == "<one@example.test>"


def test_a_long_chain_of_references_keeps_the_latest() -> None:
    chain = " ".join(f"<{n}@example.test>" for n in range(30))
    where = Where.of(heard(raw(f"References: {chain}")).address)
    assert where.references == tuple(f"<{n}@example.test>" for n in range(30 - REFERENCES_KEPT, 30))


# --- who


@pytest.mark.parametrize(
    ("stamps", "assurance"),
    [
        ((PASSED, RECEIVED), "verified"),
        ((PASSED.replace("pass", "fail"), RECEIVED), "none"),
        ((RECEIVED,), "asserted"),
        ((RECEIVED, PASSED), "asserted"),
        ((), "asserted"),
    ],
)
def test_a_message_carries_how_sure_its_sender_is(stamps: tuple[str, ...], assurance: str) -> None:
    assert heard(raw(stamps=stamps)).message.author.assurance == assurance


def test_the_verdict_is_on_the_address_and_not_on_the_name() -> None:
    author = heard(raw(sender=f"{BO} <mallory@evil.test>")).message.author
    assert (author.identity, author.assurance) == ("email:mallory@evil.test", "none")


# --- what is refused, by name

REFUSED = {
    "nothing at all": (b"", "0 From headers"),
    "only a line": (b"hello", "0 From headers"),
    "two senders": (raw("From: bo@example.test"), "2 From headers"),
    "two mailboxes": (raw(sender="a@b.test, c@d.test"), "exactly one mailbox"),
    "a bare carriage return in a header": (raw("X: a\rb", body="hello"), "lone carriage return"),
    "headers without end": (raw("X: " + "y" * MAX_HEADERS), "larger than 128 KiB"),
    "many headers": (raw(*["X: y"] * (MAX_HEADERS // 6)), "larger than 128 KiB"),
    "a content header without end": (
        raw(f"Content-Type: text/plain; x={'y' * MAX_CONTENT_HEADER}"),
        "longer than 4 KiB",
    ),
    "a folded content header": (raw("Content-Disposition: attachment", *[f"\t;n{n}=v" for n in range(999)]), "4 KiB"),
    "a content header deep inside": (
        raw("Content-Type: multipart/mixed; boundary=b", body=f"--b\nContent-Type: a/b; c={'d' * 5000}\n\nx\n--b--"),
        "longer than 4 KiB",
    ),
    "parts within parts": (
        raw(body="\n".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}" for n in range(99))),
        "too many parts",
    ),
    "too large": (raw(body=b"x" * MAX_MAIL), "larger than 25 MiB"),
}


@pytest.mark.parametrize(("mail", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_worth_the_risk_is_refused_by_name(mail: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(mail)


def nested(depth: int) -> bytes:
    heads = "".join(f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(depth))
    ends = "".join(f"\n--b{n}--" for n in range(depth, -1, -1))
    return raw("Content-Type: multipart/mixed; boundary=b0", body=f"{heads}--b{depth}\n\ndeep words{ends}")


def test_words_are_found_as_deep_as_people_nest_parts_and_no_deeper() -> None:
    assert heard(nested(7)).message.text == "deep words"
    assert heard(nested(MAX_BOUNDARIES - 1)).message.text == ""
    with pytest.raises(Unreadable, match="too many parts"):
        read(nested(MAX_BOUNDARIES))


ODD = {
    "bare line feeds": raw(body="hello").replace(b"\r\n", b"\n"),
    "a header without a colon": raw("nonsense", body="hello"),
    "bytes that are no text": raw(body=b"hello\xff\xfe"),
    "bytes that are no text in a header": raw(body="hello").replace(b"To:", b"X: \xff\xfe\r\nTo:"),
    "an end of string in a header": raw("X: a\x00b", body="hello"),
    "a broken subject": raw("Subject: =?utf-8?b?a?=", body="hello"),
    "a subject of half a character": raw("Subject: =?utf-16?b?2AA=?=", body="hello"),
    "a broken content type": raw("Content-Type: text/;;=", body="hello"),
    "an open parameter": raw("Content-Type: text/plain; charset*0*=x''", body="hello"),
    "a charset nobody knows": raw("Content-Type: text/plain; charset=x-nobody", body="hello"),
    "a broken transfer encoding": raw("Content-Transfer-Encoding: base64", body="a"),
    "a page no parser takes": raw("Content-Type: text/html", body="hello<![x"),
    "a verdict of brackets": raw(stamps=("Authentication-Results: mx.bot.example.test; " + "(" * 20_000, RECEIVED)),
}


@pytest.mark.parametrize("mail", ODD.values(), ids=ODD)
def test_an_odd_mail_is_read_as_far_as_it_can_be(mail: bytes) -> None:
    assert heard(mail).message.author.identity == "email:ana@example.test"


def test_more_words_than_anybody_reads_are_cut() -> None:
    assert len(heard(raw(body="word " * 10_000)).message.text) == MAX_TEXT
