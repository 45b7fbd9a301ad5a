"""`holdpoint threads`: the verbs of REST `/v1/threads`, from a terminal."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from gateway.cli.client import ask

app = typer.Typer(no_args_is_help=True, help="Launch, list, look, speak, pause, resume, stop, respond.")
Text = Annotated[str, typer.Argument(help="What to say.")]


@app.command()
def launch(text: Text) -> None:
    """Begin a thread."""
    _show(ask("POST", "/threads", json={"text": text}))


@app.command("list")
def list_threads(most: int = 50) -> None:
    """Threads, latest changed first."""
    for thread in ask("GET", "/threads", params={"most": most}):
        typer.echo(f"{thread['id']}  {thread['changed']}  {thread['seq']} events{'  held' if thread['held'] else ''}")


@app.command()
def get(thread_id: str) -> None:
    """One thread, with the requests that wait."""
    _show(ask("GET", f"/threads/{thread_id}"))


@app.command()
def events(thread_id: str, after: int = 0) -> None:
    """The events after a seq, one JSON object a line."""
    for event in ask("GET", f"/threads/{thread_id}/events", params={"after": after}):
        typer.echo(json.dumps(event, ensure_ascii=True))


@app.command()
def say(thread_id: str, text: Text) -> None:
    """Say something in a thread."""
    _show(ask("POST", f"/threads/{thread_id}/messages", json={"text": text}))


@app.command()
def pause(thread_id: str) -> None:
    """Hold a thread and every tool that has not started."""
    _show(ask("POST", f"/threads/{thread_id}/pause"))


@app.command()
def resume(thread_id: str) -> None:
    """Let a paused thread go on."""
    _show(ask("POST", f"/threads/{thread_id}/resume"))


@app.command()
def stop(thread_id: str) -> None:
    """End what a thread is doing; tools that have not started are refused."""
    _show(ask("POST", f"/threads/{thread_id}/stop"))


@app.command()
def respond(
    thread_id: str,
    request_id: str,
    decision: Annotated[str, typer.Option(help="approve, deny, undo, answer, ask or delegate")] = "",
    reason: Annotated[str, typer.Option(help="Why; with answer and ask, the words of it.")] = "",
    arguments: Annotated[str, typer.Option(help="With approve: all arguments as they are to be, in JSON.")] = "",
    to: Annotated[str, typer.Option(help="With delegate: the person who is to decide instead.")] = "",
    text: Annotated[str, typer.Option(help="The answer to an input request.")] = "",
) -> None:
    """Answer a request, after looking at it: what is decided is the digest shown now."""
    path = f"/threads/{thread_id}/requests/{request_id}/response"
    if not decision:
        _show(ask("POST", path, json={"text": text}))
        return
    requests = [r for r in ask("GET", f"/threads/{thread_id}")["open"] if r["id"] == request_id]
    if not requests:
        raise SystemExit("holdpoint: no such request is open in this thread")
    typer.echo(f"{decision}: {requests[0]['call']['tool']} {requests[0]['call']['arguments']}")
    if arguments:
        typer.echo(f"with other arguments: {arguments}")
    given = {"decision": decision, "reason": reason, "arguments": arguments, "to": to}
    _show(ask("POST", path, json={**given, "digest": requests[0]["digest"]}))


def _show(answer: Any) -> None:
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=True))
