"""A product that has worked for two months on a data set the size of iNat2017.

`fill` writes it in SQL, without constraints and indexes that are checked row by row: 500,000 images
of 5,089 taxa, nine box campaigns of very different sizes, three of verification, some 1.5 million
answers by 600 workers, and whatever comes with them (`benchmarks/big_answers.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from rich.console import Console

from benchmarks import big_answers, site
from catalog.models import Dataset
from catalog.superclasses import BOXED, VERIFIED
from crowd import people
from crowd.models import Campaign, User
from exports import statistics_store
from exports.statistics_paper import TABLE_2
from tallies import counting
from tallies.models import Tally

N_BOX_TASKS = 450_000
# one campaign is nearly half of everything, the others share the rest as the paper's groups do
LARGEST = {"Aves": 200_000}
N_VERIFY_TASKS = 50_000
N_PLAIN = 20_000  # images of groups that nobody is asked about
N_GOLD = 200
N_OBSERVERS = 40_000
N_DAYS = 60
N_WORKERS = 600
ORGANIZER, PASSWORD = "olga", "a-long-enough-one"

CATALOG = """
CREATE TEMP TABLE groups (super_class text, split text, n_images int, first_taxon bigint,
    n_taxa int);
INSERT INTO catalog_dataset (slug, name, created_at)
VALUES ('inat2017', 'iNat2017', %(now)s - interval '61 days');
INSERT INTO catalog_observer (dataset_id, key)
SELECT id, 'observer ' || n FROM catalog_dataset, generate_series(1, %(observers)s) n;
"""
TAXA = """
INSERT INTO catalog_taxon (dataset_id, name, super_class, category_id, rank, genus)
SELECT id, %(group)s || ' speciosa ' || n, %(group)s, n, 'species', 'Genus ' || n / 4
FROM catalog_dataset, generate_series(1, %(n)s) n
"""
GROUP = """
INSERT INTO groups SELECT %(group)s, %(split)s, %(n)s, min(id), count(*)
FROM catalog_taxon WHERE super_class = %(group)s
"""
IMAGES = """
INSERT INTO catalog_observation (dataset_id, key, observer_id, taxon_id, observed_on, latitude,
    longitude, uncertainty_m)
SELECT d.id, split || '/' || super_class || '/' || n,
    (SELECT min(id) FROM catalog_observer) + floor(%(observers)s * power(random(), 2)),
    first_taxon + floor(n_taxa * power(random(), 2)), '2016-05-' || 10 + n %% 20,
    180 * random() - 90, 360 * random() - 180, 30
FROM catalog_dataset d, groups, generate_series(0, ceil(n_images * 0.6)::int) n;
ANALYZE catalog_observation;
INSERT INTO catalog_image (uid, dataset_id, taxon_id, file_name, super_class, split, observation_id,
    place, width, height, display_width, display_height, licence, licence_url, rights_holder,
    sha256, imported_at)
SELECT gen_random_uuid(), seen.dataset_id, seen.taxon_id,
    'train_val_images/' || super_class || '/' || seen.taxon_id || '/' || md5(split || n) || '.jpg',
    super_class, split, seen.id, (floor(n * 0.6) = floor((n - 1) * 0.6))::int, width, height, width,
    height, 'CC BY-NC 4.0', 'https://creativecommons.org/licenses/by-nc/4.0/',
    'Observer ' || seen.observer_id, md5(split || n) || md5(super_class || n),
    %(now)s - interval '61 days'
FROM (
    SELECT super_class, split, n, CASE WHEN n %% 3 = 0 THEN 600 ELSE 800 END AS width,
        CASE WHEN n %% 3 = 0 THEN 800 ELSE 600 END AS height
    FROM groups, generate_series(1, n_images) n
) picture
JOIN catalog_observation seen ON seen.key = split || '/' || super_class || '/' || floor(n * 0.6);
"""
CAMPAIGNS = """
INSERT INTO crowd_campaign (slug, kind, status, dataset_id, split, super_class, workers_per_task,
    max_workers, lease_s, instructions, n_instructions, seed, pay_per_hour, created_at)
