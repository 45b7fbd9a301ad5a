"""Reading a request: JSON, or a form with `payload_json` and `files[n]` beside it.

https://docs.discord.com/developers/reference#uploading-files
"""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.discord.errors import Refusal
from sandbox.discord.routes import Upload

REQUEST_MOST = 25 * 1024 * 1024
_FILE = re.compile(r"files\[(\d+)\]")
_KINDS = "{'application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'}"


async def read(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    """The JSON and the files. Raises Refusal: 40005 for too much, 50109 for no JSON, 50035 for another kind."""
    if not request.body_exists:
        return None, {}
    try:
        found = await _read(request)
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(40005) from None
    # Refused only once it is read: a client that is still sending would not hear it.
    if (request.content_length or 0) > REQUEST_MOST:
        raise Refusal(40005)
    return found


async def _read(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    if request.content_type == "multipart/form-data":
        return await _form(request)
    if request.content_type == "application/json":
        return _json(await request.text()), {}
    if not await request.read():
        return None, {}
    words = f'Expected "Content-Type" header to be one of {_KINDS}.'
    told = {"_errors": [{"code": "CONTENT_TYPE_INVALID", "message": words}]}
    raise Refusal(50035, words="Invalid Form Body", errors=told)


async def _form(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    body: Any = None
    files: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        numbered = _FILE.fullmatch(part.name or "")
        if part.name == "payload_json":
            body = _json(await part.text())
        elif numbered or part.filename:
            number = int(numbered[1]) if numbered else len(files)
            content = bytes(await part.read(decode=False))
            files[number] = Upload(part.filename or "file", content, part.headers.get("Content-Type", ""))
    return body, files


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        raise Refusal(50109) from None
