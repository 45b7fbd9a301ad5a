"""Charset: the text of a part, whatever its bytes and whatever it says of them (WHATWG Encoding, RFC 2045).

What its charset cannot read is read as UTF-8, then by guess. A byte nobody can read shows as U+FFFD, never silently.
"""

from __future__ import annotations

import base64
import codecs
import re
import unicodedata
from email.message import Message

from charset_normalizer import from_bytes

# What mail programs write, and what is meant by it: the larger set that contains the one they name.
_MEANT = {
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "iso_8859-1", "us-ascii", "ascii", "ansi"), "windows-1252"),
    **dict.fromkeys(("ansi_x3.4-1968", "cp-1252", "win-1252", "iso8859-1", "cp819"), "windows-1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80", "chinese", "cp936", "euc-cn"), "gb18030"),
    **dict.fromkeys(("ks_c_5601-1987", "euc-kr", "ksc5601", "ks_c_5601", "korean", "x-windows-949"), "cp949"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms_kanji"), "cp932"),
    **dict.fromkeys(("big5", "big-5", "x-x-big5", "cn-big5"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-9", "latin5", "iso_8859-9"), "windows-1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620", "windows-874", "tis620"), "cp874"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e"), "iso-8859-8"),
    **dict.fromkeys(("utf8", "utf-8mb4", "unicode-1-1-utf-8", "utf_8", "x-utf-8"), "utf-8"),
    **dict.fromkeys(("x-euc-jp", "eucjp"), "euc-jp"),
    **dict.fromkeys(("x-mac-roman", "macintosh", "x-macroman"), "mac-roman"),
    **dict.fromkeys(("win-1251", "cp-1251", "x-cp1251"), "windows-1251"),
    **dict.fromkeys(("koi8-r", "koi8", "koi"), "koi8-u"),
}
_JAPANESE = "iso-2022-jp"
# UTF-7 hides words from everybody but its reader; the others are Python's own, slow or no charsets of text.
_REFUSED = ("utf-7", "unicode-1-1-utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")
# Bytes of these cannot be UTF-8 by chance for more than a letter or two, so text that is UTF-8 was mislabelled.
_ONE_BYTE = re.compile(r"(?:windows|cp)-?125\d|iso-?8859-?\d+|koi8-[ru]|mac-\w+|cp(?:437|850|852|866|874)")
_META = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_MOST_MARKS = 30
_ENOUGH_TO_GUESS = 6
_GUESSED = 20_000
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
    "|[\x00-\x08\x0e-\x1f\x7f]"
    "|(?<=[\x00-\x7f\u00a0])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\x7f\u00a0]|$)"  # Joiners join letters, not these.
)
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def text_of(part: Message) -> str:
    """The part as text, as it was written but for line ends and what nobody sees, in normal form NFC."""
    raw = _undone(part)
    return clean(decoded(raw, declared(part) or _in_page(part, raw)))


def clean(text: str) -> str:
    """Line ends `\\n`, plain blanks, no invisible characters, NFC."""
    return unicodedata.normalize("NFC", _bounded(_SPACE.sub(" ", _INVISIBLE.sub("", _LINE_END.sub("\n", text)))))


def _bounded(text: str) -> str:
    """No more than 30 marks on a letter: to put them in order takes time squared (UAX 15, stream-safe text)."""
    if text.isascii():
        return text
    marks, kept = 0, []
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def declared(part: Message) -> str:
    """The charset the part says it has, in lower case; empty if it says none that can be read."""
    try:
        return (part.get_content_charset() or "").strip().lower()
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""


def decoded(raw: bytes, charset: str) -> str:
    """The bytes as text: by that charset, else as UTF-8, else by guess; U+FFFD for what nobody can read."""
    for name in _to_try(raw, charset):
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return _windows_japanese(raw) if charset == _JAPANESE else _guessed(raw)


def _to_try(raw: bytes, charset: str) -> tuple[str, ...]:
    marked = _marked(raw, charset)
    if marked:
        return (marked,)
    meant = _MEANT.get(charset, charset)
    if not meant or meant in _REFUSED or not _is_of_text(meant):
        return ("utf-8",)
    if meant == _JAPANESE and b"\x1b$" in raw:
        return (meant,)
    if meant in ("utf-16", "ucs-2", "iso-10646-ucs-2", "unicode"):
        return ("utf-16-le", "utf-8")
    return ("utf-8", meant) if _ONE_BYTE.fullmatch(meant) else (meant, "utf-8")


def _marked(raw: bytes, charset: str) -> str:
    """What the byte order mark says, which is surer than any header."""
    if raw.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    wide = charset.startswith(("utf-16", "ucs", "unicode")) or not charset
    return "utf-16" if wide and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def _is_of_text(charset: str) -> bool:
    """Whether this names a charset: Python's registry knows more (`base64`, `rot13`)."""
    try:
        return bool(getattr(codecs.lookup(charset), "_is_text_encoding", False))
    except (LookupError, ValueError):
        return False


def _windows_japanese(raw: bytes) -> str:
    """ISO-2022-JP as Windows writes it, with letters of its own: the same places in the table of Shift_JIS."""
    first, *pieces = raw.split(b"\x1b")
    text = [first.decode("ascii", "replace")]
    for piece in pieces:
        wide, letters = piece[:2] in (b"$B", b"$@"), piece[2:]
        text.append(_shifted(letters).decode("cp932", "replace") if wide else letters.decode("ascii", "replace"))
    return "".join(text)


def _shifted(letters: bytes) -> bytes:
    shifted = bytearray()
    for row, cell in zip(letters[::2], letters[1::2], strict=False):
        lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
        shifted += bytes((lead, cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E))
    return bytes(shifted)


def _guessed(raw: bytes) -> str:
    """By the look of it, if there is enough to look at; else as a Western mail program wrote it."""
    try:
        return raw.decode("windows-1252")
    except ValueError:
        pass
    if sum(byte > 127 for byte in raw[:_GUESSED]) >= _ENOUGH_TO_GUESS:
        guess = from_bytes(raw[:_GUESSED]).best()
        if guess is not None and _is_of_text(guess.encoding):
            return raw.decode(guess.encoding, errors="replace")
    return raw.decode("windows-1252", errors="replace")


def _undone(part: Message) -> bytes:
    """The bytes of the part, its transfer encoding undone as far as it goes."""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        return _from_base64(part)
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        payload = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return payload if isinstance(payload, bytes) else b""


def _from_base64(part: Message) -> bytes:
    """Base64 that lost its end or got other signs in it: what is whole of it. The standard parser gives it back raw."""
    given = part.get_payload()
    written = str(given).encode("ascii", "replace") if isinstance(given, str) else b""
    pieces = (_NOT_BASE64.sub(b"", piece) for piece in re.split(rb"=+\s*(?=[A-Za-z0-9+/])", written))
    return b"".join(_bytes_of(piece) for piece in pieces)


def _bytes_of(letters: bytes) -> bytes:
    whole = letters if len(letters) % 4 != 1 else letters[:-1]
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _in_page(part: Message, raw: bytes) -> str:
    """The charset an HTML page names itself, for want of a better."""
    if part.get_content_type() != "text/html":
        return ""
    found = _META.search(raw[:4096])
    named = found[1].decode("ascii", "replace").lower() if found else ""
    return "" if named.startswith("utf-16") else named
