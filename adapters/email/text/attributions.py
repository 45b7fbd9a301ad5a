"""Attributions: the lines mail programs put above what they quote, `On ..., ... wrote:`, in many languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 400
_MOST_LINES = 4
_LONGEST_BARE = 90

# "wrote", as Gmail, Apple Mail, Thunderbird, Outlook for Mac, K-9 and webmails say it.
_WROTE = (
    *(
        "wrote",
        "writes",
        "said",
        "quoting",
        "zitat von",
        "citando a",
        "citando",
        "en réponse à",
        "citat från",
        "citat fra",
    ),
    *("schrieb", "schreibt", "geschrieben", "a écrit", "écrit", "escribió", "escribió lo"),
    *("escribio", "escreveu", "ha scritto", "scrive", "ha escrito", "schreef", "geschreven", "skrev", "skreiv"),
    *("kirjoitti", "napisał", "napisała", "napisał(a)", "pisze", "nadesłał", "napsal", "napsala", "napsal(a)"),
    *("napísal", "napísala", "napísal(a)", "ezt írta", "írta", "a scris", "написал", "написала", "написал(а)"),
    *("пишет", "писал", "написав", "написала", "написав(ла)", "пише", "надіслав", "написа", "је написао", "napisao"),
    *(
        "je napisao",
        "napisao/la",
        "je napisal",
        "je napisal(a)",
        "έγραψε",
        "έγραψε:",
        "yazdı",
        "şunu yazdı",
        "schreibt",
    ),
    *(
        "さんは書きました",
        "書きました",
        "のメール",
        "のメッセージ",
        "写道",
        "寫道",
        "来信",
        "작성",
        "님이 작성",
        "님이 쓴 글",
    ),
    *("님이 작성하였습니다", "كتب", "כתב", "כתבה", "כתב/ה", "נכתב על ידי", "نوشت", "ने लिखा", "เขียนว่า", "đã viết"),
    *("menulis", "kirjutas", "rakstīja", "rašė", "va escriure", "ha escrit", "escribiu", "idatzi zuen", "skrifaði"),
    *("shkroi", "напиша", "skrev följande", "skrev følgende", "viết", "wrote / schrieb", "scrisse", "schrieb am"),
)
_VERB = re.compile("|".join(map(re.escape, sorted(set(_WROTE), key=len, reverse=True))), re.IGNORECASE)
_ENDS = re.compile(
    r"[:：]\s*\*{0,2}$|(?:wrote|writes|schrieb|écrit|escribió|скрев)\s*-{2,}$|(?:写道|寫道|작성|書きました|"
    r"のメール)\s*$"
)
_DATE = re.compile(
    r"(?<![\w@.+-])(?:19|20)\d{2}(?![\w@])|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|(?<!\d)\d{4}[年년./-]\s?\d{1,2}|"
    r"[٠-٩۰-۹]{4}|(?<!\d)25\d{2}(?!\d)"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.hH]\d{2}(?!\d)|\d{1,2}時|\d{1,2}点|[٠-٩۰-۹]{1,2}:[٠-٩۰-۹]{2}|\d\s?[AaPp]\.?[Mm]")
_ADDRESS = re.compile(r"[^\s<>@\[\]()]{1,100}@[^\s<>@\[\]()]{2,200}")
# How an attribution begins, where it does not begin with the date itself.
_LEAD = re.compile(
    r"(?:-{2,}\s*)?(?:On|Am|Le|El|Il|Op|Den|Em|No dia|W dniu|Dnia|Dne|Dňa|Pe|La|În data|Pada|På|Vào|Στις|Dana|"
    r"Ngày|A|В|בתאריך|"
    r"ב-|في|في يوم|Tarih|在|於|于|ons|tor|fre|lør|lör|søn|sön|man|mån|tir|tis)(?:\b|(?<=[在於于-]))"
)
_PRONOUN = re.compile(
    r"\b(?:i|we|you|he|she|they|as|what|who|it|this|that|ich|wir|du|je|tu|nous|vous|yo)\b", re.IGNORECASE
)


def attribution(above: Sequence[str], *, marked: bool) -> int:
    """How many of the lines, counted from the last, are an attribution; 0 if they do not end in one.

    `above`: lines without a blank one between; `marked`: what stands below is marked as quoted.
    """
    found = next((count for count in range(1, min(_MOST_LINES, len(above)) + 1) if _is_one(above[-count:], marked)), 0)
    return _from_its_beginning(above, found) if found else 0


def _is_one(lines: Sequence[str], marked: bool) -> bool:
    said = " ".join(lines).strip()
    if len(said) > LONGEST or not _ENDS.search(said):
        return False
    without_addresses = _ADDRESS.sub(" ", said)
    dated, timed = bool(_DATE.search(without_addresses)), bool(_TIME.search(without_addresses))
    addressed, verb = len(without_addresses) < len(said), bool(_VERB.search(without_addresses))
    if verb and (dated or (timed and (addressed or marked))):
        return True
    if addressed and (dated or verb):
        return True
    return marked and ((dated and timed) or _is_bare(said, verb))


def _is_bare(said: str, verb: bool) -> bool:
    """`Holdpoint wrote:` and nothing else, which only mail programs say so."""
    return verb and len(said) <= _LONGEST_BARE and len(said.split()) <= 6 and not _PRONOUN.search(said)


def _from_its_beginning(above: Sequence[str], count: int) -> int:
    """With the lines before that an attribution broken over several lines began with."""
    for longer in range(count + 1, min(_MOST_LINES, len(above)) + 1):
        first = above[-longer].strip()
        began = " ".join(above[-longer:])
        if (
            len(began) <= LONGEST
            and _LEAD.match(first)
            and (_DATE.search(first) or _TIME.search(first) or _dateless(above[-count:]))
        ):
            return longer
        if _dateless(above[-count:]) and _DATE.search(first) and len(first) < LONGEST // 4:
            return longer
    return count


def _dateless(lines: Sequence[str]) -> bool:
    return not _DATE.search(_ADDRESS.sub(" ", " ".join(lines)))
