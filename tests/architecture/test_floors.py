"""The import contracts are law only if a breach turns them red: each is broken once, in a copy of the source."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("agent_core", "adapters", "gateway", "config", "prompts", "sandbox")
BREACHES = {
    "The floors": ("agent_core/context.py", "import adapters.layout"),
    "circle": ("agent_core/steps.py", "import agent_core.turn"),
    "sandbox imports nothing": ("sandbox/mail/post.py", "import adapters.text"),
    "Only the demo knows": ("gateway/worker.py", "import sandbox.mail"),
    "Adapters know": ("adapters/layout.py", "import agent_core.thread"),
    "Channels do not know": ("adapters/console/render.py", "import adapters.email.limits"),
    "The core is pure": ("agent_core/turn.py", "import random"),
    "Redis lives": ("gateway/worker.py", "import redis"),
    "One room calls": ("gateway/worker.py", "import openai"),
    "IMAP and SMTP": ("adapters/email/adapter.py", "import aiosmtplib"),
    "Slack's SDK": ("adapters/slack/install.py", "import slack_sdk.oauth"),
    "Twilio's SDK": ("adapters/sms/deliver.py", "import twilio.rest"),  # SM-26
    "discord.py has two files": ("adapters/discord/deliver.py", "import discord.http"),
    "Web and command-line": ("gateway/worker.py", "import fastapi"),
}


# More than one way to break the same contract.
ALSO = [
    ("Twilio's SDK", ("adapters/sms/deliver.py", "import phonenumbers")),
    ("Twilio's SDK", ("adapters/sms/api.py", "import phonenumbers")),
    ("Channels do not know", ("adapters/sms/deliver.py", "import adapters.slack.status")),
]


def lint(directory: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the source in a directory; the packages there win over the installed ones."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("floors")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, directory / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", directory)
    return directory


def test_the_contracts_are_kept_as_the_source_stands(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert f"Contracts: {len(BREACHES)} kept, 0 broken." in result.stdout


@pytest.mark.parametrize(("contract", "breach"), [*BREACHES.items(), *ALSO])
def test_a_breach_turns_its_contract_red(copy: Path, contract: str, breach: tuple[str, str]) -> None:
    path, line = copy / breach[0], breach[1]
    before = path.read_text()
    path.write_text(f"{before}\n{line}\n")
    try:
        result = lint(copy)
    finally:
        path.write_text(before)
    broken = [line for line in result.stdout.splitlines() if "BROKEN" in line]
    assert any(contract in line for line in broken), result.stdout
