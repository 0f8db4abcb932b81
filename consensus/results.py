"""The consensus of a whole file of answers, as rows to write, in the order of the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from consensus.agreement import BoxAgreement, VoteAgreement
from consensus.answer_files import BoxFile, VoteFile
from consensus.answer_lines import Scalar
from consensus.box_methods import BOX_METHODS, BoxMethod
from consensus.boxes import BOX_METHOD
from consensus.campaign import merge_campaign
from consensus.online import Look, Replayed, lone_comparisons, replay, replay_boxes
from consensus.stopping import StoppingRule
from consensus.types import BoxFit, BoxParameters, FusedBox, ImageConsensus
from consensus.vote_fit import fit_votes
from consensus.vote_methods import VOTE_METHODS, Comparison
from consensus.vote_types import Vote, VoteConsensus, VoteFit, VoteItem
from consensus.votes import VOTE_METHOD, merge_items

Row = dict[str, Any]
OURS = BOX_METHODS[BOX_METHOD]
NO_FIT = BoxFit({}, BoxParameters())
# Enough to tell two probabilities apart, without the last bits that depend on the machine.
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Costs:
    """What mistakes cost, see `merge_votes`; labels by the texts that the file's items use."""

    of_label: Mapping[str, float] = field(default_factory=dict)
    alike: Sequence[Collection[str]] = ()


def all_images(
    file: BoxFile, rule: StoppingRule, parameters: Any, method: BoxMethod = OURS
) -> Iterator[Row]:
    """The consensus of every image from all its answers; `parameters` are those of the method."""
    if method.has_skills:
        fit, merged = merge_campaign(file, parameters=parameters)
    else:
        fit, merged = NO_FIT, method.merge(file, skills={}, parameters=parameters)
    for place, consensus in enumerate(merged):
        lone = file[place].answers if consensus.n_looked == 1 else ()
        n_compared = lone_comparisons(lone, fit)
        is_finished = rule.is_finished(consensus.risk, consensus.n_looked, n_compared=n_compared)
        yield _image_row(file, place, Replayed(consensus, consensus.n_looked, is_finished))


def online_images(file: BoxFile, rule: StoppingRule, parameters: BoxParameters) -> Iterator[Row]:
    """The consensus of every image from as many of its first answers as the rule asks for."""
    for place, seen in enumerate(replay_boxes(file, rule=rule, parameters=parameters)):
        yield _image_row(file, place, seen)


def all_items(
    file: VoteFile, rule: StoppingRule, costs: Costs, method: str = VOTE_METHOD
) -> Iterator[Row]:
    """The consensus of every item from all its votes, by one of `VOTE_METHODS`."""
    labels = file.vocabulary()
    if not labels:
        yield from (_blank_row(item_id) for item_id in file.ids)
        return
    fit, merged = _merged(file, labels, costs, method)
    for place, consensus in enumerate(merged):
        lone = file[place].votes if consensus.n_votes == 1 else ()
        n_compared = _lone_comparisons(lone, fit)
        is_finished = rule.is_finished(consensus.risk, consensus.n_votes, n_compared=n_compared)
        yield _item_row(file, place, Replayed(consensus, consensus.n_votes, is_finished))


def online_items(
    file: VoteFile, rule: StoppingRule, costs: Costs, method: str = VOTE_METHOD
) -> Iterator[Row]:
    """The consensus of every item from as many of its first votes as the rule asks for."""
    labels = file.vocabulary()
    if not labels:
        yield from (_blank_row(item_id) for item_id in file.ids)
        return

    def look(n_used: Sequence[int]) -> Iterator[Look[VoteConsensus]]:
        shown = [VoteItem(item.votes[:n], item.group) for item, n in zip(file, n_used, strict=True)]
        fit, merged = _merged(shown, labels, costs, method)
        for item, consensus in zip(shown, merged, strict=True):
            yield Look(consensus, consensus.risk, _lone_comparisons(item.votes, fit))

    for place, seen in enumerate(replay([len(item.votes) for item in file], rule, look)):
        yield _item_row(file, place, seen)


def _merged(
    items: Sequence[VoteItem], labels: Sequence[str], costs: Costs, method: str
) -> tuple[VoteFit, Iterator[VoteConsensus]]:
    """What was learned of the workers, nothing by methods without skills, and the consensus."""
    if method != VOTE_METHOD:
        merge = VOTE_METHODS[method]
        return VoteFit(), merge(items, labels, costs=costs.of_label, alike=costs.alike)
    fit = fit_votes(items, labels)
    return fit, merge_items(items, labels=labels, fit=fit, costs=costs.of_label, alike=costs.alike)


def _lone_comparisons(votes: Sequence[Vote], fit: VoteFit) -> int:
    """Comparisons of the worker of the only vote; 0 where there is another number of votes."""
    if len(votes) != 1 or votes[0].worker not in fit.skills:
        return 0
    return fit.skills[votes[0].worker].n_answers


def _image_row(file: BoxFile, place: int, seen: Replayed[ImageConsensus]) -> Row:
    workers = file.workers_of(place)
    return {
        "image_id": file.ids[place],
        "boxes": [_box(box, workers) for box in seen.consensus.boxes],
        "n_annotations": seen.n_used,
        "risk": round(seen.consensus.risk, DIGITS),
        "finished": seen.is_finished,
    }


def _box(box: FusedBox, workers: Sequence[Scalar]) -> Row:
    return {
        "bbox": list(box.xywh),
        "score": round(box.score, DIGITS),
        "n_workers": box.n_workers,
        "n_looked": box.n_looked,
        "spread": [round(edge, 2) for edge in box.spread],
        "sources": [[workers[answer], number] for answer, number in box.sources],
    }


def _item_row(file: VoteFile, place: int, seen: Replayed[VoteConsensus]) -> Row:
    return {
        "item_id": file.ids[place],
        "label": file.labels.original(seen.consensus.label),
        "probability": round(seen.consensus.probability, DIGITS),
        "n_votes": seen.n_used,
        "risk": round(seen.consensus.risk, DIGITS),
        "finished": seen.is_finished,
    }


def _blank_row(item_id: Scalar) -> Row:
    """The result for an item where nobody has voted on anything and no label is known."""
    return {
        "item_id": item_id,
        "label": None,
        "probability": 0.0,
        "n_votes": 0,
        "risk": 1.0,
        "finished": False,
    }


def agreement_row(found: BoxAgreement | VoteAgreement) -> Row:
    """All figures of agreement with their intervals."""
    return {name: _rounded(figure) for name, figure in asdict(found).items()}


def audit_row(found: Comparison) -> Row:
    """How the model and the majority did on audited items, and whom to trust."""
    return _rounded(asdict(found)) | {"trust": found.trust}


def _rounded(figure: Row) -> Row:
    return {
        name: round(value, DIGITS) if isinstance(value, float) else value
        for name, value in figure.items()
    }
