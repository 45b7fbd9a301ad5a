"""The sandbox Discord: a local Discord that the unmodified discord.py works against, and the people at its far end.

    async with DiscordSandbox() as discord:
        discord.api_url                       # in place of https://discord.com/api/v10; GET /gateway/bot says where to
        discord.cdn_url                       # connect; files are served from the origin `cdn_url`
        discord.token                         # the bot's
        discord.app                           # .id, .bot (its user's id), .public_key (hexadecimal), .name
        discord.guild                         # .id, .name; one server; "#general" and "#deploys" are there at the start
        discord.channel("#deploys")           # `Channel`: .id, .name, .type, .parent_id; made if need be
        discord.role("releasers")             # `Role`: .id, .name; made if need be
        discord.grant("di", "releasers"); discord.revoke("di", "releasers")

        di = discord.person("di")             # `Hands`: .id, .name; joins the server when first named
        di.dm("deploy 1.4.2", files=[("plan.txt", b"...")], reply_to=None)      # -> `Message`
        di.say("#deploys", "<@...> deploy")   # a channel's name, a `Channel`, or a `Message` whose thread is meant
        di.edit(message, "..."); di.delete(message)
        await di.click(message, "Deny")       # a button by its label; None, or why the interaction failed
        await di.choose(message, "staging")   # in a select, by the options' labels
        await di.slash("ask", "#deploys", what="deploy 1.4.2")                  # where: None is the DM
        di.modal                              # the form that is open, or None: .title, .fields, .custom_id
        await di.submit({"Why not?": "..."})  # by the fields' labels; di.close()
        di.dms                                # what stands in the direct messages, oldest first
        di.whispers                           # what only they can see: ephemeral `Message`s
        di.refuse_dms()                       # 50007 from now on; di.leave(): 50278

        discord.messages("#deploys")          # the messages of a channel, thread or DM, oldest first
        discord.thread(message)               # the thread that began at it, or None; .archived and .locked can be set
        await discord.settled()               # everything under way has come to its end

        discord.sessions                      # open gateway connections; .identifies, .resumes are counted
        await discord.drop()                  # every connection breaks without a word
        await discord.reconnect()             # op 7; discord.invalidate(resumable=False): op 9
        await discord.close(4014)             # closed with this code; discord.refuse_identify(4014, count=1)
        discord.unreachable(True)             # nobody can connect; discord.forget_sessions(): RESUME -> op 9
        discord.order(Fault("rate_limit", path="/channels/*/messages", seconds=40, via=True), count=1); discord.lift()
        # kinds: rate_limit, error (status, code), hang, drop (connection reset before it was done), lost (after it was)
        await discord.deliver_to("http://127.0.0.1:1234/discord/events")   # interactions by HTTP from now on, signed;
        # as Discord does, checks first that PING is answered and a bad signature refused: else raises UrlNotVerified
        discord.clock.forward(960)            # 3-second and 15-minute rules, nonces, signed URLs of files; .now
        discord.calls                         # journal of REST calls: .method, .path, .body, .status, .code
        discord.strays == []                  # requests to routes that are not there
        discord.replay(discord.deliveries[0]) # an event or interaction once more, the same bytes

`python -m sandbox.discord` runs it alone, with `/_control` for a page (`origin` says which) or another process.

`DiscordSandbox(identify_pause=0)` lets apps come back at once: Discord wants five seconds between two IDENTIFYs, here
by the clock. `discord.app.may_read_all = True` gives the application the message content intent; without it IDENTIFY
with that intent is closed with 4014. `discord.acknowledge(False)`: heartbeats are no longer acknowledged. Pieces:
`world` what exists, `core` what happens to it, `rest` and the routes in `table` the API, `protocol`, `gateway`,
`session`, `connection`, `greeting` and `events` the gateway, `interactions`, `callbacks` and `forms` what is pressed,
`courier` the way to the app, `person` and `hands` the people, `scene` what a test does, `control` the same as routes.
"""

from sandbox.discord.courier import Delivery
from sandbox.discord.errors import CannotDo, Refusal, SandboxDiscordError, UrlNotVerified
from sandbox.discord.fault import Fault
from sandbox.discord.forms import Field, Form
from sandbox.discord.hands import Hands, NotSentOff
from sandbox.discord.ratelimit import Rate
from sandbox.discord.record import Call, Stray
from sandbox.discord.server import DiscordSandbox
from sandbox.discord.session import Session, Sessions
from sandbox.discord.world import Application, Attachment, Channel, Guild, Message, Role, User

__all__ = [
    "Application",
    "Attachment",
    "Call",
    "CannotDo",
    "Channel",
    "Delivery",
    "DiscordSandbox",
    "Fault",
    "Field",
    "Form",
    "Guild",
    "Hands",
    "Message",
    "NotSentOff",
    "Rate",
    "Refusal",
    "Role",
    "SandboxDiscordError",
    "Session",
    "Sessions",
    "Stray",
    "UrlNotVerified",
    "User",
]
