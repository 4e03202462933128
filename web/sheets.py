"""Tables as files for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from flask import Response

FORMULA = re.compile(r"(^|;\s*)(?=[=+\-@\t\r])")


def sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV file to save; with a byte order mark, without which Excel reads UTF-8 as something else."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(header)
    lines.writerows([safe("" if cell is None else cell) for cell in row] for row in rows)
    answer = Response("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def safe(cell: object) -> object:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP advises.

    Also after a semicolon: where the comma is decimal, as in Russian, a cell ends there.
    """
    return FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell
