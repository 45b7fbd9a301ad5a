"""The judge on shapes: which fields events and answers have, as documented, at our local Discord and at simcord.

Each is held to Discord's page. What one of them has besides, or has not, is named here, field by field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.discord_far_ends import FarEnd, FarEndName
from tests.contract.discord_raw import Bot, bot_there, far_discord, general_channel  # noqa: F401 (fixtures)

MESSAGES = "/channels/{channel_id}/messages"
COMMANDS = "/applications/{application_id}/commands"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
BUTTON = {"type": 2, "style": 4, "label": "Deny", "custom_id": "deny"}
CARD = {"content": "Deploy?", "components": [{"type": 1, "components": [BUTTON]}]}
ASK = {"name": "ask", "description": "Ask for work", "type": 1}

Json = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """What is always there, and what may be."""

    always: frozenset[str]
    sometimes: frozenset[str] = frozenset()


def _shape(always: str, sometimes: str = "") -> Shape:
    return Shape(frozenset(always.split()), frozenset(sometimes.split()))


# https://docs.discord.com/developers/resources/message#message-object, /events/gateway-events#message-create
MESSAGE = _shape(
    "id channel_id author content timestamp edited_timestamp tts mention_everyone mentions mention_roles attachments"
    " embeds pinned type",
    "mention_channels reactions nonce webhook_id activity application application_id flags message_reference"
    " message_snapshots referenced_message interaction_metadata interaction thread components sticker_items stickers"
    " position role_subscription_data resolved poll call shared_client_theme",
)
HEARD = Shape(MESSAGE.always | {"guild_id", "member"}, MESSAGE.sometimes)
# https://docs.discord.com/developers/resources/user#user-object, /resources/guild#guild-member-object
USER = _shape(
    "id username discriminator global_name avatar",
    "bot system mfa_enabled banner accent_color locale verified email flags premium_type public_flags"
    " avatar_decoration_data collectibles primary_guild",
)
MEMBER = _shape(
    "roles joined_at deaf mute flags",
    "nick avatar banner premium_since pending communication_disabled_until avatar_decoration_data collectibles",
)
# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object: in a server, pressed
PRESSED = _shape(
    "id application_id type data guild_id channel channel_id member token version message app_permissions locale"
    " guild_locale entitlements authorizing_integration_owners context attachment_size_limit",
    "guild",
)
COMMANDED = Shape(PRESSED.always - {"message"}, PRESSED.sometimes)
DIRECT = Shape((PRESSED.always - {"guild_id", "member", "guild_locale"}) | {"user"})
WHO = Shape(MEMBER.always | {"user", "permissions"}, MEMBER.sometimes)
# https://docs.discord.com/developers/resources/channel#channel-object
THREAD = _shape(
    "id type guild_id name parent_id owner_id last_message_id thread_metadata message_count member_count"
    " rate_limit_per_user total_message_sent",
    "flags member applied_tags newly_created last_pin_timestamp bitrate user_limit rtc_region",
)
# https://docs.discord.com/developers/interactions/application-commands#application-command-object
COMMAND = _shape(
    "id application_id name description default_member_permissions version type",
    "guild_id name_localizations description_localizations options dm_permission nsfw integration_types contexts"
    " handler",
)

# What they have besides, and lack. What ours has, Discord sends without a word about it.
ODD: Mapping[tuple[FarEndName, str], str] = {
    ("sandbox", "heard"): "+channel_type",
    ("sandbox", "user"): "+clan +display_name_styles",
    ("sandbox", "pressed"): "+entitlement_sku_ids",
    ("sandbox", "given"): "+entitlement_sku_ids",
    ("sandbox", "direct"): "+entitlement_sku_ids",
    ("simcord", "message"): "+guild_id",
    ("simcord", "command"): "-version",
}


async def test_messages_have_what_is_documented(far: FarEnd, bot: Bot, general: str) -> None:
    sent = await bot.call("POST", MESSAGES, channel_id=general, json=CARD)
    ours = await bot.hears("MESSAGE_CREATE")
    theirs = await bot.hears_message(await far.say(far.person("di"), general, f"<@{far.bot}> deploy"))
    (read, _) = await bot.call("GET", MESSAGES, channel_id=general)
    thread = await bot.call(
        "POST", f"{MESSAGES}/{{message_id}}/threads", channel_id=general, message_id=sent["id"], json={"name": "deploy"}
    )

    assert _odd(far, "message", MESSAGE, sent, read) == _expected(far, "message")
    assert _odd(far, "heard", HEARD, ours, theirs) == _expected(far, "heard")
    assert _odd(far, "user", USER, sent["author"], theirs["author"], _alone(theirs["mentions"][0])) == _expected(
        far, "user"
    )
    assert _odd(far, "member", MEMBER, ours["member"], theirs["member"]) == _expected(far, "member")
    assert _odd(far, "thread", THREAD, thread, await bot.hears("THREAD_CREATE")) == _expected(far, "thread")


async def test_interactions_have_what_is_documented(far: FarEnd, bot: Bot, general: str) -> None:
    di = far.person("di")
    pressed = await _pressed(far, bot, di, general)
    direct = await _pressed(far, bot, di, far.direct(di))
    (command,) = await bot.call("PUT", COMMANDS, application_id=far.application, json=[ASK])
    await far.slash(di, general, "ask")
    given = await bot.hears("INTERACTION_CREATE")
    await bot.call("POST", CALLBACK, json={"type": 5}, interaction_id=given["id"], interaction_token=given["token"])

    assert _odd(far, "pressed", PRESSED, pressed) == _expected(far, "pressed")
    assert _odd(far, "given", COMMANDED, given) == _expected(far, "given")
    assert _odd(far, "direct", DIRECT, direct) == _expected(far, "direct")
    assert _odd(far, "who", WHO, pressed["member"], given["member"]) == _expected(far, "who")
    assert _odd(far, "message", MESSAGE, pressed["message"], direct["message"]) == _expected(far, "message")
    assert _odd(far, "command", COMMAND, command) == _expected(far, "command")
    assert (pressed["context"], given["context"], direct["context"]) == (0, 0, 1)


async def test_interactions_say_who_installed_us(far: FarEnd, bot: Bot, general: str) -> None:
    pressed = await _pressed(far, bot, far.person("di"), general)

    named = {} if far.differs("knows nobody who installed it") else {"0": far.guild}
    assert pressed["authorizing_integration_owners"] == named


async def test_what_answers_an_interaction_says_whose_it_is(far: FarEnd, bot: Bot, general: str) -> None:
    pressed = await _pressed(far, bot, far.person("di"), general)
    hook = {"webhook_id": far.application, "webhook_token": pressed["token"]}
    said = await bot.call("POST", "/webhooks/{webhook_id}/{webhook_token}", json={"content": "Denied."}, **hook)

    assert said["author"]["id"] == far.bot
    named = (None, None) if far.differs("answers interactions as nobody's") else (far.application, far.application)
    assert (said.get("application_id"), said.get("webhook_id")) == named


async def _pressed(far: FarEnd, bot: Bot, person: str, channel: str) -> Json:
    card = await bot.call("POST", MESSAGES, channel_id=channel, json=CARD)
    await far.click(person, channel, card["id"], "Deny")
    pressed = await bot.hears("INTERACTION_CREATE")
    token = {"interaction_id": pressed["id"], "interaction_token": pressed["token"]}
    await bot.call("POST", CALLBACK, json={"type": 6}, **token)
    return pressed


def _alone(mentioned: Json) -> Json:
    """Without their member, which may stand there in a server."""
    return {name: value for name, value in mentioned.items() if name != "member"}


def _expected(far: FarEnd, what: str) -> str:
    return ODD.get((far.name, what), "")


def _odd(far: FarEnd, what: str, shape: Shape, *shown: Json) -> str:
    """What the fields are other than documented: `+` what is there besides, `-` what is missing."""
    besides = {f"+{name}" for one in shown for name in one.keys() - shape.always - shape.sometimes}
    missing = {f"-{name}" for one in shown for name in shape.always - one.keys()}
    return " ".join(sorted(besides | missing))
