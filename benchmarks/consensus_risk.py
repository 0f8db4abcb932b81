"""Whether the risk ranks images well: what became of images of little and of much risk.

Risk is a ranking. Mistakes that workers share are not in it, so that it is no rate of errors; the
table is there to show how far the two are apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import spearmanr

from benchmarks.consensus_scoring import FloatArray, IntArray

LIMITS = (0.02, 0.05, 0.1, 0.2, 0.5)


def rank_correlation(risk: FloatArray, errors: IntArray) -> float:
    """Spearman's; 0 where nothing varies."""
    if not np.ptp(risk) or not np.ptp(errors):
        return 0.0
    return float(spearmanr(risk, errors).statistic)


def show_bins(title: str, risks: Sequence[float], errors: IntArray) -> None:
    """Print images, mean risk and actual errors per image for each bin of risk."""
    risk = np.asarray(risks, dtype=float)
    print(f"{title}: rank correlation of risk and errors {rank_correlation(risk, errors):.2f}")
    print(f"  {'risk (a ranking)':20} {'images':>7} {'mean risk':>10} {'errors an image':>16}")
    bins = np.digitize(risk, LIMITS)
    edges = ("0", *map(str, LIMITS), "any")
    for index in range(len(LIMITS) + 1):
        mine = bins == index
        if mine.any():
            label = f"{edges[index]} to {edges[index + 1]}"
            means = f"{risk[mine].mean():10.3f} {errors[mine].mean():16.3f}"
            print(f"  {label:20} {mine.sum():7,} {means}")
