"""Signed: whether the signatures of a mail hold, by keys that were fetched before. Pure, but slow on some mails."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping

import dkim
from dkim.util import parse_tag_value

from adapters.email.found import Signature
from adapters.email.proof.keys import Key

MIN_BITS = 1024
MAX_SIGNATURES = 5
ALGORITHMS = (b"rsa-sha256", b"ed25519-sha256")

Tags = dict[bytes, bytes]

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?")
# Of these there is one at most (RFC 5322, 2045): a second one could be read in place of the one that is signed.
_ONCE = frozenset(
    b"from sender reply-to to cc date subject message-id in-reply-to references"
    b" mime-version content-type content-transfer-encoding".split()
)
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False  # dkimpy writes into its log what a mail says.


def tags(raw: bytes, name: bytes) -> list[Tags]:
    """What each header of this name says, tag by tag; nothing where it cannot be read. Raises DKIMException."""
    return [_tags(value) for given, value in dkim.DKIM(raw, logger=_SILENT).headers if given.lower() == name]


def key_name(said: Mapping[bytes, bytes]) -> str:
    """Where the key of a signature is found, or nothing where that is no place."""
    selector, domain = (said.get(tag, b"").decode("ascii", "replace").lower() for tag in (b"s", b"d"))
    sane = _HOST.fullmatch(selector) and _HOST.fullmatch(domain)
    return f"{selector}._domainkey.{domain}" if sane else ""


def domain_of(said: Mapping[bytes, bytes]) -> str:
    """Whose signature it is."""
    return said.get(b"d", b"").decode("ascii", "replace").lower()


def check(raw: bytes, keys: Mapping[str, Key], *, chain: bool, now: float) -> tuple[Signature, ...]:
    """Every signature, good or not; with `chain` that of those who passed the mail on as well. Never raises.

    `keys` by their names: those of other domains than the sender's need not be there. `now` in seconds of the epoch.
    """
    try:
        said = tags(raw, b"dkim-signature")[:MAX_SIGNATURES]
        found = tuple(_checked(raw, number, one, keys, now) for number, one in enumerate(said))
        return (*found, _chain(raw, keys, now)) if chain else found
    except Exception as error:  # Whatever a stranger's bytes do to their parser.
        return (Signature(domain="", good=False, why=f"cannot be checked: {type(error).__name__}"),)


def _tags(value: bytes) -> Tags:
    try:
        return dict(parse_tag_value(re.sub(rb"\r?\n", b"", value)))
    except dkim.InvalidTagValueList:
        return {}


def _checked(raw: bytes, number: int, said: Tags, keys: Mapping[str, Key], now: float) -> Signature:
    """One signature of the mail."""
    key = keys.get(key_name(said), Key(why="of another domain than the sender's"))
    why = key.why or refused(raw, said, now) or _poor(key.record, said)
    if not why:
        why = _broken(lambda: dkim.DKIM(raw, logger=_SILENT, minkey=MIN_BITS).verify(number, _from(keys)))
    return Signature(domain=domain_of(said), good=not why, why=why)


def refused(raw: bytes, said: Mapping[bytes, bytes], now: float) -> str:
    """Why a signature is not enough for us even if it holds, or nothing."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    names = Counter(line.partition(b":")[0].lower() for line in re.split(rb"\r?\n(?![ \t])", head))
    signed = [name.strip().lower() for name in said.get(b"h", b"").split(b":")]
    expires = said.get(b"x", b"")
    if re.search(rb"\r(?!\n)|\x00", head):
        return "the headers can be read in two ways"
    if any(names[name] > 1 for name in _ONCE):
        return "a header stands there twice"
    if b"from" not in signed:
        return "From is not signed"
    if b"l" in said:
        return "only the beginning of the text is signed"
    if said.get(b"a", b"").lower() not in ALGORITHMS:
        return "signed by what is no longer taken"
    return "expired" if expires and (not expires.isdigit() or len(expires) > 12 or int(expires) < now) else ""


def _poor(record: str, said: Mapping[bytes, bytes]) -> str:
    """Why a key is not taken, or nothing."""
    key = {tag.decode("ascii"): value.decode("ascii") for tag, value in _tags(record.encode("ascii")).items()}
    flags = {flag.strip() for flag in key.get("t", "").split(":")}
    if not key.get("p"):
        return "the key is revoked"
    if "y" in flags:
        return "the domain only tries signing out"
    if "h" in key and "sha256" not in (each.strip() for each in key["h"].split(":")):
        return "signed by what the key is not for"
    if "s" in flags and said.get(b"i", b"").lower().rpartition(b"@")[2] not in (b"", said.get(b"d", b"").lower()):
        return "the key is not for domains below"
    return _short(record)


def _short(record: str) -> str:
    """Why nobody could rely on a key, or nothing."""
    try:
        _, bits, kind, _ = dkim.evaluate_pk("", record)
    except Exception as error:  # Whatever a stranger's key does to its parser.
        return f"the key cannot be read: {type(error).__name__}"
    return f"a key of {bits} bits" if kind == b"rsa" and bits < MIN_BITS else ""


def _chain(raw: bytes, keys: Mapping[str, Key], now: float) -> Signature:
    """Of all who passed the mail on, as one: of the domain of the last. Raises IndexError where there is nobody."""
    seals, last = links(raw)
    needed = [keys.get(key_name(said), Key(why="a key is missing")) for said in (*seals, last)]
    whys = [key.why or _poor(key.record, {}) for key in needed]
    whys += [refused(raw, {b"h": b"from", **said}, now) for said in seals]
    whys += [refused(raw, said, now) for said in tags(raw, b"arc-message-signature")]
    why = next(filter(None, whys), "")
    if not why:
        why = _broken(lambda: dkim.ARC(raw, logger=_SILENT, minkey=MIN_BITS).verify(_from(keys))[0] == dkim.CV_Pass)
    return Signature(domain=domain_of(last), good=not why, why=why, kind="arc")


def links(raw: bytes) -> tuple[list[Tags], Tags]:
    """The seals of those who passed a mail on, and what the last of them signed. Raises DKIMException, IndexError."""
    messages = sorted(tags(raw, b"arc-message-signature"), key=lambda said: said.get(b"i", b"").rjust(3, b"0"))
    return tags(raw, b"arc-seal"), messages[-1]


def _broken(holds: Callable[[], bool]) -> str:
    """Why a signature does not hold, or nothing."""
    try:
        return "" if holds() else "the headers are not those that were signed"
    except dkim.ValidationError as error:
        return "the text is not the one that was signed" if "body hash" in str(error) else "not a signature"
    except Exception as error:  # Whatever a stranger's bytes do to their parser.
        return f"cannot be checked: {type(error).__name__}"


def _from(keys: Mapping[str, Key]) -> Callable[..., bytes | None]:
    """The keys as dkimpy asks for them."""

    def record(name: bytes, timeout: float = 0) -> bytes | None:
        key = keys.get(name.decode("ascii", "replace").rstrip(".").lower())
        return key.record.encode("ascii") if key and not key.why else None

    return record
