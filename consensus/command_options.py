"""The options of `python -m consensus`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from math import inf

from consensus.answer_lines import Scalar, is_label, key_of
from consensus.box_methods import BOX_METHODS
from consensus.boxes import BOX_METHOD
from consensus.result_files import STREAM
from consensus.stopping import BOX_RULE, VOTE_RULE, StoppingRule
from consensus.vote_methods import VOTE_METHODS
from consensus.votes import VOTE_METHOD

PROGRAM = "python -m consensus"


def parser() -> argparse.ArgumentParser:
    """The parser; `command` is boxes, votes, agreement or audit."""
    whole = argparse.ArgumentParser(
        prog=PROGRAM, description="From several workers' answers to one. `-` is a standard stream."
    )
    commands = whole.add_subparsers(required=True, dest="command", metavar="COMMAND")
    _set_up_boxes(commands.add_parser("boxes", help="merge the boxes on each image"))
    _set_up_votes(commands.add_parser("votes", help="merge the votes on each item"))
    _set_up_agreement(commands.add_parser("agreement", help="how far workers agree"))
    audit = commands.add_parser("audit", help="whether to trust the model of votes or the majority")
    _set_up_audit(audit)
    return whole


def _set_up_boxes(boxes: argparse.ArgumentParser) -> None:
    _add_files(boxes)
    _add_stopping(boxes, BOX_RULE)
    _add_limit(boxes)
    _add_method(boxes, BOX_METHODS, BOX_METHOD)
    boxes.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a constant of the method; an unknown name prints all",
    )


def _set_up_votes(votes: argparse.ArgumentParser) -> None:
    _add_files(votes)
    _add_stopping(votes, VOTE_RULE)
    _add_method(votes, VOTE_METHODS, VOTE_METHOD)
    _add_labels(votes)
    votes.add_argument(
        "--cost",
        type=_cost,
        action="append",
        default=[],
        metavar="LABEL=C",
        help="how many times worse it is to miss this label than another (1)",
    )
    _add_alike(votes)


def _set_up_agreement(compared: argparse.ArgumentParser) -> None:
    compared.add_argument("kind", choices=("boxes", "votes"))
    _add_files(compared, target=STREAM)
    compared.add_argument("--seed", type=int, default=0, help="of the intervals (0)")
    _add_limit(compared)


def _set_up_audit(audit: argparse.ArgumentParser) -> None:
    audit.add_argument("source", metavar="IN", help="votes")
    audit.add_argument("truth", metavar="TRUTH", help="true labels of some of the items")
    _add_target(audit, STREAM)
    _add_labels(audit)
    _add_alike(audit)


def _add_files(parser: argparse.ArgumentParser, target: str | None = None) -> None:
    parser.add_argument("source", metavar="IN")
    _add_target(parser, target)


def _add_target(parser: argparse.ArgumentParser, target: str | None = None) -> None:
    parser.add_argument("target", metavar="OUT", nargs="?" if target else None, default=target)
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave out lines that cannot be used"
    )


def _add_labels(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--labels",
        type=_labels,
        default=(),
        metavar="A,B,...",
        help="all labels there are (those that occur unless told)",
    )


def _add_alike(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--alike",
        type=_labels,
        action="append",
        default=[],
        metavar="A,B,...",
        help="labels that may be taken for each other at no cost",
    )


def _add_method(parser: argparse.ArgumentParser, methods: Iterable[str], ours: str) -> None:
    parser.add_argument(
        "--method", choices=tuple(methods), default=ours, help=f"way of merging ({ours})"
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
