"""Cards that several must agree to, why they come again, and what people write while they wait."""

from __future__ import annotations

from agent_core.events import InputRequest, Relayed, RequestRaised, Vote
from agent_core.terms import Seats, Terms
from agent_core.values import Author
from tests.unit.adapters.cards import BO, CARD, UNTIL

CY = Author(identity="email:cy@example.test", person="cy", assurance="verified", evidence="dmarc")
TERMS = Terms(
    rule="deploy to production",
    seats=(Seats(of=("bo", "cy", "di"), need=2), Seats(of=("security",))),
    veto=("cy",),
    on_timeout="hold",
    delegates=("eli", "fay"),
)
EFFECTS = "Restarts **3** servers:\n\n- web-1\n- web-2\n- web-3"
SEVERAL = CARD.model_copy(
    update={"approvers": ("bo", "cy", "di", "security"), "terms": TERMS, "consequences": EFFECTS, "state": "v7"}
)
YES = Vote(id="v1", request_id="r1", by=BO, decision="approve", missing="1 of cy, di; and 1 of security")
NO = Vote(id="v2", request_id="r1", by=BO, decision="deny", reason="Not on a *Friday*.", missing="2 of cy, di")
REMINDER = RequestRaised(id="x1", request_id="r1", why="reminder", to=("cy",))
LATE = RequestRaised(id="x2", request_id="r1", why="time", to=("di",))
UNREACHED = RequestRaised(id="x3", request_id="r1", why="undelivered", to=("di",))
HANDED = RequestRaised(id="x4", request_id="r1", why="delegated", to=("eli",), by=CY, note="I am on a train.")
TOLD = RequestRaised(id="x5", request_id="r1", why="answered", to=("bo",), by=BO, note="The **eu** database.")
ASKED = InputRequest(
    id="q7", to="email:ana@example.test", question="Which *database*?", expires_at=UNTIL, about="r1", by=BO
)
RELAYED = Relayed(id="y1", to=("email:ana@example.test",), author=BO, text="I look after this **now**.")
