"""Plain builders of what a release reads: images, and the consensus of the crowd on them."""

from __future__ import annotations

from typing import Any

from annotate.models import Consensus, ConsensusBox
from catalog.models import Dataset, Image, Taxon
from crowd.models import Campaign, Task
from tests.make import NOON
from verify.models import ConsensusVerdict, Label

SIZE = (800, 600)


def dataset(slug: str = "field") -> Dataset:
    return Dataset.objects.create(slug=slug, name=f"The {slug}")


def taxon(of: Dataset, name: str, super_class: str = "Aves") -> Taxon:
    return Taxon.objects.get_or_create(dataset=of, name=name, super_class=super_class)[0]


def image(
    of: Dataset,
    file_name: str,
    *,
    super_class: str = "Aves",
    split: str = "",
    name: str = "Parus major",
    size: tuple[int, int] = SIZE,
    licence: str = "CC BY 4.0",
) -> Image:
    """One image; `name` is its taxon's, empty for none."""
    return Image.objects.create(
        dataset=of,
        file_name=file_name,
        taxon=taxon(of, name, super_class) if name else None,
        super_class=super_class,
        split=split,
        width=size[0],
        height=size[1],
        display_width=size[0],
        display_height=size[1],
        licence=licence,
        licence_url="https://creativecommons.org/licenses/by/4.0/" if licence else "",
        rights_holder="Zoë Field",
        sha256="0" * 64,
    )


def campaign(
    of: Dataset, slug: str, *, kind: str = "box", super_class: str = "Aves", split: str = ""
) -> Campaign:
    """A campaign without tasks; `boxing` and `verifying` add them one by one."""
    return Campaign.objects.create(
        slug=slug, kind=kind, dataset=of, super_class=super_class, split=split
    )


def boxing(
    image: Image,
    campaign: Campaign,
    boxes: list[list[float]],
    *,
    state: str = "retired",
    n_looked: int = 3,
    **values: Any,
) -> Task:
    """A task with its consensus: these boxes, [x, y, w, h], or nothing to box."""
    status = "boxed" if boxes else "empty"
    task = _task(image, campaign, state)
    consensus = Consensus.objects.create(
        task=task,
        version=2,
        status=status if n_looked else "not_looked",
        method="boxes-1",
        n_looked=n_looked,
        n_unusable=1,
        expected_unseen=0.01234567,
        risk=0.05,
        mean_iou=0.875,
        evidence=[],
        fingerprint="",
        computed_at=NOON,
        **values,
    )
    ConsensusBox.objects.bulk_create(
        ConsensusBox(
            consensus=consensus,
            number=number,
            x=x,
            y=y,
            w=w,
            h=h,
            score=0.98765432,
            n_workers=n_looked,
            n_looked=n_looked,
            spread=[1.0, 2.0, 3.0, 4.123],
            sources=[],
        )
        for number, (x, y, w, h) in enumerate(boxes, start=1)
    )
    return task


def verifying(
    image: Image,
    campaign: Campaign,
    probabilities: dict[str, float],
    *,
    votes: dict[str, int] | None = None,
    state: str = "retired",
    label: str = "",
) -> Task:
    """A verify task with its consensus; labels that are not named have probability 0.

    `label`: instead of the likeliest of what is likelier, instance or non-instance.
    """
    task = _task(image, campaign, state)
    p_instance = probabilities.get("animal", 0.0)
    reasons = [name for name in probabilities if name != "animal"]
    likeliest = max(reasons, key=lambda name: probabilities[name], default="animal")
    label = label or ("animal" if p_instance >= 0.5 else likeliest)
    votes = {"animal": 3} if votes is None else votes
    ConsensusVerdict.objects.create(
        task=task,
        version=1,
        method="votes-1",
        label=label,
        probability=probabilities.get(label, 0.0),
        p_instance=p_instance,
        probabilities={name.value: probabilities.get(name.value, 0.0) for name in Label},
        votes=votes,
        n_votes=sum(votes.values()),
        n_unusable=0,
        risk=0.01,
        evidence=[],
        fingerprint="",
        computed_at=NOON,
    )
    return task


def _task(image: Image, campaign: Campaign, state: str) -> Task:
    position = campaign.tasks.count()
    return Task.objects.create(
        campaign=campaign, image=image, position=position, state=state, n_wanted=3
    )
