"""Prefixes: what mail programs put before a subject that is answered or passed on, language by language."""

from __future__ import annotations

import re

# Answers first, then what is passed on. A language that writes as an earlier one does is not named again.
PREFIXES: dict[str, tuple[str, ...]] = {
    "Latin, for most languages": ("Re", "Fwd", "Fw"),
    "German": ("AW", "Antwort", "WG"),
    "Dutch": ("Antw", "Betr", "Doorst"),
    "Swedish, Danish, Norwegian": ("SV", "VS", "VB", "Svar", "FS"),
    "Finnish": ("VL",),
    "Icelandic": ("Svara",),
    "French": ("Réf", "Rép", "Réponse", "TR"),
    "Italian": ("R", "RIF", "I", "Inoltro"),
    "Spanish": ("Resp", "RV", "Reenv"),
    "Portuguese": ("RES", "ENC"),
    "Polish": ("Odp", "PD"),
    "Hungarian": ("Vá", "Válasz", "Továbbítás"),
    "Turkish": ("YNT", "Yanıt", "İLT", "ILT"),
    "Romanian": ("Răsp", "Redir"),
    "Indonesian": ("BLS", "TRS"),
    "Vietnamese": ("Trả lời", "TL", "Chuyển tiếp"),
    "Welsh": ("ATB", "YML"),
    "Lotus Notes": ("Ref",),
    "Greek": ("ΑΠ", "Απ", "ΣΧΕΤ", "ΠΡΘ", "Πρθ"),
    "Russian": ("НА", "Отв", "Ответ", "ПРД", "Пересл"),
    "Ukrainian": ("Відп", "Відповідь", "Перес"),
    "Hebrew": ("תגובה", "השב", "הועבר"),
    "Arabic": ("رد", "إعادة توجيه"),
    "Chinese": ("回复", "答复", "转发", "回覆", "答覆", "轉寄", "轉發"),
    "Japanese": ("返信", "転送"),
    "Korean": ("회신", "답장", "전달"),
}
_NAMES = "|".join(sorted((re.escape(name) for names in PREFIXES.values() for name in names), key=len, reverse=True))
# "Re[2]:", "Re(3):", "Re^2:" and "Re *2:" count answers; a full-width colon is what Asian keyboards write.
_PREFIX = re.compile(rf"\s*(?:{_NAMES})\s*(?:[\[(]\d{{1,4}}[\])]|[\^*]\d{{1,4}})?\s*[:：]\s*", re.IGNORECASE)


def without(subject: str) -> str:
    """A subject without any of them, however many there are."""
    start = 0
    while found := _PREFIX.match(subject, start):
        start = found.end()
    return subject[start:]
