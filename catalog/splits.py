"""Train, validation and test, so that nobody's photographs of a taxon are in two of them.

Source: Van Horn et al., "The iNaturalist Species Classification and Detection Dataset", CVPR 2018,
section 3.2. Per taxon the observers are put in order of their observations, fewest first. The first
40 % of them, rounded down, are the test split. Of the others, in the same order, observers are
added to validation until it has more than 30 photographs or 33 % of the photographs that are not
in the test split; the rest is train. Test images are then sampled, and the others held in reserve.

What the paper leaves open is decided in docs/decisions/0012-splits.md. All comparisons are between
whole numbers and every order ends in a key, so the same photographs and seed give the same splits
on every machine, in whatever order they were listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog import staged_taxa
from catalog.importers.records import Unusable
from catalog.staging import Staging

TEST_PERCENT = 40
VAL_PERCENT = 33
VAL_PHOTOS = 30
UNKNOWN_OBSERVER = "in no split, as the observer is unknown"

# The hash is MD5's, as duckdb's own may change between versions. Observers who tie are in the same
# order for every taxon. The last observer stays in train whatever the rule says, so that no taxon
# is without a photograph to learn from.
_OBSERVERS = """
CREATE OR REPLACE TEMP TABLE split_observer AS
WITH photographed AS (
    SELECT photo.observation AS key, count(*) AS n
    FROM chosen JOIN photo USING ("row") GROUP BY photo.observation
), pair AS (
    SELECT staged_taxon.taxon, observer, count(*) AS n_observations, sum(n)::BIGINT AS n_photos
    FROM photographed JOIN observation USING (key)
    JOIN staged_taxon ON staged_taxon.key = observation.taxon
    WHERE observer <> '' GROUP BY staged_taxon.taxon, observer
), ordered AS (
    SELECT *, count(*) OVER (PARTITION BY taxon) AS n_observers, row_number() OVER (
        PARTITION BY taxon
        ORDER BY n_observations, md5_number_lower($seed || '|' || observer), observer
    ) AS number
    FROM pair
), halved AS (
    SELECT *, number <= n_observers * $test_percent // 100 AS is_test FROM ordered
), added AS (
    SELECT *, sum(n_photos) OVER (PARTITION BY taxon, is_test) AS total,
        coalesce(sum(n_photos) OVER (PARTITION BY taxon, is_test ORDER BY number
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM halved
), judged AS (
    SELECT *, before <= $val_photos AND 100 * before < $val_percent * total AS is_open FROM added
)
SELECT taxon, observer, NOT is_test AND is_open AND number = n_observers AS is_kept,
    CASE WHEN is_test THEN 'test' WHEN is_open AND number < n_observers THEN 'val' ELSE 'train' END
        AS split
FROM judged
"""
_PHOTOS = """
CREATE OR REPLACE TEMP TABLE split_photo AS
SELECT chosen."row", coalesce(split_observer.split, '') AS split
FROM chosen JOIN photo USING ("row") JOIN observation ON observation.key = photo.observation
JOIN staged_taxon ON staged_taxon.key = observation.taxon
LEFT JOIN split_observer
    ON split_observer.taxon = staged_taxon.taxon AND split_observer.observer = observation.observer
"""
_TEST = """
CREATE OR REPLACE TEMP TABLE split_test AS
SELECT split_photo."row", photo.key, staged_taxon.taxon,
    md5_number_lower($seed || '|' || photo.key) AS lot
FROM split_photo JOIN photo USING ("row") JOIN observation ON observation.key = photo.observation
JOIN staged_taxon ON staged_taxon.key = observation.taxon
WHERE split = 'test'
"""
_TEST_PER_TAXON = """
CREATE OR REPLACE TEMP TABLE split_test AS
SELECT "row", key, taxon, lot FROM split_test
QUALIFY row_number() OVER (PARTITION BY taxon ORDER BY lot, key) <= $per_taxon
"""
_TEST_IN_ALL = """
CREATE OR REPLACE TEMP TABLE split_test AS
SELECT "row", key, taxon, lot FROM split_test ORDER BY lot, key LIMIT $n_test
"""
_WRITE = """
BEGIN;
DELETE FROM chosen;
INSERT INTO chosen ("row", split) SELECT "row", split FROM split_photo;
COMMIT;
"""
_WRITE_SAMPLED = """
BEGIN;
DELETE FROM chosen;
INSERT INTO chosen ("row", split)
SELECT "row", CASE WHEN split = 'test' AND split_test."row" IS NULL THEN 'reserve' ELSE split END
FROM split_photo LEFT JOIN split_test USING ("row");
COMMIT;
"""
_TIDY = """
DROP TABLE split_observer; DROP TABLE split_photo; DROP TABLE IF EXISTS split_test;
"""
# a bit for each split; test images held in reserve are test images
_LEAKS = """
WITH pair AS (
    SELECT observer, count(*) AS n_photos,
        bit_or(CASE split WHEN 'train' THEN 1 WHEN 'val' THEN 2 ELSE 4 END) AS splits
    FROM chosen JOIN photo USING ("row") JOIN observation ON observation.key = photo.observation
    JOIN staged_taxon ON staged_taxon.key = observation.taxon
    WHERE split <> '' GROUP BY staged_taxon.taxon, observer
)
SELECT count(*) FILTER (observer <> ''),
    count(*) FILTER (observer <> '' AND splits NOT IN (1, 2, 4)),
    coalesce(sum(n_photos) FILTER (observer = ''), 0)::BIGINT
FROM pair
"""


@dataclass(frozen=True, slots=True)
class SplitReport:
    """What became of the chosen photographs.

    `n_photos` counts them by split, `left_out` those in no split by the reason, and `n_kept` the
    taxa whose last observer was kept in train although the rule had put everybody in validation.
    """

    seed: int
    n_taxa: int
    n_kept: int
    n_photos: dict[str, int]
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeakCheck:
    """Whether observers are kept apart: pairs of a taxon and an observer, looked at one by one.

    Test and reserve are one split here. `n_leaking` pairs are in more than one; `n_unknown`
    photographs are in a split without a known observer, so that nothing is proved of them.
    """

    n_pairs: int
    n_leaking: int
    n_unknown: int

    @property
    def is_proved(self) -> bool:
        """Nobody's photographs of a taxon are in two splits, and of every one we know whose."""
        return not self.n_leaking and not self.n_unknown

    def sentence(self) -> str:
        """The finding in words.

        >>> LeakCheck(1200, 0, 0).sentence()
        'No leak: none of 1,200 pairs of a taxon and an observer is in more than one split.'
        """
        if self.n_leaking:
            found = (
                f"LEAK: {self.n_leaking:,} of {self.n_pairs:,} pairs of a taxon and an observer "
                "are in more than one split."
            )
        elif self.n_pairs:
            found = (
                f"No leak: none of {self.n_pairs:,} pairs of a taxon and an observer is in more "
                "than one split."
            )
        else:
            found = "Nothing to check: no photograph of a known observer is in a split."
        if self.n_unknown:
            found += (
                f" Of {self.n_unknown:,} photographs in a split the observer is unknown, so "
                "nothing is proved of them."
            )
        return found


def assign(
    staging: Staging, *, seed: int, n_test: int | None = None, per_taxon: int | None = None
) -> SplitReport:
    """Give every chosen photograph its split; what was there before is replaced.

    Of the test split `n_test` photographs, and of each taxon at most `per_taxon`, stay there, drawn
    with the seed; the others become `reserve`. None: all. Photographs of unknown observers are in
    no split. Raises `Unusable` where a number is negative.
    """
    if min(n_test or 0, per_taxon or 0) < 0:
        raise Unusable("the number of test images cannot be negative")
    rule = {"test_percent": TEST_PERCENT, "val_percent": VAL_PERCENT, "val_photos": VAL_PHOTOS}
    staged_taxa.identify(staging)
    staging.sql.execute(_OBSERVERS, {"seed": str(seed), **rule})
    staging.sql.execute(_PHOTOS)
    if n_test is None and per_taxon is None:
        staging.sql.execute(_WRITE)
    else:
        _sample(staging, seed, n_test, per_taxon)
        staging.sql.execute(_WRITE_SAMPLED)
    report = _report(staging, seed)
    staging.sql.execute(_TIDY)
    return report


def leaks(staging: Staging) -> LeakCheck:
    """The proof that observers are kept apart, from what is staged."""
    staged_taxa.identify(staging)
    return LeakCheck(*staging.sql.execute(_LEAKS).fetchall()[0])


def _sample(staging: Staging, seed: int, n_test: int | None, per_taxon: int | None) -> None:
    staging.sql.execute(_TEST, {"seed": str(seed)})
    if per_taxon is not None:
        staging.sql.execute(_TEST_PER_TAXON, {"per_taxon": per_taxon})
    if n_test is not None:
        staging.sql.execute(_TEST_IN_ALL, {"n_test": n_test})


def _report(staging: Staging, seed: int) -> SplitReport:
    n_taxa, n_kept = staging.sql.execute(
        "SELECT count(DISTINCT taxon), count(*) FILTER (is_kept) FROM split_observer"
    ).fetchall()[0]
    rows = staging.sql.execute("SELECT split, count(*) FROM chosen GROUP BY split").fetchall()
    found = {str(split): int(n) for split, n in rows}
    n_unknown = found.pop("", 0)
    n_photos = {split: found.get(split, 0) for split in ("train", "val", "test", "reserve")}
    left_out = {UNKNOWN_OBSERVER: n_unknown} if n_unknown else {}
    return SplitReport(seed, n_taxa, n_kept, n_photos, left_out)
