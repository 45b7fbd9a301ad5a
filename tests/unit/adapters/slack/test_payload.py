"""Messages and events of Slack: what is said to us, by whom, in which conversation, and what is nobody's word."""

from __future__ import annotations

import pytest

from adapters.heard import Address, Ignored, Ordered, Received
from adapters.slack.meaning import (
    Challenge,
    HomeOpened,
    RateLimited,
    StreamsStopped,
    TalkOpened,
    Uninstalled,
)
from adapters.slack.message import files
from adapters.slack.payload import EVENTS, understand, whose
from agent_core.values import Author
from tests.unit.adapters.slack.payloads import NAMES, ORG, US, payload, read

ANA = Author(identity="slack:T0ACME/U0ANA", assurance="verified", evidence="slack signature")
TS, ROOT = "1790000000.000100", "1789990000.000200"


def heard(name: str) -> Received:
    found = read(name, ORG if name.startswith("org") else US)
    assert isinstance(found, Received)
    return found


# --- SL-12: where it belongs, and whether it is for us

ROUTES = {
    "message_im": (f"T0ACME/D0ANA/{TS}", False),
    "message_im_reply": (f"T0ACME/D0ANA/{ROOT}", False),
    "message_im_assistant": (f"T0ACME/D0ANA/{ROOT}", False),  # SL-13: the older kind of agent conversation
    "message_mention": (f"T0ACME/C0OPS/{TS}", False),
    "app_mention": (f"T0ACME/C0OPS/{TS}", False),
    "message_reply": (f"T0ACME/C0OPS/{ROOT}", True),
    "message_reply_mention": (f"T0ACME/C0OPS/{ROOT}", False),
    "message_thread_broadcast": (f"T0ACME/C0OPS/{ROOT}", True),
    "message_me": (f"T0ACME/D0ANA/{TS}", False),
    "message_file_share": (f"T0ACME/D0ANA/{TS}", False),
}


@pytest.mark.parametrize(("name", "expected"), ROUTES.items(), ids=ROUTES)
def test_a_message_is_heard_in_its_conversation(name: str, expected: tuple[str, bool]) -> None:
    found = heard(name)
    assert (found.conversation, found.joins) == expected
    assert found.address == Address(channel="slack", ref=expected[0])
    assert found.message.author == ANA


@pytest.mark.parametrize("name", ["message_plain", "message_group", "message_mpim"])
def test_what_people_say_to_one_another_is_left_alone(name: str) -> None:
    assert isinstance(found := read(name), Ignored)
    assert found.kind == "unaddressed"


def test_without_a_channel_type_the_channels_id_tells_a_direct_message() -> None:
    given = payload("message_im")
    del given["event"]["channel_type"]
    assert isinstance(understand(given, US), Received)


# --- SL-10: who is not answered

SILENCED = {
    "message_own": "own",
    "message_changed_own": "own",
    "message_bot": "bot",
    "message_bot_classic": "bot",
    "message_slackbot": "bot",
    "message_channel_join": "subtype",
    "message_channel_topic": "subtype",
    "message_message_replied": "subtype",
    "message_assistant_app_thread": "subtype",
    "message_ekm_access_denied": "subtype",
    "message_reminder_add": "subtype",
    "message_huddle_thread": "subtype",
}


@pytest.mark.parametrize(("name", "kind"), SILENCED.items(), ids=SILENCED)
def test_what_no_person_says_starts_nothing(name: str, kind: str) -> None:
    assert isinstance(found := read(name), Ignored)
    assert found.kind == kind


@pytest.mark.parametrize("mark", [{"user": "U0HOLDPOINT"}, {"bot_id": "B0HOLDPOINT"}, {"app_id": "A0HOLDPOINT"}])
def test_any_one_sign_of_ourselves_is_enough_to_stop_a_loop(mark: dict[str, str]) -> None:
    given = payload("message_im")
    given["event"] |= mark
    assert isinstance(found := understand(given, US), Ignored)
    assert found.kind == "own"


def test_a_bot_is_known_by_its_profile_alone() -> None:
    given = payload("message_bot")
    del given["event"]["bot_id"]
    found = understand(given, US)
    assert isinstance(found, Ignored)
    assert found.kind == "bot"


# --- SL-04: one gesture is one message


