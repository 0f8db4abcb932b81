"""Boxes of a real crowd merged by us and by others, against experts' truth.

    python -m benchmarks.consensus_real [DIRECTORY] [--orders 0 1 2 3 4 5]

DIRECTORY (or QUADRAT_CROWD_DATA) is described in `benchmarks.consensus_real_data`; without it the
benchmark says so. Figures are means over orders of the workers: 0 is the order of submission, the
others are random. Skills are fitted to all images with the answers that are merged. The other
methods run here on the same orders, with every setting. Stored figures, of the same methods run by
others and of lean crowdsourcing (Branson, Van Horn and Perona 2017), are over fewer orders, and
compared with ours over those.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import spearmanr

from benchmarks.consensus_methods import (
    GREEDY,
    OURS,
    Method,
    boxes_of,
    everybody,
    first,
    merge_ours,
    replay_ours,
)
from benchmarks.consensus_real_data import SKIPPED, CrowdData, add_directory, open_data
from benchmarks.consensus_risk import show_bins
from benchmarks.consensus_scoring import Figures, FloatArray, count, figures, mean
from benchmarks.consensus_targets import judge, judge_share
from consensus import fit_boxes
from consensus.stopping import BOX_RULE, StoppingRule

ANSWERS = (2, 3, 5, 7)
JUDGED = (3, 5, 7)
DEFAULT_TAU = BOX_RULE.tau
TAUS = (0.05, DEFAULT_TAU, 0.15, 0.20)
ORDERS = (0, 1, 2, 3, 4, 5)
SKILLED_IMAGES = (5, 20)  # least number of images with truth for a worker to be ranked
STORED = ", stored"
Rows = dict[int, Figures]  # by order
Table = dict[str, Rows]  # by method and setting


def average(rows: Rows) -> Figures:
    """The mean over the orders."""
    return mean(list(rows.values()))


def measure_ours(data: CrowdData, n_answers: int, orders: Sequence[int]) -> Rows:
    """Our figures by order."""
    rows = {}
    for order in orders:
        found, seconds = merge_ours(first(data.images(order), n_answers))
        counts = count(boxes_of(data.with_truth(found)), data.truth)
        rows[order] = figures(counts, answers=n_answers, seconds=seconds)
    return rows


def measure_others(
    data: CrowdData, n_answers: int, orders: Sequence[int], methods: Sequence[Method]
) -> Table:
    """The others' figures, those that are stored only over the orders they were run on."""
    table: Table = defaultdict(dict)
    for order in orders:
        images = data.with_truth(first(data.images(order), n_answers))
        for method in methods:
            if method.says_something_new(n_answers):
                boxes, seconds = method.merge(images)
                row = figures(count(boxes, data.truth), answers=n_answers, seconds=seconds)
                table[f"{method.name} ({method.setting})"][order] = row
    for name, stored in data.stored(n_answers).items():
        if set(stored.orders) <= set(orders):
            row = replace(stored.figures, answers=float(n_answers))
            table[name + STORED] = dict.fromkeys(stored.orders, row)
    return table


def show(n_answers: int, ours: Rows, others: Table) -> None:
    """One table, the others by errors."""
    print(f"\n{n_answers} answers an image{'':29} F1@.5 F1@.75  F1@.9 errors  orders")
    table = {OURS: ours} | dict(sorted(others.items(), key=lambda row: average(row[1]).errors))
    for name, rows in table.items():
        row = average(rows)
        orders = ",".join(map(str, rows))
        print(
            f"  {name:44} {row.f50:6.3f} {row.f75:6.3f} {row.f90:6.3f} {row.errors:6.3f}  {orders}"
        )


def worst_share(ours: Rows, others: Table, figure: Callable[[Figures], float]) -> float:
    """Our figure as a share of the best other method's, each over that method's own orders."""
    shares = []
    for rows in others.values():
        same = average({order: ours[order] for order in rows})
        shares.append(figure(same) / figure(average(rows)))
    return max(shares)


def compare(title: str, ours: dict[int, Rows], others: dict[int, Table]) -> None:
    """What was wanted of fixed numbers of answers."""
    print(f"\nours as a share of the best other method's, the same orders: {title}")
    if not all(others[n] for n in ANSWERS):
        print("  not judged: nothing is known of them over these orders alone")
        return
    errors = {n: worst_share(ours[n], others[n], lambda row: row.errors) for n in ANSWERS}
    loose = {n: worst_share(ours[n], others[n], lambda row: 1 - row.f75) for n in ANSWERS}
    judge("errors, mean of 3, 5 and 7 answers", float(np.mean([errors[n] for n in JUDGED])), 0.95)
    for n_answers in JUDGED:
        judge(f"errors, {n_answers} answers", errors[n_answers], 1.0)
    judge("1 - F1@.75, mean of 3, 5, 7 answers", float(np.mean([loose[n] for n in JUDGED])), 0.80)
    for n_answers in JUDGED:
        judge(f"1 - F1@.75, {n_answers} answers", loose[n_answers], 0.85)
    print(f"  with 2 answers: errors {errors[2]:.3f}, 1 - F1@.75 {loose[2]:.3f}")


