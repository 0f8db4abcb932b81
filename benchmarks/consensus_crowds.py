"""Boxes of simulated crowds merged by us and by others, against the known truth.

    python -m benchmarks.consensus_crowds [DIRECTORY] [--images 500] [--workers 40] [--seeds 5]

One table per mix of workers (`simulation.mixes`): F1 at three overlaps, errors (false plus missed
boxes) an image, answers used an image, and seconds of processor time for all images, as means over
the seeds. With one answer everybody else is the single worker. We run with our defaults and fit the
skills to the answers that are merged and to nothing else; every other method is shown with the
setting that made the fewest errors, chosen afterwards. `most` keeps a box that more than half of
the workers drew, `half` one that at least half drew: they differ with two answers only, where
nobody knows beforehand which is better, and the shares are printed for both. `online` replays up to
seven answers an image under the stopping rule.

With real answers (DIRECTORY or QUADRAT_CROWD_DATA, see `benchmarks.consensus_real_data`) the same
is printed for them, orders of the workers in the place of seeds, and where the real crowd and the
simulated ones disagree about an aim, the end says so: the real one is to be believed.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from benchmarks.consensus_methods import (
    OURS,
    SINGLE,
    Method,
    boxes_of,
    everybody,
    first,
    merge_ours,
    replay_ours,
    single,
)
from benchmarks.consensus_real_data import SKIPPED, CrowdData, add_directory, open_data
from benchmarks.consensus_risk import rank_correlation, show_bins
from benchmarks.consensus_scoring import Counts, Figures, FloatArray, count, figures, mean
from benchmarks.consensus_targets import judge, judge_share
from consensus import BoxImage, ImageConsensus
from consensus.stopping import BOX_RULE, BOX_TAUS, StoppingRule
from simulation.mixes import MIXES, simulate_boxes

ANSWERS = (1, 2, 3, 5)
MOST_ANSWERS = 7
DEFAULT_TAU = BOX_RULE.tau
TAUS = tuple(BOX_TAUS.values())
ONLINE = 0  # in the place of a number of answers
ONLINE_MIXES = ("clean", "mixed")
ERROR_TARGETS = {2: 0.65, 3: 0.95, 5: 0.65}
TIGHT_TARGET = 0.60
ONLINE_ANSWERS = 2.5
ORDERS = (0, 1, 2, 3, 4, 5)  # of the real crowd
Key = tuple[int, str, str]  # answers an image (0: online), method, setting
Scores = dict[Key, Figures]
Crowd = tuple[Sequence[BoxImage], Sequence[FloatArray]]


class Results:
    """Figures of every seed, and risks and errors of our consensus."""

    def __init__(self) -> None:
        self.rows: dict[Key, list[Figures]] = defaultdict(list)
        self.risks: dict[int, list[float]] = defaultdict(list)
        self.errors: dict[int, list[int]] = defaultdict(list)

    def scores(self) -> Scores:
        """The mean over the seeds."""
        return {key: mean(rows) for key, rows in self.rows.items()}

    def add_risks(self, key: int, found: Sequence[ImageConsensus], counts: Counts) -> None:
        self.risks[key] += [one.risk for one in found]
        self.errors[key] += counts.errors.tolist()


def measure(
    results: Results, images: Sequence[BoxImage], truth: Sequence[FloatArray], methods: list[Method]
) -> None:
    """Add one seed of one mix."""
    for n_answers in ANSWERS:
        given = first(images, n_answers)
        found, seconds = merge_ours(given)
        counts = count(boxes_of(found), truth)
        row = figures(counts, answers=n_answers, seconds=seconds)
        results.rows[n_answers, OURS, ""].append(row)
        results.add_risks(n_answers, found, counts)
        others = [Method(SINGLE, "", single)] if n_answers == 1 else methods
        for method in others:
            if method.says_something_new(n_answers):
                boxes, seconds = method.merge(given)
                row = figures(count(boxes, truth), answers=n_answers, seconds=seconds)
                results.rows[n_answers, method.name, method.setting].append(row)
    for tau in TAUS:
        found, used, seconds = replay_ours(images, StoppingRule(tau=tau))
        counts = count(boxes_of(found), truth)
        row = figures(counts, answers=float(np.mean(used)), seconds=seconds)
        results.rows[ONLINE, OURS, f"tau {tau:g}"].append(row)
        if tau == DEFAULT_TAU:
            results.add_risks(ONLINE, found, counts)


def best_settings(scores: Scores, n_answers: int) -> Scores:
    """Of every other method the setting with the fewest errors; the best method first."""
    others = [key for key in scores if key[0] == n_answers and key[1] != OURS]
    by_errors = sorted(others, key=lambda key: scores[key].errors)
    best: dict[str, Key] = {}
    for key in by_errors:
        best.setdefault(key[1], key)
    return {key: scores[key] for key in best.values()}


def show(title: str, scores: Scores) -> None:
    """One table: for each number of answers ours, then the others with their best settings."""
    print(f"\n{title}")
    print(
        f"  {'':46} {'F1@.5':>6} {'F1@.75':>6} {'F1@.9':>6} {'errors':>6} {'answers':>7} {'s':>6}"
    )
    for n_answers in (*ANSWERS, ONLINE):
        print("  online" if n_answers == ONLINE else f"  {n_answers} answers an image")
        ours = {key: row for key, row in scores.items() if key[:2] == (n_answers, OURS)}
        for (_, name, setting), row in (ours | best_settings(scores, n_answers)).items():
            label = f"{name} ({setting})" if setting else name
            print(
                f"    {label:44} {row.f50:6.3f} {row.f75:6.3f} {row.f90:6.3f} {row.errors:6.3f}"
                f" {row.answers:7.2f} {row.seconds:6.2f}"
            )


def compare(title: str, scores: Scores, *, is_online_wanted: bool = False) -> dict[str, bool]:
    """Our figures as shares of the best peer's, whichever setting is best; which aims are met."""
    print(f"\n{title}: ours as a share of the best peer's")
    is_met = {}
    for n_answers, limit in ERROR_TARGETS.items():
        ours = scores[n_answers, OURS, ""].errors
        for cut in ("any", "most") if n_answers % 2 == 0 else ("any",):
            what = f"errors, {n_answers} answers" + (", majorities" if cut == "most" else "")
            fewest = min(row.errors for row in _peers(scores, n_answers, cut))
            is_met[what] = judge_share(what, ours, fewest, limit)
    loose = 1 - max(row.f90 for row in _peers(scores, 3))
    what = "1 - F1@.9, 3 answers"
    is_met[what] = judge_share(what, 1 - scores[3, OURS, ""].f90, loose, TIGHT_TARGET)
    if is_online_wanted:
        online = scores[ONLINE, OURS, f"tau {DEFAULT_TAU:g}"]
        fewest = min(row.errors for row in _peers(scores, 3))
        judge_share("errors online, of a peer's with 3 answers", online.errors, fewest, 1.0)
        judge("answers an image online", online.answers, ONLINE_ANSWERS)
    return is_met


