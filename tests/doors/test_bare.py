"""Bare: Holdpoint without what its channels need starts, and says what is missing where a channel is configured."""

from __future__ import annotations

import subprocess
import sys

import pytest

EXTRAS = {
    "email": ("aioimaplib", "aiosmtplib", "authres", "dkim", "icalendar", "mailparser_reply", "publicsuffixlist"),
    "slack": ("slack_bolt", "slack_sdk", "aiohttp"),
    "discord": ("discord", "aiohttp"),
    "sms": ("twilio", "aiohttp"),
    "openai": ("openai",),
}
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
{then}
"""
CONFIGURED = """
import asyncio, os
from config.settings import Settings
from gateway.channels import open_channels
from agent_core.people import People
from gateway.errors import Misconfigured
from gateway.keyring import Keyring
from types import SimpleNamespace
opened = SimpleNamespace(contacts=None, meter=None, installations=None)
async def main():
    try:
        async with open_channels(Settings(), People(), Keyring(b"a secret for tests only"), opened, None):
            print("open")
    except Misconfigured as error:
        print(error)
asyncio.run(main())
"""
GIVEN = {
    "email": {
        "ADDRESS": "a@example.test",
        "AUTHSERV_IDS": "mx.example.test",
        **{
            f"{kind}__{name}": value
            for kind in ("IMAP", "SMTP")
            for name, value in {"HOST": "h", "PORT": "1", "USERNAME": "u", "PASSWORD": "p"}.items()
        },
    },
    "slack": {"BOT_TOKEN": "xoxb-1", "APP_TOKEN": "xapp-1"},
    "discord": {"TOKEN": "t"},
    "sms": {"ACCOUNT_SID": "AC1", "AUTH_TOKENS": "t", "SENDER": "+447700900100"},
}


def run(without: tuple[str, ...], then: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = WITHOUT.format(names=set(without), then=then)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)


def test_a_command_starts_without_any_of_it() -> None:
    every = tuple(name for names in EXTRAS.values() for name in names)
    done = run(every, "sys.argv[1:] = ['--help']\nfrom gateway.__main__ import main\nmain()")
    assert (done.returncode, done.stderr) == (0, "")
    assert "threads" in done.stdout


@pytest.mark.parametrize("channel", GIVEN)
def test_a_channel_that_is_configured_and_not_installed_says_what_to_install(channel: str) -> None:
    given = {f"HOLDPOINT_{channel.upper()}__{name}": value for name, value in GIVEN[channel].items()}
    done = run(EXTRAS[channel], CONFIGURED, **given)
    assert done.stderr == ""
    assert done.stdout.strip() == f"{channel} is configured and not installed: pip install 'holdpoint[{channel}]'"
