"""The corpus: mails of our own making and the reading each should have, and in what a reading differs from it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gateway.cli.parse_email import Config, report

FOLDER = Path(__file__).parents[3] / "fixtures" / "email"
MAILS = sorted(FOLDER.glob("*/*.eml"))
# What the person meant. None and "ask" are one: neither decides anything.
DECISIONS = ("approve", "deny")
# Told by the reply and the decision; the other keys are about the mail as such.
_OF_THE_WORDS = ("reply_text", "decision", "comment", "code", "may_decide", "never_in_reply")

Reading = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A mail of the corpus: what should be read, and what is."""

    name: str
    wanted: Reading
    got: Reading
    sent_text: str


def named(mail: Path) -> str:
    """A mail's name in the corpus, as `people/yahoo_web_approve`."""
    return f"{mail.parent.name}/{mail.stem}"


@cache
def case(mail: Path) -> Case:
    """A mail, read as the site it came to reads it: its folder's own, if that has one."""
    known = _config(next(f for f in (mail.parent / "site.yaml", FOLDER / "site.yaml") if f.exists()))
    wanted = json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))
    return Case(named(mail), wanted, report(mail.read_bytes(), known), known.sent_text)


@cache
def _config(site: Path) -> Config:
    return Config.model_validate(yaml.safe_load(site.read_text(encoding="utf-8")))


def folded(text: str) -> str:
    """With every run of white space as one space, and without what cannot be seen."""
    return " ".join(re.sub("[\u200b\ufeff]", "", text).split())


def forbidden(of: Case) -> Iterator[str]:
    """Each way in which a reading is dangerous, in words: none may be in any mail."""
    wanted, got = of.wanted, of.got
    if wanted["is_auto"] and not got["is_auto"]:
        yield f"a robot ({wanted['auto_kind']}) is taken for a person"
    if got["assurance"] == "verified" and wanted.get("assurance", "verified") != "verified":
        yield f"it is proved to come from {got['from_addr']}: {got['evidence']}"
    if got["assurance"] == "verified" and got["from_addr"] != wanted.get("from_addr", got["from_addr"]):
        yield f"it is proved to come from {got['from_addr']}, not {wanted['from_addr']}: {got['evidence']}"
    if got["may_decide"] and not wanted["may_decide"]:
        yield f"it may decide: {got['why']}"
    meant = wanted["decision"]
    if got["decision"] in DECISIONS and meant in DECISIONS and got["decision"] != meant:
        yield f"the opposite decision, {got['decision']}, was read from {got['reply_text']!r}"
    if got["may_decide"] and got["decision"] in DECISIONS and got["decision"] != meant:
        yield f"{got['decision']} was read from {got['reply_text']!r}, where nothing was decided"
    if leaked := list(leaks(of)):
        yield f"nobody wrote {leaked} in the reply {got['reply_text']!r}"


def leaks(of: Case) -> Iterator[str]:
    """What we had sent, codes, and `never_in_reply`, as far as they are in the reply more often than was written."""
    if of.wanted.get("reply_text") is None:
        return
    wrote, read = _bare(of.wanted["reply_text"]), _bare(of.got["reply_text"])
    ours = {_bare(line) for line in of.sent_text.splitlines()} - {""}
    for phrase in sorted({*ours, *of.wanted.get("never_in_reply", ()), *re.findall(r"\b\d{6}\b", read), "Holdpoint"}):
        if read.count(phrase) > wrote.count(phrase):
            yield phrase


def _bare(text: str) -> str:
    """As it is after any mail program laid it out anew: without the marks and the space between its words."""
    return " ".join(re.sub(r"[\s:>|*\u200b]+", " ", text).split())


def differences(of: Case) -> Iterator[str]:
    """In what the reading of the mail as such, not of its words, is not the one wanted."""
    for key, want in of.wanted.items():
        if key not in _OF_THE_WORDS and not _same(want, of.got[key]):
            yield f"{key} is {of.got[key]!r}, not {want!r}"


def _same(want: Any, got: Any) -> bool:
    if isinstance(want, list):
        return Counter(want) == Counter(one["name"] if isinstance(one, Mapping) else one for one in got)
    if isinstance(want, Mapping) and isinstance(got, Mapping):
        return all(_same(value, got.get(key)) for key, value in want.items())
    return bool((want or None) == (got or None))


def reply_missed(of: Case) -> str:
    """How the reply differs from what was written; empty if it does not, or nobody can say what was."""
    want = of.wanted.get("reply_text")
    if want is None or folded(want) == folded(of.got["reply_text"]):
        return ""
    return f"{of.name}\n    wrote {folded(want)!r}\n    read  {folded(of.got['reply_text'])!r}"


def answer_missed(of: Case) -> str:
    """How an answer is read as less, or with another comment, than it was meant; empty if it is not."""
    want, got = of.wanted, of.got
    missed = [key for key in ("comment", "code") if key in want and folded(want[key]) != folded(got[key] or "")]
    if (want["decision"] in DECISIONS or got["decision"] in DECISIONS) and want["decision"] != got["decision"]:
        missed.append("decision")
    if want["may_decide"] and not got["may_decide"]:
        missed.append("why")
    told = "; ".join(f"{key} is {got[key]!r}, not {want.get(key, '')!r}" for key in missed)
    return f"{of.name}: {told}" if told else ""
