"""What only a real mail server does: Debian's Exim tries again and again, and tells us so meanwhile."""

from __future__ import annotations

import contextlib

from adapters.email.adapter import EmailAdapter
from adapters.heard import Ignored
from tests.contract.email_sending import Counters, Memory, numbered
from tests.contract.exim import LATE
from tests.contract.mailbox import following, reading
from tests.contract.post_office import Debian, Nowhere
from tests.unit.adapters.email.parcels import HONEST


async def test_a_mail_that_is_late_has_not_come_back(real: Debian) -> None:  # EM-28
    late = numbered(HONEST["card"], 9, to=LATE).model_copy(update={"identity": f"email:{LATE}"})
    memory = Memory()
    async with contextlib.aclosing(EmailAdapter(real.account, memory, Counters(), Nowhere())) as adapter:
        await adapter.send(late)
        async with reading(real.account) as batches:
            (kept,) = (await following(batches)).messages
        heard = await adapter.sources[0].read(kept)
    assert memory.noted[0].return_path.encode() in kept.raw
    assert isinstance(heard, Ignored)
    assert (heard.kind, heard.detail.split()[0]) == ("bounce", "delayed")