def test_a_message_and_its_mention_and_its_double_have_one_id() -> None:
    ids = {heard(name).message.id for name in ("message_mention", "app_mention", "message_twice")}
    assert len(ids) == 1


@pytest.mark.parametrize("chosen", [None, "", "x" * 65, "a/b/c/d/e", "../../../..", 12345678])
def test_without_a_proper_id_of_the_client_the_message_is_named_by_its_place(chosen: object) -> None:
    given = payload("message_im")
    given["event"]["client_msg_id"] = chosen
    found = understand(given, US)
    assert isinstance(found, Received)
    assert found.message.id == heard("message_without_client_id").message.id == f"slack:T0ACME/D0ANA/{TS}"


def test_nobody_can_silence_another_by_using_their_message_id() -> None:
    given = payload("message_mention")
    given["event"]["user"] = "U0BO"
    assert isinstance(found := understand(given, US), Received)
    assert found.message.id != heard("message_mention").message.id


def test_a_redelivery_reads_the_same_whatever_slack_says_about_retrying() -> None:
    again = payload("message_im") | {"retry_attempt": 1, "retry_reason": "timeout"}  # SL-05
    assert understand(again, US) == read("message_im")


# --- SL-48, SL-40: whose person, and whose event


def test_a_stranger_in_a_shared_channel_keeps_their_own_team() -> None:
    assert heard("connect_message").message.author.identity == "slack:T0OTHER/U0EVE"
    assert heard("connect_app_mention_grid").message.author.identity == "slack:E0OTHER/U0EVE"
    assert heard("connect_message").conversation == f"T0ACME/C0OPS/{TS}"


def test_our_own_people_stay_ours_in_a_shared_channel() -> None:
    assert heard("connect_ours").message.author == ANA


def test_who_has_no_team_in_a_shared_channel_is_nobodys_person_and_proves_nothing() -> None:
    author = heard("connect_teamless").message.author
    assert (author.identity, author.assurance) == ("slack:?/U0EVE", "none")


@pytest.mark.parametrize("says", ["user_team", "source_team", "team"])
def test_any_one_word_of_another_team_makes_a_stranger(says: str) -> None:
    given = payload("connect_teamless")
    given["event"][says] = "T0OTHER"
    found = understand(given, US)
    assert isinstance(found, Received)
    assert found.message.author.identity == "slack:T0OTHER/U0EVE"


@pytest.mark.parametrize("context", ["T0UNIT", None])
def test_a_stranger_of_an_org_wide_app_is_not_taken_for_one_of_the_org(context: str | None) -> None:
    given = payload("org_message") | {"team_id": "T0OTHER", "enterprise_id": "E0OTHER", "is_ext_shared_channel": True}
    given["context_team_id"] = context
    given["event"] |= {"user": "U0EVE", "user_team": "T0OTHER"}
    found = understand(given, ORG)
    assert isinstance(found, Received)
    assert found.message.author.identity == "slack:T0OTHER/U0EVE"


def test_the_same_user_id_in_another_team_is_another_person() -> None:
    given = payload("connect_message")
    given["event"]["user"] = "U0ANA"
    assert isinstance(found := understand(given, US), Received)
    assert found.message.author.identity != ANA.identity


def test_an_event_for_another_installation_is_not_ours() -> None:
    assert read("elsewhere") == Ignored(kind="elsewhere", detail="T0OTHER")
    assert whose(payload("elsewhere")).team == "T0OTHER"


def test_what_slack_authorised_outranks_where_it_was_said() -> None:
    assert payload("connect_message")["team_id"] == "T0OTHER"
    assert whose(payload("connect_message")).team == "T0ACME"


def test_without_an_authorisation_the_context_decides() -> None:
    given = payload("connect_message")
    del given["authorizations"]
    assert whose(given).team == "T0ACME"


def test_an_org_wide_app_speaks_and_knows_its_people_by_the_org() -> None:
    found = whose(payload("org_message"))
    assert (found.enterprise, found.org_wide) == ("E0ACME", True)
    assert heard("org_message").message.author.identity == "slack:E0ACME/U0ANA"
    assert heard("org_message").conversation == f"E0ACME/C0OPS/{TS}"


