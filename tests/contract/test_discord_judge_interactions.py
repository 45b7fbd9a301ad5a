"""The judge on interactions: presses, choices, forms and commands are the same to our local Discord and to simcord."""

from __future__ import annotations

from typing import Any

from tests.contract.discord_far_ends import FarEnd
from tests.contract.discord_raw import Bot, bot_there, far_discord, general_channel  # noqa: F401 (fixtures)

MESSAGES = "/channels/{channel_id}/messages"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"
ORIGINAL = f"{FOLLOW_UP}/messages/@original"
COMMANDS = "/applications/{application_id}/commands"
EPHEMERAL, LOADING = 1 << 6, 1 << 7
MESSAGE, THINKING, LATER, UPDATE, FORM = 4, 5, 6, 7, 9
DEFERRED = {"type": LATER}
BUTTON = {"type": 2, "style": 4, "label": "Deny", "custom_id": "deny"}
SELECT = {
    "type": 3,
    "custom_id": "choose",
    "options": [{"label": name.capitalize(), "value": name} for name in ("staging", "production")],
}
CARD = {"content": "Deploy?", "components": [{"type": 1, "components": [BUTTON]}, {"type": 1, "components": [SELECT]}]}
ASK = {
    "name": "ask",
    "description": "Ask for work",
    "type": 1,
    "options": [{"type": 3, "name": "what", "description": "What is to be done", "required": True}],
}
# What simcord takes besides.
TAKEN = {"value": "fills forms with anything"}

Json = dict[str, Any]


async def test_a_press_says_who_pressed_what_where(far: FarEnd, bot: Bot, general: str) -> None:
    di = far.person("di")
    card = await bot.call("POST", MESSAGES, channel_id=general, json=CARD)
    await far.click(di, general, card["id"], "Deny")
    pressed = await bot.hears("INTERACTION_CREATE")

    assert (pressed["type"], pressed["application_id"], pressed["version"]) == (3, far.application, 1)
    assert (pressed["channel_id"], pressed["channel"]["id"], pressed["guild_id"]) == (general, general, far.guild)
    assert (pressed["member"]["user"]["id"], pressed["message"]["id"]) == (di, card["id"])
    assert (pressed["data"]["custom_id"], pressed["data"]["component_type"]) == ("deny", 2)
    assert pressed["message"]["author"]["id"] == far.bot
    assert "user" not in pressed


async def test_a_press_in_direct_messages_has_no_server(far: FarEnd, bot: Bot) -> None:
    di = far.person("di")
    card = await bot.call("POST", MESSAGES, channel_id=far.direct(di), json=CARD)
    await far.click(di, far.direct(di), card["id"], "Deny")
    pressed = await bot.hears("INTERACTION_CREATE")

    assert (pressed["user"]["id"], pressed["channel_id"], pressed["channel"]["type"]) == (di, far.direct(di), 1)
    assert {"guild_id", "member", "guild"} & pressed.keys() == set()
    await bot.call("POST", CALLBACK, json=DEFERRED, **_token(pressed))


async def test_a_choice_says_its_values(far: FarEnd, bot: Bot, general: str) -> None:
    card = await bot.call("POST", MESSAGES, channel_id=general, json=CARD)
    await far.choose(far.person("di"), general, card["id"], "Production")
    chosen = await bot.hears("INTERACTION_CREATE")

    assert (chosen["type"], chosen["data"]["component_type"], chosen["data"]["custom_id"]) == (3, 3, "choose")
    assert chosen["data"]["values"] == ["production"]


async def test_a_press_is_answered_once(far: FarEnd, bot: Bot, general: str) -> None:  # DC-11
    pressed = await _pressed(far, bot, general)
    answer = await bot.call("POST", CALLBACK, json=DEFERRED, **_token(pressed))

    assert (answer not in ("", None)) == far.differs("tells each answer at length")
    assert await bot.refused("POST", CALLBACK, json=DEFERRED, **_token(pressed)) == (400, 40060)
    assert await bot.refused("POST", CALLBACK, json={"type": FORM, "data": _form()}, **_token(pressed)) == (400, 40060)


async def test_an_answer_is_told_at_length_when_asked(far: FarEnd, bot: Bot, general: str) -> None:
    pressed = await _pressed(far, bot, general)
    said = {"type": MESSAGE, "data": {"content": "only you", "flags": EPHEMERAL}}
    answer = await bot.call("POST", CALLBACK, json=said, params={"with_response": "true"}, **_token(pressed))

    assert (answer["interaction"]["id"], answer["interaction"]["type"]) == (pressed["id"], 3)
    assert (answer["resource"]["type"], answer["resource"]["message"]["content"]) == (MESSAGE, "only you")