def _peers(scores: Scores, n_answers: int, cut: str = "any") -> list[Figures]:
    others = [key for key in scores if key[0] == n_answers and key[1] != OURS]
    return [scores[key] for key in others if cut == "any" or not key[2].endswith("half")]


def over_all(tables: Sequence[Scores]) -> Scores:
    """The mean over the mixes of every row."""
    return {key: mean([table[key] for table in tables]) for key in tables[0]}


def show_risks(mix: str, results: Results) -> None:
    """How well the risk ranks the images of a mix."""
    print()
    for key, name in ((3, "3 answers"), (ONLINE, "online")):
        show_bins(f"{mix}, {name}", results.risks[key], np.array(results.errors[key]))
    others = [
        f"{n}: {rank_correlation(np.array(results.risks[n]), np.array(results.errors[n])):.2f}"
        for n in ANSWERS
    ]
    print(f"  rank correlation by answers an image  {'  '.join(others)}")


def run(crowds: Iterable[Crowd], methods: list[Method], title: str) -> Scores:
    """Measure all seeds of a mix, or all orders of a real crowd, and print them."""
    results = Results()
    for images, truth in crowds:
        measure(results, images, truth, methods)
    scores = results.scores()
    show(title, scores)
    show_risks(title.split(":", maxsplit=1)[0], results)
    return scores


def real_crowds(data: CrowdData) -> Iterator[Crowd]:
    """The images with truth, in each order."""
    for order in ORDERS:
        yield data.with_truth(data.images(order)), data.truth


def show_disagreements(simulated: dict[str, bool], real: dict[str, bool]) -> None:
    """Aims that are met in one world only."""
    print("\nsimulated and real crowds")
    for what, is_met in simulated.items():
        if real[what] != is_met:
            print(
                f"  disagree: {what}: {_word(is_met)} simulated, {_word(real[what])} on real ones"
            )
    if simulated == real:
        print("  agree about every aim")


def _word(is_met: bool) -> str:
    return "met" if is_met else "missed"


def main() -> None:
    """Measure every mix and say what was reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_directory(parser)
    parser.add_argument("--images", type=int, default=500)
    parser.add_argument("--workers", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--mixes", nargs="+", default=list(MIXES), choices=list(MIXES))
    asked = parser.parse_args()
    data = open_data(asked.directory)
    print(
        f"{asked.images} images and {asked.workers} workers, mean of {asked.seeds} seeds;", end=" "
    )
    tables = {}
    with everybody() as methods:
        for mix in asked.mixes:
            crowds = (
                simulate_boxes(asked.images, asked.workers, MOST_ANSWERS, mix, seed)
                for seed in range(1, asked.seeds + 1)
            )
            tables[mix] = run(crowds, methods, f"{mix}: {MIXES[mix].words}")
        real = run(real_crowds(data), methods, "a real crowd: street scenes") if data else None
    for mix, scores in tables.items():
        compare(mix, scores, is_online_wanted=mix in ONLINE_MIXES)
    simulated = compare("mean of the mixes", over_all(list(tables.values())))
    if real is None:
        print(f"\nreal crowd {SKIPPED}")
    else:
        show_disagreements(simulated, compare("a real crowd", real))


if __name__ == "__main__":
    main()
