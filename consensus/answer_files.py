"""Files of answers, one JSON object a line, read into compact arrays.

Memory grows with the number of ids, answers and boxes, not with the text: about 60 bytes an answer
beside the ids. Images and items are built while somebody walks over them, and forgotten.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, overload

import numpy as np

from consensus.answer_lines import (
    BoxLine,
    Malformed,
    Scalar,
    TruthLine,
    VoteLine,
    key_of,
    parse_boxes,
    parse_truth,
    parse_votes,
    shown,
)
from consensus.types import BoxAnswer, BoxImage
from consensus.vote_types import Vote, VoteItem

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class LineError(ValueError):
    """A line that cannot be used. line: its number from 1; reason: what is wrong with it."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


@dataclass(slots=True)
class Reading:
    """What to do with lines that cannot be used, and how many there were.

    skip_bad: leave them out instead of raising LineError. warn: told about every line or box that
    is left out, with the number of the line. heard: told the number of every line.
    """

    skip_bad: bool = False
    warn: Callable[[str], None] = lambda _: None
    heard: Callable[[int], None] = lambda _: None
    n_skipped: int = 0


@dataclass(slots=True, eq=False)
class Names:
    """Ids or labels, numbered in order of appearance.

    originals: as they first stood in the file. texts: a name that is text for each, whatever the
    order of appearance.
    """

    originals: list[Scalar] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    _numbers: dict[Hashable, int] = field(default_factory=dict)

    def number(self, value: Scalar) -> int:
        """The number of `value`, a new one if it was never seen."""
        number = self._numbers.setdefault(key_of(value), len(self.originals))
        if number == len(self.originals):
            self.originals.append(value)
            self.texts.append(json.dumps(value))
        return number

    def text(self, value: Scalar) -> str:
        """The text of `value`. Raises KeyError if it was never seen."""
        return self.texts[self._numbers[key_of(value)]]

    def original(self, text: str) -> Scalar:
        """The id or label with this text. Raises ValueError if there is none."""
        return self.originals[self.texts.index(text)]

    def __contains__(self, value: Scalar) -> bool:
        return key_of(value) in self._numbers


@dataclass(slots=True, eq=False)
class BoxFile(Sequence[BoxImage]):
    """The answers about many images, one per worker and image, in the order of the file.

    ids: of the images. workers: all there are; the images know them by their texts.
    """

    ids: list[Scalar] = field(default_factory=list)
    workers: Names = field(default_factory=Names)
    _sizes: array[int] = field(default_factory=lambda: array("i"))
    _first_answer: array[int] = field(default_factory=lambda: array("q", [0]))
    _answer_worker: array[int] = field(default_factory=lambda: array("i"))
    _first_box: array[int] = field(default_factory=lambda: array("q", [0]))
    _coordinates: array[float] = field(default_factory=lambda: array("d"))

    def add(self, line: BoxLine) -> None:
        """Put in one more image."""
        self.ids.append(line.id)
        self._sizes.extend((line.width, line.height))
        for worker, boxes in line.answers:
            self._answer_worker.append(self.workers.number(worker))
            for box in boxes:
                self._coordinates.extend(box)
            self._first_box.append(self._first_box[-1] + len(boxes))
        self._first_answer.append(len(self._answer_worker))

    def workers_of(self, image: int) -> list[Scalar]:
        """The ids of the workers who answered an image, in order; images count from 0."""
        answers = self._answer_worker[self._first_answer[image] : self._first_answer[image + 1]]
        return [self.workers.originals[worker] for worker in answers]

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> BoxImage: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[BoxImage]: ...
    def __getitem__(self, index: int | slice) -> BoxImage | Sequence[BoxImage]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        answers = range(self._first_answer[place], self._first_answer[place + 1])
        width, height = self._sizes[2 * place : 2 * place + 2]
        return BoxImage([self._answer(answer) for answer in answers], width, height)

    def _answer(self, answer: int) -> BoxAnswer:
        first, end = self._first_box[answer], self._first_box[answer + 1]
        boxes = np.array(self._coordinates[4 * first : 4 * end]).reshape(-1, 4)
        return BoxAnswer(self.workers.texts[self._answer_worker[answer]], boxes)


