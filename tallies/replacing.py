"""Putting a campaign's counted rows in the place of the last ones, in one statement."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from crowd.models import Campaign

_REPLACE = """
WITH {ctes}, counted AS MATERIALIZED ({query}), gone AS (
    DELETE FROM {table} kept WHERE kept.campaign_id = %(campaign)s
        AND NOT EXISTS (SELECT 1 FROM counted WHERE ({at_counted}) = ({at_kept}))
)
INSERT INTO {table} AS kept (campaign_id, {columns})
SELECT %(campaign)s, {columns} FROM counted
ON CONFLICT (campaign_id, {key}) DO UPDATE SET {changes}
WHERE ({kept}) IS DISTINCT FROM ({excluded})
"""


def replace(
    campaign: Campaign, table: str, key: tuple[str, ...], ctes: Mapping[str, str], query: str
) -> int:
    """Let the rows of `query` be the campaign's only ones in `table`; returns how many are new or
    say something new, as no other is written.

    `key` names the columns that tell a campaign's rows apart. `ctes` are named queries that come
    before; `query` gives every column but the id and the campaign, by name.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped AND attname NOT IN ('id', 'campaign_id') ORDER BY attnum",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        values = [name for name in columns if name not in key]
        sql = _REPLACE.format(
            table=table,
            query=query,
            ctes=", ".join(f"{name} AS MATERIALIZED ({text})" for name, text in ctes.items()),
            at_counted=", ".join(f"counted.{name}" for name in key),
            at_kept=", ".join(f"kept.{name}" for name in key),
            columns=", ".join(columns),
            key=", ".join(key),
            changes=", ".join(f"{name} = excluded.{name}" for name in values),
            kept=", ".join(f"kept.{name}" for name in values),
            excluded=", ".join(f"excluded.{name}" for name in values),
        )
        cursor.execute(sql, {"campaign": campaign.pk})
        n_written: int = cursor.rowcount
    return n_written
