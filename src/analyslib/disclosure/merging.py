"""Atoms that no number tells apart are one atom; equal sums over atoms are one row."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def merge_atoms(
    matrix: sparse.csr_array, counts: np.ndarray, owner: np.ndarray
) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
    """Atoms that no row tells apart become one."""
    columns = sparse.csc_array(matrix)
    columns.sort_indices()
    code, first = _distinct(columns)
    merged = np.bincount(code, counts, minlength=len(first)).astype(np.int64)
    return sparse.csr_array(columns[:, first]), merged, owner[first]


def merge_rows(matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Which merged row each row is (-1 for an empty one: zero), and one row of each kind."""
    matrix.sort_indices()
    code, first = _distinct(matrix)
    filled = np.diff(matrix.indptr)[first] > 0
    number = np.where(filled, np.cumsum(filled) - 1, -1)
    return number[code], first[filled]


def _distinct(matrix: sparse.csr_array | sparse.csc_array) -> tuple[np.ndarray, np.ndarray]:
    """Equal rows (or columns, of a csc array) get the same number, in order of appearance."""
    seen: dict[bytes, int] = {}
    code = np.zeros(len(matrix.indptr) - 1, dtype=np.int64)
    first: list[int] = []
    for i in range(len(code)):
        part = slice(matrix.indptr[i], matrix.indptr[i + 1])
        key = matrix.indices[part].tobytes() + b"|" + matrix.data[part].tobytes()
        if key not in seen:
            seen[key] = len(first)
            first.append(i)
        code[i] = seen[key]
    return code, np.array(first, dtype=np.int64)
