"""Quotes in more languages: attributions as Gmail, Yandex, Apple Mail, Thunderbird and Horde write them."""

from __future__ import annotations

import pytest

from tests.unit.adapters.email.papers import plain

ATTRIBUTIONS = [
    '21.11.2026, 10:00, "Holdpoint" <holdpoint+k3@bot.example.test>:',
    "сб, 21 нояб. 2026 г. в 10:00, Holdpoint <holdpoint+k3@bot.example.test>:",
    "сб, 21 лист. 2026 р. о 10:00 Holdpoint <h@bot.example.test> пише:",
    "Em sáb., 21 de nov. de 2026 às 10:00, Holdpoint <h@bot.example.test> escreveu:",
    "la 21. marrask. 2026 klo 10.00 Holdpoint (h@bot.example.test) kirjoitti:",
    "Holdpoint <h@bot.example.test> ezt írta (időpont: 2026. nov. 21., Szo, 10:00):",
    "În sâm., 21 nov. 2026 la 10:00, Holdpoint <h@bot.example.test> a scris:",
    "Holdpoint <h@bot.example.test>, 21 Kas 2026 Cmt, 10:00 tarihinde şunu yazdı:",
    "Στις Σάβ 21 Νοε 2026 στις 10:00 π.μ., ο χρήστης Holdpoint <h@bot.example.test> έγραψε:",
    "lør. 21. nov. 2026 kl. 10:00 skrev Holdpoint <h@bot.example.test>:",
    "\u202bבתאריך שבת, 21 בנוב׳ 2026 ב-10:00 מאת Holdpoint\u200f <h@bot.example.test\u200f>:\u202c",
    "في السبت، ٢١ نوفمبر ٢٠٢٦ في ١٠:٠٠ ص تمت كتابة ما يلي بواسطة Holdpoint <h@bot.example.test>:",
    "Vào Th 7, 21 thg 11, 2026 vào lúc 10:00 Holdpoint <h@bot.example.test> đã viết:",
    "เมื่อ ส. 21 พ.ย. 2026 เวลา 10:00 Holdpoint <h@bot.example.test> เขียนว่า:",
    "Pada tanggal Sab, 21 Nov 2026 pukul 10.00 Holdpoint <h@bot.example.test> menulis:",
    '在 2026-11-21 10:00:00，"Holdpoint" <h@bot.example.test> 写道：',
    "2026年11月21日(土) 10:00、Holdpoint <h@bot.example.test>のメール:",
    "2026/11/21 10:00、Holdpoint のメール：",
    "so 21. 11. 2026 o 10:00 Holdpoint <h@bot.example.test> napísal(a):",
    "Op 21-11-2026 om 10:00 schreef Holdpoint:",
    "Holdpoint schrieb am 21.11.2026 um 10:00:",
    "Le 21/11/2026 à 10:00, Holdpoint a écrit :",
    "Il 21/11/2026 10:00, Holdpoint ha scritto:",
    "On Nov 21 2026, at 10:00 am, Holdpoint <h@x.example> wrote:",
    "* Holdpoint <h@x.example> [2026-11-21 10:00]:",
    "Quoting Holdpoint <h@x.example>:",
    "Holdpoint wrote on 11/21/2026 10:00 AM:",
]


# EM-40
@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_ends_the_persons_words_in_every_language(attribution: str) -> None:
    assert plain(f"No.\n\n{attribution}\n\n> x\n> y") == "No."
    assert plain(f"No.\n\n{attribution}\n\nx\ny") == "No."
    assert plain(f"{attribution}\n\n> x\n> y\n\nNo.") == "No."
