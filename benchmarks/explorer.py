"""How fast the explorer answers: fifty changes of series and municipality in each view.

    python benchmarks/explorer.py [--data demo|riktig] [--changes 50]

Prints the median and the worst time of each view, by the clock and in processor time. The goal
is 0.2 seconds on a store of a few million values; on a busy machine look at processor time.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from analyslib.explore.explorer import GROUPS, Choice, Explorer, open_explorer
from analyslib.explore.views import VIEWS


def make_choices(explorer: Explorer, view: str, count: int) -> list[Choice]:
    """The same ones each time: every other series new, and the municipality new each time."""
    seeded = random.Random(f"{view} 2026")
    kpis = [hit.kpi for hit in explorer.find("") if hit.municipalities]
    places = [code for code in explorer.catalogue.municipalities if code != "0000"]
    series = [seeded.choice(kpis) for _ in range((count + 1) // 2)]
    return [
        Choice(series[number // 2], seeded.choice(places), list(GROUPS)[number % 4], view=view)
        for number in range(count)
    ]


def measure(explorer: Explorer, choice: Choice) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    assert explorer.show(choice).html
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="demo", choices=("demo", "riktig"))
    parser.add_argument("--changes", type=int, default=50)
    wanted = parser.parse_args()
    explorer = open_explorer(wanted.data)
    for view in VIEWS:  # the first figure loads fonts
        explorer.show(Choice("N31807", "2480", view=view))
    print(f"{len(explorer.index)} series, {wanted.changes} changes in each view")
    for view in VIEWS:
        times = [
            measure(explorer, choice) for choice in make_choices(explorer, view, wanted.changes)
        ]
        clock, processor = zip(*times, strict=True)
        print(
            f"{view:15} median {statistics.median(clock):.3f} s, worst {max(clock):.3f} s; "
            f"processor {statistics.median(processor):.3f} and {max(processor):.3f} s"
        )


if __name__ == "__main__":
    main()
