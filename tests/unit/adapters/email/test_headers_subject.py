"""Subjects: one line of text, whatever was written, and without what mail programs put before it."""

from __future__ import annotations

from itertools import product

import pytest

from adapters.email.headers import subject
from adapters.email.prefixes import PREFIXES
from tests.unit.adapters.email.letters import mail

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


# EM-35
FORMS = ["{}: ", "{} : ", "{}[2]: ", "{}(12):", "{}：", "Re: {}: ", "{0}: {0}: "]


@pytest.mark.parametrize("prefix", sorted({prefix for prefixes in PREFIXES.values() for prefix in prefixes}))
def test_every_languages_prefix_goes(prefix: str) -> None:
    lower = prefix.lower().replace("i\u0307", "i")  # What becomes of a Turkish capital I with a dot.
    for written, form in product((prefix, lower, prefix.upper()), FORMS):
        assert subject(mail(f"Subject: {form.format(written)}Deployment: now")) == "Deployment: now"


@pytest.mark.parametrize(
    "written",
    ["Re", "Report: x", "R2: x", "Refund: x", "回复我", "VSOP: x", "Re [x]: y", "[Re] x: y", "Fwd.: x", "AWS: down"],
)
def test_what_only_begins_like_a_prefix_stays(written: str) -> None:
    assert subject(mail(f"Subject: {written}")) == written


def test_a_subject_of_prefixes_only_is_empty_however_many_there_are() -> None:
    assert subject(mail("Subject: " + "Re: " * 100)) == ""
    assert len(subject(mail("Subject: " + "Re:" * 40_000))) <= 500


def test_a_control_character_in_an_encoded_subject_goes() -> None:
    assert subject(mail("Subject: =?utf-8?q?a=00b=1Bc?=")) == "abc"


def test_a_subject_in_plain_utf8_is_read() -> None:
    assert subject(mail("Subject: 回复：Grüße")) == "Grüße"
