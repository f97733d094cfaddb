"""The look of a campaign: one accent colour, and all that its pages are coloured with besides, light and dark.

Each pair of text and ground is measured by WCAG 2.2: 4.5:1 at least for text (1.4.3), 3:1 for controls and large text
(1.4.11). The accent is used as it is on light grounds. Against dark ones no colour that can be read on light ones is
bright enough, so there a lighter shade of the same hue stands for it.
"""

import re
from collections.abc import Callable, Mapping
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

TEXT, CONTROL = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
COMFORT = 7.0  # 1.4.6: what we choose ourselves has it
HERO = 12.0  # large grounds with small print upon them
WHITE = "#ffffff"
STEPS = 255  # of lightness

# static/css/tokens.css, as far as an accent stands on it.
LIGHT = {
    "paper": "#faf8f3",
    "surface": "#ffffff",
    "sunk": "#f0ece2",
    "ink": "#15201d",
    "muted": "#4c5854",
    "line": "#d9d3c5",
    "edge": "#707a75",
    "on-deep": "#f4f1e8",
    "ember-bright": "#ff9a5c",
}
DARK = {
    "paper": "#0f1715",
    "surface": "#18221f",
    "sunk": "#0a110f",
    "ink": "#eef1ec",
    "muted": "#afbbb5",
    "line": "#2f3c38",
    "edge": "#82908a",
    "on-deep": "#f4f1e8",
    "ember-bright": "#ff9a5c",
}
GROUNDS = ("paper", "surface", "sunk")
_SHAPE = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.ASCII | re.IGNORECASE)

Tokens = Mapping[str, str]


@dataclass(frozen=True)
class Flaw:
    """A contrast that an accent hasn't got.

    on: "light" (words in it on a light ground), "control" (ticks and borders there), "button" (white words upon it).
    """

    on: str
    has: float
    needs: float


@dataclass(frozen=True)
class Look:
    """Names of custom properties and their colours, by the system's scheme."""

    light: Tokens
    dark: Tokens


def read(typed: str) -> str | None:
    """ "#ABC", "aabbcc": a colour as CSS writes it, "#aabbcc". None for anything else."""
    match = _SHAPE.fullmatch(typed.strip())
    if match is None:
        return None
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def contrast(one: str, other: str) -> float:
    """1 to 21: WCAG 2.2's contrast ratio."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def flaws(accent: str) -> list[Flaw]:
    """What an accent lacks; the worst first. Empty: it can be used."""
    on_light = min(contrast(accent, LIGHT[ground]) for ground in GROUNDS)  # the dark shade follows, and has it
    measured = [
        Flaw("light", on_light, TEXT),
        Flaw("control", on_light, CONTROL),
        Flaw("button", contrast(accent, WHITE), TEXT),
    ]
    return [flaw for flaw in measured if flaw.has < flaw.needs]


@lru_cache(maxsize=64)
def nearest(accent: str) -> str:
    """The colour of the same hue that can be used and differs least in lightness; itself if it can be."""
    return _shade(accent, lambda shade: not flaws(shade))


@lru_cache(maxsize=64)
def of(accent: str) -> Look:
    """All colours that follow from an accent that has no flaws."""
    deep = _darker(accent, _is_deep)
    return Look(light=_in_light(accent, deep), dark=_in_dark(accent, deep))


def measured(accent: str) -> tuple[float, float]:
    """The contrast of words and links in it, on light and on dark grounds: the least that they have."""
    made = of(accent)
    return (
        min(contrast(made.light["primary"], LIGHT[ground]) for ground in GROUNDS),
        min(contrast(made.dark["primary"], DARK[ground]) for ground in GROUNDS),
    )


def stylesheet(accent: str) -> str:
    """For every public page of a campaign, after the site's own."""
    look = of(accent)
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_written(look.dark)}}}}}"
    return f":root{{{_written(look.light)}}}{dark}\n"


