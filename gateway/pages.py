"""The pages behind the link in a message. GET and HEAD show; only a deliberate POST decides.

The link proves which identity was asked which request. The person must still choose, type the code from the message,
and press: no scanner that opens links, follows forms or runs scripts does all of that. Behind the link in a message
that is no request for approval there is the message, to be read.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from agent_core.approvals import hold_in_words, outcome_in_words
from agent_core.events import ApprovalRequest, ApprovalResponse
from agent_core.thread import Thread
from agent_core.values import Author
from gateway.api.auth import door
from gateway.door import Door
from gateway.errors import BadToken, NoSuchThread
from gateway.keyring import Keyring, Pass, Place
from gateway.links import ShortLinks
from gateway.page_card import card
from gateway.page_form import NO_PROBLEMS, NOTHING_FILLED, Filled, NotPossible, changes, chosen, fields
from gateway.told import Told, drawn, ending, find

TRIES = 5
TRIES_SECONDS = 600
# Who has somebody's phone has the link, and all the time there is.
WEAK_SECONDS = 3600
SIX_DIGITS = re.compile(r"[0-9]{6}")

router = APIRouter(include_in_schema=False)
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
TheDoor = Annotated[Door, Depends(door)]


@router.api_route("/d/{ticket}", methods=["GET", "HEAD"])
async def show(ticket: str, door: TheDoor) -> Response:
    """The request as it stands."""
    return await _page(door, ticket)


@router.post("/d/{ticket}")
async def decide(
    ticket: str,
    request: Request,
    door: TheDoor,
    form_token: Annotated[str, Form(max_length=64)] = "",
    decision: Annotated[str, Form(max_length=16)] = "",
    code: Annotated[str, Form(max_length=16)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
    digest: Annotated[str, Form(max_length=64)] = "",
    to: Annotated[str, Form(max_length=200)] = "",
    seen: Annotated[int, Form(ge=0, le=2**31)] = 0,
) -> Response:
    """Log the decision; the thread judges it. `seen` is how long the thread was when the page was shown."""
    try:
        bearer = await _bearer(door, ticket)
    except BadToken:
        return await _page(door, ticket)
    ours = door.keyring.form_token(ticket)
    genuine = hmac.compare_digest(form_token.encode(), ours.encode()) and _same_site(request, door)
    if not genuine:
        return await _page(door, ticket, problem="Please open the link again and use the form on the page.", status=403)
    filled = Filled(
        decision, reason.strip(), to, {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    )
    asked = await _asked(door, bearer)
    try:
        chose = chosen(filled, asked, door.tools.get(asked.call.tool) if asked else None)
    except NotPossible as why:
        return await _page(door, ticket, problem=str(why), status=422, filled=filled, problems=why.problems)
    if wrong := await _wrong(door, bearer, "".join(code.split())):
        return await _page(door, ticket, problem=wrong.problem, status=wrong.status, filled=filled)
    said = ApprovalResponse(
        # A form sent twice is one answer; after an answer that did not count, the page is shown anew, and can be used.
        id=f"page:{_name(bearer)}:{chose.mark}:{seen}",
        request_id=bearer.request_id,
        author=_author(door, bearer, asked),
        decision=chose.decision,
        reason=chose.reason,
        digest=digest or "missing",
        arguments=chose.arguments,
        to=chose.to,
    )
    await door.inbound.respond(bearer.thread_id, said)
    return RedirectResponse(f"/d/{ticket}", status_code=303)


class _Wrong(NamedTuple):
    """Why a code does not count."""

    problem: str
    status: int


async def _wrong(door: Door, bearer: Pass, code: str) -> _Wrong | None:
    """What is wrong with a code; None if nothing is. Only what may be a guess is counted as one.

    Scanners send forms with nothing in them, or with the same thing in all of them, again and again: that must not
    keep out who has the code. A code that is known to be wrong tells nobody anything by being so once more.
    """
    if not SIX_DIGITS.fullmatch(code):
        return _Wrong("Please type the six digits from the message.", 422)
    name, weak = _name(bearer), _is_weak(door, bearer)
    seconds = WEAK_SECONDS if weak else TRIES_SECONDS
    not_it = _Wrong("That is not the code from the message.", 422)
    if await door.guard.spent(f"wrong:{name}:{code}", most=1):
        return not_it
    if not await door.guard.allow(f"code:{name}", most=TRIES, seconds=seconds):
        return _Wrong(f"Too many tries. Please wait {'an hour' if weak else 'ten minutes'}.", 429)
    place = Place(thread_id=bearer.thread_id, request_id=bearer.request_id)
    if _is_code(code, place, door.inbound.owner(bearer.identity), door.keyring):
        return None
    # Noted only now that it was counted: else whether it is noted would tell a wrong code from the right one.
    await door.guard.allow(f"wrong:{name}:{code}", most=1, seconds=seconds)
    return not_it


async def _page(
    door: Door,
    ticket: str,
    *,
    problem: str = "",
    status: int = 200,
    filled: Filled = NOTHING_FILLED,
    problems: Mapping[str, str] = NO_PROBLEMS,
) -> Response:
    """The page for whatever state the request is in; what was filled in and could not be used stays in its form."""
    try:
        bearer = await _bearer(door, ticket)
        thread = await door.threads.thread(bearer.thread_id)
    except (BadToken, NoSuchThread):
        return render("gone.html", 404, message="This link is not valid.", changes=())
    request = thread.open_request(bearer.request_id)
    if not isinstance(request, ApprovalRequest):
        told = await find(door.threads, bearer.thread_id, bearer.request_id)
        if told is None or isinstance(told.event, ApprovalRequest):
            return render("gone.html", 200, **await _ended(door, thread, bearer.request_id, told))
        return render("read.html", 200, blocks=drawn(told))
    if any(isinstance(e, ApprovalResponse) and e.request_id == request.id for e in thread.unheard):
        return render("received.html", 200)
    hidden = {"form_token": door.keyring.form_token(ticket), "seen": thread.seq}
    held = thread.held_approval(request.id)
    standing = f"This request was {hold_in_words(held)}." if held else ""
    shown = {**hidden, **card(request, thread.votes_on(request.id)), "fields": fields(request, filled.typed, problems)}
    return render("decide.html", status, problem=problem, standing=standing, filled=filled, **shown)


async def _bearer(door: Door, link: str) -> Pass:
    """Whom a link was sent to, and for what. Raises BadToken."""
    return await ShortLinks(door.inbound.links, door.keyring).open(link)


async def _asked(door: Door, bearer: Pass) -> ApprovalRequest | None:
    """What is asked, while it is open."""
    try:
        request = (await door.threads.thread(bearer.thread_id)).open_request(bearer.request_id)
    except NoSuchThread:
        return None
    return request if isinstance(request, ApprovalRequest) else None


def _author(door: Door, bearer: Pass, request: ApprovalRequest | None) -> Author:
    """Who decides, and how sure that is: of a request that may be decided by text, link and code are on one phone."""
    sure = not _is_weak(door, bearer) or (request is not None and request.needs == "verified")
    author = door.inbound.proven_author(bearer.identity, "decision link and code")
    return author if sure else door.inbound.people.known(author.model_copy(update={"assurance": "restricted"}))


def _is_code(code: str, place: Place, owner: str, keyring: Keyring) -> bool:
    """Whether it is the code that came with the link, be it one that words may bear as well or not."""
    return keyring.is_code(code, place, owner) or keyring.is_page_code(code, place, owner)


def _is_weak(door: Door, bearer: Pass) -> bool:
    """Whether the link went where nobody can be sure who reads it."""
    hook = door.hooks.get(bearer.identity.partition(":")[0])
    return hook is not None and hook.adapter.capabilities.proof == "restricted"


async def _ended(door: Door, thread: Thread, request_id: str, told: Told | None) -> dict[str, object]:
    """What happened, by whom, and when, and what ran instead; the thread itself remembers that for a while only."""
    closed = thread.closed_request(request_id) or await ending(door.threads, thread.id, request_id)
    message = f"This request was {outcome_in_words(closed)}." if closed else "This request is closed."
    asked = told.event if told else None
    if closed and closed.call and isinstance(asked, ApprovalRequest):
        return {"message": message, "changes": tuple(changes(asked.call.arguments, closed.call.arguments))}
    return {"message": message, "changes": ()}


def _same_site(request: Request, door: Door) -> bool:
    """Whether the form was sent from our own page, as far as the browser says."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if origin == "null":
        # Our pages send no referrer, and with that browsers hide the origin of a form, too: of our own like anybody's.
        return site == "same-origin"
    ours = urlsplit(door.public_url)
    return site in (None, "same-origin", "none") and origin in (None, f"{ours.scheme}://{ours.netloc}".lower())


def render(template: str, status: int, **values: object) -> Response:
    """A page of ours; whatever it is filled with is escaped."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status)


def _name(bearer: Pass) -> str:
    """Names what a link opens. Not the link itself: it can be written in many ways that all open the same."""
    return hashlib.sha256(bearer.model_dump_json().encode()).hexdigest()[:24]
