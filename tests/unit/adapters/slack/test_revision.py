"""Edits and deletions: they name the message they are about as it was named when it was said. SL-11."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.heard import Ignored, Received, Revised
from adapters.slack.meaning import Meaning
from adapters.slack.payload import understand
from tests.unit.adapters.slack.payloads import US, payload, read


def said(name: str) -> Received:
    found = read(name)
    assert isinstance(found, Received)
    return found


def revised(given: dict[str, Any]) -> Revised:
    found = understand(given, US)
    assert isinstance(found, Revised), found
    return found


def ignored(found: Meaning) -> str:
    assert isinstance(found, Ignored), found
    return found.kind


def edit_of(name: str, text: str) -> dict[str, Any]:
    """The message of a fixture, edited by its author, as Slack tells it."""
    given = payload(name)
    before = given["event"]
    kept = {key: before.pop(key) for key in ("channel", "channel_type") if key in before}
    after = before | {"text": text, "edited": {"user": before["user"], "ts": "1790000005.000000"}}
    given["event"] = {"type": "message", "subtype": "message_changed", "hidden": True, "message": after} | kept
    given["event"] |= {"previous_message": before, "ts": "1790000005.000100", "event_ts": "1790000005.000100"}
    return given


def deletion_of(name: str) -> dict[str, Any]:
    given = edit_of(name, "")
    given["event"]["subtype"] = "message_deleted"
    given["event"]["deleted_ts"] = given["event"].pop("message")["ts"]
    return given


SAID = (
    "message_im",
    "message_im_reply",
    "message_mention",
    "message_reply",
    "message_without_client_id",
    "connect_message",
    "connect_ours",
    "message_file_share",
    "message_thread_broadcast",
    "message_me",
)


@pytest.mark.parametrize("name", SAID)
def test_an_edit_and_a_deletion_are_about_the_very_message_and_by_its_author(name: str) -> None:
    first = said(name)
    for given, contains in ((edit_of(name, "something else"), "something else"), (deletion_of(name), "")):
        found = revised(given)
        assert (found.revises, found.author) == (first.message.id, first.message.author)
        assert found.conversation == first.conversation
        assert contains in found.text
        assert bool(found.text) == bool(contains)


def test_an_edit_is_read_like_a_message_and_named_by_its_event() -> None:
    found = revised(edit_of("message_im", "restart &lt;b&gt; in <#C0WEB|web> &amp; go"))
    assert found.text == "restart <b> in #web & go"
    assert found.id == "slack:T0ACME/Ev0MESSAGE"
    assert revised(payload("message_changed")).text == "restart the blue one"
    assert revised(payload("message_deleted")).text == ""


def test_a_message_with_answers_below_it_leaves_a_tombstone() -> None:
    given = edit_of("message_im", "This message was deleted.")
    stone = {"subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    given["event"]["message"] |= stone
    found = revised(given)
    assert (found.text, found.revises) == ("", said("message_im").message.id)
    given["event"]["previous_message"] |= stone
    assert ignored(understand(given, US)) == "subtype"


def test_what_slack_adds_to_a_message_is_no_edit() -> None:
    unfurled = edit_of("message_im", payload("message_im")["event"]["text"])
    unfurled["event"]["message"]["attachments"] = [{"from_url": "https://example.test", "title": "A page"}]
    assert ignored(understand(unfurled, US)) == "unfurled"
    del unfurled["event"]["message"]["edited"]
    assert ignored(understand(unfurled, US)) == "unfurled"
    silent = edit_of("message_im", "other words")
    del silent["event"]["message"]["edited"]
    assert ignored(understand(silent, US)) == "unfurled"


def test_what_somebody_else_edited_is_not_what_its_author_says() -> None:
    given = edit_of("message_im", "other words")
    given["event"]["message"]["edited"]["user"] = "U0EVE"
    assert ignored(understand(given, US)) == "unfurled"


@pytest.mark.parametrize(
    ("mark", "kind"),
    [({"user": "U0HOLDPOINT"}, "own"), ({"bot_id": "B0HOLDPOINT"}, "own"), ({"bot_id": "B0OTHER"}, "bot")],
    ids=str,
)
def test_our_own_edits_and_those_of_bots_are_nobodys(mark: dict[str, str], kind: str) -> None:
    for given in (edit_of("message_im", "other words"), deletion_of("message_im")):
        given["event"]["previous_message"] |= mark
        if "message" in given["event"]:
            given["event"]["message"] |= mark | {"edited": {"user": mark.get("user", "U0ANA")}}
        assert ignored(understand(given, US)) == kind


def test_a_deletion_that_does_not_say_of_what_is_nobodys() -> None:
    given = deletion_of("message_im")
    del given["event"]["previous_message"]
    assert ignored(understand(given, US)) == "hidden"
