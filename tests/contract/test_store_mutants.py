"""Mutants: each line of the scripts that guards a promise is changed in turn, and a test of this suite must see it.

What proves a line is a test that passes with the scripts as they are (it does so where it stands) and fails here.
"""

from __future__ import annotations

import pytest

from gateway.store import threads
from gateway.store.client import Script, script
from gateway.store.errors import StoreError
from tests.contract.bench import Bench
from tests.contract.mutants import EVERY, MUTANTS, Proof

TURNS = ["ingest", "control", "claim", "renew", "release", "commit", "fire", "rebuild"]
SCRIPTS = [*TURNS, "fx_claim", "fx_renew", "fx_done"]


def mutated(name: str, line: str, instead: str) -> dict[str, Script]:
    """The scripts the mutation is in."""
    sources = {one: script(one).source for one in SCRIPTS if name in (one, EVERY)}
    assert all(source.count(line) == 1 for source in sources.values())
    return {one: Script(source.replace(line, instead)) for one, source in sources.items()}


@pytest.mark.parametrize(("name", "line", "instead", "proof"), MUTANTS, ids=[f"{m[0]}: {m[1]}" for m in MUTANTS])
async def test_a_line_that_is_gone_is_missed(
    valkey_bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str, line: str, instead: str, proof: Proof
) -> None:
    for one, mutant in mutated(name, line, instead).items():
        monkeypatch.setattr(threads, f"_{one.upper()}", mutant)
    with pytest.raises((AssertionError, ValueError, StoreError, pytest.fail.Exception)):
        await proof(valkey_bench)
