"""Automatic, the weak sign: subjects of answering machines in many languages, however they are written. EM-25"""

from __future__ import annotations

from base64 import b64encode
from email import message_from_bytes

import pytest

from adapters.email.found import Auto
from adapters.email.robots.automatic import automatic
from adapters.email.robots.out_of_office import PHRASES, says_out_of_office
from tests.unit.adapters.email.letters import SITE

WEAK = Auto(kind="auto-reply", sign="Subject", weak=True)


def found(subject: bytes) -> Auto | None:
    """What is made of a mail that has nothing but this subject."""
    return automatic(message_from_bytes(b"From: bo@example.test\r\nSubject: " + subject + b"\r\n\r\nAPPROVE"), SITE)


def encoded(text: str, charset: str = "utf-8") -> bytes:
    return f"=?{charset}?b?{b64encode(text.encode(charset)).decode()}?=".encode()


SPOKEN = [(language, phrase) for language, phrases in PHRASES.items() for phrase in phrases]


def test_there_are_phrases_of_fifteen_languages_and_more() -> None:
    assert len(PHRASES) >= 15
    assert all(PHRASES.values())


@pytest.mark.parametrize(("language", "phrase"), SPOKEN, ids=[f"{one}: {phrase}" for one, phrase in SPOKEN])
def test_each_phrase_is_known_before_our_subject(language: str, phrase: str) -> None:
    for subject in (f"{phrase} : May this run?", f"{phrase.upper()} May this run?", f"{phrase.rstrip(':')}: AW: Ja?"):
        assert found(encoded(subject)) == WEAK, subject


# As Exchange and others write them, by language.
WRITTEN = {
    "Automatic reply: May this run?",
    "Auto-Reply: May this run?",
    "AutoReply: May this run?",
    "Out of Office: May this run?",
    "Out-of-office",
    "[Out of office] May this run?",
    "Out of Office Re: May this run?",
    "AUTO: Bo is out of the office (returning 30/11/2026)",
    "Automatische Antwort: May this run?",
    "Abwesenheitsnotiz: May this run?",
    "Réponse automatique : May this run?",
    "Reponse automatique: May this run?",
    "Message d’absence",
    "Respuesta automática: May this run?",
    "Risposta automatica: May this run?",
    "Resposta automática: May this run?",
    "Automatisch antwoord: May this run?",
    "Automatiskt svar: May this run?",
    "Automatisk svar: May this run?",
    "Automaattinen vastaus: May this run?",
    "Odpowiedź automatyczna: May this run?",
    "Automatická odpověď: May this run?",
    "Automatikus válasz: May this run?",
    "Автоматический ответ: May this run?",
    "Автоматична відповідь: May this run?",
    "Otomatik Yanıt: May this run?",
    "Αυτόματη απάντηση: May this run?",
    "自動応答: May this run?",
    "自动答复: May this run?",
    "자동 회신: May this run?",
    "תשובה אוטומטית: May this run?",
    "رد تلقائي: May this run?",
    "不在通知です",
}


@pytest.mark.parametrize("subject", sorted(WRITTEN))
def test_what_programs_write_is_known_encoded_raw_and_decomposed(subject: str) -> None:
    assert found(encoded(subject)) == WEAK
    assert found(subject.encode()) == WEAK


@pytest.mark.parametrize(
    "subject",
    [
        "May this run?",
        "Re: May this run?",
        "Re: Automatic reply: May this run?",  # A person answers a machine.
        "AW: Automatische Antwort: May this run?",
        "May this run? (automatic reply off)",
        "Automatic replying is broken",
        "Autosvarta",
        "Automobile: May this run?",
        "Poissaolo-hakemus",
        "Absence of tests",
        "",
        "=?utf-8?b?broken",
        "=?x-nobody?q?Out of office?=",
    ],
)
def test_what_people_write_is_not(subject: str) -> None:
    assert found(subject.encode()) is None


def test_subjects_in_other_charsets_and_pieces_are_read() -> None:
    assert found(encoded("Автоматический ответ: x", "koi8-r")) == WEAK
    assert found(encoded("自動応答: x", "iso-2022-jp")) == WEAK
    assert found(encoded("Réponse auto", "iso-8859-1") + b"\r\n " + encoded("matique : x", "iso-8859-1")) == WEAK
    assert found("Réponse automatique : x".encode("windows-1252")) == WEAK


def test_a_very_long_subject_costs_nothing() -> None:
    assert not says_out_of_office("a" * 1_000_000)