def swatch(accent: str) -> str:
    """For the organizers' page: both schemes beside each other, whatever the system's is; and the colour as it was
    typed, beside the nearest that can be used."""
    look = of(nearest(accent))
    light, dark = {**LIGHT, **look.light}, {**DARK, **look.dark}
    return f".swatch--light{{{_written(light)}}}.swatch--dark{{{_written(dark)}}}.swatch--typed{{--typed:{accent}}}\n"


def version(accent: str) -> str:
    """Of its stylesheet: another one when another edition of this program would write another."""
    return sha256(stylesheet(accent).encode()).hexdigest()[:10]


def _in_light(accent: str, deep: str) -> Tokens:
    return {
        "primary": accent,
        "on-primary": WHITE,
        "primary-hover": _scaled(accent, 0.65),
        "tint": _lighter(_mixed(accent, WHITE, 0.14), lambda shade: contrast(accent, shade) >= TEXT),
        **_grounds(deep),
    }


def _in_dark(accent: str, deep: str) -> Tokens:
    primary = _raised(accent, lambda shade: min(contrast(shade, DARK[ground]) for ground in GROUNDS) >= COMFORT)
    return {
        "primary": primary,
        "on-primary": _darker(accent, lambda shade: contrast(shade, primary) >= COMFORT),
        "primary-hover": _mixed(primary, WHITE, 0.6),
        "tint": _darker(_mixed(accent, DARK["surface"], 0.3), lambda shade: contrast(primary, shade) >= TEXT),
        **_grounds(_scaled(deep, 0.85)),
    }


def _grounds(deep: str) -> Tokens:
    return {
        "deep": deep,
        "deep-line": _mixed(LIGHT["on-deep"], deep, 0.2),
        "crowd": _mixed(LIGHT["on-deep"], deep, 0.12),
        "on-deep-muted": _mixed(LIGHT["on-deep"], deep, 0.75),
        "on-ember": deep,
    }


def _is_deep(shade: str) -> bool:
    words = contrast(LIGHT["on-deep"], shade) >= HERO and contrast(LIGHT["ember-bright"], shade) >= TEXT
    return words and contrast(_mixed(LIGHT["on-deep"], shade, 0.75), shade) >= COMFORT


def _shade(colour: str, good: Callable[[str], bool]) -> str:
    """The one of its hue that is good and nearest in lightness."""
    hue, lightness, saturation = rgb_to_hls(*_parts(colour))
    if good(colour):
        return colour
    for step in range(1, STEPS + 1):
        for way in (-1, 1):
            shade = _hex(hls_to_rgb(hue, min(max(lightness + way * step / STEPS, 0), 1), saturation))
            if good(shade):
                return shade
    raise ValueError(colour)


def _darker(colour: str, good: Callable[[str], bool]) -> str:
    """The first that is good on the way to black, which is."""
    return next(shade for step in range(STEPS + 1) if good(shade := _scaled(colour, 1 - step / STEPS)))


def _lighter(colour: str, good: Callable[[str], bool]) -> str:
    """The first that is good on the way to white, which is."""
    return next(shade for step in range(STEPS + 1) if good(shade := _mixed(WHITE, colour, step / STEPS)))


def _raised(colour: str, good: Callable[[str], bool]) -> str:
    """The same as a brighter shade, as full of colour as it was."""
    hue, lightness, saturation = rgb_to_hls(*_parts(colour))
    shades = (
        _hex(hls_to_rgb(hue, lightness + (1 - lightness) * step / STEPS, saturation)) for step in range(STEPS + 1)
    )
    return next(filter(good, shades))


def _scaled(colour: str, factor: float) -> str:
    """Less of its lightness, in the same hue."""
    hue, lightness, saturation = rgb_to_hls(*_parts(colour))
    return _hex(hls_to_rgb(hue, lightness * factor, saturation))


def _mixed(one: str, other: str, share: float) -> str:
    """share: of the first."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return _hex(tuple(share * mine + (1 - share) * theirs for mine, theirs in pairs))


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _parts(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _hex(parts: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _written(tokens: Tokens) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in tokens.items())
