"""ARC: what those who passed a mail on say of it (RFC 8617), set by set. Whether the chain holds is seen elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.message import Message

from adapters.email.headers import values
from agent_core.values import Frozen

MAX_SETS = 10

# An instance is read only where everybody reads it: first, and once.
_INSTANCE = re.compile(r"i=([1-9][0-9]?) ?; ?(.*)", re.DOTALL)
_TAG = re.compile(r"\s*([a-z]+)\s*=\s*([^;]*?)\s*")


class Seal(Frozen):
    """One who passed the mail on: `domain` sealed that the chain before was `chain`, and that `results` were theirs."""

    domain: str
    chain: str
    results: str


def seals(mail: Message) -> tuple[Seal, ...]:
    """Everybody who passed the mail on, the last first. Nobody where one set is not whole, not alone or not plain."""
    sets = [_numbered(values(mail, f"ARC-{name}")) for name in ("Authentication-Results", "Message-Signature", "Seal")]
    numbers = list(range(1, len(sets[0]) + 1))
    if len(numbers) > MAX_SETS or any(sorted(number for number, _ in found) != numbers for found in sets):
        return ()
    results, _, sealed = (dict(found) for found in sets)
    found = [_seal(results[number], sealed[number]) for number in reversed(numbers)]
    return tuple(seal for seal in found if seal) if all(found) else ()


def trusted(mail: Message, sealers: Sequence[str]) -> Iterator[Seal]:
    """The last who passed it on and those before, as long as each is one of the sealers and found the chain whole."""
    known = {sealer.lower() for sealer in sealers}
    for seal in seals(mail):
        if seal.domain not in known:
            return
        yield seal
        if seal.chain != "pass":
            return


def _numbered(texts: Sequence[str]) -> list[tuple[int, str]]:
    """What each header says, by its instance; 0 where none can be read."""
    found = [(_INSTANCE.fullmatch(text), text) for text in texts]
    return [(int(match[1]), match[2]) if match else (0, text) for match, text in found]


def _seal(results: str, text: str) -> Seal | None:
    tags = [_TAG.fullmatch(part) for part in text.strip().removesuffix(";").split(";")]
    pairs = [(tag[1], tag[2]) for tag in tags if tag]
    said = dict(pairs)
    if len(said) != len(tags) or not said.get("d"):
        return None  # A tag that is not one, or one that stands there twice.
    return Seal(domain=said["d"].lower(), chain=said.get("cv", "").lower(), results=results)
