"""The console's colours can be read by people who see little contrast (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from importlib.resources import files

import pytest

SHEET = files("tallystick.platform.web").joinpath("assets", "console.css").read_text()
TOKEN = re.compile(r"(--[a-z-]+): (#[0-9a-f]{6});")
LIGHT, DARK = (dict(TOKEN.findall(part)) for part in SHEET.split("@media (prefers-color-scheme: dark)")[:2])

TEXTS = [
    *((ink, paper) for ink in ("ink", "ink-soft", "ink-faint") for paper in ("paper", "sheet", "sunk")),
    *((ink, paper) for ink in ("accent", "madder", "amber") for paper in ("paper", "sheet")),
    ("accent", "accent-soft"),
    ("madder", "madder-soft"),
    ("amber", "amber-soft"),
]
DRAWINGS = [("bar", "sheet"), ("accent", "sheet"), ("madder", "sheet")]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("colour", "ground", "least"), [*((*pair, 4.5) for pair in TEXTS), *((*pair, 3.0) for pair in DRAWINGS)]
)
def test_colours_stand_out_from_their_ground(scheme: dict[str, str], colour: str, ground: str, least: float) -> None:
    assert contrast(scheme[f"--{colour}"], scheme[f"--{ground}"]) >= least


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_black_and_white_contrast_most() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
