"""Practice: drawn scenes of each label and of the hard cases, and a sentence on each answer.

Nothing of it is an answer. Scenes are numbered from 0 in the order in which everybody gets them;
after `N_SCENES` they come again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _
from PIL import Image

from crowd import drawings, qualification
from crowd.models import Campaign, Worker
from crowd.qualification import Practice
from simulation.scene import Scene
from simulation.sightings import ANIMAL_CASES, SUPER_CLASSES, Case, draw_sighting
from verify.gold_scoring import score_verdict
from verify.models import Label

SIZE = (960, 720)
N_SCENES = 30
_FIRST_SEED = 9000
# every label and every hard case among the first ten, the animal as often as its traces
_CASES: tuple[Case, ...] = (
    "animal", "tracks", "part", "habitat", "scat",
    "tiny", "remains", "hidden", "tracks", "animal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a worker hears about one practice photo.

    `label` is what it shows. `true_xywh` is where the animal is, empty where there is none.
    """

    is_good: bool
    title: str
    remark: str
    label: Label
    true_xywh: list[list[float]]
    practice: Practice


def has_practice(super_class: str) -> bool:
    """Whether there are scenes to practise on."""
    return super_class in SUPER_CLASSES


def case_of(number: int) -> Case:
    """What scene `number` shows."""
    return _CASES[number % len(_CASES)]


def label_of(case: Case) -> Label:
    """The right answer to a case."""
    return Label.ANIMAL if case in ANIMAL_CASES else Label(case)


def picture(super_class: str, number: int) -> bytes:
    """Practice scene `number` (0 to `N_SCENES` - 1) as JPEG, of `SIZE` pixels."""
    name = f"sightings/{super_class}/{number}.jpg"
    return drawings.jpeg(name, partial(_image, super_class, number))


def truth(super_class: str, number: int) -> list[list[float]]:
    """Where the animal is in it: one box, or none."""
    return drawings.truth(_truth_name(super_class, number), partial(_boxes, super_class, number))


def check(
    worker: Worker, campaign: Campaign, number: int, *, outcome: str, label: str, now: datetime
) -> Feedback:
    """Compare an answer with the truth, note how it went and say it in a sentence.

    `number` counts all photos the worker has practised on in this campaign, from 0. An answer is
    good that tells the animal from its traces; the right reason is told, not asked for.
    """
    case = case_of(number % N_SCENES)
    right = label_of(case)
    score = score_verdict(outcome, label, right)
    is_good = bool(score.is_right)
    practice = qualification.record(worker, campaign, number, is_good=is_good, now=now)
    boxes = truth(campaign.super_class, number % N_SCENES) if case in ANIMAL_CASES else []
    remark = _another_reason(right) if is_good and not score.is_exact else _what_it_is(case)
    title = _title(is_good=is_good, is_exact=score.is_exact)
    return Feedback(is_good, title, remark, right, boxes, practice)


def _scene(super_class: str, number: int) -> Scene:
    seed = _FIRST_SEED + number
    return draw_sighting(super_class=super_class, case=case_of(number), seed=seed, size=SIZE)


def _image(super_class: str, number: int) -> Image.Image:
    """Drawing takes a while, so the truth is kept along with the picture: nobody waits for it."""
    scene = _scene(super_class, number)
    drawings.truth(_truth_name(super_class, number), partial(_rows, scene))
    return scene.image


def _boxes(super_class: str, number: int) -> list[list[float]]:
    return _rows(_scene(super_class, number))


def _rows(scene: Scene) -> list[list[float]]:
    return [[float(side) for side in box] for box in scene.boxes_xywh]


def _truth_name(super_class: str, number: int) -> str:
    return f"sightings/{super_class}/{number}.json"


def _title(*, is_good: bool, is_exact: bool) -> str:
    if not is_good:
        return _("Not quite: have a look")
    return _("Right") if is_exact else _("Right, the animal is not there")


def _what_it_is(case: Case) -> str:
    said = {
        "animal": _("The animal itself is in the photo; the dashed box shows where."),
        "part": _("A part of the body is enough: the animal is in the photo, in the dashed box."),
        "tiny": _("Small or far away, it is still the animal itself: look in the dashed box."),
        "hidden": _("Half hidden is still visible: the animal itself is in the dashed box."),
        "tracks": _("These are tracks: the animal itself is not in the photo."),
        "scat": _("This is scat: the animal itself is not in the photo."),
        "habitat": _("This is where it lives: the animal itself is not in the photo."),
        "remains": _("This is what an animal left behind: the animal itself is not in the photo."),
    }
    return said[case]


def _another_reason(right: Label) -> str:
    """It is no animal, as the worker said, but what is seen has another name."""
    said = {
        Label.TRACKS: _("What you see are tracks."),
        Label.SCAT: _("What you see is scat."),
        Label.HABITAT: _("What you see is the place where it lives."),
        Label.REMAINS: _("What you see is something an animal left behind."),
    }
    return said[right]
