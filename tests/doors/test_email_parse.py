"""`holdpoint parse email`: what it prints, how it fails, that it touches nothing and tells no secret. EM-15"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from typer.testing import CliRunner

from gateway.cli import app
from tests.doors.test_slack_cli import WATCHED

FIXTURES = Path(__file__).parents[1] / "fixtures" / "email"
SITE = ("--config", str(FIXTURES / "site.yaml"))
WHO = {"from_addr", "assurance", "evidence", "is_auto", "auto_kind"}
SAID = {"reply_text", "quoted_text", "doubt", "decision", "comment", "code", "attachments", "bounce", "calendar"}
PLACE = {"thread_token", "thread_found_by", "subject", "message_id", "defects"}
KEYS = WHO | SAID | PLACE | {"may_decide", "why"}
BOUNCE = {"action", "status", "permanent", "recipient", "why", "message_id", "ours"}
CALENDAR = {"method", "uid", "partstat", "summary", "attendee", "sequence"}


def parse(mail: bytes | str, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what was printed: always one JSON object, in ASCII."""
    told = CliRunner().invoke(app, ["parse", "email", *options], input=mail)
    assert told.stdout.isascii()
    assert "Traceback" not in told.output
    return told.exit_code, json.loads(told.stdout)


def given_mail(name: str) -> bytes:
    return (FIXTURES / f"{name}.eml").read_bytes()


READ = {
    "people/gmail_web_approve": ("approve", "482913", "address", ""),
    "people/outlook_desktop_smtp_deny": ("deny", "482913", "address", ""),
    "forged/stranger-with-the-genuine-token": ("approve", "482913", "address", "not among the approvers"),
    "forged/dmarc-fail": ("approve", "482913", "address", "not proven to come from bo@example.test"),
    "forged/two-from-headers": ("approve", "482913", "address", "nobody can be made out as its sender"),
    "forged/no-results-at-all": ("approve", "482913", "address", "no verdict of our own mail server"),
    "layout/two_texts_approve_deny": ("approve", "482913", "address", "its text and its HTML say different things"),
    "layout/thread_subject_only": ("approve", "482913", "subject", "only its subject tells"),
    "layout/thread_nothing": ("approve", "482913", "", "nothing in it tells which request it answers"),
    "sealed/smime-encrypted": (None, None, "address", "it is encrypted"),
    "bounces/exim-no-such-user": (None, None, "references", "no person wrote it (bounce"),
}


@pytest.mark.parametrize("name", READ)
def test_why_an_answer_counts_or_not_is_said(name: str) -> None:
    decision, code, found_by, why = READ[name]
    status, told = parse(given_mail(name), *SITE)
    assert status == 0
    assert set(told) == KEYS
    assert (told["decision"], told["code"], told["thread_found_by"]) == (decision, code, found_by)
    assert told["may_decide"] == (not why)
    assert why in told["why"]
    assert told["why"]


def test_words_of_any_script_are_printed_in_ascii_and_mean_what_they_mean() -> None:
    _, told = parse(given_mail("languages/ja_gmail_approve"), *SITE)
    assert not told["reply_text"].isascii()
    assert (told["decision"], told["may_decide"]) == ("approve", True)


def test_every_reason_is_said_not_only_the_first() -> None:
    _, told = parse(given_mail("forged/two-from-headers"), *SITE)
    assert told["why"].count("; ") == 1
    assert told["why"].endswith("its sender is not among the approvers")


def test_a_report_says_of_which_mail_and_whether_it_is_believed() -> None:
    _, ours = parse(given_mail("bounces/exim-no-such-user"), *SITE)
    _, forged = parse(given_mail("bounces/forged-guessed-message-id"), *SITE)
    assert set(ours["bounce"]) == set(forged["bounce"]) == BOUNCE
    assert (ours["bounce"]["action"], ours["bounce"]["permanent"], ours["bounce"]["ours"]) == ("failed", True, True)
    assert forged["bounce"]["ours"] is False