SELECT kind || '-' || lower(super_class), kind,
    CASE WHEN n_images < 6000 THEN 'closed' ELSE 'running' END, d.id, split, super_class, 3, 5, 600,
    'Box what you see.', 3, 0, 12, %(now)s - interval '60 days'
FROM catalog_dataset d, (
    SELECT *, CASE split WHEN 'train' THEN 'box' WHEN 'test' THEN 'verify' END AS kind FROM groups
    WHERE split IN ('train', 'test') AND super_class = ANY(%(boxed)s)
) asked;
INSERT INTO crowd_instructions (campaign_id, number, text, written_at)
SELECT id, n, 'Box what you see, as in version ' || n,
    %(now)s - interval '60 days' + n * interval '15 days'
FROM crowd_campaign, generate_series(1, 3) n;
"""
PEOPLE = """
INSERT INTO crowd_user (password, is_superuser, username, first_name, last_name, email, is_staff,
    is_active, date_joined, role)
SELECT '!', false, 'worker-' || n, '', '', '', false, true, %(now)s - interval '60 days', 'worker'
FROM generate_series(0, %(workers)s - 1) n;
INSERT INTO crowd_worker (user_id, pseudonym, status, status_reason, is_excluded,
    exclusion_changed_at, is_exempt, is_simulated, created_at)
SELECT id, 'w-' || substr(md5(username), 1, 10),
    CASE WHEN place %% 40 = 7 THEN 'suspended' ELSE 'active' END,
    CASE WHEN place %% 40 = 7 THEN 'by_hand' ELSE '' END, place %% 120 = 7,
    CASE WHEN place %% 120 = 7 THEN %(now)s - interval '5 days' END, false, false, date_joined
FROM (SELECT *, split_part(username, '-', 2)::int AS place FROM crowd_user WHERE role = 'worker') u
ORDER BY place;
CREATE TEMP TABLE people AS
SELECT id AS worker_id, row_number() OVER (ORDER BY id) - 1 AS place,
    1.5 + 6 * random() AS blur, 3 * random() AS habit, 0.02 + 0.15 * random() AS miss,
    5 + 15 * random() AS seconds
FROM crowd_worker;
"""
TASKS = """
INSERT INTO crowd_task (campaign_id, image_id, position, state, n_wanted, n_taken, n_answers,
    agreement, risk, state_changed_at)
SELECT campaign_id, image_id, position, state, greatest(n, 3), n, n,
    CASE WHEN n > 1 AND state <> 'open' THEN 0.97 - 0.4 * power(u, 2) END,
    CASE WHEN n > 0 THEN
        CASE WHEN state = 'disputed' THEN 0.3 + 0.7 * u ELSE 0.3 * power(u, 4) END END,
    CASE WHEN state <> 'open' THEN %(now)s - (1 - share) * interval '60 days' END
