"""The EDGE_WEIGHT_SECTION of a VRPLIB file: a full or triangular matrix as a run of numbers."""

from __future__ import annotations

import numpy as np

from milkfloat.routing.formats.text import Faults, Line, numbers
from milkfloat.routing.metric import FloatArray

_FORMS = ("FULL_MATRIX", "LOWER_ROW", "LOWER_DIAG_ROW", "UPPER_ROW", "UPPER_DIAG_ROW")


def _span(form: str, k: int, n: int) -> tuple[int, int]:
    """First column and number of values of row ``k``."""
    if form == "FULL_MATRIX":
        return 0, n
    diagonal = 1 if "DIAG" in form else 0
    return (0, k + diagonal) if form.startswith("LOWER") else (k + 1 - diagonal, n - 1 - k + diagonal)


def explicit_matrix(rows: list[Line] | None, form: str, n: int, faults: Faults) -> FloatArray | None:
    """
    The matrix, shape (n, n); None, with faults told, when it cannot be made.

    Line breaks mean nothing in this section. A triangular matrix is symmetric; the diagonal is taken as zero.
    """
    if rows is None:
        faults.add(None, "EDGE_WEIGHT_TYPE EXPLICIT needs the section EDGE_WEIGHT_SECTION")
        return None
    title, body = rows[0][0], rows[1:]
    form = form.upper()
    if form not in _FORMS:
        faults.add(title, f"EDGE_WEIGHT_FORMAT {form or 'missing'} is not one of {' '.join(_FORMS)}")
        return None
    values = numbers([token for _, line in body for token in line.split()])
    if values is None:
        for number, line in body:
            if numbers(line.split()) is None:
                for token in line.split():
                    faults.number(token, number, "EDGE_WEIGHT")
        return None
    spans = [_span(form, k, n) for k in range(n)]
    wanted = sum(length for _, length in spans)
    if len(values) != wanted:
        faults.add(title, f"EDGE_WEIGHT_SECTION has {len(values)} numbers where {form} of {n} locations has {wanted}")
        return None
    if (values < 0).any():
        faults.add(title, f"EDGE_WEIGHT_SECTION has a negative weight, {values.min():g}")
        return None
    if form == "FULL_MATRIX":
        matrix = values.reshape(n, n)
    else:
        matrix = np.zeros((n, n))
        at = 0
        for k, (first, length) in enumerate(spans):
            matrix[k, first : first + length] = values[at : at + length]
            at += length
        matrix = matrix + matrix.T
    np.fill_diagonal(matrix, 0.0)
    return matrix
