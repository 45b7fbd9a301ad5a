"""The language itself: what is no story is refused at its line, and a story that is not so is found out."""

from __future__ import annotations

import pytest

from tests.stories.casting import Part
from tests.stories.chance import Chance
from tests.stories.language import Approves, Sees
from tests.stories.play import Failed, Play
from tests.stories.reading import BadStory, read_story
from tests.stories.stage import Stage

HEAD = """title: Something
people: [ana, bo, cy]
policy:
  rules: [{tool: deploy, approvers: [bo, cy]}]
steps:
"""
ASKED = "  - ana says: Please deploy 1.4.2 to production\n"


def test_a_step_is_a_sentence_with_an_object() -> None:
    story = read_story(f"{HEAD}  - bo approves: {{with: {{environment: staging}}, on: sms}}\n  - bo sees: [a, b]\n")
    approves, sees = story.steps
    assert approves == Approves(line=6, who="bo", changed={"environment": "staging"}, on="sms")
    assert sees == Sees(line=7, who="bo", words=("a", "b"))


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("bo dances", "story:6: nobody knows how to play 'bo dances'"),
        ("eli approves", "story:6: there is nobody called 'eli' in this story"),
        ("bo approves: gladly", "story:6: this sentence takes no object but a mapping"),
        ("bo approves: {on: pigeon}", "story:6: on: Input should be"),
        ("bo approves: {for: fun}", "story:6: for: Extra inputs are not permitted"),
        ("bo delegates", "story:6: to: Field required"),
        ("time passes: a while", "story:6: by: Input should be a valid timedelta"),
        ("request is: lost", "story:6: state: Input should be"),
        ("[bo, approves]", "story:6: a step is a sentence"),
    ],
)
def test_what_is_no_step_is_refused_at_its_line(step: str, why: str) -> None:
    with pytest.raises(BadStory) as refused:
        read_story(f"{HEAD}  - {step}\n")
    assert str(refused.value).startswith(why)


def test_what_is_no_story_is_refused_at_its_line() -> None:
    for text, why in (
        ("- a list", "story:1: a story is a mapping"),
        ("title: x\npeople: [ana]\npolicy: {}\nweather: fine\nsteps: [nothing ran]\n", "story:4: weather: Extra"),
        ("title: x\npeople: [ana]\npolicy: {}\nsteps: []\n", "story:4: steps: "),
        ("title: [x\npeople: a\n", "story:2: "),
    ):
        with pytest.raises(BadStory) as refused:
            read_story(text)
        assert str(refused.value).startswith(why)


@pytest.mark.parametrize(
    "untrue",
    [
        "ran: deploy 1.4.2 production",
        "request is: approved",
        "request is: denied",
        "requests open: 0",
        "requests open: 2",
        "bo sees: a unicorn",
        "bo never sees: May this run",
        "ana sees: Answer A",
        "bo hears: Done",
        "bo cannot decide",
        "ana can decide",
        "ana approves",
        "bo takes back",
        "bo sees once: a unicorn",
        "bo is known by: email",
        "bo is not known by: sms",
        "ana chooses: staging",
        "ana fills in: {with: {amount: 50}}",
        "ana cannot fill in: {with: {amount: 50}}",
        "ana confirms: sms",
        "ana stops",
        'cy repeats: {of: ana, text: "A {code}"}',
        "bo approves: {on: console}",
    ],
)
async def test_what_is_not_so_is_found_out(here: Stage, untrue: str) -> None:
    with pytest.raises(Failed) as found:
        await _play(here, f"{HEAD}{ASKED}  - {untrue}\n")
    assert str(found.value).startswith("line 7, ")


@pytest.mark.parametrize("untrue", ["nothing ran", "ran: [deploy 1.4.2 production, deploy 1.4.2 production]"])
async def test_what_ran_is_not_hidden(here: Stage, untrue: str) -> None:
    with pytest.raises(Failed, match="line 8"):
        await _play(here, f"{HEAD}{ASKED}  - bo approves\n  - {untrue}\n")


async def test_what_was_heard_once_is_not_heard_again(here: Stage) -> None:
    with pytest.raises(Failed, match="line 8"):
        await _play(here, f"{HEAD}{ASKED}  - bo hears: May this run\n  - bo hears: May this run\n")


async def test_what_is_there_twice_is_not_there_once(here: Stage) -> None:
    again = "  - ana says: {text: Please deploy 1.4.1 to staging, anew: true}\n  - bo sees once: 1.4.2\n"
    with pytest.raises(Failed, match="line 9"):
        await _play(here, f"{HEAD}{ASKED}{again}  - bo sees once: May this run\n")


@pytest.mark.parametrize("amount", ["50", "a lot"])
async def test_whether_a_form_is_taken_is_not_said_otherwise(here: Stage, amount: str) -> None:
    form = "{step: ask, question: How much, fields: [{name: amount, label: Amount, kind: number}]}"
    head = HEAD.replace("steps:", f"model: [{{on: 'message: A refund', take: {form}}}]\nsteps:")
    said = "cannot fill in" if amount == "50" else "fills in"
    with pytest.raises(Failed, match="what is said against it"):
        await _play(here, f"{head}  - ana says: A refund\n  - ana {said}: {{with: {{amount: {amount}}}}}\n")


async def test_what_goes_wrong_is_the_same_for_a_seed(here: Stage) -> None:
    struck = []
    for _ in range(2):
        chance = Chance(7)
        story = read_story(f"{HEAD}{ASKED}  - bo approves\n  - ran: deploy 1.4.2 production\n")
        await Play(here, story, dict.fromkeys(story.people, "slack"), chance).run()
        struck.append(chance.struck)
    assert struck[0] == struck[1]
    assert struck[0]


async def _play(here: Stage, text: str) -> None:
    story = read_story(text)
    await Part("it", story, "sms", dict.fromkeys(story.people, "sms")).play(here)
