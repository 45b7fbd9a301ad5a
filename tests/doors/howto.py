"""A how-to as its reader follows it: its blocks in order, typed into a shell, and what the page says they print.

A block marked `yaml holdpoint.yaml` is a file to write, `sh` is to be typed, and `text` after it is what is then to be
seen, with `…` for whatever differs from time to time. What is looked at may take its time to get there: such a block is
typed again until it shows what it should, as a reader would.

What the tests of all pages need besides is here, too: what a section needs of the reader's machine, and whether
everything on a page is followed, and quoted as we say it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sandbox.model
from gateway.store.embedded import die_with_parent

BLOCK = re.compile(r"^```(?P<language>\w+)(?: (?P<file>[\w.]+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^## (?P<title>.+)\n(?P<text>(?:(?!## ).*\n?)*)", re.MULTILINE)
TYPED, WRITTEN, SEEN = {"sh"}, {"yaml", "json"}, {"text"}
ROOT = Path(__file__).parents[2]
# The model that plays the agent's part on all pages, and where a reader's own Holdpoint stands on them.
SCRIPT = Path(sandbox.model.__file__).parent / "scripts" / "deploy.yaml"
SITE = "https://holdpoint.example.com"
DONE = "-- done"
PATIENCE = 90.0


@dataclass(frozen=True)
class Block:
    """One block of a page; `file` only where it is one."""

    language: str
    file: str
    text: str


@dataclass(frozen=True)
class Step:
    """Something to do, and what is to be seen then, if the page says it."""

    block: Block
    shows: str | None = None


def sections(name: str) -> Mapping[str, str]:
    """The text of a how-to's sections by their titles; `name` is that of its file."""
    page = (ROOT / "docs" / "howto" / name).read_text()
    return {found["title"]: found["text"] for found in SECTION.finditer(page)}


def unfollowed(page: Mapping[str, str], test: Path) -> set[str]:
    """The sections with something to do that the file of tests does not name."""
    named = re.findall(r'PAGE\["(.+?)"\]|^    "(.+?)",$', test.read_text(), re.MULTILINE)
    return {title for title, text in page.items() if "```" in text} - {title for pair in named for title in pair}


def quotes(table: str) -> set[str]:
    """What the first column of a table of troubles says that we say: in quotes or as code, of more than one word."""
    rows = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)[2:]
    found = [pair for row in rows for pair in re.findall(r'"(.+?)"|`(?:holdpoint: )?(.+?)(?: \.\.\.)?`', row)]
    return {words for pair in found for words in pair if " " in words and not words.startswith("/")}


def unsaid(quoted: set[str]) -> set[str]:
    """What we do not say anywhere."""
    source = " ".join(path.read_text() for top in ("adapters", "gateway") for path in (ROOT / top).rglob("*.py"))
    return {words for words in quoted if words not in source}


def at_home(**settings: object) -> str:
    """What is not on a page: where the programs are, and settings of Holdpoint, such as that others are local ones."""
    exported = "\n".join(f"export HOLDPOINT_{name}={value}" for name, value in settings.items())
    return f'```sh\nPATH="$PWD/.venv/bin:$PATH"\n{exported}\n```\n'


def steps(text: str) -> list[Step]:
    """What a text tells its reader to do. Fails the test for a block nobody could follow."""
    made: list[Step] = []
    for found in BLOCK.finditer(text):
        block = Block(found["language"], found["file"] or "", found["text"])
        if block.language in SEEN:
            before = made.pop()
            assert before.block.language in TYPED, block
            assert before.shows is None, block
            made.append(Step(before.block, block.text))
        else:
            assert block.language in TYPED or (block.language in WRITTEN and block.file), block
            made.append(Step(block))
    return made


@dataclass(frozen=True)
class Reader:
    """Somebody with a shell. `instead` is what they write for what stands on the page: their own ports and names."""

    shell: asyncio.subprocess.Process
    directory: Path
    instead: Mapping[str, str]

    async def follow(self, text: str) -> None:
        """Do what a text says. Fails the test when it does not come out as it says."""
        for step in steps(text):
            await self._do(step)

    async def _do(self, step: Step) -> None:
        written = self._own(step.block.text)
        if step.block.language in WRITTEN:
            await self._write(step.block.file, written)
        elif step.shows is None:
            code, said = await self._type(written)
            assert code == 0, f"{written}\n{said}"
        else:
            await self._look(written, re.compile(_pattern(self._own(step.shows)), re.DOTALL))

    def _own(self, text: str) -> str:
        return re.sub("|".join(map(re.escape, self.instead)), lambda found: self.instead[found[0]], text)

    async def _write(self, name: str, text: str) -> None:
        code, where = await self._type("pwd\n")
        assert code == 0
        (Path(where.strip()) / name).write_text(text)

    async def _look(self, text: str, wanted: re.Pattern[str]) -> None:
        said = ""
        try:
            async with asyncio.timeout(PATIENCE):
                while not wanted.fullmatch(said := (await self._type(text))[1]):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{text}\nshows\n{said}\nand not\n{wanted.pattern}\n{self._logs()}") from None

    def _logs(self) -> str:
        """What went wrong, by what was started."""
        lines = [line for path in self.directory.glob("*/*.log") for line in path.read_text().splitlines()]
        return "\n".join(line for line in lines if '"level": "info"' not in line)

    async def _type(self, text: str) -> tuple[int, str]:
        """Whether anything failed, as a number, and everything that was printed."""
        stdin, stdout = self.shell.stdin, self.shell.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"failed=0\n{text}\nprintf '\\n{DONE} %s\\n' $failed\n".encode())
        lines: list[str] = []
        while not (line := (await stdout.readline()).decode()).startswith(DONE):
            assert line, f"the shell ended at\n{text}"
            lines.append(line)
        return int(line.removeprefix(DONE)), "".join(lines)


def _pattern(shown: str) -> str:
    return r"\s*" + re.escape(shown.strip()).replace("…", ".*") + r"\s*"


@contextlib.asynccontextmanager
async def reading(directory: Path, instead: Mapping[str, str]) -> AsyncIterator[Reader]:
    """A reader in an empty directory; whatever they left running ends with them."""
    shell = await asyncio.create_subprocess_exec(
        "bash",
        "--norc",
        cwd=directory,
        env={**os.environ, "TMPDIR": str(directory)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        preexec_fn=die_with_parent,
    )
    reader = Reader(shell, directory, instead)
    try:
        await reader.follow("```sh\nset -E; trap failed=1 ERR\n```\n")
        yield reader
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGTERM)
        await shell.wait()
