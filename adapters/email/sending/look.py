"""Look: how each piece of a page is drawn, as styles that stand on the elements themselves.

A mail program may leave out style sheets, so everything looks right without one. The one there is says only what
changes where people read light on dark; programs that turn colours around by themselves find pairs that survive it.
"""

from __future__ import annotations

from dataclasses import dataclass

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"
_BREAKS = "overflow-wrap:anywhere;word-break:break-word"
_BAND = "height:6px;line-height:6px;font-size:0;border-radius:11px 11px 0 0"


@dataclass(frozen=True, slots=True)
class Style:
    """`plain` stands on the element; `dark` is what is different where the reader prefers dark."""

    plain: str
    dark: str = ""


STYLES = {
    "around": Style(f"margin:0;padding:0;background:#eaeef3;color:#1c2430;{_FONT}", "background:#0e1217;color:#e6ebf1"),
    "outer": Style("padding:16px 8px 32px"),
    "sheet": Style(
        "max-width:600px;background:#ffffff;border:1px solid #d3dae3;border-radius:12px;border-collapse:separate;"
        "table-layout:fixed",
        "background:#181e26;border-color:#313b48",
    ),
    "inner": Style(f"padding:16px 20px 24px;font-size:16px;line-height:24px;color:#1c2430;{_BREAKS}", "color:#e6ebf1"),
    # What a mail is about, by colour.
    "asks": Style(f"{_BAND};background:#b45309", "background:#f0a13c"),
    "wants": Style(f"{_BAND};background:#1d5fbf", "background:#5b9bf0"),
    "good": Style(f"{_BAND};background:#15803d", "background:#43b56b"),
    "bad": Style(f"{_BAND};background:#b91c1c", "background:#ef6b6b"),
    "quiet": Style(f"{_BAND};background:#64748b", "background:#8a99ad"),
    # Words.
    "above": Style(
        "margin:0 0 16px;padding:0 0 12px;border-bottom:1px dashed #aab4c2;font-size:13px;line-height:20px;"
        "color:#566273",
        "color:#a3b0c0;border-color:#4a5768",
    ),
    "title": Style("margin:0 0 12px;font-size:20px;line-height:28px;font-weight:700"),
    "words": Style("margin:0 0 12px;line-height:24px"),
    "heading": Style("margin:16px 0 8px;line-height:24px;font-weight:700"),
    "list": Style("margin:0 0 12px;padding:0 0 0 24px;line-height:24px"),
    "quote": Style(
        "margin:0 0 12px;padding:0 0 0 14px;border-left:4px solid #c2cad6;color:#475264",
        "color:#b8c3d1;border-color:#4a5768",
    ),
    "code": Style(
        f"{_MONO};font-size:14px;line-height:20px;background:#f1f4f8;color:#1c2430;border-radius:4px;padding:1px 4px",
        "background:#0e1217;color:#e6ebf1",
    ),
    "block": Style(
        f"{_MONO};display:block;margin:0 0 12px;padding:10px 12px;font-size:14px;line-height:20px;background:#f1f4f8;"
        f"color:#1c2430;border-radius:6px;white-space:pre-wrap;{_BREAKS}",
        "background:#0e1217;color:#e6ebf1",
    ),
    # Facts.
    "facts": Style("margin:0 0 16px;border-collapse:collapse;table-layout:fixed"),
    "name": Style(
        f"width:34%;padding:7px 8px 7px 0;vertical-align:top;border-top:1px solid #e2e7ee;color:#566273;"
        f"font-size:13px;line-height:20px;{_BREAKS}",
        "color:#a3b0c0;border-color:#2b3440",
    ),
    "value": Style(
        f"{_MONO};padding:7px 0;vertical-align:top;border-top:1px solid #e2e7ee;color:#1c2430;font-size:14px;"
        f"line-height:20px;{_BREAKS}",
        "color:#e6ebf1;border-color:#2b3440",
    ),
    # Answers.
    "answer": Style(
        "background:#f1f4f8;border:1px solid #dde3eb;border-radius:10px;padding:16px 16px 14px;line-height:24px",
        "background:#10161d;border-color:#313b48",
    ),
    "typed": Style(
        f"{_MONO};display:block;margin:0 0 8px;padding:9px 12px;font-size:15px;line-height:22px;font-weight:700;"
        f"background:#ffffff;color:#1c2430;border:1px solid #c9d1dc;border-radius:6px;{_BREAKS}",
        "background:#181e26;color:#e6ebf1;border-color:#4a5768",
    ),
    "key": Style("background:#1d5fbf;border-radius:8px", "background:#2264c7"),
    "button": Style(
        "display:inline-block;padding:12px 24px;background:#1d5fbf;color:#ffffff;border-radius:8px;font-size:16px;"
        "line-height:24px;font-weight:700;text-decoration:none",
        "background:#2264c7;color:#ffffff",
    ),
    "host": Style("margin:8px 0 0;color:#566273;font-size:13px;line-height:20px", "color:#a3b0c0"),
}

DARK = "".join(
    f".{name}{{{';'.join(f'{one}!important' for one in style.dark.split(';'))}}}"
    for name, style in STYLES.items()
    if style.dark
)
SHEET = f":root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{{DARK}}}"


def dressed(name: str) -> str:
    """The attributes of an element that is drawn so."""
    return f'class="{name}" style="{STYLES[name].plain}"'
