"""What the desk of a channel refuses before anything is stored: what no form of ours would have let out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.errors import BadAnswer
from adapters.heard import Pressed
from agent_core.events import ApprovalResponse
from agent_core.values import Author
from gateway.demo.world import Clock
from gateway.desk import BLANK, MOST_WORDS
from sandbox.model import ModelSandbox
from sandbox.slack import SlackSandbox
from tests.flows.slack_house import opened, script, settings_of, value_of

RULE = {"tool": "deploy", "approvers": ["bo"], "delegates": ["eli"]}
REFUSED: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"decision": "ask"}, {"reason": BLANK}),
    ({"decision": "answer", "reason": " \n"}, {"reason": BLANK}),
    ({"decision": "ask", "reason": "x" * (MOST_WORDS + 1)}, {"reason": "has 4,001 characters, and may have 4,000"}),
    ({"decision": "deny", "reason": "x" * (MOST_WORDS + 1)}, {"reason": "has 4,001 characters, and may have 4,000"}),
    ({"decision": "delegate", "to": "ana"}, {"to": "must be one of: eli"}),
    ({"decision": "delegate"}, {"to": "must be one of: eli"}),
]


async def test_what_could_not_stand_is_named_by_its_field_and_not_stored(tmp_path: Path) -> None:
    async with SlackSandbox() as slack, ModelSandbox(script()) as model:
        settings = settings_of(tmp_path, slack, model, ["bo", "eli"])
        settings.policies_file.write_text(yaml.safe_dump({"rules": [RULE], "escalate_to": ["bo"]}))
        async with opened(slack, model, Clock(), settings) as h:
            asked = await h.ask()
            ticket, _, digest = value_of(await h.card(asked), "Deny").partition(" ")
            desk, team = h.house.desk("slack"), slack.team.id
            author = Author(identity=f"slack:{team}/{slack.person('bo').id}", assurance="verified")

            def pressed(number: int, **said: Any) -> Pressed:
                seal = f"slack:{team}"
                return Pressed(id=f"p{number}", author=author, ticket=ticket, seal=seal, digest=digest, **said)

            for number, (said, problems) in enumerate(REFUSED):
                with pytest.raises(BadAnswer) as raised:
                    await desk.take(pressed(number, **said))
                assert raised.value.problems == problems
            assert await h.events(asked, ApprovalResponse) == []
            assert await desk.take(pressed(9, decision="delegate", to="eli", reason="x" * MOST_WORDS))
            (stored,) = await h.events(asked, ApprovalResponse)
            assert (stored.decision, stored.to, len(stored.reason)) == ("delegate", "eli", MOST_WORDS)