def online(data: CrowdData, orders: Sequence[int], majority_of_7: dict[str, Figures]) -> None:
    """The stopping rule, and what was wanted of it."""
    print(f"\nonline{'':40} F1@.5 F1@.75  F1@.9 errors answers")
    for tau in TAUS:
        rows, risks, errors = {}, [], []
        for order in orders:
            found, used, seconds = replay_ours(data.images(order), StoppingRule(tau=tau))
            found, used = data.with_truth(found), data.with_truth(used)
            counts = count(boxes_of(found), data.truth)
            rows[order] = figures(counts, answers=float(np.mean(used)), seconds=seconds)
            risks += [one.risk for one in found]
            errors += counts.errors.tolist()
        row = average(rows)
        figures_ = (
            f"{row.f50:6.3f} {row.f75:6.3f} {row.f90:6.3f} {row.errors:6.3f} {row.answers:7.2f}"
        )
        print(f"  {f'{OURS} (tau {tau:g})':44} {figures_}")
        if tau == DEFAULT_TAU:
            default, ranked = row, (risks, np.array(errors))
    for name, majority in majority_of_7.items():
        judge_share(f"errors, {name} of 7", default.errors, majority.errors, 1.05)
    judge("answers an image", default.answers, 2.6)
    show_bins("\nonline", *ranked)


def skills(data: CrowdData) -> None:
    """Whether estimated qualities rank the workers as the truth does."""
    images = data.images(0)
    fit = fit_boxes(images)
    drawn: dict[str, list[tuple[FloatArray, FloatArray]]] = defaultdict(list)
    for image, truth in zip(data.with_truth(images), data.truth, strict=True):
        for answer in image.answers:
            drawn[answer.worker].append((answer.boxes_xywh, truth))
    print("\nskills: rank correlation of quality with workers' F1@.5 against the truth")
    for least in SKILLED_IMAGES:
        workers = [worker for worker, pairs in drawn.items() if len(pairs) >= least]
        quality = [fit.skills[worker].quality for worker in workers]
        true = [_f1(drawn[worker]) for worker in workers]
        who = f"{len(workers)} workers with {least} images or more"
        judge(who, float(spearmanr(quality, true).statistic), 0.8, is_least=True)
    worst = int(np.argsort(np.argsort(quality))[int(np.argmin(true))])
    judge(f"place from below of the worst worker (F1 {min(true):.3f})", worst, 0)


def _f1(pairs: Sequence[tuple[FloatArray, FloatArray]]) -> float:
    found, truth = zip(*pairs, strict=True)
    return figures(count(found, truth), answers=1, seconds=0).f50


def degenerate(data: CrowdData) -> None:
    """What boxes without area cost."""
    losses = []
    for images in (data.images(0), data.raw_images()):
        found, _ = merge_ours(images)
        counts = count(boxes_of(data.with_truth(found)), data.truth)
        losses.append(figures(counts, answers=7, seconds=0).f50)
    print("\ndegenerate boxes, 7 answers")
    judge("loss of F1@.5", losses[0] - losses[1], 0.005)


def order(text: str) -> int:
    """The number of an order, 0 or more."""
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def main() -> None:
    """Measure, or say why not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_directory(parser)
    parser.add_argument("--orders", nargs="+", type=order, default=list(ORDERS))
    asked = parser.parse_args()
    data = open_data(asked.directory)
    if data is None:
        print(SKIPPED)
        return
    print(
        f"{len(data.known)} images, {len(data.truth)} with truth; orders {asked.orders};", end=" "
    )
    ours, others = {}, {}
    with everybody() as methods:
        for n_answers in ANSWERS:
            ours[n_answers] = measure_ours(data, n_answers, asked.orders)
            others[n_answers] = measure_others(data, n_answers, asked.orders, methods)
            show(n_answers, ours[n_answers], others[n_answers])
    compare("every method and setting", ours, others)
    stored = {
        n: {k: r for k, r in rows.items() if k.endswith(STORED)} for n, rows in others.items()
    }
    compare("methods as stored", ours, stored)
    majorities = {name: average(rows) for name, rows in others[7].items() if GREEDY in name}
    online(data, asked.orders, majorities)
    skills(data)
    degenerate(data)


if __name__ == "__main__":
    main()
