"""Colours: as styles and old attributes write them, and whether two are too close to tell letters from their ground."""

from __future__ import annotations

import re
from typing import Literal

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
_LEAST_CONTRAST = 1.25
_NAMED: dict[str, Colour] = {
    "white": WHITE,
    "black": (0, 0, 0),
    "window": WHITE,
    "windowtext": (0, 0, 0),
    "buttontext": (0, 0, 0),
    "canvas": WHITE,
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245),
    "floralwhite": (255, 250, 240),
    "mintcream": (245, 255, 250),
    "azure": (240, 255, 255),
    "aliceblue": (240, 248, 255),
    "seashell": (255, 245, 238),
    "honeydew": (240, 255, 240),
    "lightyellow": (255, 255, 224),
    "gainsboro": (220, 220, 220),
    "lightgrey": (211, 211, 211),
    "lightgray": (211, 211, 211),
    "silver": (192, 192, 192),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "dimgray": (105, 105, 105),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "navy": (0, 0, 128),
    "yellow": (255, 255, 0),
    "orange": (255, 165, 0),
    "purple": (128, 0, 128),
    "maroon": (128, 0, 0),
    "teal": (0, 128, 128),
    "olive": (128, 128, 0),
    "lime": (0, 255, 0),
    "aqua": (0, 255, 255),
    "cyan": (0, 255, 255),
    "fuchsia": (255, 0, 255),
    "magenta": (255, 0, 255),
    "darkblue": (0, 0, 139),
    "darkred": (139, 0, 0),
    "darkgreen": (0, 100, 0),
    "darkgray": (169, 169, 169),
    "darkgrey": (169, 169, 169),
    "brown": (165, 42, 42),
    "pink": (255, 192, 203),
}
_HEX = re.compile(r"#?([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{4}|[0-9a-f]{3})")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]{1,80})\)")
_TOKEN = re.compile(r"(?:rgb|hsl)a?\([^()]{1,80}\)|#[0-9a-f]{3,8}|[a-z]+|[0-9a-f]{6}", re.IGNORECASE)


def colour(written: str) -> Colour | Literal["transparent"] | None:
    """The colour; None for what is none (`inherit`, a variable, a mistake)."""
    written = written.strip().lower()
    if written in ("transparent", "rgba(0,0,0,0)"):
        return "transparent"
    if written in _NAMED:
        return _NAMED[written]
    if found := _HEX.fullmatch(written):
        return _of_hex(found[1])
    if call := _FUNCTION.fullmatch(written):
        return _of_function(call[1], call[2])
    return None


def first_colour(written: str) -> Colour | Literal["transparent"] | None:
    """The first colour in a background, which may also name pictures and places."""
    for token in _TOKEN.findall(written.lower()[:300]):
        if (found := colour(token)) is not None:
            return found
    return None


def close(one: Colour, other: Colour) -> bool:
    """Whether letters of the one can hardly be seen on the other (WCAG's contrast)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05) < _LEAST_CONTRAST


def _of_hex(digits: str) -> Colour | Literal["transparent"]:
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) == 8 and int(digits[6:], 16) < 26:
        return "transparent"
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _of_function(name: str, inside: str) -> Colour | Literal["transparent"] | None:
    pieces = [piece for piece in re.split(r"[\s,/]+", inside.strip()) if piece]
    try:
        numbers = [float(piece.removesuffix("deg").rstrip("%")) for piece in pieces]
    except ValueError:
        return None
    if len(numbers) < 3:
        return None
    if len(numbers) > 3 and numbers[3] / (100 if pieces[3].endswith("%") else 1) < 0.1:
        return "transparent"
    if name == "hsl":
        return _of_lightness(numbers[1], numbers[2])
    scale = 2.55 if pieces[0].endswith("%") else 1.0
    red, green, blue = (max(0, min(255, round(number * scale))) for number in numbers[:3])
    return red, green, blue


def _of_lightness(saturation: float, lightness: float) -> Colour:
    """Grey of that lightness: near white and black, which is what hides, the hue makes no difference."""
    grey = max(0, min(255, round(lightness * 2.55)))
    return (grey, grey, grey) if saturation < 20 or not 5 < lightness < 95 else (grey, grey // 2, grey)


def _luminance(given: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in given)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
