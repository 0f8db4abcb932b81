"""A whole campaign at once: everybody's skills and the consensus of every image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from consensus.boxes import DEFAULTS, merge_rows
from consensus.rows import SkillArrays, in_blocks, read_block
from consensus.skill import DEFAULT_PRIORS, SkillPriors, fit_blocks
from consensus.spool import Spool
from consensus.types import BoxFit, BoxImage, BoxParameters, ImageConsensus


def merge_campaign(
    images: Iterable[BoxImage],
    *,
    parameters: BoxParameters = DEFAULTS,
    priors: SkillPriors = DEFAULT_PRIORS,
) -> tuple[BoxFit, Iterator[ImageConsensus]]:
    """What `fit_boxes` and then `merge_images` find, from reading and matching the images once.

    The fit is there at once; the consensus of every image follows in order. Memory does not grow
    with the number of images. Raises ValueError for an image without area.

    >>> import numpy as np
    >>> from consensus import BoxAnswer
    >>> cat = np.array([[10.0, 10.0, 40.0, 30.0]])
    >>> images = [BoxImage([BoxAnswer("ada", cat), BoxAnswer("ben", cat)], 100, 80)] * 3
    >>> fit, found = merge_campaign(images)
    >>> sorted(fit.skills), [len(image.boxes) for image in found]
    (['ada', 'ben'], [1, 1, 1])
    """
    worker_index: dict[str, int] = {}
    blocks = Spool(read_block(block, worker_index, parameters) for block in in_blocks(images))
    fit = fit_blocks(blocks, worker_index, parameters=parameters, priors=priors)
    skills = SkillArrays.of(list(worker_index), fit.skills)
    return fit, (found for rows in blocks for found in merge_rows(rows, skills, fit.parameters))
