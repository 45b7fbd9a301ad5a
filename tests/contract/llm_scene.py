"""What the tests of the model module share: an agent, a thread, and a client of some server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from agent_core.agent import Agent
from agent_core.agents.deploy import deploy, list_versions
from agent_core.events import UserMessage
from agent_core.fold import append
from agent_core.llm import ChatModel
from agent_core.prompt import Prompt
from agent_core.thread import Thread
from agent_core.values import Author

KEY = "sk-canary-of-the-key"
ANA = Author(identity="email:ana@example.test", person="ana", assurance="verified")
AGENT = Agent(name="deploy", prompt=Prompt(id="test", text="You are a test."), tools=(list_versions, deploy))
THREAD = append(Thread(id="t1"), UserMessage(id="m1", author=ANA, text="deploy <1.4.2> – canary of the words"))
SAY = "rules: [{name: say, then: {say: 'Hello & <welcome>.'}}]"


@asynccontextmanager
async def open_model(base_url: str, *, key: str = KEY, timeout: float = 30.0) -> AsyncIterator[ChatModel]:
    ready = ChatModel(base_url=base_url, api_key=SecretStr(key), name="scripted", timeout=timeout)
    try:
        yield ready
    finally:
        await ready.aclose()


@asynccontextmanager
async def provider(answer: bytes, status: bytes = b"200 OK", kind: bytes = b"application/json") -> AsyncIterator[str]:
    """A server that answers every request with these bytes; `ECHO` in them is replaced by the request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        asked = head + await reader.readexactly(length)
        body = answer.replace(b"ECHO", json.dumps(asked.decode()).encode())
        form = (status, kind, len(body), body)
        writer.write(b"HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % form)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
