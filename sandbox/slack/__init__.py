"""The sandbox Slack: a local Slack that the unmodified slack_sdk and slack-bolt work against, and the people in it.

    async with SlackSandbox(retry_delays=(0, 0.1, 0.1)) as slack:
        app = AsyncApp(client=AsyncWebClient(slack.bot_token, base_url=slack.api_url),
                       signing_secret=slack.app.signing_secret)
        await AsyncSocketModeHandler(app, slack.app.app_token).connect_async()    # Socket Mode, or
        await slack.deliver_to("http://127.0.0.1:3000/slack/events")              # HTTP, after url_verification

        ana, bo = slack.person("ana"), slack.person("bo")
        asked = ana.say("#deploys", "@holdpoint deploy 1.4.2")      # a `message` and an `app_mention`
        ana.say(None, "hello")                                      # None: the DM with the bot
        ana.say("#deploys", "and?", thread=asked.ts)
        ana.edit(asked, "..."); ana.delete(asked); ana.upload("#deploys", "plan.txt", b"...", text="see here")
        await slack.settled()                                       # every delivery taken, or given up

        card = slack.messages("#deploys", thread=asked.ts)[-1]      # live `Message`s: text, blocks, ephemeral_for ...
        delivery = await bo.click(card, "approve")                  # by action_id, value or label; waits for the ack
        await bo.click(card, "deny", confirm=False)                 # declines the confirm dialog: nothing is sent
        await bo.click(card, "approve", value="forged")
        await bo.click(card, "why", choose="option-1")              # menus, date pickers, check boxes
        bo.modal; bo.modals; bo.home                                # `View`s: .definition, .values, .id, .hash
        submission = await bo.submit({"reason": "not today"})       # by action_id, block_id or label
        submission.outcome, submission.errors                       # "closed", "errors", "updated", "trouble" ...
        await bo.close(); await bo.click_view("more"); await bo.click_view("open", home=True)
        await ana.slash("/holdpoint", "status"); ana.open_home(); ana.open_messages(); ana.look_at("#deploys")
        await ana.stop(asked)                                       # the stop button of an agent at work
        ana.messages("#deploys")                                    # with ana's own ephemeral ones, nobody else's
        slack.session(asked).status                                 # "processing", "suspended" ...

        slack.calls; slack.called("chat.postMessage")               # journal: .arguments, .answer, .status, .error
        slack.deliveries                                            # .kind, .payload, .event, .attempts, .answer
        slack.strays == []                                          # unknown methods and routes
        slack.order(Fault("rate_limited", method="chat.postMessage", seconds=2), count=3); slack.lift()
        slack.order(Fault("error", method="chat.update", error="edit_window_closed"))
        slack.clock.forward(1800)                                   # trigger ids, response URLs, tokens, streams age
        slack.uninstall(); slack.revoke(); slack.emit({"type": ...}); await slack.send(payload)
        slack.town.team("..."), .user(...), .channel(...), .install(team); slack.core.tokens.issue(team.id)

Kinds of faults are in `fault`. Who is there from the start is in `town`. `SlackSandbox(App(token_rotation=True))` gives
tokens that expire, `slack.refresh_token`; `App(scopes=...)` fewer scopes. Pieces: `world` what exists, `core` what
happens to it, `api` and `methods` the Web API, `blocks`, `elements`, `schema`, `surface` the limits of Block Kit,
`courier`, `webhook`, `sockets`, `payload` the way to the app, `person` and `hands` the people, `hooks` response URLs
and files, `scene` what a test does, `control` the same as routes for a page (`origin` says which) or another process.
"""

from sandbox.slack.app import App
from sandbox.slack.errors import CannotDo, SandboxSlackError, UrlNotVerified
from sandbox.slack.fault import Fault
from sandbox.slack.hands import Hands, Submission
from sandbox.slack.record import ApiCall, Attempt, Delivery
from sandbox.slack.server import SlackSandbox
from sandbox.slack.surface import View
from sandbox.slack.world import Channel, Message, Team, User

__all__ = [
    "ApiCall",
    "App",
    "Attempt",
    "CannotDo",
    "Channel",
    "Delivery",
    "Fault",
    "Hands",
    "Message",
    "SandboxSlackError",
    "SlackSandbox",
    "Submission",
    "Team",
    "UrlNotVerified",
    "User",
    "View",
]
