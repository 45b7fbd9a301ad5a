"""The routes beside the Web API: response URLs, uploads, downloads, the consent page of OAuth.

Unsure: that a response to a click replaces the message when it says neither `replace_original` nor `response_type`
is what people report, not what the page says; and that a dead URL answers 404 rather than 200 with `"ok": false`.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from aiohttp import web

from sandbox.slack.blocks import message_blocks
from sandbox.slack.core import Core
from sandbox.slack.errors import Refusal
from sandbox.slack.hands import show
from sandbox.slack.shapes import Json
from sandbox.slack.tickets import ResponseUrl
from sandbox.slack.world import StoredFile

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in</body></html>"


class Hooks:
    """The handlers over one core."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """POST to a response_url: a new message, or another in place of the one that was clicked."""
        try:
            url = self._core.tickets.answer(f"{request.match_info['number']}/{request.match_info['secret']}")
            answer = await _body(request)
            self._respond(url, answer)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=404)
        return web.Response(text="ok")

    def _respond(self, url: ResponseUrl, answer: Json) -> None:
        channel = self._core.world.channels[url.channel]
        original = channel.message(url.message_ts) if url.message_ts else None
        if answer.get("delete_original"):
            if original is not None:
                self._core.remove(original)
            return
        if not answer.get("text") and not answer.get("blocks"):
            raise Refusal("no_text")
        replaces = answer.get("replace_original", answer.get("response_type") is None)
        if original is None or not replaces:
            show(self._core, url.channel, url.user, answer, url.thread_ts)
            return
        before = self._core.shown(original)
        original.text = str(answer.get("text") or "")
        original.blocks = message_blocks(answer["blocks"]) if answer.get("blocks") else []
        self._core.change(original, before)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """POST to an upload URL: the bytes, plain or as a form's file."""
        file = self._by_secret(request.match_info["ticket"])
        if file is None or file.content is not None:
            return web.Response(status=404, text="not_found")
        content = await _uploaded(request)
        if len(content) != file.length:
            return web.Response(status=400, text="length_mismatch")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """GET url_private: with a token that may read files the bytes, without one a login page."""
        file = self._core.world.files.get(request.match_info["file"].partition("-")[2])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            installation = self._core.world.installations[self._core.tokens.check(token).team_id]
        except (Refusal, KeyError):
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if "files:read" not in installation.scopes:
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if file is None or file.content is None:
            return web.Response(status=404, text="not found")
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """GET /oauth/v2/authorize: here everybody consents at once, for the workspace `team` or the first one."""
        query = request.query
        if query.get("client_id") != self._core.app.client_id:
            return web.Response(status=400, text="invalid_client_id")
        team = query.get("team") or next(iter(self._core.world.teams))
        back = urlencode({"code": self._core.tokens.code(team), "state": query.get("state", "")})
        raise web.HTTPFound(f"{query.get('redirect_uri', '')}?{back}")

    def _by_secret(self, secret: str) -> StoredFile | None:
        return next((one for one in self._core.world.files.values() if one.secret == secret), None)


async def _body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise Refusal("invalid_payload") from None
    if not isinstance(body, dict):
        raise Refusal("invalid_payload")
    return body


async def _uploaded(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
