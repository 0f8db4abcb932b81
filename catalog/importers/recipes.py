"""How a data set was chosen and split, so that its splits never move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.importers.records import Unusable
from catalog.models import Dataset
from catalog.staging import Staging

Recipe = dict[str, Any]

# whatever the order of the rows; MD5, as duckdb's own hash may change between versions
_DIGEST = """
SELECT count(*), coalesce(bit_xor(md5_number_lower(photo.key || '|' || chosen.split)), 0)
FROM chosen JOIN photo USING ("row")
"""
_WORDS = {
    "splits": "splits",
    "seed": "seed",
    "n_test": "number of test images",
    "policy": "policy",
    "parameters": "parameters of the policy",
}


def of(staging: Staging, asked: Mapping[str, Any]) -> Recipe:
    """What was asked, with a digest of which photographs that chose and where it put them."""
    n_photos, digest = staging.sql.execute(_DIGEST).fetchall()[0]
    return {**asked, "digest": f"{n_photos}-{digest:016x}"}


def keep(slug: str, recipe: Recipe) -> None:
    """Store the recipe with the data set, which is created when absent.

    Raises `Unusable` where the data set has images in splits of another recipe, or would get
    splits beside images without any.
    """
    dataset, _ = Dataset.objects.get_or_create(slug=slug, defaults={"name": slug})
    known: Recipe = dataset.recipe
    is_split = bool(known.get("splits") or recipe["splits"])
    if known != recipe and is_split and dataset.images.exists():
        raise Unusable(f"{_difference(slug, known, recipe)} Import into another data set.")
    Dataset.objects.filter(pk=dataset.pk).update(recipe=recipe)


def _difference(slug: str, known: Recipe, recipe: Recipe) -> str:
    """What a data set's splits stand against, in a sentence or two."""
    if not known.get("splits"):
        return f"{slug} already holds images that were imported without splits."
    for name, words in _WORDS.items():
        if known.get(name) != recipe[name]:
            was, now = _said(known.get(name)), _said(recipe[name])
            return (
                f"{slug} was imported with another {words} ({was}, not {now}); splits never move."
            )
    return (
        f"The photographs that are chosen now are not those {slug} was split with; splits never "
        "move."
    )


def _said(value: object) -> str:
    """A value for people.

    >>> _said({"min_observers": 20}), _said(None), _said(7)
    ('min_observers=20', 'none', '7')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={each}" for name, each in value.items()) or "none"
    return "none" if value in (None, "") else str(value)
