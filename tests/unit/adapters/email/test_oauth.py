"""Access tokens from a token server on loopback: kept, fetched early, fetched anew, and refusals told by their code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import pytest

from adapters.email import oauth
from adapters.email.account import OAuth
from adapters.email.oauth import TokenRefused, Tokens, TokenUnavailable


class TokenServer:
    """Answers with `status` and `answer`, or with tokens `t1`, `t2`, ... of an hour; remembers the forms."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = 200
        self.answer: object = None
        self.silent = False
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        form = parse_qs((await reader.readexactly(length)).decode())
        self.asked.append({name: values[0] for name, values in form.items()})
        if not self.silent:
            told = self.answer or {"access_token": f"t{len(self.asked)}", "expires_in": 3600}
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (self.status, len(body)) + body)
            await writer.drain()
        await reader.read()
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[TokenServer]:
    there = TokenServer()
    listening = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    there.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/token"
    async with listening:
        yield there


class Clock:
    """Stands still until it is set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def account(server: TokenServer, *, refresh: str = "r1") -> OAuth:
    return OAuth(server.url, "us", "hush", refresh, "https://outlook.office.com/IMAP.AccessAsUser.All offline_access")


async def test_a_token_is_asked_for_with_the_refresh_token(server: TokenServer) -> None:
    assert await Tokens(account(server)).access_token() == "t1"
    assert server.asked == [
        {
            "grant_type": "refresh_token",
            "client_id": "us",
            "client_secret": "hush",
            "refresh_token": "r1",
            "scope": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        }
    ]


async def test_without_one_it_is_asked_for_with_our_own_credentials(server: TokenServer) -> None:
    await Tokens(account(server, refresh="")).access_token()
    assert server.asked[0]["grant_type"] == "client_credentials"
    assert "refresh_token" not in server.asked[0]


async def test_a_token_is_kept_until_five_minutes_before_its_end(server: TokenServer) -> None:  # EM-09
    clock = Clock()
    tokens = Tokens(account(server), clock=clock)
    assert await tokens.access_token() == "t1"
    clock.now += 3299
    assert await tokens.access_token() == "t1"
    clock.now += 1
    assert await tokens.access_token() == "t2"


@pytest.mark.parametrize(("told", "good_for"), [(400, 200), ("3600", 3300), (None, 3300), (-1, 3300), ("soon", 3300)])
async def test_a_lifetime_is_read_however_it_is_told(server: TokenServer, told: object, good_for: int) -> None:
    server.answer = {"access_token": "t", "expires_in": told}
    clock = Clock()
    tokens = Tokens(account(server), clock=clock)
    await tokens.access_token()
    clock.now += good_for - 1
    await tokens.access_token()
    assert len(server.asked) == 1
    clock.now += 1
    await tokens.access_token()
    assert len(server.asked) == 2


async def test_a_token_that_was_refused_is_not_given_again(server: TokenServer) -> None:  # EM-09
    tokens = Tokens(account(server))
    tokens.drop(await tokens.access_token())
    assert await tokens.access_token() == "t2"


async def test_whoever_drops_a_token_late_does_not_drop_the_next(server: TokenServer) -> None:
    tokens = Tokens(account(server))
    old = await tokens.access_token()
    tokens.drop(old)
    await tokens.access_token()
    tokens.drop(old)
    assert await tokens.access_token() == "t2"


async def test_tasks_that_ask_at_once_share_one_request(server: TokenServer) -> None:
    tokens = Tokens(account(server))
    assert await asyncio.gather(*(tokens.access_token() for _ in range(5))) == ["t1"] * 5


async def test_a_new_refresh_token_is_used_from_then_on(server: TokenServer) -> None:
    tokens = Tokens(account(server))
    server.answer = {"access_token": "t", "refresh_token": "r2"}
    tokens.drop(await tokens.access_token())
    await tokens.access_token()
    assert [form["refresh_token"] for form in server.asked] == ["r1", "r2"]


async def test_a_refusal_is_told_by_its_code_and_nothing_that_we_sent(server: TokenServer) -> None:  # EM-09
    server.status, server.answer = 400, {"error": "invalid_grant", "error_description": "r1 of us, hush, is over"}
    with pytest.raises(TokenRefused) as refused:
        await Tokens(account(server)).access_token()
    assert str(refused.value) == "the token server says 400 invalid_grant"


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_a_server_that_cannot_answer_now_may_be_asked_again(server: TokenServer, status: int) -> None:
    server.status, server.answer = status, b"<html>"
    tokens = Tokens(account(server))
    with pytest.raises(TokenUnavailable, match=f"the token server says {status}$"):
        await tokens.access_token()
    server.status, server.answer = 200, None
    assert await tokens.access_token() == "t2"


@pytest.mark.parametrize("told", [b"[]", b"{}", b"no", {"access_token": "a\x01b"}, {"access_token": "a\r\nb"}])
async def test_an_answer_without_a_token_is_none(server: TokenServer, told: object) -> None:
    server.answer = told
    with pytest.raises(TokenUnavailable, match="no token"):
        await Tokens(account(server)).access_token()


async def test_a_silent_server_is_not_waited_for_long(server: TokenServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth, "PATIENCE", 0.1)
    server.silent = True
    with pytest.raises(TokenUnavailable, match="not reachable"):
        await Tokens(account(server)).access_token()


async def test_a_server_that_is_not_there_is_told(server: TokenServer) -> None:
    with pytest.raises(TokenUnavailable, match="not reachable"):
        await Tokens(OAuth("http://127.0.0.1:1/token", "us")).access_token()


@pytest.mark.parametrize("url", ["http://login.example.test/token", "ftp://127.0.0.1/token", "login.example.test", ""])
def test_secrets_go_nowhere_in_clear(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        OAuth(url, "us", "hush")
