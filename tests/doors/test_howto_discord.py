"""`docs/howto/discord.md` is followed to the letter, against the local Discord: what it says to type shows that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from discord import Permissions

from sandbox.discord import DiscordSandbox, Message
from sandbox.discord.hands import components
from sandbox.discord.world import BITS
from sandbox.model import ModelSandbox, load_script
from tests.doors.howto import SCRIPT, SITE, Reader, at_home, quotes, reading, sections, unfollowed, unsaid
from tests.doors.scene import free_port, until

PAGE = sections("discord.md")
NEEDED = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE["Make the app"], re.MULTILINE))


def test_there_is_a_test_for_every_section_with_something_to_do() -> None:
    assert unfollowed(PAGE, Path(__file__)) == set()


TRY = (
    "Try it here",
    "Ask, and decide",
    "Questions and commands",
    "When the connection breaks",
)


async def test_the_files_of_the_page_make_a_house_that_connects(reader: Reader) -> None:
    await reader.follow(PAGE["Try it here"])


@pytest.mark.slow
async def test_one_can_try_it_with_no_account(reader: Reader) -> None:
    for title in TRY:
        await reader.follow(PAGE[title])


def test_the_address_asks_for_the_permissions_of_the_table() -> None:
    assert {name: Permissions(**{name: True}).value for name in NEEDED} == {n: int(bit) for n, bit in NEEDED.items()}
    (asked,) = re.findall(r"permissions=(\d+)", PAGE["Make the app"])
    assert int(asked) == sum(map(int, NEEDED.values()))
    (more,) = re.findall(r"`manage_threads` \((\d+)\)", PAGE["Make the app"])
    assert int(more) == Permissions(manage_threads=True).value


async def test_a_frame_is_read_as_the_page_says(reader: Reader) -> None:
    await reader.follow(at_home() + PAGE["How something is read"])


def test_what_the_page_quotes_is_what_we_say() -> None:
    ours = quotes(PAGE["When something is wrong"])
    assert len(ours) > 10
    assert unsaid(ours) == {"holdpoint dead", "This interaction failed"}


@pytest.mark.slow
async def test_a_server_with_these_permissions_and_no_more_is_set_up_as_the_page_says(checkout: Path) -> None:
    """The page's words, with the local Discord's numbers where a reader would write their own."""
    port = free_port()
    async with (
        DiscordSandbox(identify_pause=0) as discord,
        ModelSandbox(load_script(SCRIPT)) as model,
        reading(checkout, _own(discord, port)) as reader,
    ):
        discord.core.world.granted = {one for one, bit in BITS.items() if str(bit) in NEEDED.values()}
        assert len(discord.core.world.granted) == len(NEEDED)
        await reader.follow(_at_home(discord, model, port))
        await reader.follow(PAGE["Give it to Holdpoint"])
        await _decided(discord, "1.4.2")

        await reader.follow(PAGE["Over HTTP"])
        await discord.deliver_to(f"http://127.0.0.1:{port}/discord/events")
        await _decided(discord, "1.4.1")
        assert {one.status for one in discord.calls if one.status >= 400} <= {404}, (
            "only threads that are not there yet"
        )
        assert discord.strays == []


async def _decided(discord: DiscordSandbox, version: str) -> None:
    """Ana asks, and Di, who holds the role, approves in the releasers' room."""
    asked = discord.person("ana").say("#general", f"@holdpoint Please deploy {version} to production.")

    async def card() -> Message | None:
        last = discord.messages("#deploys")[-1:]
        return next((one for one in last if version in str(one.embeds) and list(components(one))), None)

    async def told() -> bool:
        thread = discord.thread(asked)
        return thread is not None and f"production runs {version} now" in thread.messages[-1].content

    assert await discord.person("di").click(await until(card), "Approve (high risk)") is None
    assert await until(told)


def _own(discord: DiscordSandbox, port: int) -> dict[str, str]:
    discord.grant("di", "releasers")
    return {
        SITE: f"http://127.0.0.1:{port}",
        "https://discord.com/api/v10": discord.api_url,
        "DISCORD__TOKEN=...": f"DISCORD__TOKEN={discord.token}",
        "0" * 64: discord.app.public_key,
        "100000000000000001": discord.person("ana").id,
        "100000000000000002": discord.person("di").id,
        "200000000000000000": discord.guild.id,
        "300000000000000000": discord.channel("#deploys").id,
        "400000000000000000": discord.role("releasers").id,
    }


def _at_home(discord: DiscordSandbox, model: ModelSandbox, port: int) -> str:
    """What is not on the page: that Discord and the model are the local ones, and which port is free."""
    return at_home(
        PORT=port,
        DISCORD__BASE_URL=discord.api_url,
        MODEL__BASE_URL=model.base_url,
        MODEL__NAME="scripted",
        STORE__PARTITIONS=1,
    )
