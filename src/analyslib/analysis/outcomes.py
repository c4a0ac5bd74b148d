"""Change within the same persons, before and after: few persons, mostly ordinal measures.

Every result carries n, its method and, where the data allow one, an interval. With fewer than
six changed pairs no test can reach 5 % (the sign test gives 2^(1-n)), so counts are all that is
given. Nothing here makes a causal claim: the question is what has happened, never why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analyslib.analysis.statistics import wilson


FEWEST_CHANGED_PAIRS = 6

Interval = tuple[float, float]


@dataclass(frozen=True)
class Share:
    """A share (0-1) of `n` with its Wilson 95 % interval."""

    count: int
    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Change:
    """Better, same and worse among `n` pairs; `p_sign` and `p_wilcoxon` are None where fewer
    than six pairs changed. `effect` is the matched-pairs rank-biserial correlation, positive
    when the change is for the better; `shift` is the Hodges-Lehmann estimate of the change in
    the unit of the measure (after minus before, whatever the direction)."""

    n: int
    better: Share
    same: Share
    worse: Share
    p_sign: float | None
    p_wilcoxon: float | None
    effect: float | None
    shift: float | None
    shift_low: float | None
    shift_high: float | None
    method: str


@dataclass(frozen=True)
class MeanChange:
    """Mean of after minus before with Student's t interval; `d_z` is mean change / sd of change,
    `d_average` mean change / mean of the two standard deviations."""

    n: int
    mean: float
    low: float
    high: float
    t: float
    p: float
    d_z: float
    d_average: float


@dataclass(frozen=True)
class Marginal:
    """Bowker's test of symmetry and Stuart-Maxwell's test of equal margins of a square table."""

    bowker: float
    bowker_df: int
    bowker_p: float
    stuart_maxwell: float
    stuart_maxwell_df: int
    stuart_maxwell_p: float


def summarise_share(count: int, n: int) -> Share:
    """A count among n with its Wilson interval; n = 0 gives the whole range 0-1."""
    if n == 0:
        return Share(0, 0, float("nan"), 0.0, 1.0)
    low, high = wilson(count, n)
    return Share(int(count), int(n), count / n, float(low), float(high))


def summarise_change(before: ArrayLike, after: ArrayLike, high_is_better: bool) -> Change:
    """Paired ordinal change.

    `before` and `after` are numbers on the scale of the measure, one pair a person, no missing
    values. Sign test (binomial, exact) and Wilcoxon's signed-rank test with zeros handled as
    Pratt (1959) proposed, since ordinal measures have many pairs that do not change.
    """
    difference = _pairs(after) - _pairs(before)
    improvement = difference if high_is_better else -difference
    n = difference.size
    better, worse = int((improvement > 0).sum()), int((improvement < 0).sum())
    enough = better + worse >= FEWEST_CHANGED_PAIRS
    shift, interval = hodges_lehmann(difference) if enough else (None, (None, None))
    return Change(
        n=n,
        better=summarise_share(better, n),
        same=summarise_share(n - better - worse, n),
        worse=summarise_share(worse, n),
        p_sign=float(stats.binomtest(better, better + worse).pvalue) if enough else None,
        p_wilcoxon=wilcoxon_pratt(difference) if enough else None,
        effect=rank_biserial(improvement) if enough else None,
        shift=shift,
        shift_low=interval[0],
        shift_high=interval[1],
        method="teckentest, Wilcoxon (Pratt), Hodges–Lehmann" if enough else "antal",
    )


def wilcoxon_pratt(difference: ArrayLike) -> float:
    """Two-sided p of Wilcoxon's signed-rank test, zeros ranked and then left out (Pratt 1959),
    normal approximation without continuity correction."""
    result = stats.wilcoxon(_pairs(difference), zero_method="pratt", method="approx")
    return float(result.pvalue)


def rank_biserial(improvement: ArrayLike) -> float:
    """Matched-pairs rank-biserial correlation (Kerby 2014): the favourable share of the rank sum
    minus the unfavourable share, zeros left out; -1 to 1."""
    values = _pairs(improvement)
    values = values[values != 0]
    ranks = stats.rankdata(np.abs(values))
    return float((ranks[values > 0].sum() - ranks[values < 0].sum()) / ranks.sum())


def hodges_lehmann(
    difference: ArrayLike, confidence: float = 0.95
) -> tuple[float, tuple[float, float]]:
    """Median of the Walsh averages with its distribution-free interval (Hollander & Wolfe 1999).

    The interval is exact without ties and conservative with them; above 200 pairs the normal
    approximation gives the rank of its ends.
    """
    values = _pairs(difference)
    row, column = np.triu_indices(values.size)
    walsh = np.sort((values[row] + values[column]) / 2)
    lowest = _signed_rank_quantile((1 - confidence) / 2, values.size)
    return float(np.median(walsh)), (float(walsh[lowest - 1]), float(walsh[-lowest]))


def _signed_rank_quantile(probability: float, n: int) -> int:
    """Smallest q >= 1 with P(W <= q) >= probability under the null of Wilcoxon's W."""
    if n > 200:
        mean, variance = n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24
        return max(1, int(np.ceil(stats.norm.ppf(probability, mean, np.sqrt(variance)))))
    ways = np.ones(1)
    for rank in range(1, n + 1):
        longer = np.zeros(ways.size + rank)
        longer[: ways.size] += ways
        longer[rank:] += ways
        ways = longer
    return max(1, int(np.searchsorted(np.cumsum(ways) / ways.sum(), probability)))