FROM (
    SELECT *, CASE WHEN share > 0.9 THEN 'open' WHEN draw < 0.02 THEN 'disputed' ELSE 'retired' END
        AS state,
        CASE WHEN share > 0.9 THEN floor(3 * draw) WHEN draw < 0.02 THEN 5 WHEN draw < 0.27 THEN 4
        ELSE 3 END AS n
    FROM (
        SELECT campaign.id AS campaign_id, image.id AS image_id, random() AS draw, random() AS u,
            row_number() OVER mine - 1 AS position,
            (row_number() OVER mine)::float / count(*) OVER (PARTITION BY campaign.id) AS share
        FROM catalog_image image JOIN crowd_campaign campaign
            ON campaign.super_class = image.super_class AND campaign.split = image.split
        WINDOW mine AS (PARTITION BY campaign.id ORDER BY md5(image.id::text))
    ) place
) task
"""


@dataclass(frozen=True, slots=True)
class Group:
    """So many images of a super-class in a split."""

    super_class: str
    split: str
    n_images: int


def fill(*, now: datetime, scale: float = 1.0) -> None:
    """Everything, in a database that has just been made; `scale` makes less of it."""
    call_command("migrate", verbosity=0)
    olga = people.add_user(ORGANIZER, PASSWORD, role=User.Role.ORGANIZER)
    values = {
        "now": now,
        "since": now - timedelta(days=N_DAYS),
        "observers": round(N_OBSERVERS * scale) + 1,
        "workers": N_WORKERS,
        "boxed": sorted(BOXED),
        "olga": olga.pk,
        "gold": N_GOLD,
    }
    tables = [*big_answers.TABLES, "catalog_image", "catalog_observation", "crowd_task"]
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET work_mem = '256MB'")
        cursor.execute("SET maintenance_work_mem = '1GB'; SET session_replication_role = replica")
        cursor.execute("SELECT setseed(0.5)")
        # the indexes are made at the end, all at once
        cursor.execute(
            "UPDATE pg_index SET indisready = false, indisvalid = false "
            "WHERE indrelid = ANY(%s::regclass[])",
            [tables],
        )
        for what, sql in _statements(scale):
            _run(cursor, what, sql, values)
        for table in tables:
            _run(cursor, f"indexes of {table}", f"REINDEX TABLE {table}", {})
    site.vacuum()


def bring_up_to_date(*, is_anew: bool = False) -> None:
    """What jobs count beside the answers, where it has not been counted yet, or all of it."""
    call_command("migrate", verbosity=0)
    for dataset in Dataset.objects.all():
        statistics_store.refresh(dataset, clock=timezone.now)
    counted = set(Tally.objects.values_list("campaign", "topic"))
    for campaign in Campaign.objects.order_by("slug"):
        topics = {(campaign.pk, topic.name) for topic in counting.of_kind(campaign.kind)}
        if is_anew or topics - counted:
            counting.count_all(campaign, now=timezone.now(), told=_teller(campaign))


def _teller(campaign: Campaign) -> Callable[[counting.Topic, float], None]:
    """Says how long counting took where it took long."""

    def tell(topic: counting.Topic, seconds: float) -> None:
        if seconds > 1:
            _say(f"{topic.name} of {campaign.slug}: {seconds:.1f} s")

    return tell


def _say(words: str) -> None:
    Console(stderr=True).print(f"[dim]{words}")


def _statements(scale: float) -> Iterator[tuple[str, str]]:
    yield "observers", CATALOG
    with connection.cursor() as cursor:
        for super_class, (n_taxa, *_) in TABLE_2.items():
            cursor.execute(TAXA, {"group": super_class, "n": n_taxa})
        for group in _groups():
            n = max(round(group.n_images * scale), 20)
            cursor.execute(GROUP, {"group": group.super_class, "split": group.split, "n": n})
    yield "images", IMAGES
    yield "campaigns", CAMPAIGNS
    yield "people", PEOPLE
    yield "tasks", TASKS
    yield from big_answers.STATEMENTS


def _groups() -> Iterator[Group]:
    """Boxed images are of train, verified ones of test, and gold is of val."""
    others = sorted(BOXED - set(LARGEST))
    n_rest, n_images = N_BOX_TASKS - sum(LARGEST.values()), sum(TABLE_2[one][1] for one in others)
    for one in sorted(BOXED):
        n = LARGEST.get(one, round(n_rest * TABLE_2[one][1] / n_images))
        yield Group(one, "train", n)
        yield Group(one, "val", 2 * N_GOLD)
    n_verified = sum(TABLE_2[one][2] for one in VERIFIED)
    for one in sorted(VERIFIED):
        yield Group(one, "test", round(N_VERIFY_TASKS * TABLE_2[one][2] / n_verified))
    for plain in sorted(set(TABLE_2) - BOXED):
        yield Group(plain, "train", N_PLAIN // 4)


def _run(cursor: Any, what: str, sql: str, values: dict[str, Any]) -> None:
    began = time.perf_counter()
    cursor.execute(sql, values or None)
    seconds = time.perf_counter() - began
    if seconds > 1:
        _say(f"{what}: {seconds:.0f} s")
