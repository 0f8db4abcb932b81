"""Staged taxa as the data set will know them: by super-class and name.

An archive may know one species under several keys (synonyms, authorships). They become one taxon
of the data set, so what is counted and kept apart per taxon goes by that one.
"""

from __future__ import annotations

from catalog.staging import Staging

_IDENTITY = """
CREATE OR REPLACE TEMP TABLE staged_taxon AS
SELECT key, min(key) OVER (PARTITION BY super_class, name) AS taxon FROM taxon
"""


def identify(staging: Staging) -> None:
    """Make `staged_taxon(key, taxon)` anew: one `taxon` for all keys of a super-class and name."""
    staging.sql.execute(_IDENTITY)
