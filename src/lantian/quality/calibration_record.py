"""A calibration as text and back, so that a value can be walked back to what made it."""

import json
from dataclasses import asdict
from math import isnan
from typing import Any

from lantian.errors import BadFile
from lantian.quality.calibration import Calibration, Coefficients, Judgement, Origin
from lantian.quality.calibration_form import Ranges
from lantian.rules.clauses import CalibrationClause
from lantian.rules.shape import fill


def written(calibration: Calibration) -> str:
    """Spell a calibration as one line of JSON.

    Parameters
    ----------
    calibration : Calibration

    Returns
    -------
    str
        Everything that `apply` needs, with version, error and judgement; what is not known
        (NaN) is null. It says that its values are not official.
    """
    spelled = {**_plain(asdict(calibration)), "official": calibration.official}
    return json.dumps(spelled, ensure_ascii=False, sort_keys=True, allow_nan=False)


def read(text: str) -> Calibration:
    """Read a calibration that `written` spelled.

    Raises
    ------
    BadFile
        If the text is no such calibration.

    Examples
    --------
    >>> import numpy as np
    >>> from lantian.quality.calibration_pairs import pairs_of
    >>> from lantian.quality.calibration_transfer import calibrate
    >>> from lantian.rules.book import book
    >>> clause = book("calibration").entry("micro-so2").clause
    >>> raw, still = 30 + 20 * np.sin(np.arange(480) / 5), np.full(480, 20.0)
    >>> rows = pairs_of(["a"] * 480, range(480), raw, raw / 2, rh_pct=still, temp_c=still)
    >>> made = calibrate(rows, "a", clause, 480)
    >>> read(written(made)) == made
    True
    """
    try:
        table: dict[str, Any] = json.loads(text)
        found, judged = table["coefficients"], table["judgement"]
        return Calibration(
            version=table["version"],
            sensor=table["sensor"],
            origin=Origin(table["origin"]),
            clause=fill(CalibrationClause, table["clause"], "calibration"),
            coefficients=Coefficients(
                ranges=Ranges(**{name: _held(value) for name, value in found["ranges"].items()}),
                offset=tuple(found["offset"]),
                slope=tuple(found["slope"]),
                raw_highest=found["raw_highest"],
            ),
            fit_first_h=table["fit_first_h"],
            fit_last_h=table["fit_last_h"],
            valid_from_h=table["valid_from_h"],
            valid_until_h=table["valid_until_h"],
            rows=table["rows"],
            donors=tuple(table["donors"]),
            error_base=_held(table["error_base"]),
            error_share=_held(table["error_share"]),
            judgement=Judgement(**{name: _held(value) for name, value in judged.items()}),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFile(
            f"no calibration can be read: {error!r}",
            where="calibration",
            fix="give what `written` made, unchanged",
        ) from error


def _plain(value: Any) -> Any:
    """What JSON can spell: null for NaN."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and isnan(value) else value


def _held(value: Any) -> Any:
    """What `_plain` spelled, as a calibration holds it."""
    if value is None:
        return float("nan")
    return tuple(value) if isinstance(value, list) else value
