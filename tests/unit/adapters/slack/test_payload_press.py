"""Buttons, modals and the slash command of Slack: what a press decides, whose it is, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unreadable
from adapters.heard import Filled, Ignored, Pressed
from adapters.slack.meaning import Amiss, Changed, Chose, Meaning, Opens, Place, Slash
from adapters.slack.payload import understand
from adapters.slack.press import BLANK, place
from agent_core.values import Author
from tests.unit.adapters.slack.payloads import DIGEST, ORG, TICKET, US, payload, read

BO = Author(identity="slack:T0ACME/U0BO", assurance="verified", evidence="slack signature")
EVE = BO.model_copy(update={"identity": "slack:T0OTHER/U0EVE"})
SEAL = "slack:T0ACME"
PRESS, SENT = "slack:T0ACME/12466734323.1395872398.abc0def1", "slack:T0ACME/12466734323.1395872398.def0abc1"
URL = "https://hooks.slack.com/actions/T0ACME/1/random"


def changed(name: str, **action: object) -> Meaning:
    """A press whose action is other than in the fixture; None takes a key away."""
    given = payload(name)
    given["actions"][0] = {key: value for key, value in (given["actions"][0] | action).items() if value is not None}
    return understand(given, US)


def ignored(found: Meaning) -> str:
    assert isinstance(found, Ignored)
    return found.kind


# --- SL-23, SL-24: buttons

APPROVED = Pressed(id=PRESS, author=BO, ticket=TICKET, seal=SEAL, decision="approve", digest=DIGEST)


def test_approving_carries_the_ticket_the_seal_and_the_digest_of_the_card() -> None:
    assert read("press_approve") == APPROVED


def test_the_same_press_on_the_app_home_means_the_same() -> None:
    assert read("press_home") == APPROVED


@pytest.mark.parametrize("kind", ["deny", "edit", "answer"])
def test_what_needs_words_opens_a_modal_that_carries_the_same_on(kind: str) -> None:
    found = read(f"press_{kind}")
    assert isinstance(found, Opens)
    assert (found.kind, found.value, found.ticket, found.digest) == (kind, f"{TICKET} {DIGEST}", TICKET, DIGEST)
    assert (found.author, found.seal, found.trigger_id) == (BO, SEAL, "12466734323.1395872398.abc0def1")


def test_a_choice_is_known_by_its_number_and_never_by_the_words_on_the_button() -> None:
    assert read("press_choice") == Chose(id=PRESS, author=BO, ticket=TICKET, digest=DIGEST, seal=SEAL, index=2)


def test_a_press_knows_where_it_can_be_answered() -> None:
    here = Place(
        team="T0ACME",
        user="U0BO",
        channel="C0OPS",
        message_ts="1790000000.000100",
        thread_ts="1789990000.000200",
        response_url=URL,
    )
    assert place(payload("press_approve"), US) == here
    assert place(payload("press_home"), US) == Place(team="T0ACME", user="U0BO")


def test_a_stranger_presses_as_a_stranger() -> None:
    assert read("press_connect") == APPROVED.model_copy(update={"author": EVE})


def test_a_press_in_another_workspace_is_sealed_with_that_workspace() -> None:
    found = read("press_elsewhere")
    assert isinstance(found, Pressed)
    assert (found.seal, found.author) == ("slack:T0OTHER", EVE)


def test_an_org_wide_app_hears_presses_under_the_org() -> None:
    found = read("press_org", ORG)
    assert isinstance(found, Pressed)
    assert (found.seal, found.author.identity) == ("slack:E0ACME", "slack:E0ACME/U0BO")


def test_a_modal_of_an_org_wide_app_is_a_members_where_the_workspace_is_known_to_be_the_orgs() -> None:
    given = payload("modal_deny") | {"team": None, "enterprise": {"id": "E0ACME"}, "is_enterprise_install": True}
    given["user"]["team_id"] = "T0UNIT"
    given["view"]["app_installed_team_id"] = "E0ACME"
    for workspaces, team in (((), "T0UNIT"), (("T0UNIT",), "E0ACME")):
        found = understand(given, ORG.model_copy(update={"workspaces": workspaces}))
        assert isinstance(found, Pressed)
        assert (found.author.identity, found.seal) == (f"slack:{team}/U0BO", "slack:E0ACME")


def test_another_apps_message_does_not_say_whose_workspace_it_is() -> None:
    given = payload("press_org")
    given["message"]["app_id"] = "A0OTHER"
    found = understand(given, ORG)
    assert isinstance(found, Pressed)
    assert found.author.identity == "slack:T0UNIT/U0BO"


def test_without_a_trigger_the_press_is_named_by_its_moment_and_its_user() -> None:
    given = payload("press_approve")
    del given["trigger_id"]
    found = understand(given, US)
    assert isinstance(found, Pressed)
    assert found.id == "slack:T0ACME/1790000020.194939+U0BO"


@pytest.mark.parametrize(
    "name", ["somebody:elses", "hp:", "hp:approved", "hp:choice:", "hp:choice:-1", "hp:choice:1e3"]
)
def test_a_button_that_is_not_ours_decides_nothing(name: str) -> None:
    assert ignored(changed("press_approve", action_id=name)) == "unknown-button"


def test_who_takes_an_approval_back_says_which() -> None:
    found = changed("press_approve", action_id="hp:undo")
    assert isinstance(found, Pressed)
    assert (found.decision, found.ticket, found.digest) == ("undo", TICKET, DIGEST)


def test_a_bare_number_is_no_choice_of_ours() -> None:
    assert ignored(changed("press_approve", action_id="2")) == "unknown-button"


@pytest.mark.parametrize(
    "value", [None, "", " ", f" {TICKET}", f"{TICKET} {DIGEST} more", "tick\net", "t\u200bicket", 7]
)
def test_a_button_without_a_ticket_is_told_apart_from_one_with_a_forged_one(value: object) -> None:
    assert ignored(changed("press_approve", value=value)) == "no-ticket"
    assert isinstance(changed("press_approve", value="forged"), Pressed)


def test_a_press_meant_for_another_app_is_not_ours() -> None:
    assert ignored(read("press_other_app")) == "other-app"


@pytest.mark.parametrize("user", [None, {}, {"id": ""}, {"id": "U0/../BO"}, {"id": ["U0BO"]}, {"id": "U0BO\n"}])
def test_nobody_presses_nothing(user: object) -> None:
    with pytest.raises(Unreadable):
        understand(payload("press_approve") | {"user": user}, US)


# --- SL-30, SL-31: modals


def test_denying_carries_the_reason() -> None:
    reason = "Not before noon"
    denied = Pressed(id=SENT, author=BO, ticket=TICKET, seal=SEAL, decision="deny", digest=DIGEST, reason=reason)
    assert read("modal_deny") == denied
    assert read("modal_deny_optional") == denied.model_copy(update={"reason": ""})


def test_a_required_field_of_blanks_is_refused_at_the_field() -> None:
    assert read("modal_deny_blank") == Amiss(problems=(("reason", BLANK),))


def test_every_field_left_out_is_named_whatever_the_state_says_of_it() -> None:
    given = payload("modal_answer")
    given["view"]["state"]["values"] = {"why": {"hp:input": {"type": "plain_text_input", "value": None}}}
    asked = ("why", "many", "day", "colour", "sizes", "kind")
    assert understand(given, US) == Amiss(problems=tuple((name, BLANK) for name in asked))


def test_changed_arguments_come_by_block_in_the_order_shown() -> None:
    values = (("host", "web-2"), ("count", "3"))
    assert read("modal_edit") == Changed(id=SENT, author=BO, ticket=TICKET, digest=DIGEST, seal=SEAL, values=values)


def test_a_form_is_read_whole_with_several_choices_each_by_itself() -> None:
    values = (
        ("why", "because"),
        ("many", "12"),
        ("day", "2026-11-21"),
        ("colour", "blue"),
        ("sizes", "S"),
        ("sizes", "L"),
        ("kind", "soft"),
    )
    assert read("modal_answer") == Filled(id=SENT, author=BO, ticket=TICKET, seal=SEAL, values=values)


def test_text_of_a_modal_is_kept_to_the_last_character() -> None:
    given = payload("modal_deny")
    given["view"]["state"]["values"]["reason"]["hp:input"]["value"] = " x" * 1500 + " "
    found = understand(given, US)
    assert isinstance(found, Pressed)
    assert found.reason == " x" * 1500 + " "


def test_a_modal_sent_off_from_another_workspace_keeps_its_place_and_its_stranger() -> None:
    found = read("modal_connect")
    assert isinstance(found, Pressed)
    assert (found.seal, found.author) == (SEAL, EVE)


@pytest.mark.parametrize("carried", ["", None, "two tickets here", 3])
def test_a_modal_without_a_ticket_decides_nothing(carried: object) -> None:
    given = payload("modal_deny")
    given["view"]["private_metadata"] = carried
    assert ignored(understand(given, US)) == "no-ticket"


def test_a_modal_closed_or_not_ours_decides_nothing() -> None:
    assert ignored(read("modal_closed")) == "closed"
    assert ignored(read("modal_unknown")) == "unknown-modal"


# --- the slash command

COMMANDS = {
    "slash_ask": ("ask", "restart the web server with the new payload"),
    "slash_status": ("status", ""),
    "slash_stop": ("stop", ""),
    "slash_help": ("help", ""),
    "slash_unknown": ("help", "wibble"),
}


@pytest.mark.parametrize(("name", "said"), COMMANDS.items(), ids=COMMANDS)
def test_the_command_is_read_by_its_first_word(name: str, said: tuple[str, str]) -> None:
    found = read(name)
    assert isinstance(found, Slash)
    assert (found.verb, found.text) == said
    assert found.author.identity == "slack:T0ACME/U0ANA"
    assert found.place.channel == "C0OPS"


def test_the_commands_words_are_plain_text() -> None:
    given: dict[str, Any] = payload("slash_ask") | {"text": "ask  a &lt; b in <#C0WEB|web>,\nplease "}
    found = understand(given, US)
    assert isinstance(found, Slash)
    assert (found.verb, found.text) == ("ask", "a < b in #web,\nplease")


def test_a_line_break_ends_the_verb_too() -> None:
    found = understand(payload("slash_ask") | {"text": "ask\nthis"}, US)
    assert isinstance(found, Slash)
    assert (found.verb, found.text) == ("ask", "this")


def test_another_apps_command_is_not_ours_and_the_orgs_is() -> None:
    assert ignored(read("slash_other")) == "unknown"
    found = read("slash_org", ORG)
    assert isinstance(found, Slash)
    assert (found.verb, found.author.identity, found.seal) == ("status", "slack:E0ACME/U0ANA", "slack:E0ACME")
