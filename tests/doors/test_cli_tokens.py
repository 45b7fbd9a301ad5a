"""`holdpoint tokens`, and what an operator looks at: on the store of a running house, from beside it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
from typer.testing import Result

from tests.doors.scene import Scene
from tests.doors.terminal import Terminal


async def status(at: Scene, token: str, method: str = "GET", path: str = "/v1/threads") -> int:
    """What the door says to a token."""
    async with httpx.AsyncClient(base_url=at.url, headers={"Authorization": f"Bearer {token}"}) as http:
        return (await http.request(method, path, json={"text": "Hello"} if method == "POST" else None)).status_code


async def created(shell: Terminal, *words: str) -> str:
    """A new token: the only thing that is printed."""
    result = await shell.run("tokens", "create", *words)
    assert result.exit_code == 0, result.output
    assert re.fullmatch(r"hp_[\w-]{43}\n", result.stdout)
    return result.stdout.strip()


def refused(result: Result, saying: str) -> None:
    """A command that was not carried out, and says why."""
    assert result.exit_code == 2
    assert saying in result.output
    assert "Traceback" not in result.output


async def test_a_token_is_made_listed_and_taken_back(at: Scene, shell: Terminal) -> None:
    token = await created(shell, "bo", "--days", "7")
    assert await status(at, token) == 200
    assert await status(at, token, "POST") == 202
    assert await status(at, token, path="/v1/effects/dead") == 403
    until = datetime.now(UTC) + timedelta(days=7)
    listed = (await shell.run("tokens", "list")).stdout
    (line,) = (line for line in listed.splitlines() if f"until {until:%Y-%m-%d}" in line)
    name, person, scopes = line.split()[:3]
    assert (person, scopes) == ("bo", "read,write")
    assert token not in listed
    assert name not in token
    assert (await shell.run("tokens", "revoke", name)).exit_code == 0
    assert await status(at, token) == 401
    refused(await shell.run("tokens", "revoke", name), f"there is no token {name}")


async def test_scopes_are_as_asked(at: Scene, shell: Terminal) -> None:
    token = await created(shell, "ana", "--scopes", "admin")
    assert await status(at, token, path="/v1/effects/dead") == 200
    assert await status(at, token) == 403


async def test_what_cannot_be_made_is_not(at: Scene, shell: Terminal) -> None:
    before = await at.house.access.all()
    refused(await shell.run("tokens", "create", "mallory"), "there is no person mallory")
    for scopes in ("", "all", "read,", "read,read", "Read"):
        refused(await shell.run("tokens", "create", "bo", "--scopes", scopes), "scopes are")
    for days in ("0", "366", "-1", "x"):
        refused(await shell.run("tokens", "create", "bo", "--days", days), "--days")
    assert await at.house.access.all() == before


async def test_the_operator_sees_that_the_audit_trail_is_whole(shell: Terminal) -> None:
    result = await shell.run("audit")
    assert result.exit_code == 0
    assert re.search(r"\d+ entries, whole", result.stdout)


async def test_the_operator_sees_what_ended_badly(at: Scene, shell: Terminal) -> None:
    async with at.caller("ana") as ana, at.caller("bo") as bo:
        thread = await ana.launch("Please deploy 6.6.6 to staging.")
        await bo.decide(thread, await bo.request(thread), "approve")
        await ana.heard(thread, "tool_result", outcome="failed")
    result = await shell.run("dead")
    assert result.exit_code == 0
    assert re.search(rf"^[a-z2-7]{{20}}  failed   tool     thread {thread}$", result.stdout, re.MULTILINE)
    assert (await shell.run("quarantine")).output == ""
