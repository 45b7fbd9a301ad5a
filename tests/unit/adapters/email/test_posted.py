"""Mails posted to us: taken as they came out of every wrapping, from whoever knows the secret, and from nobody else."""

# EM-15

from __future__ import annotations

import base64
import contextlib
import json
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given, strategies as st

from adapters.base import HttpCall, Kept
from adapters.email.fetching.posted import knows, mime_of, take
from adapters.errors import Unreadable
from tests.unit.adapters.email.letters import raw

MAIL = raw("Subject: Gr\xfc\xdfe", body="Bitte, 1 + 1 = 2 & mehr?\n")
ODD = b"From: ana@example.test\r\nSubject: \xff\xfe\r\n\r\n\xe9t\xe9\r\n"
SECRET = "a secret of the post"


def basic(password: str, user: str = "post") -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def parts(name: str, mail: bytes) -> HttpCall:
    """A form of several parts, as SendGrid posts it."""
    body = b'--x\r\nContent-Disposition: form-data; name="dkim"\r\n\r\n{@example.test : pass}\r\n--x\r\n'
    body += f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + mail + b"\r\n--x--\r\n"
    return HttpCall(body, {"content-type": "multipart/form-data; boundary=x"})


def wrappings(mail: bytes) -> dict[str, HttpCall]:
    """One mail as each provider posts it."""
    form = b"recipient=x&body-mime=" + quote_from_bytes(mail).encode()
    content = base64.b64encode(mail).decode()
    return {
        "as it is": HttpCall(mail, {"Content-Type": "message/rfc822"}),
        "Mailgun": HttpCall(form, {"Content-Type": "application/x-www-form-urlencoded"}),
        "SendGrid": parts("email", mail),
        "behind SES": HttpCall(json.dumps({"content": content}).encode(), {"Content-Type": "application/json"}),
    }


@pytest.mark.parametrize("mail", [MAIL, ODD], ids=["text", "no UTF-8"])
@pytest.mark.parametrize("provider", wrappings(b""))
def test_a_mail_comes_out_as_it_was_put_in(provider: str, mail: bytes) -> None:
    assert mime_of(wrappings(mail)[provider]) == mail


def test_postmark_posts_text() -> None:
    call = HttpCall(
        json.dumps({"RawEmail": MAIL.decode()}).encode(), {"Content-Type": "application/json; charset=utf-8"}
    )
    assert mime_of(call) == MAIL


WRONG = {
    "nothing": HttpCall(b"", {"Content-Type": "message/rfc822"}),
    "no kind": HttpCall(MAIL, {}),
    "another kind": HttpCall(MAIL, {"Content-Type": "text/plain"}),
    "broken JSON": HttpCall(b"{", {"Content-Type": "application/json"}),
    "deep JSON": HttpCall(b"[" * 100_000, {"Content-Type": "application/json"}),
    "JSON without a mail": HttpCall(b'{"From":"x"}', {"Content-Type": "application/json"}),
    "JSON of another shape": HttpCall(b'["RawEmail"]', {"Content-Type": "application/json"}),
    "broken base64": HttpCall(b'{"content":"!"}', {"Content-Type": "application/json"}),
    "a form without a mail": HttpCall(b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}),
    "a form of raw bytes": HttpCall(b"email=\xff", {"Content-Type": "application/x-www-form-urlencoded"}),
    "parts without a mail": parts("subject", MAIL),
    "no parts": HttpCall(b"", {"Content-Type": "multipart/form-data"}),
}


@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG)
def test_what_is_no_mail_is_said_to_be_none(call: HttpCall) -> None:
    with pytest.raises(Unreadable):
        mime_of(call)


@given(
    st.binary(max_size=300), st.sampled_from(["message/rfc822", "application/json", "multipart/form-data; boundary=x"])
)
def test_whatever_is_posted_only_unreadable_comes_out(body: bytes, kind: str) -> None:
    with contextlib.suppress(Unreadable):
        assert mime_of(HttpCall(body, {"Content-Type": kind})).strip()


def test_who_knows_the_secret_is_known() -> None:
    assert knows(basic(SECRET), SECRET)
    assert knows(basic(SECRET, user=""), SECRET)
    assert knows({"AUTHORIZATION": f"Bearer {SECRET}"}, SECRET)


STRANGERS = {
    "nobody": {},
    "another secret": basic("guess"),
    "the secret as the name": basic("", user=SECRET),
    "another bearer": {"Authorization": "Bearer guess"},
    "another scheme": {"Authorization": f"Digest {SECRET}"},
    "no base64": {"Authorization": "Basic ***"},
    "no text": {"Authorization": f"Basic {base64.b64encode(bytes(range(128, 140))).decode()}"},
    "the bare secret": {"Authorization": SECRET},
}


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS)
def test_nobody_else_is(headers: dict[str, str]) -> None:
    assert not knows(headers, SECRET)


def test_without_a_secret_nobody_is_known() -> None:
    assert not knows(basic(""), "")
    assert not knows({"Authorization": "Bearer "}, "")


class Box:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Kept]] = []

    async def post(self, source: str, kept: Kept) -> None:
        """Keep it."""
        self.kept.append((source, kept))


async def test_a_mail_is_kept_before_the_provider_hears_so_and_twice_under_one_name() -> None:
    box, headers = Box(), basic(SECRET) | {"Content-Type": "message/rfc822"}
    answers = [await take(HttpCall(MAIL, headers), SECRET, "email:us", box) for _ in range(2)]
    assert [one.status for one in answers] == [200, 200]
    assert box.kept[0] == box.kept[1]
    assert (box.kept[0][0], box.kept[0][1].raw) == ("email:us", MAIL)


async def test_of_strangers_and_of_no_mail_nothing_is_kept() -> None:
    box = Box()
    stranger = await take(HttpCall(MAIL, {"Content-Type": "message/rfc822"}), SECRET, "email:us", box)
    odd = await take(HttpCall(b"x", basic(SECRET)), SECRET, "email:us", box)
    assert (stranger.status, odd.status, box.kept) == (401, 422, [])
