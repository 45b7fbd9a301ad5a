"""The HTTP API: one call, and exactly what is known afterwards.

discord.py's own HTTP client carries the calls: it knows Discord's rate limits, and tries again after a 500. The rest is
done here. A connection that breaks is tried again, if that cannot do the same thing twice; a wait that is too long
becomes an error; and nothing hangs for ever.
"""

from __future__ import annotations

import asyncio
import json as jsons
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import aiohttp
from discord.errors import HTTPException, LoginFailure, RateLimited
from discord.http import HTTPClient, Route

from adapters.discord.account import Bot
from adapters.discord.meaning import Us
from adapters.errors import OutcomeUnknown, Rejected, SendError, TryLater

# How long one request may take, and a call with all its waiting and trying again, in seconds.
TIMEOUT = 15
PATIENCE = 60
# What Discord makes us wait for longer than this is no wait but an error: the least that discord.py can be told.
LONGEST_WAIT = 30
# The pauses before a request over a broken connection is made again.
PAUSES = (0.1, 1.0)
# It comes as a rate limit, but it is an answer: an old message has been changed too often.
CHANGED_TOO_OFTEN = 30046
_REPEATABLE = {"GET", "PUT", "PATCH", "DELETE"}
_BROKEN = (aiohttp.ClientError, OSError)
_AT_FAULT = re.compile(r"^In ([\w.]{1,100}):", re.MULTILINE)

# It logs what is sent and got, and the tokens of interactions with their URLs. That stays shut, whatever is set up.
logging.getLogger("discord.http").addFilter(lambda _: False)


