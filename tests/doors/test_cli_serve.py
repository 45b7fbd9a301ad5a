"""`holdpoint up` and `run`: what is wrong is one line; SIGTERM finishes what was begun, and nothing is lost by it."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

import gateway.serve
import sandbox.model
from config.settings import Settings, StoreSettings
from gateway.app import house
from gateway.entry import decode
from gateway.errors import Misconfigured
from gateway.web import serve_app
from sandbox.model import Fault, ModelSandbox, load_script
from tests.doors.scene import PATIENCE, free_port, listening, scene, serving, until
from tests.doors.terminal import Terminal

HANGS = Fault(kind="hang", seconds=120)
PARTITION = {"HOLDPOINT_STORE__PARTITIONS": "1"}


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str, list[str]]:
    """Exit code, output, and the lines on standard error."""
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode, out.decode(), err.decode().splitlines()


async def test_up_refuses_wrong_settings_in_one_line(tmp_path: Path) -> None:
    wrong = {**PARTITION, "HOLDPOINT_SECRET_KEY": "short-canary"}
    code, out, err = await ended(await Terminal(wrong, tmp_path).start("up"))
    assert (code, out, err) == (1, "", ["holdpoint: the secret key is shorter than 16 bytes"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"HOLDPOINT_PORT": "canary"}, "the settings are wrong: port: "),
        ({"HOLDPOINT_STORE": "canary"}, 'error parsing value for field "store"'),
        ({"HOLDPOINT_STORE__URL": "canary://:canary@x"}, "the store's URL cannot be read"),
        ({"HOLDPOINT_PEOPLE_FILE": "missing.yaml"}, "missing.yaml"),
        ({"HOLDPOINT_PEOPLE_FILE": "nonsense.yaml"}, "nonsense.yaml:1: people: "),
        ({"HOLDPOINT_POLICIES_FILE": "broken.yaml"}, "broken.yaml:1: "),
        ({"HOLDPOINT_POLICIES_FILE": "list.yaml"}, "list.yaml:1: "),
    ],
)
async def test_every_wrong_file_and_address_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: Mapping[str, str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"nonsense": "people: canary", "broken": "a: [", "list": "- 1"}.items():
        Path(f"{name}.yaml").write_text(text)
    line = await _refused({**PARTITION, **wrong}, "audit")
    assert said in line
    assert "canary" not in line


@pytest.mark.parametrize("text", ["a: [", "- 1", "canary", "\x00", "port: canary", "canaries: 1"])
async def test_a_wrong_settings_file_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("holdpoint.yaml").write_text(text)
    assert "canary" not in await _refused({}, "audit")


async def _refused(env: Mapping[str, str], *words: str) -> str:
    """The one line a command says instead of working."""
    result = await Terminal(env).run(*words)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    said = str(result.exception.code)
    assert said.startswith("holdpoint: ")
    assert "\n" not in said
    return said


async def test_a_taken_port_is_said_to_be_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"^cannot listen on 127.0.0.1 port {port}: Address already in use$"):
            await serve_app(FastAPI(), "127.0.0.1", port, asyncio.Event())


async def test_a_role_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    result = await Terminal().run("run", "manager")
    assert result.exit_code == 2
    assert "there is no role manager" in result.output


async def test_sigterm_lets_the_turn_under_way_finish_and_loses_nothing(tmp_path: Path) -> None:
    port = free_port()
    async with ModelSandbox(load_script(Path(sandbox.model.__file__).parent / "scripts" / "deploy.yaml")) as model:
        env = {
            **PARTITION,
            "HOLDPOINT_PORT": str(port),
            "HOLDPOINT_STATE_DIR": str(tmp_path),
            "HOLDPOINT_MODEL__BASE_URL": model.base_url,
            "HOLDPOINT_MODEL__API_KEY": "sandbox",
            "HOLDPOINT_MODEL__NAME": "scripted",
        }
        process = await Terminal(env, tmp_path).start("up")
        await listening(port)
        settings = Settings(state_dir=tmp_path, store=StoreSettings(partitions=1))
        async with house(settings) as beside:
            model.order(HANGS)
            thread = (await beside.door().threads.launch("ana", "Hello", "k")).thread_id

            async def asked() -> bool:
                return bool(model.exchanges)

            await until(asked)
        process.send_signal(signal.SIGTERM)
        await _no_longer_listening(port)
        assert process.returncode is None
        model.lift()
        code, out, err = await ended(process)
    assert (code, out) == (0, "")
    assert [json.loads(line)["event"] for line in err] == ["serving", "turn done"]
    async with house(settings) as after:
        log = [decode(record).event for record in await after.opened.threads.read(thread)]
    assert [event.type for event in log] == ["user_message", "model_call", "agent_message"]


async def test_a_turn_that_does_not_end_is_let_go_and_taken_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.serve, "DRAIN_SECONDS", 0.1)
    async with scene(tmp_path, roles=("web",), lease=1.0) as at, at.caller("ana") as ana:
        at.model.order(HANGS, count=100)
        async with serving(at.house, ["worker"]):
            thread = await ana.launch("Hello")

            async def asked() -> Any:
                return at.model.exchanges

            await until(asked)
        assert [event["type"] for event in await ana.get(f"/threads/{thread}/events")] == ["user_message"]
        at.model.lift()
        async with serving(at.house, ["worker"]):
            await ana.heard(thread, "agent_message", text="Hello!")


async def _no_longer_listening(port: int) -> None:
    async def look() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return True
        writer.close()
        return False

    await until(look)
