"""What is ours and what programs add is no word of the person's; what they type of ours is."""

from __future__ import annotations

import pytest

from tests.unit.adapters.email.papers import html, plain

SENT = """Please answer above this line.

May this run? It runs exactly as shown, once, and only if you approve.

  Tool:        deploy (version 1)
  environment: "production"

To decide, answer with one of these as the first line:

  APPROVE 482913
  DENY 482913 and why
"""
WRAPPED = "May this run? It runs exactly as shown,\nonce, and only if you\napprove.\nTool deploy (version 1)"


# EM-40
@pytest.mark.parametrize(
    "said", ["APPROVE 482913", "DENY 482913 and why", "DENY 482913\n\nnot today", "approve 482913"]
)
def test_a_line_of_ours_that_a_person_types_is_theirs(said: str) -> None:
    assert plain(said, SENT) == said
    assert plain(f"{said}\n\n{WRAPPED}", SENT) == said


# EM-40
def test_our_words_are_gone_however_they_were_wrapped_or_marked() -> None:
    assert plain(f"No.\n\n{WRAPPED}", SENT) == "No."
    assert plain(f"No.\n\n| {WRAPPED}", SENT) == "No."
    assert html(f"<p>No.</p><p>{WRAPPED}</p><p>ok?</p>", SENT).split() == ["No.", "ok?"]
    assert "May this run" in plain(f"No.\n\n{WRAPPED}")


# EM-40
def test_below_our_line_is_what_we_said() -> None:
    assert plain(f"No.\n\n{SENT}") == "No."


# EM-40
def test_answers_written_into_our_mail_are_found_for_who_says_to_look_for_them() -> None:
    quoted = SENT.replace('"production"', '"production"\nwhy production?')
    mail = f"See my comments below.\n\nFrom: Holdpoint <h@bot.example.test>\nSent: Saturday\nSubject: x\n\n{quoted}"
    assert plain(mail, SENT).split("\n\n") == ["See my comments below.", "why production?"]
    assert plain(mail.replace("See my comments below.", "No."), SENT) == "No."


FOOTERS = [
    "Sent from my iPhone",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Von meinem iPhone gesendet",
    "Gesendet mit der WEB.DE Mail App",
    "Envoyé de mon iPhone",
    "Télécharger Outlook pour Android",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone'a",
    "Odesláno z iPhonu",
    "Отправлено с iPhone",
    "Надіслано з iPhone",
    "iPhone'umdan gönderildi",
    "iPhoneから送信",
    "发自我的iPhone",
    "나의 iPhone에서 보냄",
    "נשלח מה-iPhone שלי",
    "تم الإرسال من الـ iPhone",
    "Sent with Proton Mail secure email.",
    "-- \nBo\nOperations",
    "Best regards,\nBo Berg\nHead of Operations\n+49 30 5550 1234",
    "Bo Berg\nHead of Operations\nExample GmbH\n+49 30 5550 1234",
    "This e-mail and any attachments are confidential and intended solely for the addressee.",
    "Diese E-Mail enthält vertrauliche Informationen. und ist nur für den Adressaten.",
    "_______________________________________________\nops mailing list",
]


# EM-42
@pytest.mark.parametrize("footer", FOOTERS)
def test_what_a_program_or_a_company_puts_below_is_cut(footer: str) -> None:
    assert plain(f"DENY 1 not before lunch\n\n{footer}\n") == "DENY 1 not before lunch"


# EM-42
@pytest.mark.parametrize(
    "said",
    [
        "APPROVE 1\n\nCheers,\nBo",
        "Best regards to the team, but no.",
        "No.\n\nThanks,\nBo\nWill you call me on +49 30 5550 1234?",
        "Sent from where? I do not know this one.",
        "Please ask:\n\nAna\nBo\nCy",
        "The information in the ticket is confidential?",
        "First.\n\n---\n\nSecond.",
        "Please change it:\nFrom: staging\nTo: production",
    ],
)
def test_a_persons_words_are_not_swallowed_to_be_tidy(said: str) -> None:
    assert plain(said) == said


# EM-42
def test_words_between_quotes_below_a_footer_are_the_persons() -> None:
    assert plain("See below.\n\nSent from my iPhone\n\n> Which one?\n\nstaging") == "See below.\n\nstaging"