@dataclass(slots=True, eq=False)
class VoteFile(Sequence[VoteItem]):
    """The votes on many items, one per worker and item, in the order of the file.

    ids: of the items. workers, labels, groups: all there are; the items know them by their texts,
    an item without a group has the group "". labels may be more than occur.
    """

    ids: list[Scalar] = field(default_factory=list)
    workers: Names = field(default_factory=Names)
    labels: Names = field(default_factory=Names)
    groups: Names = field(default_factory=Names)
    _item_group: array[int] = field(default_factory=lambda: array("i"))
    _first_vote: array[int] = field(default_factory=lambda: array("q", [0]))
    _vote_worker: array[int] = field(default_factory=lambda: array("i"))
    _vote_label: array[int] = field(default_factory=lambda: array("i"))

    def add(self, line: VoteLine) -> None:
        """Put in one more item."""
        self.ids.append(line.id)
        self._item_group.append(self.groups.number(line.group))
        for worker, label in line.votes:
            self._vote_worker.append(self.workers.number(worker))
            self._vote_label.append(self.labels.number(label))
        self._first_vote.append(len(self._vote_worker))

    def vocabulary(self) -> list[str]:
        """The labels' texts, sorted: numbers by size, then all others."""
        order = sorted(range(len(self.labels.texts)), key=self._rank)
        return [self.labels.texts[label] for label in order]

    def _rank(self, label: int) -> tuple[bool, float, str]:
        value = self.labels.originals[label]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return (False, value, "")
        return (True, 0, self.labels.texts[label])

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> VoteItem: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[VoteItem]: ...
    def __getitem__(self, index: int | slice) -> VoteItem | Sequence[VoteItem]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        votes = range(self._first_vote[place], self._first_vote[place + 1])
        number = self._item_group[place]
        group = "" if self.groups.originals[number] == "" else self.groups.texts[number]
        return VoteItem([self._vote(vote) for vote in votes], group)

    def _vote(self, vote: int) -> Vote:
        worker, label = self._vote_worker[vote], self._vote_label[vote]
        return Vote(self.workers.texts[worker], self.labels.texts[label])


def read_boxes(lines: Iterable[bytes], reading: Reading) -> BoxFile:
    """All images of a file of box answers. Raises LineError, see `Reading`."""
    found = BoxFile()
    for number, line in _parsed(lines, parse_boxes, reading):
        for reason in line.dropped:
            reading.warn(f"line {number}: {reason}")
        found.add(line)
    return found


def read_votes(
    lines: Iterable[bytes], reading: Reading, *, labels: Sequence[Scalar] = ()
) -> VoteFile:
    """All items of a file of votes; `labels` is the vocabulary, by default all labels that occur.

    Raises LineError, see `Reading`, also for a label outside `labels`.
    """
    found = VoteFile()
    for label in labels:
        found.labels.number(label)

    def parse(text: bytes) -> VoteLine:
        line = parse_votes(text)
        for _, label in line.votes:
            if labels and label not in found.labels:
                raise Malformed(f"{shown(label)} is none of the labels {shown(list(labels))}")
        return line

    for _, line in _parsed(lines, parse, reading):
        found.add(line)
    return found


def read_truth(
    lines: Iterable[bytes], reading: Reading, *, file: VoteFile, is_closed: bool = False
) -> dict[int, str]:
    """The text of the true label of every audited item, by the item's place in `file`.

    A label that nobody has voted for becomes one more of the file's labels, unless the vocabulary
    `is_closed`. Raises LineError, see `Reading`, also for an item that is not in the file.
    """
    place_of = {key_of(item_id): place for place, item_id in enumerate(file.ids)}

    def parse(text: bytes) -> TruthLine:
        line = parse_truth(text)
        if key_of(line.id) not in place_of:
            raise Malformed(f"there are no votes on an item {shown(line.id)}")
        if is_closed and line.label not in file.labels:
            named = shown(file.labels.originals)
            raise Malformed(f"{shown(line.label)} is none of the labels {named}")
        return line

    truth = {}
    for _, line in _parsed(lines, parse, reading):
        file.labels.number(line.label)
        truth[place_of[key_of(line.id)]] = file.labels.text(line.label)
    return truth


class _Line(Protocol):
    @property
    def id(self) -> Scalar: ...


L = TypeVar("L", bound=_Line)


def _parsed(
    lines: Iterable[bytes], parse: Callable[[bytes], L], reading: Reading
) -> Iterator[tuple[int, L]]:
    """What stands on the lines that can be used, with their numbers; an id may occur only once."""
    line_of: dict[Hashable, int] = {}
    for number, text in enumerate(lines, start=1):
        reading.heard(number)
        stripped = (text.removeprefix(BYTE_ORDER_MARK) if number == 1 else text).strip()
        if not stripped:
            continue
        try:
            line = parse(stripped)
            first = line_of.setdefault(key_of(line.id), number)
            if first != number:
                raise Malformed(f"{shown(line.id)} stands on line {first} already")
        except Malformed as error:
            if not reading.skip_bad:
                raise LineError(number, str(error)) from None
            reading.n_skipped += 1
            reading.warn(f"line {number} left out: {error}")
            continue
        yield number, line
