"""What a figure costs: median CPU and bytes of each kind, beside the floor of an empty one.

    python benchmarks/figures.py [--runs 9]

The floor is the same canvas with its white panel and nothing else. The same trend drawn the
usual way (pyplot, axes, tight box) stands last, for the ratio. The aim is 80 ms and 25 KB with
the table; what lies above is marked, with the reason.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median


REPOSITORY = Path(__file__).resolve().parent.parent
for folder in ("src", "tests", "tests/figures"):
    sys.path.insert(0, str(REPOSITORY / folder))

from made_pictures import KINDS, panel  # noqa: E402

from analyslib.figures.canvas import Canvas  # noqa: E402


LIMIT_MS, LIMIT_KB = 80.0, 25.0
# Nothing is left out to make a figure smaller.
WHY = {
    "network_trends": "fifteen municipalities, each with a panel and every value of its course",
    "profile": "every main indicator of fourteen areas on one page, each with its references",
}


def cpu_ms(draw: Callable[[], object], runs: int) -> float:
    """The median, after one run that warms caches (fonts, outlines of the map)."""
    draw()
    times = []
    for _ in range(runs):
        started = time.process_time()
        draw()
        times.append((time.process_time() - started) * 1000)
    return median(times)


def draw_the_usual_way() -> bytes:
    """The lines of the trend figure with pyplot and a tight box: what a notebook does."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4))
    shown = panel()
    for series in (shown.own, *shown.others):
        known = [point for point in series.points if point.value is not None]
        axes.plot([p.year for p in known], [p.value for p in known], label=series.label)
    axes.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight")
    plt.close(figure)
    return buffer.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    floor = cpu_ms(lambda: Canvas(640, 400).svg(), runs)
    usual = cpu_ms(draw_the_usual_way, runs)
    print(f"{'figure':<16}{'ms':>7}{'x floor':>9}{'svg KB':>8}{'all KB':>8}")
    print(f"{'floor':<16}{floor:>7.1f}{1:>9.1f}")
    for kind, draw in KINDS.items():
        took, picture = cpu_ms(draw, runs), draw()
        svg, whole = len(picture.svg) / 1000, len(picture._repr_html_()) / 1000
        is_over = took > LIMIT_MS or whole > LIMIT_KB
        over = f" over: {WHY.get(kind, 'not known why')}" if is_over else ""
        print(f"{kind:<16}{took:>7.1f}{took / floor:>9.1f}{svg:>8.1f}{whole:>8.1f}{over}")
    trend = cpu_ms(KINDS["trend"], runs)
    size = len(draw_the_usual_way()) / 1000
    print(f"{'usual trend':<16}{usual:>7.1f}{usual / floor:>9.1f}{size:>8.1f}")
    print(f"the trend figure takes {trend / usual:.2f} of the time of the usual way")


if __name__ == "__main__":
    main()
