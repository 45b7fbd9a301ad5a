"""Opaque: the mail within an S/MIME seal, signed and not encrypted (RFC 8551, 3.5.2). The seal is not checked."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from email.policy import compat32

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_SEQUENCE, _OID, _OCTETS, _EXPLICIT = 0x30, 0x06, 0x04, 0xA0
_CONSTRUCTED = 0x20
_MOST_PIECES = 10_000
_DEEPEST = 12


def enclosed(part: Message) -> Message | None:
    """The mail that was signed, or None if the part holds none that can be read."""
    payload = part.get_payload(decode=True)
    try:
        content = _content(payload) if isinstance(payload, bytes) else b""
    except (IndexError, ValueError):
        return None
    return message_from_bytes(content, policy=compat32) if content else None


def _content(der: bytes) -> bytes:
    """The content of CMS SignedData: ContentInfo, SignedData, version, algorithms, EncapsulatedContentInfo."""
    kind, signed = _children(_body(der, _SEQUENCE))[:2]
    if kind != (_OID, _SIGNED_DATA):
        return b""
    fields = _children(_body(_body_of(signed, _EXPLICIT), _SEQUENCE))
    inside = _children(_body_of(fields[2], _SEQUENCE))
    if inside[0] != (_OID, _DATA):
        return b""
    return _octets(_children(_body_of(inside[1], _EXPLICIT))[0])


def _octets(value: tuple[int, bytes]) -> bytes:
    tag, body = value
    if tag == _OCTETS:
        return body
    if tag != _OCTETS | _CONSTRUCTED:
        raise ValueError(tag)
    return b"".join(_body_of(piece, _OCTETS) for piece in _children(body))


def _body(der: bytes, tag: int) -> bytes:
    return _body_of(_children(der)[0], tag)


def _body_of(value: tuple[int, bytes], tag: int) -> bytes:
    if value[0] != tag:
        raise ValueError(value[0])
    return value[1]


def _children(der: bytes) -> list[tuple[int, bytes]]:
    """Tags and bodies, one after the other. Raises IndexError or ValueError for what is no DER."""
    found: list[tuple[int, bytes]] = []
    position = 0
    while position < len(der) and len(found) < _MOST_PIECES:
        tag, start, end, position = _bounds(der, position, 0)
        found.append((tag, der[start:end]))
    return found


def _bounds(der: bytes, position: int, depth: int) -> tuple[int, int, int, int]:
    """The tag at a position, where its body starts and ends, and where the next value starts."""
    tag, length, start = der[position], der[position + 1], position + 2
    if length > 0x84 or depth > _DEEPEST:
        raise ValueError(length)  # Longer than any mail.
    if length == 0x80:
        end = _end_of_contents(der, start, depth)
        return tag, start, end, end + 2
    if length > 0x80:
        start, length = start + length - 0x80, int.from_bytes(der[start : start + length - 0x80], "big")
    if start + length > len(der):
        raise ValueError(length)
    return tag, start, start + length, start + length


def _end_of_contents(der: bytes, position: int, depth: int) -> int:
    """Where two zeros end a value that did not say how long it is."""
    while der[position : position + 2] != b"\0\0":
        position = _bounds(der, position, depth + 1)[3]
    return position
