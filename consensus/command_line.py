"""What `python -m consensus` does: `docs/researchers.md` describes it for people.

Exit status 0: done. 1: the result could not be written. 2: the input or an option cannot be used.
130: interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from consensus import agreement, results
from consensus.answer_files import (
    LineError,
    Reading,
    VoteFile,
    read_boxes,
    read_truth,
    read_votes,
)
from consensus.answer_lines import Scalar, key_of, shown
from consensus.box_methods import BOX_METHODS
from consensus.boxes import BOX_METHOD
from consensus.command_options import parser
from consensus.parameters import with_values
from consensus.progress import Progress, silence
from consensus.result_files import STREAM, check_writable, output, write_row
from consensus.results import Costs, Row
from consensus.stopping import StoppingRule
from consensus.types import BoxParameters
from consensus.vote_methods import compare_with_majority

F = TypeVar("F")


class Unusable(Exception):
    """Why the command ends, and with which exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default the program's; gives the exit status."""
    options = parser().parse_args(arguments)
    progress = Progress(sys.stderr)
    try:
        RUN[options.command](options, progress)
    except BrokenPipeError:
        # whoever read along has read enough, as in `... | head`
        silence(sys.stdout)
    except KeyboardInterrupt:
        progress.say("interrupted")
        return 130
    except Unusable as error:
        progress.say(str(error))
        return error.status
    finally:
        progress.clear()
    return 0


def _rule(options: argparse.Namespace) -> StoppingRule:
    try:
        return StoppingRule(tau=options.tau, minimum=options.minimum, maximum=options.maximum)
    except ValueError as error:
        raise Unusable(str(error), 2) from None


def _read(
    options: argparse.Namespace,
    progress: Progress,
    read: Callable[[Iterable[bytes], Reading], F],
    source: str | None = None,
) -> F:
    """The whole of a file, by default of IN."""
    source = options.source if source is None else source
    name = "standard input" if source == STREAM else source
    reading = Reading(
        skip_bad=options.skip_bad,
        warn=lambda message: progress.say(f"{name}, {message}"),
        heard=lambda line: progress.show("{:,} lines read", line),
    )
    try:
        check_writable(options.target)
        if source == STREAM and not sys.stdin:
            raise OSError("standard input is closed")
        if source == STREAM:
            found = read(sys.stdin.buffer, reading)
        else:
            with open(source, "rb") as stream:
                found = read(stream, reading)
    except LineError as error:
        raise Unusable(f"{name}, {error}", 2) from None
    except OSError as error:
        raise Unusable(_in_words(error), 2) from None
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
        raise Unusable(_in_words(error), 1) from None


def _in_words(error: OSError) -> str:
    """What the system says, without its number."""
    if not error.strerror:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def _merge_boxes(options: argparse.Namespace, progress: Progress) -> None:
    rule, method = _rule(options), BOX_METHODS[options.method]
    try:
        limited = replace(method.parameters, max_boxes=options.max_boxes)
        parameters = with_values(limited, options.parameter)
    except ValueError as error:
        raise Unusable(str(error), 2) from None
    if options.online and options.method != BOX_METHOD:
        raise Unusable(f"--online is for the method {BOX_METHOD}", 2)
    file = _read(options, progress, read_boxes)
    progress.show("estimating skills")
    if options.online:
        rows = results.online_images(file, rule, parameters)
    else:
        rows = results.all_images(file, rule, parameters, method)
    _write(options, progress, rows)


def _merge_votes(options: argparse.Namespace, progress: Progress) -> None:
    rule = _rule(options)
    file = _read(options, progress, partial(read_votes, labels=options.labels))
    costs = _costs(options, file)
    progress.show("estimating skills")
    rows = results.online_items if options.online else results.all_items
    _write(options, progress, rows(file, rule, costs, options.method))


def _costs(options: argparse.Namespace, file: VoteFile) -> Costs:
    """The costs, for labels as the file's items know them."""
    _check_known((label for label, _ in options.cost), file)
    text = file.labels.text
    return Costs({text(label): cost for label, cost in options.cost}, _alike(options, file))


def _alike(options: argparse.Namespace, file: VoteFile) -> list[set[str]]:
    """The sets of labels that may be taken for each other."""
    named = [label for of in options.alike for label in of]
    _check_known(named, file)
    if len(set(map(key_of, named))) < len(named):
        raise Unusable("a label stands in two of the sets given with --alike", 2)
    return [{file.labels.text(label) for label in of} for of in options.alike]


def _check_known(labels: Iterable[Scalar], file: VoteFile) -> None:
    for label in labels:
        if label not in file.labels:
            raise Unusable(f"no vote is {shown(label)}: name all labels with --labels", 2)


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
    _write(options, progress, [results.agreement_row(found)])


def _audit(options: argparse.Namespace, progress: Progress) -> None:
    if options.source == options.truth == STREAM:
        raise Unusable("IN and TRUTH cannot both be standard input", 2)
    file = _read(options, progress, partial(read_votes, labels=options.labels))
    reading = partial(read_truth, file=file, is_closed=bool(options.labels))
    truth = _read(options, progress, reading, source=options.truth)
    of_set = {label: number for number, of in enumerate(_alike(options, file)) for label in of}
    try:
        found = compare_with_majority(
            file,
            file.vocabulary(),
            truth,
            same=lambda a, b: of_set.get(a, a) == of_set.get(b, b),
        )
    except ValueError as error:
        raise Unusable(str(error), 2) from None
    _write(options, progress, [results.audit_row(found)])


RUN = {"boxes": _merge_boxes, "votes": _merge_votes, "agreement": _compare, "audit": _audit}
