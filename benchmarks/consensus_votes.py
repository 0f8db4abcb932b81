"""Consensus labels beside majority vote, two votes ahead and Dawid-Skene.

    python -m benchmarks.consensus_votes [DIRECTORY] [--seeds 5] [--items 3000]

Every line of the one table is a method on a crowd: the share of wrong labels and the votes used per
item. Real crowds are the files flags_*.jsonl in DIRECTORY (or QUADRAT_CROWD_DATA), which are not
part of the repository: without them the benchmark says so and goes on with the simulated ones.
Those are verification campaigns with few non-instances; there the reasons of a non-instance count
as one label, `missed` and `alarms` are the shares of missed non-instances and of instances taken
for non-instances, and `cost` is 10 times the missed ones plus the false alarms per 1,000 items.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from consensus import VOTE_METHOD, StoppingRule, Vote, VoteConsensus, VoteItem
from consensus.online import Look, replay
from consensus.stopping import VOTE_TAUS
from consensus.vote_methods import VOTE_METHODS, VoteMethod
from simulation.mixes import MIXES
from simulation.voting import simulate_votes

OURS = VOTE_METHODS[VOTE_METHOD]
BASELINES = {name: method for name, method in VOTE_METHODS.items() if name != "two-ahead"}
INSTANCE, REASONS = "animal", ("tracks", "scat", "habitat", "remains")
MISSED = 10.0
REAL_TAUS = tuple(VOTE_TAUS.values())
SIMULATED_TAUS = (0.005, *REAL_TAUS)
MAXIMUM = 7
WORKERS = 60


@dataclass(frozen=True)
class Crowd:
    """Items with their true labels, and what mistakes cost there."""

    items: Sequence[VoteItem]
    truth: Sequence[str]
    labels: Sequence[str]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What a method said, and from how many votes per item."""

    found: Sequence[VoteConsensus]
    votes: float


def real_crowd(path: Path) -> Crowd:
    """The items of a file of real votes, in its order."""
    items, truth = [], []
    for line in path.read_text().splitlines():
        row = json.loads(line)
        votes = [Vote(vote["worker_id"], str(vote["label"])) for vote in row["votes"]]
        items.append(VoteItem(votes))
        truth.append(str(row["truth"]))
    seen = {vote.label for item in items for vote in item.votes}
    return Crowd(items, truth, sorted(seen | set(truth)))


def shuffled(crowd: Crowd, seed: int) -> Crowd:
    """The same crowd with the votes of every item and the labels in another order: ties go to the
    label that comes first, which should favour no method."""
    rng = np.random.default_rng(seed)
    items = [
        VoteItem([item.votes[place] for place in rng.permutation(len(item.votes))], item.group)
        for item in crowd.items
    ]
    return Crowd(items, crowd.truth, rng.permutation(crowd.labels).tolist(), crowd.options)


def simulated_crowd(mix: str, n_items: int, seed: int) -> Crowd:
    """A verification campaign: three super-classes with few non-instances, `MAXIMUM` votes each."""
    items, truth = simulate_votes(n_items, WORKERS, MAXIMUM, mix, seed)
    costs = dict.fromkeys(REASONS, MISSED)
    return Crowd(items, truth, [INSTANCE, *REASONS], {"costs": costs, "alike": [REASONS]})


def first(items: Sequence[VoteItem], n_used: Sequence[int]) -> list[VoteItem]:
    """Each item with so many of its first votes."""
    return [VoteItem(item.votes[:n], item.group) for item, n in zip(items, n_used, strict=True)]


def fixed(crowd: Crowd, method: VoteMethod, n_votes: int) -> Result:
    """The first `n_votes` votes of every item."""
    items = first(crowd.items, [n_votes] * len(crowd.items))
    found = list(method(items, crowd.labels, **crowd.options))
    return Result(found, float(np.mean([consensus.n_votes for consensus in found])))


def online(crowd: Crowd, method: VoteMethod, tau: float) -> Result:
    """As many of the votes as the stopping rule asks for."""

    def look(n_used: Sequence[int]) -> list[Look[VoteConsensus]]:
        items = first(crowd.items, n_used)
        return [
            Look(consensus, consensus.risk, 0)
            for consensus in method(items, crowd.labels, **crowd.options)
        ]

    rule = StoppingRule(tau=tau, minimum=2, maximum=MAXIMUM)
    seen = list(replay([len(item.votes) for item in crowd.items], rule, look))
    used = [replayed.n_used for replayed in seen]
    return Result([replayed.consensus for replayed in seen], float(np.mean(used)))


def figures(crowd: Crowd, result: Result) -> list[float]:
    """Error and votes; for verification also missed, alarms and cost."""
    pairs = [(seen.label, truth) for seen, truth in zip(result.found, crowd.truth, strict=True)]
    if not crowd.options:
        return [float(np.mean([label != truth for label, truth in pairs])), result.votes]
    empty = np.array([truth != INSTANCE for _, truth in pairs])
    wrong = np.array([(label == INSTANCE) != (truth == INSTANCE) for label, truth in pairs])
    missed, alarms = wrong[empty].mean(), wrong[~empty].mean()
    cost = 1000 * np.mean(np.where(empty, MISSED, 1.0) * wrong)
    return [float(value) for value in (wrong.mean(), result.votes, missed, alarms, cost)]


def runs(taus: Sequence[float], n_votes: Sequence[int]) -> Iterator[tuple[str, Any]]:
    """Names and functions (of a crowd) of the lines of the table."""
    for n in n_votes:
        for name, method in BASELINES.items():
            yield f"{name}, {'all' if n > 99 else n} votes", partial(_fixed, method, n)
    yield "two-ahead, online", partial(_online, VOTE_METHODS["two-ahead"], 0.5)
    for tau in taus:
        yield f"{VOTE_METHOD}, online, tau {tau:g}", partial(_online, OURS, tau)


def _fixed(method: VoteMethod, n_votes: int, crowd: Crowd) -> Result:
    return fixed(crowd, method, n_votes)


def _online(method: VoteMethod, tau: float, crowd: Crowd) -> Result:
    return online(crowd, method, tau)


def show(
    title: str, crowds: Sequence[Crowd], taus: Sequence[float], n_votes: Sequence[int]
) -> None:
    """One block of the table: means over `crowds`."""
    print(f"\n{title}, mean of {len(crowds)}")
    for name, run in runs(taus, n_votes):
        means = np.mean([figures(crowd, run(crowd)) for crowd in crowds], axis=0)
        print(f"  {name:28} {means[0]:7.4f} {means[1]:6.2f}", *(f"{x:8.4f}" for x in means[2:]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", default=os.environ.get("QUADRAT_CROWD_DATA", ""))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--items", type=int, default=3000)
    options = parser.parse_args()
    seeds = range(options.seeds)
    print(f"  {'method':28}   error  votes   missed   alarms     cost")
    files = sorted(Path(options.directory).glob("flags_*.jsonl")) if options.directory else []
    if not files:
        print(
            "\nreal crowds skipped: no flags_*.jsonl (name their directory or QUADRAT_CROWD_DATA)"
        )
    for path in files:
        crowd = real_crowd(path)
        show(path.stem, [shuffled(crowd, seed) for seed in seeds], REAL_TAUS, (3, 5, 100))
    for mix in MIXES:
        crowds = [simulated_crowd(mix, options.items, seed) for seed in seeds]
        show(f"simulated, {mix}", crowds, SIMULATED_TAUS, (3, 5))


if __name__ == "__main__":
    main()
