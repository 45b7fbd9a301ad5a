"""Files people send us, from the local Slack to the desk, by either way in: stored with their message. SL-49"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from adapters.heard import Received
from adapters.slack import attached
from agent_core.values import Attachment
from sandbox.slack import Fault
from sandbox.slack.fault import ApiFault
from tests.contract.slack_bench import TRANSPORTS, Bench, Noted, Transport, bench

PLAN = b"1. deploy\n2. sleep\n"


@dataclass
class Party(Noted):
    """A desk that takes part in every conversation, or in none."""

    part: bool = True

    async def status(self, conversation: str) -> str | None:
        return "working" if self.part else None


async def heard(at: Bench) -> list[Received]:
    """The messages that are in the log, once all is delivered."""
    await at.slack.settled()
    await at.adapter.settled()
    return [one for one in at.desk.stored if isinstance(one, Received)]


def asked_for(at: Bench) -> list[str]:
    return [call.arguments["file"] for call in at.slack.called("files.info")]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_file_is_stored_with_its_message(transport: Transport) -> None:
    async with bench(transport) as at:
        at.slack.person("ana").upload(None, "plan.md", PLAN, text="go by this")
        (said,) = await heard(at)
    assert said.message.text == "go by this\n[file plan.md, text/markdown, 19 bytes]"
    assert said.message.attachments == (
        Attachment(name="plan.md", media_type="text/markdown", size=19, text=PLAN.decode()),
    )


async def test_a_file_without_words_is_a_message() -> None:
    async with bench("http") as at:
        at.slack.person("ana").upload(None, "plan.md", PLAN)
        (said,) = await heard(at)
    assert said.message.text == "[file plan.md, text/markdown, 19 bytes]"
    assert said.message.attachments[0].text == PLAN.decode()


async def test_a_mention_with_a_file_is_stored_once_with_it() -> None:
    async with bench("http") as at:
        at.slack.person("ana").upload("#deploys", "plan.md", PLAN, text="@holdpoint go by this")
        (said,) = await heard(at)
    assert [file.text for file in said.message.attachments] == [PLAN.decode()]


async def test_a_strangers_file_is_asked_for_first() -> None:
    async with bench("http") as at:
        shared = at.slack.person("mallory").upload("#partners", "offer.txt", b"cheap", text="@holdpoint see")
        (said,) = await heard(at)
        assert set(asked_for(at)) == {shared.files[0]["id"]}
    assert said.message.attachments == (Attachment(name="offer.txt", media_type="text/plain", size=5, text="cheap"),)


@pytest.mark.parametrize(
    ("kind", "error", "reason"),
    [
        ("error", "file_not_found", "gone"),
        ("scope_missing", "", "no_access"),
        ("server_error", "", "not_fetched"),
        ("rate_limited", "", "not_fetched"),
        ("drop_before", "", "not_fetched"),
    ],
)
async def test_a_strangers_file_that_cannot_be_asked_for_costs_no_message(
    kind: ApiFault, error: str, reason: str
) -> None:
    async with bench("socket") as at:
        at.slack.order(Fault(kind, method="files.info", error=error), count=5)
        at.slack.person("mallory").upload("#partners", "offer.txt", b"cheap", text="@holdpoint see")
        (said,) = await heard(at)
    assert [file.why_not for file in said.message.attachments] == [reason]
    assert said.message.text.startswith("see\n[file F")


async def test_a_slow_slack_makes_no_message_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attached, "SECONDS", 0.2)
    async with bench("http") as at:
        at.slack.order(Fault("hang", method="files.info", seconds=600), count=2)
        at.slack.person("mallory").upload("#partners", "offer.txt", b"cheap", text="@holdpoint see")
        (said,) = await heard(at)
        assert {len(delivery.attempts) for delivery in at.slack.deliveries} == {1}
    assert [file.why_not for file in said.message.attachments] == ["too_slow"]


async def test_a_token_that_may_read_no_files_costs_no_message() -> None:
    async with bench("http") as at:
        at.slack.core.world.installations[at.slack.team.id].scopes.discard("files:read")
        at.slack.person("ana").upload(None, "plan.md", PLAN, text="go by this")
        (said,) = await heard(at)
    assert said.message.attachments == (
        Attachment(name="plan.md", media_type="text/markdown", size=19, why_not="no_access"),
    )


@pytest.mark.parametrize("part", [True, False])
async def test_what_others_send_each_other_is_read_only_where_we_take_part(part: bool) -> None:
    async with bench("http", Party(part=part)) as at:
        ana = at.slack.person("ana")
        asked = ana.say("#deploys", "the plan, please")
        ana.upload("#deploys", "plan.md", PLAN, thread=asked.ts)
        (said,) = await heard(at)
    assert said.joins
    assert [file.text for file in said.message.attachments] == ([PLAN.decode()] if part else [None])


async def test_all_of_it_together_is_bounded() -> None:
    async with bench("http") as at:
        at.slack.person("ana").upload(None, "long.txt", b"x" * 30_000, text="y" * 20_000)
        (said,) = await heard(at)
    (file,) = said.message.attachments
    assert len(said.message.text) + len(file.text or "") == 32_000
    assert len(file.text or "") + file.left_out == 30_000
