"""`holdpoint audit verify` on the store of a running house: whatever somebody changes in Redis, it says where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.store.partition import prefix_of
from tests.doors.scene import Scene
from tests.doors.terminal import Terminal

pytestmark = pytest.mark.usefixtures("logs_aside")


@dataclass(frozen=True)
class Books:
    """A finished deployment in the store, and somebody with access to the server."""

    redis: Any
    prefix: str
    thread: str
    shell: Terminal

    async def records(self) -> list[Any]:
        return [json.loads(record) for record in await self.redis.lrange(self.log, 0, -1)]

    @property
    def log(self) -> str:
        return f"{self.prefix}:ev:{self.thread}"

    async def place(self, kind: str) -> int:
        """The place of the last event of a kind, from 0."""
        return max(n for n, record in enumerate(await self.records()) if record["event"]["type"] == kind)

    async def change(self, kind: str, change: Callable[[dict[str, Any]], object]) -> None:
        """An event in the log is otherwise."""
        place = await self.place(kind)
        record = (await self.records())[place]
        change(record["event"])
        await self.redis.lset(self.log, place, json.dumps(record, separators=(",", ":")))

    async def drop(self, kind: str) -> None:
        """An event is not in the log any more."""
        await self.redis.lset(self.log, await self.place(kind), b"gone")
        await self.redis.lrem(self.log, 1, b"gone")

    async def gate(self) -> str:
        (name,) = [name async for name in self.redis.scan_iter(match=f"{self.prefix}:ap:{self.thread}:*")]
        return str(name.decode())

    async def verify(self) -> tuple[int, list[str]]:
        result = await self.shell.run("audit", "verify")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout.splitlines()


@pytest.fixture(scope="module")
async def whole(at: Scene) -> Books:
    """The books of a deployment that Ana asked for and Bo approved."""
    async with at.caller("ana") as ana, at.caller("bo") as bo:
        thread = await ana.launch("Please deploy 1.4.2 to staging.")
        await bo.decide(thread, await bo.request(thread), "approve", "looks good")
        await ana.heard(thread, "tool_result", outcome="ok")
        await ana.heard(thread, "agent_message")
    settings = at.house.settings
    env = {
        "HOLDPOINT_STATE_DIR": str(settings.state_dir),
        "HOLDPOINT_PEOPLE_FILE": str(settings.people_file),
        "HOLDPOINT_STORE__PARTITIONS": "1",
    }
    return Books(at.house.opened.evidence.redis, prefix_of(thread, 1), thread, Terminal(env))


@pytest.fixture
async def books(whole: Books) -> AsyncIterator[Books]:
    """The same, put back as they were."""
    kept = {name: await whole.redis.dump(name) async for name in whole.redis.scan_iter(match=f"{whole.prefix}:*")}
    yield whole
    for name in [name async for name in whole.redis.scan_iter(match=f"{whole.prefix}:*")]:
        await whole.redis.delete(name)
    for name, body in kept.items():
        await whole.redis.restore(name, 0, body)


async def test_honest_books_are_whole(books: Books) -> None:
    code, lines = await books.verify()
    assert (code, lines[1:]) == (0, ["1 threads, 1 decisions, no deviations"])
    assert lines[0].endswith(" entries, whole")


def _other_version(event: dict[str, Any]) -> None:
    call = event["call"]
    call["arguments"] = call["arguments"].replace("1.4.2", "1.4.3")


async def another_byte_shown(books: Books) -> None:
    await books.change("approval_request", _other_version)


async def another_byte_run(books: Books) -> None:
    await books.change("tool_call", _other_version)


async def another_approver(books: Books) -> None:
    await books.change("request_closed", lambda event: event["by"].update(person="cy", identity="console:cy"))


async def another_who_responded(books: Books) -> None:
    await books.change("approval_response", lambda event: event["author"].update(person="cy", identity="console:cy"))


async def the_requester_approved(books: Books) -> None:
    await _decided_by(books, person="ana", identity="console:ana")


async def a_weak_approver(books: Books) -> None:
    await _decided_by(books, assurance="asserted")


async def _decided_by(books: Books, **changes: str) -> None:
    await books.change("request_closed", lambda event: event["by"].update(changes))
    await books.change("approval_response", lambda event: event["author"].update(changes))


async def more_were_needed(books: Books) -> None:
    await books.change("approval_request", lambda event: event["terms"]["seats"][0].update(need=2))


async def no_response(books: Books) -> None:
    await books.drop("approval_response")


async def no_request(books: Books) -> None:
    await books.drop("approval_request")


async def no_call(books: Books) -> None:
    await books.drop("tool_call")


async def no_last_word(books: Books) -> None:
    await books.redis.rpop(books.log)


async def no_log(books: Books) -> None:
    await books.redis.delete(books.log)


async def one_more_word(books: Books) -> None:
    await books.redis.rpush(books.log, await books.redis.lindex(books.log, -1))


async def another_time(books: Books) -> None:
    place = await books.place("approval_response")
    record = (await books.records())[place]
    await books.redis.lset(books.log, place, json.dumps({**record, "at": record["at"] + 1}))


async def another_message(books: Books) -> None:
    await books.change("user_message", lambda event: event.update(id="console:ana:other"))


async def other_words(books: Books) -> None:
    await books.change("user_message", lambda event: event.update(text="Please deploy whatever Bo likes."))


async def another_approver_throughout(books: Books) -> None:
    everywhere = {"person": "di", "identity": "console:di"}
    await _decided_by(books, **everywhere)
    await books.change("approval_request", lambda event: event["terms"]["seats"][0].update(of=["di"]))
    await books.change("approval_request", lambda event: event.update(approvers=["di"]))


async def nonsense(books: Books) -> None:
    await books.redis.lset(books.log, 0, b'{"event":{"type":"user_message"},"at":1}')


async def no_gate(books: Books) -> None:
    await books.redis.delete(await books.gate())


async def another_gate(books: Books) -> None:
    await books.redis.hset(await books.gate(), "d", "0" * 64)


async def a_gate_for_another(books: Books) -> None:
    await books.redis.hset(await books.gate(), "u", "a" * 20)


async def a_gate_of_its_own(books: Books) -> None:
    await books.redis.hset(f"{books.prefix}:ap:{books.thread}:forged", mapping={"s": "approved", "d": "0" * 64})


Tampering = Callable[[Books], Awaitable[None]]
FOUND: dict[Tampering, tuple[str, str]] = {
    another_byte_shown: ("approval_request", "its call is not the one of its hash"),
    another_byte_run: ("tool_call", "what was called is not what was approved"),
    another_approver: ("request_closed", "cy is not among those who may decide it"),
    another_who_responded: ("request_closed", "bo said no such thing"),
    the_requester_approved: ("request_closed", "ana asked for it"),
    a_weak_approver: ("request_closed", "bo was not proven well enough"),
    more_were_needed: ("request_closed", "those who approved it are not enough by its card"),
    no_response: ("request_closed", "bo said no such thing"),
    no_request: ("tool_call", "which is not in the log"),
    no_call: ("approval_request", "its call is not in the log"),
    no_last_word: ("", "is in the audit chain, and not in the log"),
    no_log: ("", "record 1 is in the audit chain, and not in the log"),
    one_more_word: ("", "is in the log, and not in the audit chain"),
    another_time: ("approval_response", "was written at another time, says the audit chain"),
    another_message: ("user_message", "record 1 is not the one the audit chain names"),
    other_words: ("", "record 1 or one written with it is not what was written"),
    another_approver_throughout: ("", "or one written with it is not what was written"),
    nonsense: ("", "record 1 cannot be read"),
    no_gate: ("approval_request", "the gate has no record of it"),
    another_gate: ("tool_call", "the gate has another hash for it"),
    a_gate_for_another: ("tool_call", "the gate let something else start in its place"),
    a_gate_of_its_own: ("forged", "nothing in the log opened it"),
}


@pytest.mark.parametrize("tampering", FOUND, ids=lambda one: one.__name__)
async def test_what_was_tampered_with_is_named_by_thread_and_event(books: Books, tampering: Tampering) -> None:
    kind, why = FOUND[tampering]
    ids = {record["event"]["type"]: record["event"]["id"] for record in await books.records()}

    await tampering(books)

    code, lines = await books.verify()
    assert code == 1
    assert [line for line in lines if line.startswith(books.thread) and why in line], lines
    expected = ids.get(kind, kind)
    if tampering is another_message:
        expected = "console:ana:other"
    said = next(line for line in lines if why in line)
    assert said.startswith(f"{books.thread} {expected or '-'}: ")


async def test_a_broken_entry_of_the_chain_is_named_by_its_place(books: Books) -> None:
    chain = f"{books.prefix}:au"
    entries = await books.redis.xrange(chain)
    await books.redis.delete(chain)
    for place, (id, fields) in enumerate(entries):
        changed = {**fields, b"e": fields[b"e"].replace(b"commit", b"ingest")} if place == 1 else fields
        await books.redis.xadd(chain, changed, id=id)

    code, lines = await books.verify()

    assert code == 1
    assert f"{books.prefix}: broken at {entries[1][0].decode()}" in lines


async def test_a_call_started_twice_is_found_even_where_the_chain_was_made_to_hold(books: Books) -> None:
    entries = await books.redis.xrange(f"{books.prefix}:au")
    starts = [fields[b"e"] for _, fields in entries if fields[b"e"].startswith(b"fx_begin")]
    start = starts[-1]
    head = await books.redis.get(f"{books.prefix}:ah")
    chained = _sha1(head + start)
    await books.redis.xadd(f"{books.prefix}:au", {"e": start, "h": chained})
    await books.redis.set(f"{books.prefix}:ah", chained)

    code, lines = await books.verify()

    assert code == 1
    assert [line for line in lines if line.endswith("it was started 2 times")]


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


async def test_an_export_is_whole_by_itself_and_a_changed_one_is_not(books: Books, tmp_path: Path) -> None:
    exported = (await books.shell.run("audit", "export")).stdout
    file = tmp_path / "audit.jsonl"
    file.write_text(exported)
    result = await books.shell.run("audit", "check", str(file))
    assert (result.exit_code, result.stdout) == (0, "1 decisions, whole\n")
    assert "looks good" in exported
    assert "Please deploy" not in exported

    file.write_text(exported.replace("1.4.2", "1.4.3"))
    result = await books.shell.run("audit", "check", str(file))
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "line 1: does not follow from the one before")
