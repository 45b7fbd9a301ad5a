"""`docs/howto/slack.md` is followed to the letter, against the local Slack: what it says to type shows what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from adapters.slack.manifest import manifest, scopes_asked
from sandbox.model import ModelSandbox, load_script
from sandbox.slack import App, SlackSandbox
from tests.doors.howto import SCRIPT, SITE, Reader, at_home, quotes, reading, sections, unfollowed, unsaid
from tests.doors.scene import free_port, until

PAGE = sections("slack.md")


def test_there_is_a_test_for_every_section_with_something_to_do() -> None:
    assert unfollowed(PAGE, Path(__file__)) == set()


TRY = (
    "Try it here",
    "Ask, and decide",
    "Questions, Home, commands",
)


async def test_the_files_of_the_page_make_a_house_that_connects(reader: Reader) -> None:
    await reader.follow(PAGE["Try it here"])


@pytest.mark.slow
async def test_one_can_try_it_with_no_account(reader: Reader) -> None:
    for title in TRY:
        await reader.follow(PAGE[title])


async def test_the_manifests_are_made_as_the_page_says(reader: Reader) -> None:
    await reader.follow(at_home() + PAGE["Make the app"])
    made = json.loads((reader.directory / "manifest.json").read_text())
    assert made == manifest(url=f"{SITE}/slack/events")


def test_the_page_says_what_every_scope_is_for() -> None:
    table = PAGE["Make the app"].partition("| scope |")[2]
    assert sorted(re.findall(r"`([a-z_.]+:[a-z.]+|commands)`", table)) == sorted(scopes_asked())


async def test_a_payload_is_read_as_the_page_says(reader: Reader) -> None:
    await reader.follow(at_home() + PAGE["How something is read"])


def test_what_the_page_quotes_is_what_we_say() -> None:
    ours = quotes(PAGE["When something is wrong"])
    assert len(ours) > 10
    assert unsaid(ours) == {"holdpoint dead"}


@pytest.mark.slow
async def test_many_workspaces_can_install_it_and_people_there_can_ask(checkout: Path) -> None:
    """The page's words, with the local Slack's secrets where a reader would write their own."""
    port = free_port()
    async with (
        SlackSandbox(App(token_rotation=True)) as slack,
        ModelSandbox(load_script(SCRIPT)) as model,
        reading(checkout, _own(slack, port)) as reader,
    ):
        await reader.follow(_at_home(slack, model, port))
        await reader.follow(PAGE["Give it to Holdpoint"])
        await reader.follow("```sh\nunset HOLDPOINT_SLACK__APP_TOKEN\n```\n" + PAGE["Many workspaces"])
        await slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        asked = slack.person("ana").say("#deploys", "@holdpoint Hello!")

        async def look() -> bool:
            return len(slack.messages("#deploys", thread=asked.ts)) == 2

        assert await until(look)


def _own(slack: SlackSandbox, port: int) -> dict[str, str]:
    return {
        SITE: f"http://127.0.0.1:{port}",
        "https://slack.com/api/": slack.api_url,
        "xoxb-...": slack.bot_token,
        "xapp-...": slack.app.app_token,
        "0123456789abcdef": slack.app.signing_secret,
        "fedcba9876543210": slack.app.client_secret,
    }


def _at_home(slack: SlackSandbox, model: ModelSandbox, port: int) -> str:
    """What is not on the page: that Slack and the model are the local ones, and which port is free."""
    return at_home(
        PORT=port,
        SLACK__BASE_URL=slack.api_url,
        MODEL__BASE_URL=model.base_url,
        MODEL__NAME="scripted",
        STORE__PARTITIONS=1,
    )