def summarise_mean_change(before: ArrayLike, after: ArrayLike) -> MeanChange:
    """Mean paired change for measures on an interval scale, with Student's t (n >= 2)."""
    first, second = _pairs(before), _pairs(after)
    change = second - first
    result = stats.ttest_rel(second, first)
    interval = result.confidence_interval(0.95)
    spread = (first.std(ddof=1) + second.std(ddof=1)) / 2
    return MeanChange(
        n=change.size,
        mean=float(change.mean()),
        low=float(interval.low),
        high=float(interval.high),
        t=float(result.statistic),
        p=float(result.pvalue),
        d_z=float(change.mean() / change.std(ddof=1)),
        d_average=float(change.mean() / spread),
    )


def transition_matrix(before: ArrayLike, after: ArrayLike, levels: ArrayLike) -> NDArray[np.int64]:
    """Counts with one row per level before and one column per level after; shape (k, k).

    Raises ValueError where a value is not among the levels.
    """
    known = np.asarray(levels, dtype=float)
    row, column = _positions(before, known), _positions(after, known)
    matrix = np.zeros((known.size, known.size), dtype=np.int64)
    np.add.at(matrix, (row, column), 1)
    return matrix


def _positions(values: ArrayLike, levels: NDArray[np.float64]) -> NDArray[np.int64]:
    found = np.searchsorted(levels, _pairs(values)).clip(max=levels.size - 1)
    if not np.array_equal(levels[found], _pairs(values)):
        raise ValueError("a value is not among the levels of the measure")
    return found


def compare_margins(matrix: ArrayLike) -> Marginal:
    """Bowker (1948) and Stuart-Maxwell (1955, 1970) for a square table of counts.

    Pairs of cells that are both empty carry no information and cost no degree of freedom.
    """
    table = np.asarray(matrix, dtype=float)
    upper = np.triu_indices(table.shape[0], 1)
    one, other = table[upper], table.T[upper]
    informative = one + other > 0
    bowker = float((((one - other) ** 2)[informative] / (one + other)[informative]).sum())
    bowker_df = int(informative.sum())

    used = (table.sum(0) + table.sum(1) - 2 * np.diag(table)) > 0
    inner = table[np.ix_(used, used)]
    gap = (inner.sum(1) - inner.sum(0))[:-1]
    covariance = -(inner + inner.T)
    np.fill_diagonal(covariance, inner.sum(0) + inner.sum(1) - 2 * np.diag(inner))
    covariance = covariance[:-1, :-1]
    maxwell = float(gap @ np.linalg.solve(covariance, gap)) if gap.size else 0.0
    return Marginal(
        bowker=bowker,
        bowker_df=bowker_df,
        bowker_p=float(stats.chi2.sf(bowker, bowker_df)) if bowker_df else 1.0,
        stuart_maxwell=maxwell,
        stuart_maxwell_df=gap.size,
        stuart_maxwell_p=float(stats.chi2.sf(maxwell, gap.size)) if gap.size else 1.0,
    )


def paired_difference(both: int, first: int, second: int, neither: int) -> tuple[float, Interval]:
    """Difference of two paired proportions, first minus second, with Newcombe's interval
    (1998, method 10). Arguments are persons with yes at both times, only the first, only the
    second, neither."""
    n = both + first + second + neither
    p1, p2 = (both + first) / n, (both + second) / n
    low1, high1 = map(float, wilson(both + first, n))
    low2, high2 = map(float, wilson(both + second, n))
    phi = _paired_correlation(both, first, second, neither)
    down = _joint_length(p1 - low1, high2 - p2, phi)
    up = _joint_length(high1 - p1, p2 - low2, phi)
    return p1 - p2, (p1 - p2 - down, p1 - p2 + up)


def _paired_correlation(both: int, first: int, second: int, neither: int) -> float:
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    if margins == 0:
        return 0.0
    determinant = float(both * neither - first * second)
    if determinant > 0:
        determinant = max(determinant - (both + first + second + neither) / 2, 0)
    return determinant / float(np.sqrt(margins))


def _joint_length(one: float, other: float, correlation: float) -> float:
    return float(np.sqrt(max(one**2 - 2 * correlation * one * other + other**2, 0.0)))


def mcnemar(first: int, second: int) -> tuple[float, float, float]:
    """McNemar's chi-square without and with continuity correction, and the exact two-sided p,
    from the two discordant counts (at least one of them above 0)."""
    total = first + second
    return (
        (first - second) ** 2 / total,
        (abs(first - second) - 1) ** 2 / total,
        float(stats.binomtest(first, total).pvalue),
    )


def _pairs(values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=float)
    if np.isnan(array).any():
        raise ValueError("pairs with a missing value must be left out, and counted, before")
    return array
