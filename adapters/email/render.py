"""Render: an outbound event as a mail, text and HTML saying the same. Pure: the same parcel gives the same bytes.

Everything that is not ours is escaped. Nothing is cut off: a request that cannot be shown whole is not a request.
"""

from __future__ import annotations

import hashlib
from email.headerregistry import Address as Mailbox
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from html import escape

from markdown_it import MarkdownIt

from adapters.base import Parcel
from adapters.email.account import Site
from adapters.email.parse import LOOP_HEADER
from adapters.email.where import Where
from adapters.layout import Answer, Block, Facts, Prose, Quoted, Words, layout, plain, subject
from adapters.text import one_line, visible

# No images, no links, no HTML of the agent's: its text is shown, not followed. No entities and no definitions
# either: with them, characters and words could hide that the plain text shows.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable(
    ["image", "link", "autolink", "html_inline", "html_block", "entity", "reference"]
)
_BODY = "margin:0;padding:24px;background:#ffffff;color:#1a1a1a;font:16px/1.5 system-ui,sans-serif"
_NAME = "padding:4px 16px 4px 0;vertical-align:top;color:#555555;white-space:nowrap"
_VALUE = "padding:4px 0;vertical-align:top;font-family:ui-monospace,monospace;word-break:break-all"
_TYPED = "display:block;margin:4px 0;font-family:ui-monospace,monospace;font-weight:bold"
_QUOTED = "margin:8px 0;padding:0 12px;border-left:3px solid #999999;color:#555555"
_BUTTON = (
    "display:inline-block;margin:8px 0;padding:10px 18px;background:#1a4f8b;color:#ffffff;"
    "border-radius:4px;text-decoration:none"
)


class _Ids(UnstructuredHeader, BaseHeader):
    """Message ids, one to a line: the standard library would break long ones into encoded words."""

    def fold(self, *, policy: Policy) -> str:
        """The header as it goes over the wire."""
        return f"{self.name}: {f'{policy.linesep} '.join(self.split())}{policy.linesep}"


LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1
_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("in-reply-to", _Ids)
_HEADERS.map_to_type("references", _Ids)
_POLICY = EmailPolicy(header_factory=_HEADERS)


def message_id(parcel: Parcel, site: Site) -> str:
    """Ours, made before sending, the same for every attempt; an answer to it carries the reply token back."""
    return f"<hp.{parcel.effect_id}.{parcel.reply_token}@{site.domain}>"


def render(parcel: Parcel, site: Site) -> EmailMessage:
    """The mail."""
    where = Where.of(parcel.address)
    mail = EmailMessage(policy=_POLICY)
    mail["Date"] = parcel.event.at
    mail["From"] = Mailbox("Holdpoint", site.local, site.domain)
    mail["To"] = Mailbox(addr_spec=where.to)
    mail["Reply-To"] = Mailbox("Holdpoint", _local(parcel, site), site.domain)
    mail["Subject"] = f"Re: {one_line(where.subject)}" if where.subject else subject(parcel.event, parcel.request)
    mail["Message-ID"] = message_id(parcel, site)
    if answered := where.answered():
        mail["In-Reply-To"] = answered[-1]
        mail["References"] = " ".join(answered)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail[LOOP_HEADER] = parcel.effect_id
    blocks = layout(parcel.event, role=parcel.role, ticket=parcel.ticket, request=parcel.request)
    text, page = plain(blocks), html(blocks)
    mail.set_content(text)
    mail.add_alternative(page, subtype="html")
    mail.set_boundary(hashlib.sha256(f"{text}\x1f{page}".encode()).hexdigest()[:32])  # In neither: it is made of both.
    return mail


def _local(parcel: Parcel, site: Site) -> str:
    """Who to answer to: with the token, if mail servers take so long a name; our Message-ID brings it back as well."""
    named = f"{site.local}+{parcel.reply_token}"
    return named if len(named) <= LONGEST_LOCAL else site.local


def html(blocks: tuple[Block, ...]) -> str:
    """One column, inline styles, no images, nothing fetched."""
    inner = "\n".join(_html(block) for block in blocks)
    head = '<meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    return f'<!doctype html><html lang="en"><head>{head}</head><body style="{_BODY}">\n{inner}\n</body></html>\n'


def _html(block: Block) -> str:
    match block:
        case Words():
            return f"<p>{escape(block.text)}</p>"
        case Prose():
            return str(_MARKDOWN.render(visible(block.text)))
        case Quoted():
            return f'<div style="{_QUOTED}">{_MARKDOWN.render(visible(block.text))}</div>'
        case Facts():
            rows = "".join(_row(name, value) for name, value in block.rows)
            return f'<table role="presentation" style="border-collapse:collapse">{rows}</table>'
        case Answer():
            typed = "".join(f'<code style="{_TYPED}">{escape(line)}</code>' for line in block.lines)
            link = f'<a href="{escape(block.url)}" style="{_BUTTON}">Look and decide</a>'
            return f"<p>To decide, answer with one of these as the first line:</p>{typed}<p>or open:</p><p>{link}</p>"


def _row(name: str, value: str) -> str:
    return f'<tr><td style="{_NAME}">{escape(name)}</td><td style="{_VALUE}">{escape(value)}</td></tr>'
