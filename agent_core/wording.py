"""Wording: the words people decide with, in many languages, and those that make an approval something else.

Whole words only, each of one meaning; what is not here decides nothing. An approval with anything beside it that is not
known to be harmless is asked back: a condition can be put in any language.
"""

from __future__ import annotations

import re

from agent_core.values import Decision

_APPROVE = """
approve approved
genehmigt genehmige freigegeben zugestimmt
approuvé approuvée approuve j'approuve j’approuve
aprobado aprobada apruebo
aprovado aprovada aprovo
approvato approvata approvo
goedgekeurd
godkänt godkänd godkänner
godkendt godkender godkjent godkjenner
hyväksytty hyväksyn
zatwierdzam zatwierdzone zatwierdzono
schvaluji schváleno
jóváhagyom jóváhagyva
одобряю одобрено утверждаю утверждено
схвалюю схвалено погоджую погоджено
onaylıyorum onaylandı
εγκρίνω εγκρίνεται
承認 承認します 承認しました
批准 同意 核准
승인 승인합니다
أوافق موافق
מאשר מאשרת מאושר
"""
_DENY = """
deny denied reject rejected
abgelehnt
refusé refusée refuse rejeté rejetée
rechazado rechazada rechazo denegado denegada
rejeitado rejeitada rejeito recusado recusada
rifiutato rifiutata rifiuto respinto respinta
afgekeurd afgewezen
avslaget avslås nekas
afvist afviser avslått avviser
hylätty hylkään
odrzucam odrzucone odrzucono
zamítám zamítnuto
elutasítom elutasítva
отклоняю отклонено отказано
відхиляю відхилено відмовлено
reddediyorum reddedildi
απορρίπτω απορρίπτεται
却下 却下します 却下しました
拒绝 拒絕 驳回 駁回
거부 거부합니다 반려
أرفض مرفوض
דוחה נדחה
"""
WORDS: dict[str, Decision] = {
    **dict.fromkeys(_APPROVE.split(), "approve"),
    **dict.fromkeys(_DENY.split(), "deny"),
    "undo": "undo",
}
# Too short to mean anything by themselves: they need the code beside them, or to be all that was said.
LETTERS: dict[str, Decision] = {"a": "approve", "r": "deny", "u": "undo"}
# Neither yes nor no. Everyday words, so that only the code beside them makes them more than talk.
CODED: dict[str, Decision] = {"ask": "ask", "answer": "answer", "delegate": "delegate"}

# What may stand beside the word on its line without changing what it says.
_HARMLESS = """
thanks thank you thx ty please pls looks look good fine great ok okay lgtm go ahead ship it cheers nice sounds all from
me my side this that is the to for and deployment deploy rollback release change request with pleasure best regards
danke bitte dankeschön merci gracias obrigado obrigada grazie bedankt dank tack tak takk kiitos dzięki dziękuję děkuji
díky köszönöm спасибо дякую teşekkürler ευχαριστώ ありがとうございます ありがとう 谢谢 謝謝 감사합니다 شكرا תודה 👍
"""
_CONDITION = re.compile(
    r"\b(but|only|if|unless|except|until|till|after|before|when|once|first|provided|assuming|not|cannot|dont|\w+n['’]t|"
    r"no|nope|never|wait|hold|instead|however|although|later|tomorrow|maybe|perhaps|or|should|would|could|cancel|stop|"
    # de fr es pt it nl
    r"aber|jedoch|nur|wenn|falls|sofern|außer|nicht|kein\w*|nie|warte\w*|erst|nachdem|bevor|statt\w*|morgen|vielleicht|oder|"
    r"mais|seulement|uniquement|sauf|pas|jamais|attend\w*|après|avant|quand|demain|plutôt|non|"
    r"pero|solo|sólo|solamente|salvo|excepto|nunca|espera\w*|después|antes|cuando|mañana|quizás|"
    r"só|somente|apenas|até|exceto|não|nao|depois|quando|amanhã|talvez|"
    r"però|soltanto|tranne|aspetta\w*|dopo|domani|forse|"
    r"maar|alleen|indien|tenzij|behalve|niet|geen|nooit|wacht\w*|nadat|voordat|wanneer|misschien|"
    # sv da no fi pl cs hu tr
    r"bara|endast|inte|ej|aldrig|vänta|efter|innan|när|imorgon|kanske|eller|"
    r"hvis|undtagen|ikke|vent|når|måske|bare|unntatt|"
    r"mutta|vain|jos|ei|älä|odota|jälkeen|ennen|huomenna|ehkä|"
    r"tylko|jeśli|jeżeli|chyba|oprócz|nie|nigdy|czekaj|poczekaj|zaczekaj|dopiero|gdy|jutro|może|lub|"
    r"jen|pouze|pokud|když|kromě|ne\w{0,2}|nikdy|počkej\w*|až|zítra|možná|nebo|"
    r"csak|kivéve|nem|soha|várj\w*|után|előtt|holnap|talán|"
    r"fakat|ancak|sadece|yalnızca|eğer|hariç|değil|asla|bekle\w*|sonra|önce|yarın|belki|veya|"
    # ru uk el
    r"но|только|если|кроме|не|нет|никогда|подожд\w*|после|сначала|когда|завтра|может|или|"
    r"але|тільки|лише|якщо|крім|ні|ніколи|зачекай\w*|після|спочатку|коли|або|"
    r"αλλά|μόνο|εάν|αν|εκτός|δεν|μην|όχι|ποτέ|περίμεν\w*|μετά|πριν|όταν|αύριο|ίσως|ή|"
    rf"{'|'.join(re.escape(word) for word in WORDS)}|\d+)\b"
    # Short ones, which are names as well when they begin with a capital letter.
    r"|(?-i:\b(si|se|ou|ne|mas|ma|mai|als|men|om|kun|ale|ha|ama)\b)"
    # Where words are not parted: ja zh ko ar he
    r"|[?？؟]|ただし|だけ|のみ|もし|場合|ない|待|但|只|如果|除非|不|别|別|等|先|没|沒|하지만|다만|만약|조건|않|안|전에|후에"
    r"|لكن|فقط|إذا|لا|بعد|قبل|אבל|רק|אם|לא|אחרי|לפני",
    re.IGNORECASE,
)


def is_condition(beside: str, after: str) -> bool:
    """Whether an approval is something else: by what stands beside it on its line, or by the lines after that."""
    words = re.findall(r"[^\W_]+", beside.lower())
    return not set(words) <= set(_HARMLESS.split()) or bool(_CONDITION.search(f"{beside}\n{after}"))
