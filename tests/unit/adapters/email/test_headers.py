"""Headers: exactly one sender, never taken from a display name; who sent in another's name; ids of mails."""

from __future__ import annotations

from email import message_from_bytes

import pytest
from hypothesis import given, strategies as st

from adapters.email.headers import mailbox, message_ids, on_behalf, sender
from adapters.errors import Unreadable
from tests.unit.adapters.email.letters import mail

ANA = "ana@example.test"

# --- the sender (EM-16)

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
    "a domain in its own alphabet": ("ana@MÜNCHEN.test", "ana@xn--mnchen-3ya.test"),
    "a domain that only looks like ours, which stays another": ("ana@exаmple.test", "ana@xn--exmple-4nf.test"),
    "a domain with a letter that old rules spell otherwise": ("ana@faß.test", "ana@xn--fa-hia.test"),
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
    "an end of string in the name": f"Ana\x00 <{ANA}>",
    "a control character that is taken for a space": f"ana@evil.test\x1f<{ANA}>",
    "a lone carriage return": f"ana@evil.test\r {ANA}",
    "the sign for Kelvin as a letter of the domain": "ana@ban\u212a.test",
    "an Asian full stop in the domain": "ana@example\u3002test",
    "an escaped quote outside a quote": f'\\" <{ANA}> \\"',
    "an encoded local part": "=?utf-8?q?ana?=@example.test",
    "an empty comment within an address": "ana()@example.test",
    "a quote within the domain": 'ana@example"x".test',
    "a quote behind the domain": 'ana@example.test"x"',
    "two dots in the local part": "a..na@example.test",
    "a dot before the at sign": "ana.@example.test",
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


def test_a_name_of_bytes_that_are_no_text_hides_no_address() -> None:
    assert sender(message_from_bytes(b"From: An\xe1 <ana@example.test>\r\n\r\n")) == ANA
    with pytest.raises(Unreadable):
        sender(message_from_bytes(b"From: Ana <ana@ex\xe1mple.test>\r\n\r\n"))


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


# --- in another's name (EM-16)

ON_BEHALF = {
    "nobody else": (("From: Ana <ana@example.test>",), ""),
    "the sender as well": (("From: Ana <ana@example.test>", "Sender: ANA@example.test"), ""),
    "a secretary": (("From: ana@example.test", "Sender: Cy <cy@example.test>"), "cy@example.test"),
    "a secretary behind the sender as well": (
        ("From: ana@example.test", "Sender: ana@example.test", "Sender: cy@example.test"),
        "cy@example.test",
    ),
    "the address only in the name": (
        ("From: ana@example.test", "Sender: ana@example.test <mallory@evil.test>"),
        "mallory@evil.test",
    ),
    "no address": (("From: ana@example.test", "Sender: the\x07 office"), "the office"),
    "nothing": (("From: ana@example.test", "Sender:"), "somebody unnamed"),
    "who passed it on": (
        ("Resent-From: cy@example.test", "Resent-Sender: cy@example.test", "From: ana@example.test"),
        "",
    ),
    "no sender at all": (("Sender: cy@example.test",), "cy@example.test"),
}


@pytest.mark.parametrize(("headers", "other"), ON_BEHALF.values(), ids=ON_BEHALF)
def test_who_sent_it_in_the_name_of_another(headers: tuple[str, ...], other: str) -> None:
    assert on_behalf(mail(*headers)) == other


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