def test_an_answer_to_an_invitation_is_shown_as_one() -> None:
    _, told = parse(given_mail("calendar/apple-accept"), *SITE)
    assert set(told["calendar"]) == CALENDAR
    assert (told["calendar"]["method"], told["is_auto"], told["decision"]) == ("REPLY", True, None)


def test_without_a_configuration_nobody_is_known_and_nobody_believed() -> None:
    status, told = parse(given_mail("people/gmail_web_approve"))
    assert (status, set(told)) == (0, KEYS)
    assert (told["assurance"], told["thread_found_by"], told["may_decide"]) == ("asserted", "", False)
    assert told["why"].split("; ") == [
        "it is not proven to come from bo@example.test (no verdict of our own mail server)",
        "its sender is not among the approvers",
        "nothing in it tells which request it answers",
    ]


def test_a_site_may_be_json_and_name_one_thing_as_such(tmp_path: Path) -> None:
    site = tmp_path / "site.json"
    known = {
        "own_addresses": "holdpoint@bot.example.test",
        "authserv_id": "mx.bot.example.test",
        "approvers": "email:Bo@example.test",
        "token_prefix": "holdpoint+",
    }
    site.write_text(json.dumps(known))
    assert parse(given_mail("people/gmail_web_approve"), "--config", str(site))[1]["may_decide"] is True


SET_ASIDE = {
    "headers that end twice": b"From: ana@example.test\rFrom: bo@example.test\r\nTo: x@example.test\r\n\r\nAPPROVE",
    "endless headers": b"From: ana@example.test\r\nX: " + b"a" * 200_000 + b"\r\n\r\nAPPROVE",
    "a mail in a mail in a mail": b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a boundary\r\n" * 50,
}


@pytest.mark.parametrize("mail", SET_ASIDE.values(), ids=SET_ASIDE)
def test_what_would_be_set_aside_is_said_to_be_with_exit_code_1(mail: bytes) -> None:
    status, told = parse(mail, *SITE)
    assert status == 1
    assert told["may_decide"] is False
    assert told["why"].startswith("it is set aside: ")


WRONG = {
    "approverz: [bo@example.test]\n": "approverz",
    "own_received: many\n": "own_received",
    "- bo@example.test\n": "valid dictionary",
    "approvers: [bo@example.test\nown_received: 1\n": "line 2",
    "approvers: \u0007\n": "cannot be read",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_a_site_that_cannot_be_is_a_mistake_of_ours_and_named(text: str, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(text)
    told = CliRunner().invoke(app, ["parse", "email", "--config", str(site)], input=b"")
    assert (told.exit_code, told.stdout) == (2, "")
    assert WRONG[text] in told.stderr
    assert "Traceback" not in told.stderr


def test_a_site_that_is_not_there_is_said_to_be() -> None:
    told = CliRunner().invoke(app, ["parse", "email", "--config", "/nowhere/site.yaml"], input=b"")
    assert (told.exit_code, "cannot be read" in told.stderr) == (2, True)


def test_it_touches_neither_the_network_nor_a_file() -> None:
    """The event loop has two sockets of its own that nobody is behind; whatever connects or asks is an alarm."""
    watch = WATCHED.replace('("socket.gethostname",)', '("socket.gethostname", "socket.__new__")')
    assert watch != WATCHED
    done = subprocess.run(
        [sys.executable, "-B", "-c", watch, "parse", "email", *SITE],
        input=given_mail("people/gmail_web_approve"),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"touched" in done.stderr) == (0, False), done.stderr
    assert json.loads(done.stdout)["may_decide"] is True


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: f"From: {text}\r\n\r\n{text}".encode()))
def test_whatever_comes_it_is_explained_or_said_to_be_set_aside(mail: bytes) -> None:
    status, told = parse(mail, *SITE)
    assert (status == 1) == told["why"].startswith("it is set aside")
    assert told["may_decide"] is False
