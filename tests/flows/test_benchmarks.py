"""The benchmarks work: all of them, small, through their own command. What they print here is not a measurement."""

from __future__ import annotations

from benchmarks.__main__ import QUICK, measure


async def test_every_table_is_filled() -> None:
    lines = await measure(QUICK)

    assert sum(line.startswith("###") for line in lines) == 4
    assert sum("cycles per second" in line for line in lines) == 2
    assert not any("nan" in line or "inf" in line for line in lines)
