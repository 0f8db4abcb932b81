"""What `python -m consensus` does: `docs/researchers.md` describes it for people.

Exit status 0: done. 1: the result could not be written. 2: the input or an option cannot be used.
130: interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from functools import partial
from math import inf
from typing import TypeVar

from consensus import agreement, results
from consensus.answer_files import LineError, Reading, VoteFile, read_boxes, read_votes
from consensus.answer_lines import Scalar, is_label, key_of, shown
from consensus.progress import Progress
from consensus.result_files import STREAM, check_writable, output, write_row
from consensus.results import Costs, Row
from consensus.stopping import StoppingRule
from consensus.types import BoxParameters

PROGRAM = "python -m consensus"
F = TypeVar("F")


class Unusable(Exception):
    """Why the command ends, and with which exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default the program's; gives the exit status."""
    options = _parser().parse_args(arguments)
    progress = Progress(sys.stderr)
    try:
        options.run(options, progress)
    except BrokenPipeError:
        # whoever read along has read enough, as in `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        progress.say("interrupted")
        return 130
    except Unusable as error:
        progress.say(str(error))
        return error.status
    finally:
        progress.clear()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="From several workers' answers to one. `-` is a standard stream."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    boxes = commands.add_parser("boxes", help="merge the boxes on each image")
    _add_files(boxes)
    _add_stopping(boxes, StoppingRule())
    _add_limit(boxes)
    boxes.set_defaults(run=_merge_boxes)
    votes = commands.add_parser("votes", help="merge the votes on each item")
    _add_files(votes)
    _add_stopping(votes, results.VOTE_RULE)
    votes.add_argument(
        "--labels",
        type=_labels,
        default=(),
        metavar="A,B,...",
        help="all labels there are (those that occur unless told)",
    )
    votes.add_argument(
        "--cost",
        type=_cost,
        action="append",
        default=[],
        metavar="LABEL=C",
        help="how many times worse it is to miss this label than another (1)",
    )
    votes.add_argument(
        "--alike",
        type=_labels,
        action="append",
        default=[],
        metavar="A,B,...",
        help="labels that may be taken for each other at no cost",
    )
    votes.set_defaults(run=_merge_votes)
    compared = commands.add_parser("agreement", help="how far workers agree with each other")
    compared.add_argument("kind", choices=("boxes", "votes"))
    _add_files(compared, target=STREAM)
    compared.add_argument("--seed", type=int, default=0, help="of the intervals (0)")
    _add_limit(compared)
    compared.set_defaults(run=_compare)
    return parser


def _add_files(parser: argparse.ArgumentParser, target: str | None = None) -> None:
    parser.add_argument("source", metavar="IN")
    parser.add_argument("target", metavar="OUT", nargs="?" if target else None, default=target)
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave out lines that cannot be used"
    )


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--max-boxes",
        type=_positive,
        metavar="N",
        help="boxes that a worker could draw at most (no limit unless told)",
    )


def _add_stopping(parser: argparse.ArgumentParser, rule: StoppingRule) -> None:
    parser.add_argument(
        "--online", action="store_true", help="use only as many answers as the rule asks for"
    )
    parser.add_argument(
        "--tau", type=float, default=rule.tau, help=f"risk to stop at ({rule.tau:g})"
    )
    for name, value in (("minimum", rule.minimum), ("maximum", rule.maximum)):
        parser.add_argument(
            f"--{name}", type=int, default=value, metavar="N", help=f"{name} of answers ({value})"
        )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _labels(text: str) -> tuple[Scalar, ...]:
    """`bird,track` or `0,1` or `"0","1"`: text that is no JSON number, true or false stands for
    itself."""
    labels = tuple(_label(part) for part in text.split(","))
    if len({key_of(label) for label in labels}) < len(labels):
        raise argparse.ArgumentTypeError("a label is given twice")
    return labels


def _cost(text: str) -> tuple[Scalar, float]:
    label, _, number = text.rpartition("=")
    cost = float(number)
    if not 0 < cost < inf:
        raise argparse.ArgumentTypeError(f"a cost must be greater than 0, not {number}")
    return _label(label), cost


def _label(text: str) -> Scalar:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    label: Scalar = value if is_label(value) else text
    return label


def _rule(options: argparse.Namespace) -> StoppingRule:
    try:
        return StoppingRule(tau=options.tau, minimum=options.minimum, maximum=options.maximum)
    except ValueError as error:
        raise Unusable(str(error), 2) from None


def _read(
    options: argparse.Namespace,
    progress: Progress,
    read: Callable[[Iterable[bytes], Reading], F],
) -> F:
    """The whole of IN."""
    name = "standard input" if options.source == STREAM else options.source
    reading = Reading(
        skip_bad=options.skip_bad,
        warn=lambda message: progress.say(f"{name}, {message}"),
        heard=lambda line: progress.show("{:,} lines read", line),
    )
    try:
        check_writable(options.target)
        if options.source == STREAM:
            found = read(sys.stdin.buffer, reading)
        else:
            with open(options.source, "rb") as stream:
                found = read(stream, reading)
    except LineError as error:
        raise Unusable(f"{name}, {error}", 2) from None
    except OSError as error:
        raise Unusable(str(error), 2) from None
    if reading.n_skipped:
        progress.say(f"{name}: {reading.n_skipped:,} lines left out")
    return found


def _write(options: argparse.Namespace, progress: Progress, rows: Iterable[Row]) -> None:
    """All of OUT, or nothing."""
    try:
        with output(options.target) as stream:
            for number, row in enumerate(rows, start=1):
                write_row(stream, row)
                progress.show("{:,} lines written", number)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unusable(str(error), 1) from None


def _merge_boxes(options: argparse.Namespace, progress: Progress) -> None:
    rule = _rule(options)
    file = _read(options, progress, read_boxes)
    parameters = replace(BoxParameters(), max_boxes=options.max_boxes)
    progress.show("estimating skills")
    rows = results.online_images if options.online else results.all_images
    _write(options, progress, rows(file, rule, parameters))


def _merge_votes(options: argparse.Namespace, progress: Progress) -> None:
    rule = _rule(options)
    file = _read(options, progress, partial(read_votes, labels=options.labels))
    costs = _costs(options, file)
    progress.show("estimating skills")
    rows = results.online_items if options.online else results.all_items
    _write(options, progress, rows(file, rule, costs))


def _costs(options: argparse.Namespace, file: VoteFile) -> Costs:
    """The costs, for labels as the file's items know them."""
    named = [label for label, _ in options.cost] + [label for of in options.alike for label in of]
    for label in named:
        if label not in file.labels:
            raise Unusable(f"no vote is {shown(label)}: name all labels with --labels", 2)
    if len({key_of(label) for of in options.alike for label in of}) < sum(map(len, options.alike)):
        raise Unusable("a label stands in two of the sets given with --alike", 2)
    text = file.labels.text
    return Costs(
        {text(label): cost for label, cost in options.cost},
        [{text(label) for label in of} for of in options.alike],
    )


def _compare(options: argparse.Namespace, progress: Progress) -> None:
    found: agreement.BoxAgreement | agreement.VoteAgreement
    if options.kind == "boxes":
        parameters = replace(BoxParameters(), max_boxes=options.max_boxes)
        images = _read(options, progress, read_boxes)
        found = agreement.boxes(images, seed=options.seed, parameters=parameters)
    else:
        items = _read(options, progress, read_votes)
        labels = ([vote.label for vote in item.votes] for item in items)
        found = agreement.votes(labels, seed=options.seed)
    _write(options, progress, [asdict(found)])
