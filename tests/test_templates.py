"""Our own templates: nothing fetched, everything escaped, colours that can be read."""

from __future__ import annotations

import json
import re

import jinja2
import pytest

from analyslib.page import TEMPLATES, ascii_name, render_template, shell_environment


STYLE = (TEMPLATES / "analyslib.css").read_text("utf-8")
PAGES = sorted(path.name for path in TEMPLATES.glob("*.html.j2"))


def test_style_fetches_nothing() -> None:
    assert not re.search(r"url\(|@import|@font-face|https?:", STYLE)


def test_style_is_small_enough_to_stand_in_every_page() -> None:
    assert len(STYLE.encode()) < 20_000


@pytest.mark.parametrize("name", PAGES)
def test_no_template_switches_escaping_off(name: str) -> None:
    source = (TEMPLATES / name).read_text("utf-8")
    assert not re.search(r"\|\s*safe|autoescape", source)
    assert "<script" not in source and "http" not in source
    assert shell_environment().get_template(name)


def test_a_missing_value_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render_template("receipt.html.j2", title="x")


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,8})", block))


def luminance(colour: str) -> float:
    """As WCAG 2.1 defines it."""
    digits = colour[1:]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_in_the_standard() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


TEXT_ON = [
    *(("ink", ground) for ground in ("paper", "wash", "soft", "warm")),
    *(("muted", ground) for ground in ("paper", "wash")),
    *(("strong", ground) for ground in ("paper", "soft")),
    *(("link", ground) for ground in ("paper", "wash", "soft", "warm")),
    *(("worse", ground) for ground in ("paper", "warm")),
    ("paper", "better"),
    ("amber-ink", "amber"),
    ("head-ink", "head"),
    ("head-muted", "head"),
]


@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_every_text_can_be_read_on_its_ground(text: str, ground: str, scheme: str) -> None:
    light, dark, print_ = re.findall(r":root\{[^}]*\}", STYLE)
    found = colours(light)
    if scheme != "light":
        found |= colours(dark if scheme == "dark" else print_)
    assert contrast(found[text], found[ground]) >= 4.5


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Umeå kommun", "umea_kommun"),
        ("Östra Göinge", "ostra_goinge"),
        ("Upplands-Bro", "upplands_bro"),
        ("../../etc/passwd", "etc_passwd"),
        ("CON<script>", "con_script"),
        ("", ""),
    ],
)
def test_file_names_survive_windows_zip_and_mail(name: str, plain: str) -> None:
    assert ascii_name(name) == plain


def test_the_warm_kernel_is_described_for_jupyter() -> None:
    kernel = json.loads((TEMPLATES / "jupyter/kernels/analyslib/kernel.json").read_text("utf-8"))
    assert kernel["metadata"]["kernel_provisioner"]["provisioner_name"] == "analyslib-fork"
