"""Practice: drawn scenes whose boxes are known, and what to say of a worker's boxes on them.

Nothing of it is an answer. Scenes are numbered from 0 in the order in which everybody gets them;
after `N_SCENES` they come again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from PIL import Image

from annotate.gold_scoring import TIGHT, BoxScore, Fit, score_boxes
from crowd import drawings, qualification
from crowd.models import Campaign, Outcome, Worker
from crowd.qualification import Practice
from simulation.scenes import Scene, draw_scene

SIZE = (960, 720)
N_SCENES = 30
_FIRST_SEED = 7000
# one scene of each five is without an animal
_N_ANIMALS = (1, 2, 1, 0, 3)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a worker hears about one practice photo.

    `true_xywh` are the boxes as they should be; `remarks` are sentences, none where all is well.
    """

    is_good: bool
    title: str
    remarks: tuple[str, ...]
    true_xywh: list[list[float]]
    practice: Practice


def picture(super_class: str, number: int) -> bytes:
    """Practice scene `number` (0 to `N_SCENES` - 1) as JPEG, of `SIZE` pixels."""
    draw: partial[Image.Image] = partial(_image, super_class, number)
    return drawings.jpeg(f"practice/{super_class}/{number}.jpg", draw)


def truth(super_class: str, number: int) -> list[list[float]]:
    """Its boxes."""
    return drawings.truth(
        f"practice/{super_class}/{number}.json", partial(_boxes, super_class, number)
    )


def check(
    worker: Worker,
    campaign: Campaign,
    number: int,
    *,
    outcome: str,
    boxes_xywh: Sequence[Sequence[float]],
    now: datetime,
) -> Feedback:
    """Compare an answer with the truth, note how it went and say what could be better.

    `number` counts all photos the worker has practised on in this campaign, from 0.
    """
    true = truth(campaign.super_class, number % N_SCENES)
    score = score_boxes(boxes_xywh, true)
    has_looked = outcome in {Outcome.ANSWERED, Outcome.NOTHING}
    is_good = has_looked and score.is_good
    practice = qualification.record(worker, campaign, number, is_good=is_good, now=now)
    remarks = _remarks(score) if has_looked else _unsure(len(true))
    return Feedback(is_good, _title(is_good=is_good, n=len(remarks)), remarks, true, practice)


def _scene(super_class: str, number: int) -> Scene:
    n_animals = _N_ANIMALS[number % len(_N_ANIMALS)]
    return draw_scene(
        super_class=super_class, seed=_FIRST_SEED + number, size=SIZE, n_animals=n_animals
    )


def _image(super_class: str, number: int) -> Image.Image:
    return _scene(super_class, number).image


def _boxes(super_class: str, number: int) -> list[list[float]]:
    return [[float(side) for side in box] for box in _scene(super_class, number).boxes_xywh]


def _title(*, is_good: bool, n: int) -> str:
    if is_good:
        return _("Well done") if n else _("Just right")
    return _("Not quite: have a look")


def _unsure(n_true: int) -> tuple[str, ...]:
    if not n_true:
        return (_("Nothing to box is the answer here."),)
    said = ngettext(
        "There is %(n)d to box here; the dashed box shows where.",
        "There are %(n)d to box here; the dashed boxes show where.",
        n_true,
    )
    return (said % {"n": n_true},)


def _remarks(score: BoxScore) -> tuple[str, ...]:
    """What to say, the gravest first; boxes are called by the numbers they had on the page."""
    said = []
    if score.missed:
        n = len(score.missed)
        said.append(ngettext("You missed one.", "You missed %(n)d.", n) % {"n": n})
    for row in score.extra:
        said.append(_("Box %(number)d: nothing to box there.") % {"number": row + 1})
    said += [line for fit in sorted(score.fits, key=lambda fit: fit.drawn) for line in _of(fit)]
    return tuple(said)


def _of(fit: Fit) -> list[str]:
    """What is off at one box; a bit, where the box is good enough all the same."""
    number = fit.drawn + 1
    is_slight = fit.iou >= TIGHT
    loose = _("Box %(number)d: a bit loose %(where)s.") if is_slight else _(
        "Box %(number)d: too loose %(where)s."
    )  # fmt: skip
    cut = _("Box %(number)d: a bit cut off %(where)s.") if is_slight else _(
        "Box %(number)d: too much cut off %(where)s."
    )  # fmt: skip
    return [
        words % {"number": number, "where": _where(sides)}
        for words, sides in ((loose, fit.loose), (cut, fit.cut))
        if sides
    ]


def _where(sides: Sequence[str]) -> str:
    names = {
        "left": _("on the left"),
        "top": _("at the top"),
        "right": _("on the right"),
        "bottom": _("at the bottom"),
    }
    if len(sides) == len(names):
        return _("all around")
    places = [names[side] for side in sides]
    if len(places) == 1:
        return places[0]
    # Translators: what stands between the places of a list, but for the last two
    first = _(", ").join(places[:-1])
    return _("%(places)s and %(last)s") % {"places": first, "last": places[-1]}
