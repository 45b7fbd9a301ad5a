"""Out of office: how the subjects of mails begin that programs write for people who are away, language by language.

A weak sign: people write such words too. An answer to an answering machine begins with "Re:", and is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

# By ISO 639-1. What Exchange writes stands first, then what other programs and people put there.
PHRASES: Mapping[str, Sequence[str]] = {
    "ar": ("رد تلقائي", "الرد التلقائي", "خارج المكتب"),
    "bg": ("Автоматичен отговор", "Извън офиса"),
    "ca": ("Resposta automàtica", "Fora de l'oficina"),
    "cs": ("Automatická odpověď", "Mimo kancelář", "Nepřítomnost"),
    "da": ("Automatisk svar", "Autosvar", "Ikke til stede", "Fraværsbesked", "Fraværsmeddelelse"),
    "de": (
        "Automatische Antwort",
        "Abwesenheitsnotiz",
        "Abwesenheitsbenachrichtigung",
        "Abwesenheitsnachricht",
        "Abwesenheitsmeldung",
        "Abwesenheitsassistent",
        "Automatische Abwesenheit",
        "Automatische Rückmeldung",
        "Autom. Antwort",
        "Auto-Antwort",
        "Nicht im Büro",
        "Nicht im Hause",
    ),
    "el": ("Αυτόματη απάντηση", "Εκτός γραφείου"),
    "en": (
        "Automatic reply",
        "Auto reply",
        "Autoreply",
        "Auto response",
        "Autoresponse",
        "Auto responder",
        "Autoresponder",
        "Automated reply",
        "Automated response",
        "Automatic response",
        "AUTO:",
        "Out of office",
        "Out of the office",
        "OOO:",
        "OOTO:",
        "Away from my mail",
        "Away from the office",
        "Away from my desk",
        "Vacation reply",
        "Vacation response",
        "On vacation:",
        "Absence notice",
    ),
    "es": ("Respuesta automática", "Fuera de la oficina", "Fuera de oficina", "Autorespuesta", "Aviso de ausencia"),
    "et": ("Automaatvastus", "Kontorist väljas"),
    "fi": ("Automaattinen vastaus", "Poissaoloilmoitus", "Poissa toimistosta", "Poissa:"),
    "fr": (
        "Réponse automatique",
        "Absence du bureau",
        "Absent du bureau",
        "Absente du bureau",
        "Message d'absence",
        "Avis d'absence",
        "Notification d'absence",
        "Je suis absent",
        "Absence :",
    ),
    "he": ("תשובה אוטומטית", "מענה אוטומטי", "מחוץ למשרד"),
    "hr": ("Automatski odgovor", "Izvan ureda"),
    "hu": ("Automatikus válasz", "Házon kívül", "Irodán kívül"),
    "id": ("Balasan otomatis", "Di luar kantor"),
    "it": ("Risposta automatica", "Fuori sede", "Fuori ufficio", "Assente dall'ufficio", "Avviso di assenza"),
    "ja": ("自動応答", "自動返信", "不在通知", "不在のお知らせ", "不在連絡"),
    "ko": ("자동 회신", "자동 응답", "자동회신", "자동응답", "부재 중", "부재중"),
    "lt": ("Automatinis atsakymas",),
    "lv": ("Automātiskā atbilde", "Automātiska atbilde"),
    "nl": ("Automatisch antwoord", "Afwezigheidsbericht", "Afwezigheidsmelding", "Afwezig:", "Niet op kantoor"),
    "no": ("Automatisk svar", "Autosvar", "Fraværsmelding", "Ikke på kontoret"),
    "pl": ("Odpowiedź automatyczna", "Automatyczna odpowiedź", "Poza biurem", "Autoodpowiedź", "Nieobecność"),
    "pt": ("Resposta automática", "Fora do escritório", "Ausente do escritório", "Ausência temporária"),
    "ro": ("Răspuns automat", "În afara biroului", "Absent de la birou"),
    "ru": ("Автоматический ответ", "Автоответ", "Нет на месте", "Вне офиса"),
    "sk": ("Automatická odpoveď", "Mimo kancelárie", "Neprítomnosť"),
    "sl": ("Samodejni odgovor", "Odsoten"),
    "sv": ("Autosvar", "Automatiskt svar", "Frånvaromeddelande", "Frånvarande", "Ej på kontoret"),
    "tr": ("Otomatik yanıt", "Otomatik cevap", "Ofis dışında"),
    "uk": ("Автоматична відповідь", "Автовідповідь"),
    "vi": ("Trả lời tự động", "Thư trả lời tự động"),
    "zh": ("自动答复", "自动回复", "自动应答", "自動回覆", "自動回复", "自動回應", "外出自动"),
}


def _plain(text: str) -> str:
    """The text without case and accents, which mail programs lose, hyphens as spaces and all spaces single."""
    marked = unicodedata.normalize("NFKD", text.casefold()).replace("ı", "i")
    bare = "".join(char for char in marked if not unicodedata.combining(char))
    return " ".join(re.sub(r"[-_‐-–]", " ", bare).replace("’", "'").replace(" :", ":").split())


_PLAIN = sorted((_plain(phrase) for spoken in PHRASES.values() for phrase in spoken), key=len, reverse=True)
_BEGINS = re.compile("|".join(re.escape(phrase) for phrase in _PLAIN))
# Of languages that are written without spaces a phrase may be followed by anything.
_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿]$")


def says_out_of_office(subject: str) -> bool:
    """Whether a subject, decoded and with its prefixes, begins as an answering machine's."""
    plain = _plain(subject[:200]).lstrip("[(* ")
    found = _BEGINS.match(plain)
    if not found:
        return False
    behind = plain[found.end() : found.end() + 1]
    return not behind.isalnum() or bool(_UNSPACED.search(found[0])) or found[0].endswith(":")
