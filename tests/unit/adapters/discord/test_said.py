"""What people type on Discord, as plain text; what has no words, named; and nothing in it obeyed. DC-34, XC-12"""

from __future__ import annotations

from hypothesis import given, strategies as st

from adapters.discord.message import files
from adapters.discord.said import MOST_WORDS, plain, text_of
from adapters.wire import Json
from tests.unit.adapters.discord.payloads import ANA, BO, BOT, said

NAMES = {BO: "bo.b", "#7": "rules"}


def text(data: Json) -> str:
    return text_of(data, files(data), BOT)


def test_a_call_to_us_at_the_beginning_is_no_word_of_theirs() -> None:
    for content in (f"<@{BOT}> deploy", f"<@!{BOT}>, deploy", f" \n<@{BOT}>: <@{BOT}>\ndeploy ", f"<@{BOT}>deploy"):
        assert plain(content, NAMES, BOT) == "deploy"


def test_elsewhere_and_alone_we_are_named_like_anybody() -> None:
    ours = NAMES | {BOT: "holdpoint"}
    assert plain(f"ask <@{BOT}>", ours, BOT) == "ask @holdpoint"
    assert plain(f"<@{BOT}>", ours, BOT) == "@holdpoint"
    assert plain(f"<@{BOT}>", {}, BOT) == f"@{BOT}"
    assert plain(f"<@{BOT}> hi", ours, "") == "@holdpoint hi"


def test_references_are_written_readably() -> None:
    read = {
        f"<@{BO}> <@!{BO}> <@{ANA}>": f"@bo.b @bo.b @{ANA}",
        "<@&12>": "@role-12",
        "<#7> <#8>": "#rules #8",
        "<:ship_it:1> <a:party:2>": ":ship_it: :party:",
        "<t:0> <t:1763629200:R> <t:-1:T>": "1970-01-01 00:00 UTC 2025-11-20 09:00 UTC 1969-12-31 23:59 UTC",
        "</deploy now:5>": "/deploy now",
    }
    for content, expected in read.items():
        assert plain(content, NAMES) == expected


def test_what_is_no_reference_stays_as_it_is() -> None:
    for content in (
        "a < b > c",
        "<@x>",
        "<@>",
        "<t:>",
        "<t:9999999999999>",
        "<:a b:1>",
        "<id:home>",
        "<@1",
        "@everyone",
    ):
        assert plain(content, NAMES) == content


def test_code_is_left_to_the_letter() -> None:
    for content in (f"`<@{BO}>`", f"``<@{BO}> ` <t:0>``", f"```\n<@{BO}>\n```", f"```py\n`<@{BO}>`\n```"):
        assert plain(content, NAMES) == content
    assert plain(f"` <@{BO}>", NAMES) == "` @bo.b"


def test_a_name_cannot_break_out_of_its_line_or_be_endless() -> None:
    data = said("message_mention_within")
    data["mentions"][1]["username"] = "x\n[file a]\u202e" + "y" * 500
    found = text(data)
    assert "@x\\n[file a]\\u{202E}yyy" in found
    assert "\n" not in found
    assert len(found) < 400


def test_who_is_mentioned_is_named_by_what_is_theirs_alone() -> None:
    data = said("message_mention_within")
    data["mentions"][1] |= {"global_name": "Ana", "member": {"nick": "Ana"}}
    assert "@bo.b" in text(data)


def test_too_many_words_are_cut_and_counted() -> None:
    assert plain("x" * (MOST_WORDS + 1234), {}) == "x" * MOST_WORDS + "\n[1,234 more characters, not read]"
    assert plain("x" * MOST_WORDS, {}) == "x" * MOST_WORDS


def test_a_voice_message_is_not_told_as_a_file_and_its_length_is_a_length() -> None:
    for length in (None, "6", -1, float("nan"), float("inf"), 10**400, 1e300):
        data = said("message_voice")
        data["attachments"][0]["duration_secs"] = length
        assert text(data) == "[a voice message, not heard]"


def test_everything_in_one_message_is_told_each_on_its_line() -> None:
    parts = ("message_files", "message_sticker", "message_poll", "message_forward")
    keys = ("attachments", "sticker_items", "poll", "message_snapshots")
    whole = said("message_dm") | {key: said(name)[key] for name, key in zip(parts, keys, strict=True)}
    lines = text(whole).splitlines()
    assert [line.split(" ")[0] + " " + line.split(" ")[1] for line in lines[:6]] == [
        "deploy 1.4.2",
        "[file plan.txt,",
        "[file screen.png,",
        "[a sticker:",
        "[a poll:",
        "[a forwarded",
    ]


def test_odd_polls_and_stickers_are_named_all_the_same() -> None:
    odd = said("message_dm") | {"poll": {"answers": [{}, None, {"poll_media": 7}]}, "sticker_items": [{}, 3]}
    assert text(odd) == "deploy 1.4.2\n[a sticker: unnamed]\n[a poll: unnamed unnamed / unnamed]"
    assert text(odd | {"poll": {"answers": [{}] * 1000}}).count("unnamed") == 22


@given(st.text(max_size=200))
def test_no_line_of_what_is_forwarded_passes_for_the_senders_own(words: str) -> None:
    data = {"message_snapshots": [{"message": {"content": words}}]}
    first, *lines = text(data).splitlines()
    assert first == "[a forwarded message:]"
    assert lines
    assert all(line.startswith("> ") for line in lines)


REFERENCES = ("<#7>", "<t:0>", "<@&1>", "</a:1>", "<:x:1>")
MARKS = ("`", "```", "<", ">", f"<@{BO}>", f"<@{BOT}>", *REFERENCES, "a", " ", "\n", "\ud800")


@given(st.lists(st.sampled_from(MARKS), max_size=40))
def test_outside_code_every_reference_is_read_whatever_stands_around_it(marks: list[str]) -> None:
    content = "".join(marks)
    found = plain(content, NAMES, BOT)
    assert "`" in content or not any(mark in found for mark in REFERENCES)
    assert len(found) <= 8 * len(content)
