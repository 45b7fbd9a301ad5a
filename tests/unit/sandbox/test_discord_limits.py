"""The limits of what an app sends to the local Discord: each at its limit, and one beyond."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.discord.server import DiscordSandbox
from tests.unit.sandbox.discord_client import Json, Plain, leaf, plain_of


@pytest.fixture
async def plain() -> AsyncIterator[Plain]:
    async with DiscordSandbox() as running, plain_of(running) as asking:
        yield asking


def deploys(plain: Plain) -> str:
    return plain.discord.core.channel("#deploys").id


async def fits(plain: Plain, **fields: Any) -> None:
    said = await plain.send(deploys(plain), **fields)
    assert said.status == 200, said.body


async def breaks(plain: Plain, where: str, code: str, **fields: Any) -> None:
    said = await plain.send(deploys(plain), **fields)
    assert leaf(said, where) == code, said.body
    assert said.body["message"] == "Invalid Form Body"


def embed(**more: Any) -> Json:
    return {"embeds": [{"title": "t"} | more]}


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def button(custom_id: str = "a", label: str = "Go", **more: Any) -> Json:
    return {"type": 2, "style": 1, "label": label, "custom_id": custom_id} | more


def select(count: int = 1, **more: Any) -> Json:
    options = [{"label": f"o{number}", "value": f"v{number}"} for number in range(count)]
    return {"type": 3, "custom_id": "s", "options": options} | more


def message(*rows: Json) -> Json:
    return {"content": "x", "components": list(rows)}


TOO_LONG, BAD, MISSING = "BASE_TYPE_MAX_LENGTH", "BASE_TYPE_BAD_LENGTH", "BASE_TYPE_REQUIRED"


# DC-18
async def test_words_have_2000_characters(plain: Plain) -> None:
    await fits(plain, content="x" * 2000)
    await breaks(plain, "content", TOO_LONG, content="x" * 2001)
    await fits(plain, content="\N{ROCKET}" * 2000)
    await fits(plain, content="x" * 2000 + "  \n")
    await breaks(plain, "content", "STRING_TYPE_CONVERT", content=["x"])
    assert (await plain.send(deploys(plain), content="  ")).code == 50006
    await fits(plain, components=[row(button())])


# DC-18
@pytest.mark.parametrize(
    ("where", "most", "made"),
    [
        ("title", 256, lambda text: embed(title=text)),
        ("description", 4096, lambda text: embed(description=text)),
        ("footer.text", 2048, lambda text: embed(footer={"text": text})),
        ("author.name", 256, lambda text: embed(author={"name": text})),
        ("fields.0.name", 256, lambda text: embed(fields=[{"name": text, "value": "v"}])),
        ("fields.0.value", 1024, lambda text: embed(fields=[{"name": "n", "value": text}])),
    ],
)
async def test_each_text_of_an_embed_has_its_limit(plain: Plain, where: str, most: int, made: Any) -> None:
    await fits(plain, **made("x" * most))
    await breaks(plain, f"embeds.0.{where}", TOO_LONG, **made("x" * (most + 1)))


# DC-18
async def test_embeds_have_limits_together(plain: Plain) -> None:
    await fits(plain, embeds=[{"title": "x"}] * 10)
    await breaks(plain, "embeds", BAD, embeds=[{"title": "x"}] * 11)
    field = {"name": "n", "value": "v"}
    await fits(plain, **embed(fields=[field] * 25))
    await breaks(plain, "embeds.0.fields", BAD, **embed(fields=[field] * 26))
    await breaks(plain, "embeds.0.fields.0.value", MISSING, **embed(fields=[field | {"value": ""}]))
    halves: list[Json] = [{"description": "x" * 3000}, {"description": "x" * 2998, "footer": {"text": "yy"}}]
    await fits(plain, embeds=halves)
    halves[1]["footer"] = {"text": "yyy"}
    await breaks(plain, "embeds", "MAX_EMBED_SIZE_EXCEEDED", embeds=halves)
    await breaks(plain, "embeds.0.description", MISSING, embeds=[{}])
    await breaks(plain, "embeds.0.url", "URL_TYPE_INVALID_SCHEME", **embed(url="javascript:x"))
    await breaks(plain, "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE", **embed(timestamp="noon"))


async def test_embeds_are_kept_without_white_space_around(plain: Plain) -> None:
    await fits(plain, **embed(title=" " + "x" * 256 + " "))
    said = await plain.send(deploys(plain), **embed(title="  x ", fields=[{"name": " n", "value": "v "}]))
    assert said.body["embeds"] == [
        {"type": "rich", "title": "x", "fields": [{"inline": False, "name": "n", "value": "v"}]}
    ]


# DC-18, DC-13
async def test_buttons_have_limits(plain: Plain) -> None:
    here = "components.0.components.0"
    await fits(plain, **message(row(button("x" * 100, "y" * 80))))
    await breaks(plain, f"{here}.custom_id", TOO_LONG, **message(row(button("x" * 101))))
    await breaks(plain, f"{here}.custom_id", MISSING, **message(row(button(""))))
    await breaks(plain, f"{here}.label", TOO_LONG, **message(row(button(label="y" * 81))))
    await breaks(plain, f"{here}.label", MISSING, **message(row(button(label=""))))
    await breaks(plain, f"{here}.style", "BASE_TYPE_CHOICES", **message(row(button(style=9))))
    link: Json = {"type": 2, "style": 5, "label": "Open", "url": "https://example.test/" + "x" * 491}
    await fits(plain, **message(row(link)))
    await breaks(plain, f"{here}.url", TOO_LONG, **message(row(link | {"url": link["url"] + "x"})))
    await breaks(plain, f"{here}.url", MISSING, **message(row(link | {"url": ""})))
    both = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"
    await breaks(plain, f"{here}.custom_id", both, **message(row(link | {"custom_id": "x"})))


# DC-13
async def test_no_two_components_share_a_custom_id(plain: Plain) -> None:
    await fits(plain, **message(row(button("a"), button("b")), row(button("c"))))
    double = "COMPONENT_CUSTOM_ID_DUPLICATED"
    await breaks(plain, "components.0.components.1.custom_id", double, **message(row(button("a"), button("a"))))
    await breaks(plain, "components.1.components.0.custom_id", double, **message(row(button("a")), row(button("a"))))


async def test_rows_hold_five_buttons_or_one_select(plain: Plain) -> None:
    def rows(count: int) -> list[Json]:
        return [row(*(button(f"{one}-{other}") for other in range(5))) for one in range(count)]

    await fits(plain, **message(*rows(5)))
    await breaks(plain, "components", BAD, **message(*rows(6)))
    await breaks(plain, "components.0.components", BAD, **message(row(*(button(str(one)) for one in range(6)))))
    await breaks(plain, "components.0.components", BAD, **message(row()))
    wide = "COMPONENT_LAYOUT_WIDTH_EXCEEDED"
    await breaks(plain, "components.0.components", wide, **message(row(button(), select())))
    await breaks(plain, "components.0.type", "BASE_TYPE_CHOICES", **message(button()))
    await breaks(plain, "components.0.components.0.type", "BASE_TYPE_CHOICES", **message(row({"type": 4})))


# DC-18
async def test_selects_have_limits(plain: Plain) -> None:
    here = "components.0.components.0"
    await fits(plain, **message(row(select(25, placeholder="x" * 150, max_values=25))))
    await breaks(plain, f"{here}.options", BAD, **message(row(select(26))))
    await breaks(plain, f"{here}.options", BAD, **message(row(select(0))))
    await breaks(plain, f"{here}.placeholder", TOO_LONG, **message(row(select(placeholder="x" * 151))))
    too_many = "SELECT_COMPONENT_MAX_VALUES_EXCEEDED"
    await breaks(plain, f"{here}.max_values", too_many, **message(row(select(2, max_values=3))))
    for name in ("label", "value", "description"):
        option = {"label": "l", "value": "v"} | {name: "x" * 100}
        await fits(plain, **message(row(select(options=[option]))))
        longer = [option | {name: "x" * 101}]
        await breaks(plain, f"{here}.options.0.{name}", TOO_LONG, **message(row(select(options=longer))))
    same = [{"label": "a", "value": "v"}, {"label": "b", "value": "v"}]
    double = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
    await breaks(plain, f"{here}.options.1.value", double, **message(row(select(options=same))))


# DC-19
async def test_a_message_of_components_alone_has_no_words_beside_them(plain: Plain) -> None:
    def display(text: str) -> Json:
        return {"type": 10, "content": text}

    alone = {"flags": 1 << 15}
    await fits(plain, components=[display("x" * 4000)], **alone)
    much = "COMPONENT_MAX_DISPLAYABLE_TEXT_SIZE_EXCEEDED"
    await breaks(plain, "components", much, components=[display("x" * 4000), display("y")], **alone)
    await fits(plain, components=[display("x")] * 40, **alone)
    await breaks(plain, "components", BAD, components=[display("x")] * 41, **alone)
    both = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
    await breaks(plain, "content", both, content="x", components=[display("x")], **alone)
    await breaks(plain, "components.0.type", "BASE_TYPE_CHOICES", content="x", components=[display("x")])
    sent = await plain.send(deploys(plain), components=[display("x")], **alone)
    path = f"/channels/{deploys(plain)}/messages/{sent.body['id']}"
    assert leaf(await plain.ask("PATCH", path, {"content": "x", "flags": 0}), "content") == both


async def test_a_change_is_checked_like_a_message_and_changes_nothing_if_refused(plain: Plain) -> None:
    channel = plain.discord.core.channel("#deploys")
    sent = await plain.send(channel.id, content="card", components=[row(button())])
    path = f"/channels/{channel.id}/messages/{sent.body['id']}"
    assert leaf(await plain.ask("PATCH", path, {"content": "x" * 2001, "components": []}), "content") == TOO_LONG
    assert (await plain.ask("PATCH", path, {"content": "", "components": []})).code == 50006
    assert (channel.messages[0].content, len(channel.messages[0].components)) == ("card", 1)
    assert (await plain.ask("PATCH", path, {"components": []})).status == 200
    assert (channel.messages[0].content, channel.messages[0].components) == ("card", [])


async def test_what_is_mentioned_by_name_is_checked(plain: Plain) -> None:
    both = {"parse": ["users"], "users": ["1"]}
    exclusive = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
    await breaks(plain, "allowed_mentions", exclusive, content="x", allowed_mentions=both)
    wrong = {"parse": ["all"]}
    await breaks(plain, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES", content="x", allowed_mentions=wrong)
    gone = {"message_id": "1"}
    await breaks(plain, "message_reference", "REPLIES_UNKNOWN_MESSAGE", content="x", message_reference=gone)
    await fits(plain, content="x", message_reference=gone | {"fail_if_not_exists": False})


async def test_what_is_no_json_is_refused(plain: Plain) -> None:
    path = f"/channels/{deploys(plain)}/messages"
    json = {"Content-Type": "application/json"}
    url, bot = plain.discord.api_url + path, {"Authorization": f"Bot {plain.discord.core.world.app.token}"}
    async with plain.session.post(url, data=b"{", headers=bot | json) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50109)
    async with plain.session.post(url, data=b"content=x", headers=bot | {"Content-Type": "text/plain"}) as answer:
        told = (await answer.json())["errors"]
        assert told["_errors"][0]["code"] == "CONTENT_TYPE_INVALID"
