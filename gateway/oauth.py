"""The way in for workspaces: `/slack/install` sends a browser to Slack, `/slack/oauth_redirect` takes it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import structlog
from fastapi import APIRouter, Cookie, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from adapters.errors import OutcomeUnknown, Rejected, TryLater
from gateway.errors import BadToken
from gateway.slack_install import REDIRECT_PATH, STATE_SECONDS, SlackInstalling

log = structlog.get_logger(__name__)

INSTALL_PATH = "/slack/install"
COOKIE = "holdpoint-slack-install"
AGAIN = f"Please begin again at {INSTALL_PATH}."
_PAGES = Jinja2Templates(directory=Path(__file__).parent / "templates")


def installing_routes(installing: SlackInstalling) -> APIRouter:
    """The two routes; they are there only where many workspaces may install the app."""
    router = APIRouter(include_in_schema=False)

    @router.get(INSTALL_PATH)
    async def begin() -> Response:
        """Off to Slack's page of consent, with a cookie to be known again by."""
        begun = installing.begin()
        response = RedirectResponse(begun.url, 302)
        response.set_cookie(
            COOKIE,
            begun.cookie,
            max_age=STATE_SECONDS,
            path=REDIRECT_PATH,
            secure=installing.public_url.startswith("https://"),
            httponly=True,
            samesite="lax",  # It must come along when Slack sends the browser back.
        )
        return response

    @router.get(REDIRECT_PATH)
    async def finish(
        request: Request,
        code: Annotated[str, Query(max_length=512)] = "",
        state: Annotated[str, Query(max_length=512)] = "",
        error: Annotated[str, Query(max_length=64)] = "",
        cookie: Annotated[str, Cookie(alias=COOKIE, max_length=128)] = "",
    ) -> Response:
        """Back from Slack."""
        status, words = (
            (400, f"Nobody agreed to it. {AGAIN}") if error else await _finished(installing, code, state, cookie)
        )
        response = _PAGES.TemplateResponse(request, "installed.html", {"done": status == 200, "words": words}, status)
        response.delete_cookie(COOKIE, path=REDIRECT_PATH)
        return response

    return router


async def _finished(installing: SlackInstalling, code: str, state: str, cookie: str) -> tuple[int, str]:
    """The status, and what to say. Slack's words go to the log only: this page is anybody's who has a link."""
    try:
        home = await installing.finish(code, state, cookie)
    except BadToken as error:
        return 400, f"Nothing was installed: {error}. {AGAIN}"
    except Rejected as error:
        log.warning("installation refused", source="slack", why=str(error))
        return 400, f"Slack refused it. {AGAIN}"
    except (TryLater, OutcomeUnknown) as error:
        log.warning("installation not finished", source="slack", why=str(error))
        return 503, f"Slack did not answer. {AGAIN}"
    log.info("installed", source="slack", team=home.us.team, scopes=home.scopes)
    return 200, "You can close this page and talk to the app in Slack."
