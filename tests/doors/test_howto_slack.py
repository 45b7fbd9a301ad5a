"""`docs/howto/slack.md` is followed to the letter, against the local Slack: what it says to type shows what it says."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import sandbox.model
from adapters.slack.manifest import manifest, scopes_asked
from sandbox.model import ModelSandbox, load_script
from sandbox.slack import App, SlackSandbox
from tests.doors.howto import Reader, reading, sections
from tests.doors.scene import free_port, until

ROOT = Path(__file__).parents[2]
PAGE = sections(ROOT / "docs" / "howto" / "slack.md")
SCRIPT = Path(sandbox.model.__file__).parent / "scripts" / "deploy.yaml"
SITE = "https://holdpoint.example.com"


@pytest.fixture
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with what the page needs of a checkout; its path is short, for there is a socket below it."""
    made = tmp_path_factory.mktemp("h")
    (made / ".venv").symlink_to(sys.prefix)
    (made / "sandbox").symlink_to(ROOT / "sandbox")
    return made


@pytest.fixture
async def reader(checkout: Path) -> AsyncIterator[Reader]:
    """Somebody with ports of their own."""
    ports = {port: str(free_port()) for port in ("8080", "8090", "8091")}
    async with reading(checkout, ports) as one:
        yield one


def test_there_is_a_test_for_every_section_with_something_to_do() -> None:
    followed = re.findall(r'PAGE\["(.+?)"\]|^    "(.+?)",$', Path(__file__).read_text(), re.MULTILINE)
    named = {title for pair in followed for title in pair}
    assert {title for title, text in PAGE.items() if "```" in text} <= named


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
    await reader.follow('```sh\nPATH="$PWD/.venv/bin:$PATH"\n```\n' + PAGE["Make the app"])
    made = json.loads((reader.directory / "manifest.json").read_text())
    assert made == manifest(url=f"{SITE}/slack/events")


def test_the_page_says_what_every_scope_is_for() -> None:
    table = PAGE["Make the app"].partition("| scope |")[2]
    assert sorted(re.findall(r"`([a-z_.]+:[a-z.]+|commands)`", table)) == sorted(scopes_asked())


async def test_a_payload_is_read_as_the_page_says(reader: Reader) -> None:
    await reader.follow('```sh\nPATH="$PWD/.venv/bin:$PATH"\n```\n' + PAGE["How something is read"])


def test_what_the_page_quotes_is_what_we_say() -> None:
    source = " ".join(path.read_text() for top in ("adapters", "gateway") for path in (ROOT / top).rglob("*.py"))
    rows = re.findall(r"^\| (.+?) \|", PAGE["When something is wrong"], re.MULTILINE)[2:]
    quoted = [
        words
        for row in rows
        for pair in re.findall(r'"(.+?)"|`(?:holdpoint: )?(.+?)(?: \.\.\.)?`', row)
        for words in pair
    ]
    ours = {words for words in quoted if " " in words and not words.startswith("/")}
    assert len(ours) > 10
    assert {words for words in ours if words not in source} == {"holdpoint dead"}


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
    there = {
        "PORT": port,
        "SLACK__BASE_URL": slack.api_url,
        "MODEL__BASE_URL": model.base_url,
        "MODEL__NAME": "scripted",
        "STORE__PARTITIONS": 1,
    }
    exported = "\n".join(f"export HOLDPOINT_{name}={value}" for name, value in there.items())
    return f'```sh\nPATH="$PWD/.venv/bin:$PATH"\n{exported}\n```\n'