class Refused(Rejected):
    """Discord said no: `status` is HTTP's, `code` is Discord's own, 0 if it gave none."""

    def __init__(self, call: str, status: int, code: int, at_fault: Sequence[str] = ()) -> None:
        where = f" ({', '.join(at_fault)})" if at_fault else ""
        super().__init__(f"{call}: status {status}, code {code}{where}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Upload:
    """A file to send along; `description` is read to who cannot see it, up to 1,024 characters."""

    name: str
    content: bytes = field(repr=False)
    media_type: str
    description: str = ""


@dataclass
class _Asked:
    """One call, and what became of the requests it took: how many went out, and how many did nothing for certain."""

    call: str
    repeatable: bool
    reads: bool
    sent: int = 0
    refused: int = 0

    def failed(self, why: str, retry_after: float | None = None) -> SendError:
        """What it means that no answer came of it, and that none will."""
        if self.sent > self.refused and not self.reads:
            return OutcomeUnknown(f"{self.call}: {why}")
        return TryLater(f"{self.call}: {why}", retry_after)


class Api:
    """Calls as the bot. `open` first, once; there is one Discord for a process."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._http: HTTPClient | None = None
        self._under_way: set[asyncio.Task[object]] = set()
        self._direct: dict[str, str] = {}

    async def open(self) -> Us:
        """Log in, and learn who we are. Raises Rejected for a token that is good no more, TryLater."""
        await self.aclose()
        Route.BASE = self._bot.base_url
        http = HTTPClient(asyncio.get_running_loop(), max_ratelimit_timeout=LONGEST_WAIT, http_trace=_watched())
        asked = _Asked("GET /users/@me", repeatable=True, reads=True)
        try:
            user = await self._answer(http.static_login(self._bot.token.get_secret_value()), asked, PATIENCE)
        except BaseException:
            await http.close()
            raise
        self._http = http
        application = await self.call("GET", "/oauth2/applications/@me")
        return Us(application=str(application["id"]), user=str(user["id"]))

    async def aclose(self) -> None:
        """Let go of what is under way, and of the connections."""
        http, self._http = self._http, None
        for task in (under_way := tuple(self._under_way)):
            task.cancel()
        if under_way:
            await asyncio.wait(under_way)
        if http:
            await http.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        files: Sequence[Upload] = (),
        seconds: float = PATIENCE,
        **parts: str,
    ) -> Any:
        """Make a call, and give back what Discord answers: JSON, or None.

        `path` has names in braces for `parts`: what is limited together is known by it, and by `channel_id`,
        `guild_id`, `webhook_id` and `webhook_token`. With `files`, `json` is an object and gets its `attachments`.
        Raises Refused, TryLater, OutcomeUnknown; after `seconds` nobody waits any more, and it may still be done.
        """
        http = self._http
        if http is None:
            raise TryLater("Discord was not reached yet")
        again = method in _REPEATABLE or (isinstance(json, Mapping) and "nonce" in json)
        asked = _Asked(f"{method} {path}", repeatable=again, reads=method == "GET")
        route, body = Route(method, path, **parts), _body(json, files)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)

        def request() -> Coroutine[Any, Any, object]:
            # What discord.py does not know it gives to aiohttp.
            more: dict[str, Any] = {"timeout": timeout, "allow_redirects": False, "trace_request_ctx": asked}
            return http.request(route, params=params, **body, **more)

        return await self._answer(_tried(request, asked), asked, seconds)

    async def direct(self, user: str) -> str:
        """The channel of the direct messages with a user: it is theirs for ever. Raises as `call`."""
        if user not in self._direct:
            channel = await self.call("POST", "/users/@me/channels", json={"recipient_id": user})
            self._direct[user] = str(channel["id"])
        return self._direct[user]

    async def _answer(self, coroutine: Coroutine[Any, Any, object], asked: _Asked, seconds: float) -> Any:
        """Wait for what comes of it. Who gives up does not end it.

        discord.py holds all calls while it waits out a limit on all of them, and would hold them for ever if it were
        ended meanwhile.
        """
        task = asyncio.create_task(coroutine)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            asked.sent += 1  # if it was not yet, it will be
            raise asked.failed(f"no answer within {seconds:g} s")
        return _outcome(task, asked)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has it; if nobody did, it is nobody's


async def _tried(request: Callable[[], Awaitable[object]], asked: _Asked) -> object:
    for pause in PAUSES if asked.repeatable else ():
        try:
            return await request()
        except _BROKEN:
            await asyncio.sleep(pause)
    return await request()


def _body(json: object, files: Sequence[Upload]) -> dict[str, Any]:
    if not files:
        return {} if json is None else {"json": json}
    named = [{"id": n, "filename": one.name, "description": one.description} for n, one in enumerate(files)]
    assert isinstance(json, Mapping)
    payload = jsons.dumps({**json, "attachments": named})
    form = [{"name": "payload_json", "value": payload, "content_type": "application/json"}]
    parts = (
        {"name": f"files[{n}]", "value": one.content, "filename": one.name, "content_type": one.media_type}
        for n, one in enumerate(files)
    )
    return {"form": [*form, *parts]}


def _watched() -> aiohttp.TraceConfig:
    """Counts, for the call a request belongs to, what went out and what came back as certainly not done."""

    async def sent(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
        if isinstance(asked := context.trace_request_ctx, _Asked):
            asked.sent += 1

    async def answered(
        _: aiohttp.ClientSession, context: SimpleNamespace, answer: aiohttp.TraceRequestEndParams
    ) -> None:
        if isinstance(asked := context.trace_request_ctx, _Asked) and 400 <= answer.response.status < 500:
            asked.refused += 1

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(sent)
    trace.on_request_end.append(answered)
    return trace


def _outcome(task: asyncio.Task[object], asked: _Asked) -> object:
    """What a call gave. Errors are told in our words alone: Discord's may quote what was sent."""
    try:
        data = task.result()
    except LoginFailure:
        raise Refused(asked.call, 401, 0) from None
    except RateLimited as error:
        raise asked.failed("too many calls for now", error.retry_after) from None
    except HTTPException as error:
        raise _refusal(error, asked) from None
    except _BROKEN as error:
        raise asked.failed(f"the connection broke: {type(error).__name__}") from None
    except (asyncio.CancelledError, RuntimeError):
        raise asked.failed("the connection was closed") from None
    except (LookupError, TypeError, ValueError):
        raise asked.failed("the answer cannot be read") from None
    if isinstance(data, str) and data:
        raise asked.failed("the answer is not Discord's")
    return None if data == "" else data


def _refusal(error: HTTPException, asked: _Asked) -> SendError:
    headers, status = error.response.headers, error.status
    ours = headers.get("Content-Type", "").startswith("application/json")
    limited = status == 429 and error.code != CHANGED_TOO_OFTEN
    if limited or status >= 500 or not ours:
        told = headers.get("Retry-After", "")
        return asked.failed(f"status {status}", float(told) if re.fullmatch(r"\d+(\.\d+)?", told) else None)
    return Refused(asked.call, status, error.code, _AT_FAULT.findall(error.text))
