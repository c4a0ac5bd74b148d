"""The one place where a linear programme is handed to HiGHS."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse


INFINITY = highspy.kHighsInf


def new_solver() -> highspy.Highs:
    # One thread everywhere: a second solver with another number of threads silently
    # returns nothing (HiGHS shares one scheduler), and one thread is deterministic.
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        solver.setOptionValue(option, value)
    return solver


def load_problem(
    matrix: sparse.sparray,
    cost: np.ndarray,
    columns: tuple[np.ndarray, np.ndarray],
    rows: tuple[np.ndarray, np.ndarray],
    integer: np.ndarray | None = None,
) -> highspy.Highs:
    """A solver that minimises `cost`, with lower and upper bounds of columns and rows."""
    whole = sparse.csc_array(matrix)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = whole.shape
    model.col_cost_ = np.asarray(cost, dtype=float)
    model.col_lower_, model.col_upper_ = (np.asarray(part, dtype=float) for part in columns)
    model.row_lower_, model.row_upper_ = (np.asarray(part, dtype=float) for part in rows)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = whole.indptr, whole.indices
    model.a_matrix_.value_ = whole.data.astype(float)
    if integer is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(i)] for i in integer]
    solver = new_solver()
    solver.passModel(model)
    return solver


def solution_of(solver: highspy.Highs) -> np.ndarray | None:
    """The optimal point; None where the solver found that there is none, or gave up."""
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value)


def good_solution_of(solver: highspy.Highs) -> np.ndarray | None:
    """The best point found before the solver's limits stopped it; None where it found none."""
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.array(solver.getSolution().col_value)
