"""The sandbox Twilio: a local Twilio that the unmodified twilio SDK works against, and the phones at its far end.

    async with TwilioSandbox() as twilio:
        twilio.url                                  # in place of https://api.twilio.com
        twilio.account_sid, twilio.auth_token       # Basic auth, and the key of the signatures
        twilio.number                               # "+447700900100": an SMS number of the account
        twilio.service, twilio.pool_number          # "MG...", and the one number in its pool
        twilio.whatsapp_number                      # the number behind "whatsapp:+447700900102"
        twilio.deliver_to("sms", "https://public.test/sms/events", post_to="http://127.0.0.1:1234/sms/events")
        # signs the public URL, posts to the other one, as a tunnel or a proxy would; `post_to` defaults to it;
        # `fallback` and `fallback_to` are the second instance. "#rc=2&rp=5xx,ct" in the URL is honoured.

        ana = twilio.phone("+447700900001", name="Ana")
        ana.text("deploy")                          # to whoever wrote last, else to twilio.number; `to` says otherwise
        ana.text("", media=[("plan.txt", "text/plain", b"...")])
        ana.group("lunch?", others=["+447700900009"])
        ana.whatsapp("hi"); ana.press(ana.inbox[-1], "Approve"); ana.read(ana.inbox[-1])
        ana.inbox; ana.bubbles                      # `Sms`s: what arrived; both ways: .body, .segments, .encoding,
                                                    # .parts, .sender, .recipient, .channel, .buttons, .media, .status
        ana.switch_off(); ana.switch_on()           # what is sent stays "sent" meanwhile
        await twilio.settled()                      # every webhook and every message under way has come to its end

        twilio.messages; twilio.message(sid)        # live `Message`s, as the REST resource has them
        twilio.calls                                # journal of REST calls: .method, .path, .form, .status, .code
        twilio.deliveries                           # webhooks: .kind, .url, .form, .attempts, .status, .token
        twilio.strays == []                         # requests to routes that are not there
        twilio.replay(twilio.deliveries[0])         # the same bytes and the same signature once more
        twilio.send_json("sms", {...})              # with bodySHA256 in the URL
        twilio.order(Fault("undelivered", code=30003, to="+447700900001"), count=1); twilio.lift()
        twilio.unreachable("+447700900002", 30005)  # from now on; code 0 makes it reachable again
        twilio.refuse("+447700900003", 21614)       # REST refuses this number from now on
        twilio.hold(); twilio.release()             # the queue: what is accepted is not sent meanwhile
        twilio.clock.forward(3600)                  # validity periods, WhatsApp's 24 hours; .now is a clock to lend
        twilio.template("HX...", "Deploy {{1}}?", buttons=[("Approve", "{{2}}")])
        twilio.opted_out("+447700900001")           # STOP, START and HELP are handled as Twilio does
        twilio.rotate(); twilio.retire()            # a new auth token; the old ones are good until retired
        twilio.sign_with("webhooks_sharedkey_1", "secret", "HMAC_SHA256")

Kinds of faults are in `fault`. `Account(advanced_opt_out=True)` gives `OptOutType` on messages to the pool,
`Account(regions=("+44",))` refuses others with 21408. Pieces: `account` what is configured, `world` what exists,
`segments` the length of a text, `catalog` the error codes, `acceptance` what REST takes, `rest` and `resources` the
API, `media` what is attached and its CDN, `carrier` what becomes of a message, `keywords` STOP and its family,
`forms`, `signing`, `courier` the webhooks, `twiml` what the app answers, `phone` the people, `scene` what a test does,
`control` the same as routes for a page (`origin` says which) or another process. `python -m sandbox.twilio` runs it
alone. It posts to loopback addresses only, whatever a URL says: nothing leaves the machine.
"""

from sandbox.twilio.account import Account
from sandbox.twilio.errors import CannotDo, SandboxTwilioError
from sandbox.twilio.fault import Fault
from sandbox.twilio.phone import Phone
from sandbox.twilio.record import Attempt, Call, Delivery, Stray
from sandbox.twilio.server import TwilioSandbox
from sandbox.twilio.world import Message, Sms, Template

__all__ = [
    "Account",
    "Attempt",
    "Call",
    "CannotDo",
    "Delivery",
    "Fault",
    "Message",
    "Phone",
    "SandboxTwilioError",
    "Sms",
    "Stray",
    "Template",
    "TwilioSandbox",
]