async def test_a_press_is_answered_within_three_seconds(far: FarEnd, bot: Bot, general: str) -> None:  # DC-10, DC-11
    pressed = await _pressed(far, bot, general)
    await far.forward(3.5)

    assert await bot.refused("POST", CALLBACK, json=DEFERRED, **_token(pressed)) == (404, 10062)
    status, _ = await bot.refused("POST", FOLLOW_UP, json={"content": "sorry"}, **_hook(far, pressed))
    assert status in (401, 404)


async def test_what_was_never_pressed_is_not_answered(far: FarEnd, bot: Bot) -> None:
    nobody = {"interaction_id": "1", "interaction_token": "of nothing"}

    assert await bot.refused("POST", CALLBACK, json=DEFERRED, **nobody) == (404, 10062)


async def test_the_card_is_redrawn_by_the_press(far: FarEnd, bot: Bot, general: str) -> None:  # DC-17
    pressed = await _pressed(far, bot, general)
    await bot.call("POST", CALLBACK, json=DEFERRED, **_token(pressed))
    drawn: Json = {"content": "Denied by Di.", "components": []}
    edited = await bot.call("PATCH", ORIGINAL, json=drawn, **_hook(far, pressed))
    told = await bot.hears("MESSAGE_UPDATE")
    read = await bot.call("GET", ORIGINAL, **_hook(far, pressed))

    assert edited["id"] == told["id"] == read["id"] == pressed["message"]["id"]
    assert edited["content"] == told["content"] == read["content"] == "Denied by Di."
    assert read["components"] == []


async def test_the_card_is_redrawn_in_the_answer(far: FarEnd, bot: Bot, general: str) -> None:
    pressed = await _pressed(far, bot, general)
    drawn: Json = {"type": UPDATE, "data": {"content": "Denied by Di.", "components": []}}
    await bot.call("POST", CALLBACK, json=drawn, **_token(pressed))
    told = await bot.hears("MESSAGE_UPDATE")

    assert (told["id"], told["content"], told["components"]) == (pressed["message"]["id"], "Denied by Di.", [])


async def test_what_only_one_may_see_is_in_no_channel(far: FarEnd, bot: Bot, general: str) -> None:  # DC-16
    pressed = await _pressed(far, bot, general)
    await bot.call("POST", CALLBACK, json=DEFERRED, **_token(pressed))
    whisper = {"content": "only you", "flags": EPHEMERAL}
    sent = await bot.call("POST", FOLLOW_UP, json=whisper, **_hook(far, pressed))
    aloud = await bot.call("POST", FOLLOW_UP, json={"content": "all of you"}, **_hook(far, pressed))
    read = await bot.call("GET", MESSAGES, channel_id=general)

    assert sent["flags"] & EPHEMERAL
    assert [one["content"] for one in read] == ["all of you", "Deploy?"]
    call: Json = {"channel_id": general, "message_id": sent["id"]}
    assert await bot.refused("GET", f"{MESSAGES}/{{message_id}}", **call) == (404, 10008)
    assert (await bot.hears_message(aloud["id"]))["author"]["id"] == far.bot


async def test_a_token_is_good_for_a_quarter_of_an_hour(far: FarEnd, bot: Bot, general: str) -> None:  # DC-10
    pressed = await _pressed(far, bot, general)
    await bot.call("POST", CALLBACK, json=DEFERRED, **_token(pressed))
    await far.forward(890)
    sent = await bot.call("POST", FOLLOW_UP, json={"content": "Denied."}, **_hook(far, pressed))
    await far.forward(20)
    refused = await bot.refused("POST", FOLLOW_UP, json={"content": "Denied."}, **_hook(far, pressed))

    assert sent["content"] == "Denied."
    assert refused == ((404, 10015) if far.differs("forgets tokens that are over") else (401, 50027))


async def test_a_form_is_opened_and_sent_off(far: FarEnd, bot: Bot, general: str) -> None:  # DC-15
    di = far.person("di")
    pressed = await _pressed(far, bot, general)
    await bot.call("POST", CALLBACK, json={"type": FORM, "data": _form()}, **_token(pressed))
    await far.submit(di, {"Why not?": "Not on a Friday.", "Where else?": "Staging"})
    sent = await bot.hears("INTERACTION_CREATE")

    assert (sent["type"], sent["data"]["custom_id"], sent["member"]["user"]["id"]) == (5, "deny it", di)
    assert sent["message"]["id"] == pressed["message"]["id"], "it came from a message"
    why, where = sent["data"]["components"]
    assert (why["type"], why["component"]["custom_id"], why["component"]["value"]) == (18, "why", "Not on a Friday.")
    assert (where["component"]["type"], where["component"]["values"]) == (3, ["staging"])
    await bot.call("POST", CALLBACK, json=DEFERRED, **_token(sent))


