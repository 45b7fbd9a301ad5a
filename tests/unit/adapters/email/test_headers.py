"""Headers: exactly one sender, never taken from a display name; ids and subjects out of whatever was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.email.headers import mailbox, message_ids, sender, subject
from adapters.errors import Unreadable
from tests.unit.adapters.email.letters import mail

ANA = "ana@example.test"

# --- the sender

READ = {
    "a bare address": (ANA, ANA),
    "an address in brackets": (f"<{ANA}>", ANA),
    "a name and an address": (f"Ana <{ANA}>", ANA),
    "a quoted name with a comma": (f'"Example, Ana" <{ANA}>', ANA),
    "a comment behind the address": (f"{ANA} (Ana)", ANA),
    "capitals": ("Ana <Ana@EXAMPLE.test>", ANA),
    "an encoded name": (f"=?utf-8?q?An=C3=A1?= <{ANA}>", ANA),
    "a smile in the name": (f"Ana :) <{ANA}>", ANA),
    "a plus address stays as it is": ("ana+x@example.test", "ana+x@example.test"),
    "an unquoted address as the name": (f"{ANA} <mallory@evil.test>", "mallory@evil.test"),
    "a quoted address as the name": (f'"{ANA}" <mallory@evil.test>', "mallory@evil.test"),
    "a quoted bracketed address as the name": (f'"Ana <{ANA}>" <mallory@evil.test>', "mallory@evil.test"),
    "an escaped quote in the name": (f'"\\" <{ANA}>" <mallory@evil.test>', "mallory@evil.test"),
    "an encoded address as the name": ("=?utf-8?q?ana=40example=2Etest?= <mallory@evil.test>", "mallory@evil.test"),
    "an address in a comment": (f"(<{ANA}>) mallory@evil.test", "mallory@evil.test"),
    "an address in a comment behind": (f"mallory@evil.test (<{ANA}>)", "mallory@evil.test"),
    "an address in a comment in a comment": (f"mallory@evil.test (a (b) <{ANA}>)", "mallory@evil.test"),
    "a quote sign inside a comment": (f'x (") <mallory@evil.test> (") (<{ANA}>)', "mallory@evil.test"),
    "a bracket inside a quoted name": (f'"x (" <mallory@evil.test> (<{ANA}>)', "mallory@evil.test"),
    "a domain in another alphabet, as it is registered": ("ana@xn--exmple-4nf.test", "ana@xn--exmple-4nf.test"),
}


@pytest.mark.parametrize(("written", "address"), READ.values(), ids=READ)
def test_the_sender_is_the_address_and_never_the_name(written: str, address: str) -> None:
    assert sender(mail(f"From: {written}")) == address


REFUSED = {
    "nothing": "",
    "a name only": "Ana",
    "empty brackets": "Ana <>",
    "two addresses": f"{ANA}, mallory@evil.test",
    "two bracketed addresses": f"<{ANA}> <mallory@evil.test>",
    "two names with addresses": f"Ana <{ANA}>, M <mallory@evil.test>",
    "a semicolon between": f"{ANA}; mallory@evil.test",
    "a group": f"team: {ANA};",
    "text behind the address": f"<{ANA}> mallory@evil.test",
    "a source route": f"<@evil.test,@b.test:{ANA}>",
    "a short source route": f"<@evil.test:{ANA}>",
    "two at signs": "ana@evil.test@example.test",
    "no domain": "ana@",
    "no local part": "@example.test",
    "a quoted local part": '"ana"@example.test',
    "an address literal": "ana@[127.0.0.1]",
    "an empty label": "ana@example..test",
    "a dot at the end": "ana@example.test.",
    "a space inside": "an a@example.test",
    "a Cyrillic letter in the domain": "ana@exаmple.test",
    "full-width letters in the domain": "ana@ｅｘａｍｐｌｅ.test",
    "a full-width at sign": "ana＠example.test",
    "a Cyrillic letter in the local part": "аna@example.test",
    "an invisible letter in the domain": "ana@exam\u200bple.test",
    "a soft hyphen in the domain": "ana@exam\u00adple.test",
    "an encoded address": "=?utf-8?q?ana=40example=2Etest?=",
    "an encoded address in brackets": "<=?utf-8?q?ana=40example=2Etest?=>",
    "a quote that does not end": f'"mallory <{ANA}>',
    "a comment that does not end": f"mallory@evil.test (x <{ANA}>",
    "a comment that does not end, with one that does": f"mallory@evil.test (x (y) <{ANA}>",
    "a comment with a quote sign and an address behind it": f'"x (" <mallory@evil.test> (") <{ANA}>")',
    "a label too long": f"ana@{'a' * 64}.test",
    "a local part too long": f"{'a' * 65}@example.test",
    "an end of string": "ana@example.test\x00",
}


@pytest.mark.parametrize("written", REFUSED.values(), ids=REFUSED)
def test_a_sender_that_is_not_plainly_one_address_is_nobody(written: str) -> None:
    with pytest.raises(Unreadable):
        sender(mail(f"From: {written}"))


def test_two_from_headers_are_nobody() -> None:
    with pytest.raises(Unreadable, match="2 From headers"):
        sender(mail(f"From: {ANA}", "from: mallory@evil.test"))


def test_no_from_header_is_nobody() -> None:
    with pytest.raises(Unreadable, match="0 From headers"):
        sender(mail("Sender: ana@example.test", "Reply-To: ana@example.test"))


def test_a_folded_from_header_is_one() -> None:
    assert sender(mail("From: Ana", f"\t<{ANA}>")) == ANA


ODD = st.text(alphabet="ab @<>,;.\t:", max_size=12)
COMMENT = st.recursive(
    ODD.map(lambda text: f"({text})"),
    lambda inner: st.tuples(ODD, inner, st.sampled_from(["", '"', "\\)", "\\("])).map(
        lambda t: f"({t[0]}{t[1]}{t[2]})"
    ),
    max_leaves=3,
)
QUOTED = st.text(alphabet="ab @<>(),;.", max_size=12).map(lambda text: f'"{text}"')
NAME = st.lists(st.sampled_from(["Ana", "x", ANA, "."]) | COMMENT | QUOTED, max_size=4).map(" ".join)


@given(before=NAME, after=st.lists(COMMENT, max_size=2).map(" ".join))
def test_whatever_a_name_and_comments_say_the_address_in_the_brackets_counts(before: str, after: str) -> None:
    assert mailbox(f"{before} <mallory@evil.test> {after}") == "mallory@evil.test"


@given(st.text(alphabet=f'"\\()<>,;@ {ANA}', max_size=60))
def test_any_text_gives_one_plain_address_or_nobody(text: str) -> None:
    try:
        address = mailbox(text)
    except Unreadable:
        return
    assert address.count("@") == 1
    assert address in text.lower()


@pytest.mark.parametrize("written", ['\\"' * 60_000, "(" * 120_000, "bounces+" * 15_000, "a@" * 60_000])
def test_a_sender_of_a_hundred_thousand_letters_is_refused_by_its_length(written: str) -> None:
    with pytest.raises(Unreadable, match="longer than"):
        mailbox(written)


# --- ids


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("<a@x>", ("<a@x>",)),
        ("<a@x> <b@x>\t<c@x>", ("<a@x>", "<b@x>", "<c@x>")),
        ("<a@x><b@x>", ("<a@x>", "<b@x>")),
        ("a@x", ()),
        ("<>", ()),
        ("<[1.2.3.4]@[", ()),
        ("<a b@x>", ()),
        (f"<{'a' * 501}>", ()),
        ("<a\x00@x> <ü@x> <b@x>", ("<b@x>",)),
        ("", ()),
    ],
)
def test_ids_are_what_stands_in_brackets(written: str, ids: tuple[str, ...]) -> None:
    assert message_ids(mail(f"References: {written}"), "References") == ids


def test_a_missing_header_has_no_ids_and_a_repeated_one_all_of_them() -> None:
    assert message_ids(mail("X: y"), "References") == ()
    assert message_ids(mail("References: <a@x>", "References: <b@x>"), "References") == ("<a@x>", "<b@x>")


# --- the subject

SUBJECTS = {
    "plain": ("Deployment", "Deployment"),
    "encoded as quoted text": ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
    "encoded as base64": ("=?utf-8?b?R3LDvMOfZQ==?=", "Grüße"),
    "in an old Western charset": ("=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"),
    "in Japanese": ("=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "日本"),
    "in two encoded words": ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
    "in a charset nobody knows": ("=?x-nobody?q?Gr=FC?=", "=?x-nobody?q?Gr=FC?="),
    "broken base64": ("=?utf-8?b?a?=", "=?utf-8?b?a?="),
    "an encoded line break": ("=?utf-8?q?a=0D=0ABcc=3A_b=40c?=", "a Bcc: b@c"),
    "an answer": ("Re: Deployment", "Deployment"),
    "an answer to an answer": ("RE: re: Re[2]: Deployment", "Deployment"),
    "an answer in German": ("AW: WG: Deployment", "Deployment"),
    "an answer in Swedish": ("SV: Deployment", "Deployment"),
    "an answer in Polish": ("Odp: Deployment", "Deployment"),
    "a forward": ("Fwd: FW: Deployment", "Deployment"),
    "a word that begins like a prefix": ("Release: 1.4.2", "Release: 1.4.2"),
    "nothing": ("", ""),
    "only a prefix": ("Re: ", ""),
    "too long": ("x" * 600, "x" * 500),
}


@pytest.mark.parametrize(("written", "text"), SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_is_one_line_of_text_without_reply_prefixes(written: str, text: str) -> None:
    assert subject(mail(f"Subject: {written}")) == text


def test_a_mail_without_a_subject_has_an_empty_one_and_of_two_the_first_counts() -> None:
    assert subject(mail("X: y")) == ""
    assert subject(mail("Subject: one", "Subject: two")) == "one"
