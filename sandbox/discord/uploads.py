"""Uploads: files that are sent beside a form, what the form says of them, and their limits.

https://docs.discord.com/developers/reference#uploading-files
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.discord.errors import Refusal
from sandbox.discord.ids import Ids
from sandbox.discord.limits import Complaint, items, listed, table, text
from sandbox.discord.routes import Upload
from sandbox.discord.shapes import Json
from sandbox.discord.world import Attachment, Message

FILES, FILE_MOST, REQUEST_MOST = 10, 10 * 1024 * 1024, 25 * 1024 * 1024


def complaints(body: Json, files: Mapping[int, Upload], message: Message | None = None) -> Iterator[Complaint]:
    """What is wrong with a form's `attachments`, sent beside these files, or about those `message` has."""
    told = listed(body.get("attachments"))
    yield from items("attachments", body.get("attachments"), FILES)
    if len(files) > FILES:
        yield "attachments", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {FILES} in length."
    known = {one.id for one in message.attachments} if message else set()
    for number, one in enumerate(told):
        own = str(table(one).get("id", ""))
        if own not in known and own not in {str(number) for number in files}:
            yield f"attachments.{number}.id", "ATTACHMENT_NOT_FOUND", "Attachment data not found"
        yield from text(f"attachments.{number}.description", table(one).get("description"), 1024)


def weigh(files: Mapping[int, Upload]) -> None:
    """Raise 40005 for a file, or files together, that are too large."""
    sizes = [len(one.content) for one in files.values()]
    if any(one > FILE_MOST for one in sizes) or sum(sizes) > REQUEST_MOST:
        raise Refusal(40005)


def attachments(ids: Ids, channel: str, body: Json, files: Mapping[int, Upload]) -> list[Attachment]:
    """The files as a message has them."""
    told = {str(table(one).get("id")): table(one) for one in listed(body.get("attachments"))}
    return [_attachment(ids, channel, files[number], told.get(str(number), {})) for number in sorted(files)]


def kept(message: Message, body: Json) -> list[Attachment]:
    """The files a message keeps when the form is what it is changed by: without `attachments` all of them."""
    if body.get("attachments") is None:
        return [] if "attachments" in body else list(message.attachments)
    wanted = {str(table(one).get("id")) for one in listed(body["attachments"])}
    return [one for one in message.attachments if one.id in wanted]


def _attachment(ids: Ids, channel: str, file: Upload, told: Mapping[str, Any]) -> Attachment:
    name = re.sub(r"[^\w.()\-]", "_", told.get("filename") or file.name)
    guessed = mimetypes.guess_type(name)[0] or ""
    media_type = f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed
    return Attachment(ids.snowflake(), channel, name, file.content, media_type, told.get("description") or "")