async def test_a_form_has_limits(far: FarEnd, bot: Bot, general: str) -> None:  # DC-18
    five = [_label(f"field {number}", f"f{number}") for number in range(5)]
    too_much: dict[str, list[Json]] = {
        "fields": [*five, _label("field 5", "f5")],
        "no fields": [],
        "label": [_label("x" * 46, "why")],
        "custom_id": [_label("Why not?", "x" * 101)],
        "twice": [_label("Why not?", "why"), _label("Really?", "why")],
        "length": [_label("Why not?", "why", max_length=4001)],
        "placeholder": [_label("Why not?", "why", placeholder="x" * 101)],
        "value": [_label("Why not?", "why", value="x" * 4001)],
    }
    forms = {name: _form() | {"components": fields} for name, fields in too_much.items()}
    forms |= {"title": _form() | {"title": "x" * 46}, "its custom_id": _form() | {"custom_id": "x" * 101}}
    for name, form in forms.items():
        call: Json = {"json": {"type": FORM, "data": form}, **_token(await _pressed(far, bot, general))}
        if name in TAKEN and far.differs(TAKEN[name]):
            await bot.call("POST", CALLBACK, **call)
            continue
        assert await bot.refused("POST", CALLBACK, **call) == (400, 50035), name


async def test_a_form_that_was_refused_may_be_mended(far: FarEnd, bot: Bot, general: str) -> None:  # DC-11
    token = _token(await _pressed(far, bot, general))
    five = [_label("x" * 45, f"{number}".rjust(100, "x")) for number in range(5)]
    enough = {"title": "x" * 45, "custom_id": "x" * 100, "components": five}
    too_much = enough | {"title": "x" * 46}

    assert await bot.refused("POST", CALLBACK, json={"type": FORM, "data": too_much}, **token) == (400, 50035)
    await bot.call("POST", CALLBACK, json={"type": FORM, "data": enough}, **token)


async def test_a_command_is_registered_and_given(far: FarEnd, bot: Bot, general: str) -> None:  # DC-28
    di = far.person("di")
    put = await bot.call("PUT", COMMANDS, application_id=far.application, json=[ASK])
    again = await bot.call("PUT", COMMANDS, application_id=far.application, json=[ASK])
    await far.slash(di, general, "ask", what="deploy 1.4.2")
    given = await bot.hears("INTERACTION_CREATE")

    assert [one["id"] for one in put] == [one["id"] for one in again]
    assert again == await bot.call("GET", COMMANDS, application_id=far.application)
    assert (put[0]["application_id"], put[0]["type"], put[0]["options"]) == (far.application, 1, ASK["options"])
    assert (given["type"], given["data"]["id"], given["data"]["name"]) == (2, put[0]["id"], "ask")
    assert given["data"]["options"] == [{"name": "what", "type": 3, "value": "deploy 1.4.2"}]
    assert "message" not in given
    await bot.call("POST", CALLBACK, json={"type": THINKING}, **_token(given))


async def test_the_answer_to_a_command_is_a_message(far: FarEnd, bot: Bot, general: str) -> None:
    di = far.person("di")
    await bot.call("PUT", COMMANDS, application_id=far.application, json=[ASK])
    await far.slash(di, general, "ask", what="deploy 1.4.2")
    given = await bot.hears("INTERACTION_CREATE")
    await bot.call("POST", CALLBACK, json={"type": THINKING}, **_token(given))
    thinking = await bot.call("GET", ORIGINAL, **_hook(far, given))
    said = await bot.call("PATCH", ORIGINAL, json={"content": "Di asks: deploy 1.4.2"}, **_hook(far, given))
    thread = await bot.call(
        "POST",
        f"{MESSAGES}/{{message_id}}/threads",
        channel_id=general,
        message_id=said["id"],
        json={"name": "deploy 1.4.2"},
    )

    assert (thinking["type"], thinking["flags"], thinking["content"]) == (20, LOADING, "")
    assert said["id"] == thinking["id"] == thread["id"]
    assert (said["content"], said["flags"] & LOADING) == ("Di asks: deploy 1.4.2", 0)
    assert said["interaction_metadata"]["user"]["id"] == di


async def _pressed(far: FarEnd, bot: Bot, channel: str) -> Json:
    """Di has pressed Deny on a card."""
    card = await bot.call("POST", MESSAGES, channel_id=channel, json=CARD)
    await far.click(far.person("di"), channel, card["id"], "Deny")
    return await bot.hears("INTERACTION_CREATE")


def _token(interaction: Json) -> dict[str, str]:
    return {"interaction_id": interaction["id"], "interaction_token": interaction["token"]}


def _hook(far: FarEnd, interaction: Json) -> dict[str, str]:
    return {"webhook_id": far.application, "webhook_token": interaction["token"]}


def _label(label: str, custom_id: str, **said: object) -> Json:
    return {"type": 18, "label": label, "component": {"type": 4, "custom_id": custom_id, "style": 2, **said}}


def _form() -> Json:
    where = SELECT | {"custom_id": "where"}
    components = [_label("Why not?", "why"), {"type": 18, "label": "Where else?", "component": where}]
    return {"custom_id": "deny it", "title": "Deny", "components": components}
