"""Words of decision in many languages: each means one thing, and no approval is more than what was said."""

from __future__ import annotations

import pytest

from agent_core.answers import Explain, read
from agent_core.approvals import Refusal, judge, wordless
from agent_core.decisions import decision_in
from agent_core.events import ApprovalResponse, UserMessage
from agent_core.people import People, Person
from agent_core.policy.rules import Policy, Rule
from agent_core.values import Decision, Doubt
from agent_core.wording import WORDS, is_condition
from tests.unit.core.story import BO, asked_for_deploy
from tests.unit.core.test_answers import said

# EM-43
SPOKEN: dict[str, Decision] = {
    "Genehmigt 482913": "approve",
    "abgelehnt 482913, zu riskant": "deny",
    "Approuvé : 482913": "approve",
    "J’approuve 482913": "approve",
    "refusé 482913": "deny",
    "Aprobado 482913, gracias": "approve",
    "rechazado 482913": "deny",
    "Aprovado 482913": "approve",
    "Approvato 482913": "approve",
    "respinto 482913": "deny",
    "goedgekeurd 482913": "approve",
    "Godkänt 482913": "approve",
    "zatwierdzam 482913": "approve",
    "odrzucam 482913": "deny",
    "одобряю 482913": "approve",
    "отклоняю 482913": "deny",
    "onaylıyorum 482913": "approve",
    "εγκρίνω 482913": "approve",
    "承認 482913": "approve",
    "承認します 482913": "approve",
    "却下 482913": "deny",
    "批准 482913": "approve",
    "拒绝 482913": "deny",
    "승인 482913": "approve",
    "거부 482913": "deny",
    "أوافق 482913": "approve",
    "מאשר 482913": "approve",
}


@pytest.mark.parametrize("text", SPOKEN)
def test_a_decision_is_understood_in_the_languages_people_answer_in(text: str) -> None:
    words = decision_in(text)
    assert words is not None
    assert (words.decision, words.code) == (SPOKEN[text], True)


@pytest.mark.parametrize(
    "text",
    [
        "nicht genehmigt 482913",
        "pas approuvé 482913",
        "no aprobado 482913",
        "не одобряю 482913",
        "不批准 482913",
        "批准不了 482913",
        "未承認 482913",
        "ungenehmigt 482913",
        "genehmigter 482913",
        "승인하지 않음 482913",
    ],
)
def test_what_denies_an_approval_is_none(text: str) -> None:
    assert decision_in(text) is None


CONDITIONS = [
    "approve {} aber nur staging",
    "genehmigt {} aber nur auf staging",
    "genehmigt {}, wenn die Tests laufen",
    "approuvé {} sauf la production",
    "aprobado {} pero solo en pruebas",
    "aprovado {}, só em teste",
    "approvato {} ma solo in prova",
    "goedgekeurd {} maar pas morgen",
    "одобряю {} только для staging",
    "承認 {} ただし staging のみ",
    "批准 {} 但只限测试",
    "승인 {} 단 스테이징만",
    "approve {} vasta huomenna",
    "approve {}\n\naber nur auf staging",
    "approve {}\nmais seulement en recette",
    "approve {}\nsólo en pruebas",
    "approve {}\nalleen op staging",
    "approve {}\nale tylko staging",
    "approve {}\nно только на staging",
    "approve {}\nただしstagingだけ",
    "approve {}\n但是只限测试环境",
    "approve {}\n만약 테스트가 통과하면",
    "approve {} staging",
    "approve {} 1.4.1",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_in_any_language_is_asked_back(text: str) -> None:
    story = asked_for_deploy()
    answer = said(story, BO, text.format("482913"), story.request.id)
    assert answer == Explain(kind="unclear", about=story.request.id)


@pytest.mark.parametrize(
    "text",
    [
        "approve {}",
        "approve {} thanks",
        "Approved {}, looks good to me!",
        "approve {}\n\nBest regards\nMax de Vries",
        "approve {}\n\nMerci\nAnne-Marie",
        "genehmigt {}, danke",
    ],
)
def test_thanks_and_names_are_no_conditions(text: str) -> None:
    story = asked_for_deploy()
    answer = said(story, BO, text.format("482913"), story.request.id)
    assert isinstance(answer, ApprovalResponse)
    assert answer.decision == "approve"


def test_no_word_means_both_and_none_is_a_condition_of_itself() -> None:
    assert set(WORDS.values()) == {"approve", "deny", "undo"}
    assert not is_condition("", "")
    assert all(is_condition("", f"rather {word} it") for word in WORDS)


def test_a_code_without_a_word_of_decision_is_asked_back() -> None:
    story = asked_for_deploy()
    assert said(story, BO, "482913 looks odd", story.request.id) == Explain(kind="unclear", about=story.request.id)
    assert said(story, BO, "looks odd", story.request.id) is None


@pytest.mark.parametrize("doubt", ["two_texts", "encrypted", "unreadable", "cut", "by_subject"])
def test_words_in_doubt_decide_nothing(doubt: Doubt) -> None:
    story = asked_for_deploy()
    message = UserMessage(id="m9", author=BO, text="approve 482913", answers=story.request.id, doubt=doubt)
    assert read(story.thread, message) == Explain(kind=doubt, about=story.request.id)


def test_what_only_the_subject_places_may_still_be_talk() -> None:
    story = asked_for_deploy()
    by_nobody = BO.model_copy(update={"identity": "email:cy@example.test", "person": None})
    talk = UserMessage(id="m9", author=by_nobody, text="How far is it?", doubt="by_subject")
    assert read(story.thread, talk) is None


PEOPLE = People(people=(Person(id="bo", name="Bo", identities=(BO.identity,)),))
RULES = (Rule(tool="deploy", approvers=("bo",)),)


@pytest.mark.parametrize(("most", "counts"), [("none", False), ("low", False), ("medium", False), ("high", True)])
def test_words_decide_up_to_the_risk_the_policy_allows_on_their_channel(most: str, counts: bool) -> None:
    # EM-23
    story = asked_for_deploy()
    policy = Policy.model_validate({"rules": RULES, "words_up_to": {"email": most}})
    response = ApprovalResponse(
        id="r9", at=story.request.at, request_id=story.request.id, author=BO, decision="approve", cause="m9"
    )
    assert (judge(story.thread, response, policy, PEOPLE) == story.request) is counts
    assert counts or judge(story.thread, response, policy, PEOPLE) == Refusal(kind="words_too_weak")
    by_page = response.model_copy(update={"cause": ""})
    assert judge(story.thread, by_page, policy, PEOPLE) == story.request


def test_a_channel_that_is_not_named_takes_words_for_any_risk() -> None:
    assert wordless("high", Policy(rules=RULES)) == ()
    assert wordless("high", Policy(rules=RULES, words_up_to={"email": "medium", "slack": "high"})) == ("email",)
