"""`holdpoint people` and `holdpoint grants`: on the store of a running house, from beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from agent_core.values import Author
from tests.doors.scene import Caller, Scene
from tests.doors.terminal import Terminal


@pytest.fixture(autouse=True)
def _logs_aside() -> Iterator[None]:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    yield
    structlog.reset_defaults()


@pytest.fixture
def shell(at: Scene) -> Terminal:
    """The operator's terminal, set to the same house."""
    settings = at.house.settings
    return Terminal(
        {
            "HOLDPOINT_STATE_DIR": str(settings.state_dir),
            "HOLDPOINT_PEOPLE_FILE": str(settings.people_file),
            "HOLDPOINT_STORE__PARTITIONS": "1",
        }
    )


async def says(shell: Terminal, *words: str, code: int = 0) -> str:
    result = await shell.run(*words)
    assert result.exit_code == code, result.output
    return result.output


async def test_what_an_operator_says_holds_and_is_in_the_log(at: Scene, shell: Terminal, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("id,name,identities\nfay,Fay,email:Fay@Example.test;sms:+44 7700 900042\n")
    assert "2 changes" not in await says(shell, "people", "import", str(table), "--dry-run")
    assert (await at.house.roster.fresh()).people.person("fay") is None
    assert "3 changes made" in await says(shell, "people", "import", str(table), "--by", "cy")
    assert "0 changes made" in await says(shell, "people", "import", str(table))
    fay = Author(identity="email:fay@example.test", assurance="verified")
    assert (await at.house.roster.fresh()).people.known(fay).person == "fay"

    await says(shell, "people", "unlink", "SMS:+447700900042", "--by", "cy", "--why", "lost it")
    await says(shell, "people", "link", "fay", "slack:T111/U222", "--by", "cy")
    await says(shell, "people", "away", "fay", "--until", "2099-01-01")
    assert "slack:T111/U222  cy says so" in await says(shell, "people", "show", "fay")
    await says(shell, "people", "back", "fay")
    await says(shell, "people", "left", "fay")
    assert (await at.house.roster.fresh()).people.known(fay).person is None
    assert "fay has left" in await says(
        shell, "people", "link", "fay", "discord:123456789012345678", "--by", "cy", code=1
    )

    log = await says(shell, "people", "log")
    assert "by cy: sms:+447700900042 is not fay's any more  (lost it)" in log
    assert "fay has left" in log


async def test_a_table_with_a_wrong_line_is_not_taken_at_all(at: Scene, shell: Terminal, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("id,name,identities\ngus,Gus,email:gus@example.test\nhal,Hal,sms:no\n")
    assert "line 3: this is no address of sms" in await says(shell, "people", "import", str(table), code=1)
    assert (await at.house.roster.fresh()).people.person("gus") is None


async def test_a_grant_is_only_given_where_a_rule_lets_its_giver(shell: Terminal) -> None:
    said = await says(shell, "grants", "add", "deploy", "--to", "ana", "--by", "bo", "--hours", "1", code=1)
    assert "no rule lets bo alone grant deploy for so long" in said
    assert await says(shell, "grants", "list") == ""


async def test_who_asked_hears_that_whom_they_waited_for_has_left(ana: Caller, shell: Terminal) -> None:
    thread = await ana.launch("Please deploy 1.4.2 to production.")
    request = await ana.request(thread)
    await says(shell, "people", "left", "bo", "--by", "cy")
    told = await ana.heard(thread, "notice", kind="too_few")
    assert (told["to"], told["about"], told["detail"]) == ("console:ana", request["id"], "nobody")
    assert [one["id"] for one in (await ana.get(f"/threads/{thread}"))["open"]] == [request["id"]]