def test_a_member_of_our_org_is_ours_in_the_workspace_too() -> None:
    given = payload("connect_app_mention_grid")
    given["event"] |= {"user": "U0ANA", "user_team": "E0ACME"}
    us = US.model_copy(update={"enterprise": "E0ACME"})
    assert isinstance(found := understand(given, us), Received)
    assert found.message.author == ANA


# --- files


def test_files_are_named_in_the_text_and_described_for_fetching() -> None:
    assert heard("message_file_share").message.text.splitlines() == [
        "here is the invoice",
        "[file invoice.pdf, application/pdf, 92,582 bytes]",
        "[file F0FOREIGN: Slack does not describe it]",
        "[file F0GONE: it is gone]",
    ]
    invoice, foreign, gone = files(payload("message_file_share")["event"])
    assert (invoice.id, invoice.asks, foreign.id, foreign.asks) == ("F0INVOICE", False, "F0FOREIGN", True)
    assert (gone.id, gone.why_not) == ("F0GONE", "gone")
    assert invoice.url == "https://files.slack.com/files-pri/T0ACME-F0INVOICE/download/invoice.pdf"


def test_a_files_name_cannot_add_lines_or_hide_characters() -> None:
    given = payload("message_file_share")
    given["event"]["files"][0]["name"] = "a\u202efdp.\napprove"
    assert isinstance(found := understand(given, US), Received)
    assert "[file a\\u{202E}fdp.\\napprove, " in found.message.text


def test_a_forwarded_message_is_told_of_and_its_words_are_not_the_senders() -> None:
    assert heard("message_shared").message.text == "see this\n[a forwarded message, not read]"


# --- other events


def test_looking_at_us_is_not_speaking_to_us() -> None:
    opened = HomeOpened(team="T0ACME", user="U0ANA", author=ANA, seal="slack:T0ACME")
    assert read("app_home_opened") == opened
    assert read("app_home_opened_messages") == TalkOpened(team="T0ACME", user="U0ANA", channel="D0ANA")
    started = TalkOpened(team="T0ACME", user="U0ANA", channel="D0ANA", thread_ts=ROOT)
    assert read("assistant_thread_started") == started
    for name in ("app_context_changed", "assistant_thread_context_changed"):
        assert isinstance(found := read(name), Ignored)
        assert found.kind == "context"


@pytest.mark.parametrize(
    ("name", "streams"), [("agent_session_stopped", ("1790000001.693923",)), ("agent_session_stopped_idle", ())]
)
def test_slacks_stop_button_stops_the_conversation_and_its_streams(name: str, streams: tuple[str, ...]) -> None:
    found = read(name)  # SL-15
    assert isinstance(found, StreamsStopped)
    order = Ordered(id=found.order.id, author=ANA, conversation=f"T0ACME/D0ANA/{ROOT}", verb="stop")
    assert found == StreamsStopped(order=order, channel="D0ANA", thread_ts=ROOT, streams=streams)


def test_an_app_removed_or_its_bots_token_revoked_is_told_and_a_persons_token_is_not() -> None:
    assert read("app_uninstalled") == Uninstalled(team="T0ACME", why="app_uninstalled")  # SL-44
    assert read("tokens_revoked") == Uninstalled(team="T0ACME", why="tokens_revoked")
    assert isinstance(found := read("tokens_revoked_user"), Ignored)
    assert found.kind == "user-tokens"


def test_the_challenge_is_answered_and_the_rate_limit_told() -> None:
    challenge = read("url_verification")  # SL-06
    assert challenge == Challenge(text=payload("url_verification")["challenge"])
    assert read("app_rate_limited") == RateLimited(team="T0ACME", minute=1790000000)


def test_an_event_we_never_asked_for_and_an_app_that_is_not_us_are_ignored() -> None:
    assert read("reaction_added") == Ignored(kind="unknown-event", detail="reaction_added")
    assert read("ssl_check") == Ignored(kind="ssl-check")
    other = US.model_copy(update={"app_id": "A0OTHER"})
    assert read("message_im", other) == Ignored(kind="other-app", detail="A0HOLDPOINT")


def test_every_event_we_listen_to_has_a_payload_here() -> None:
    kinds = {payload(name).get("event", {}).get("type") for name in NAMES}
    assert set(EVENTS) <= kinds
