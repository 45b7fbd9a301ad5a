"""What `docs/channels/sms.md` says of error codes and limits is what the code does: nobody keeps two lists alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.content import MOST_BYTES as FILE_BYTES, MOST_FILES
from adapters.sms import buttons, content, deliver, gate, media, parts, receive, wire
from adapters.sms.account import Bounds
from adapters.sms.codes import CODES, Judged, Mark, page

TEXT = (Path(__file__).parents[2] / "docs" / "channels" / "sms.md").read_text()
ROW = re.compile(r"^\| \[(?P<code>\d+)\]\((?P<page>\S+)\) \| (?P<cells>.+) \|$", re.MULTILINE)
TOLD = {int(row["code"]): (row["page"], row["cells"].split(" | ")) for row in ROW.finditer(TEXT)}
NOTED: dict[Mark, str] = {"": "", "out": "opted out", "bar": "barred", "sender": "our sender is stopped"}
KIB, HOUR = 1024, 3_600
LIMITS = {
    "one message": f"at most {parts.SEGMENTS} segments and {parts.CHARACTERS:,} characters",
    "one thing to say": f"at most {parts.MOST} messages",
    "a link": "and 16 characters",
    "silence": f"{gate.IDLE.days} days",
    "one message to a number in": f"{Bounds().seconds} seconds",
    "messages to a number in an hour": f"{Bounds().per_hour}",
    "segments a day, in all": f"{Bounds().segments_per_day:,}",
    "segments a day, to a country": f"{Bounds().segments_per_country:,}",
    "time at Twilio (`ValidityPeriod`)": f"at most {deliver.LONGEST_VALID // HOUR} hours",
}
SAID = (
    f"looked at again every {int(gate.LONGEST_WAIT / 60)} minutes",
    f"Who wrote within the last {int(gate.AWAKE.total_seconds() / 60)} minutes",
    f"at most {wire.MOST_BYTES // KIB} KiB and {wire.MOST_FIELDS} fields",
    f"of up to {MOST_FILES} files, text is read, up to {FILE_BYTES // KIB} KiB each",
    f"in {int(media.SECONDS)} seconds",
    f"remembered for {receive.REMEMBERED // (24 * HOUR)} days",
    f"for {int(content.WINDOW.total_seconds() / HOUR)} hours from somebody's last message",
    f"({content.ROOM} characters of ours",
    f"A button carries at most {buttons.MOST} characters",
)


def cells(meant: Judged) -> list[str]:
    refused = "later" if meant.kind == "later" else "another way"
    lost = "another way, or again" if meant.again else "another way"
    return [meant.why, refused, lost, NOTED[meant.contact], "must look" if meant.alarm else ""]


def test_every_code_is_in_the_table_in_order() -> None:
    assert list(TOLD) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_does_what_the_table_says(code: int) -> None:
    where, told = TOLD[code]
    assert where == page(code)
    assert [cell.strip() for cell in told] == cells(CODES[code])


@pytest.mark.parametrize(("limit", "number"), LIMITS.items(), ids=list(LIMITS))
def test_a_limit_is_as_the_table_says(limit: str, number: str) -> None:
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {limit} | "))
    assert number in row.split(" | ", 1)[1]


@pytest.mark.parametrize("sentence", SAID)
def test_other_limits_are_as_the_page_says(sentence: str) -> None:
    assert sentence in " ".join(TEXT.split())
