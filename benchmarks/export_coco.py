"""A release the size of iNat2017, beside the least that any export must do.

    python -m benchmarks.export_coco [--images 449313] [--boxes 561767] [--test-images 182707]

It fills a database of its own, then makes a release of the train split (COCO, with every field) and
one of the test split (the filtered manifest). The floor reads the same images and boxes through a
server-side cursor and writes bare COCO rows with orjson: no consensus chosen, no status, no hash.
Each runs in a process of its own, so that its memory is its own; `MB added` is the peak above what
the process held when it began.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from benchmarks import site
from catalog.models import Dataset, Split
from exports import making, releases
from exports.folders import folder_of

# ru_maxrss counts kilobytes on Linux, bytes on macOS
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
Measured = tuple[float, float, float, float, int]

FILL = """
INSERT INTO catalog_dataset (slug, name, created_at) VALUES ('bench', 'Bench', now());
INSERT INTO catalog_taxon (dataset_id, name, super_class)
SELECT d.id, 'Species ' || n, CASE WHEN n %% 2 = 0 THEN 'Aves' ELSE 'Mammalia' END
FROM catalog_dataset d, generate_series(1, 2854) n;
INSERT INTO catalog_image (uid, dataset_id, taxon_id, file_name, super_class, split, width, height,
    display_width, display_height, licence, licence_url, rights_holder, sha256, imported_at)
SELECT gen_random_uuid(), taxon.dataset_id, taxon.id,
    'train_val_images/' || taxon.super_class || '/' || taxon.name || '/' || md5(n::text) || '.jpg',
    taxon.super_class, CASE WHEN n <= %(images)s THEN 'train' ELSE 'test' END, 2048, 1536,
    2048, 1536, 'CC BY-NC 4.0', 'https://creativecommons.org/licenses/by-nc/4.0/',
    'Observer ' || n %% 10000, md5(n::text) || md5(n::text), now()
FROM generate_series(1, %(images)s + %(test)s) n
JOIN (SELECT *, row_number() OVER (ORDER BY id) AS number FROM catalog_taxon) taxon
    ON taxon.number = n %% 2854 + 1;
INSERT INTO crowd_campaign (slug, kind, status, dataset_id, split, super_class, workers_per_task,
    max_workers, lease_s, instructions, seed, created_at)
SELECT kind || super_class, kind, 'closed', d.id, split, super_class, 3, 5, 600, '', 0, now()
FROM catalog_dataset d, (VALUES ('box', 'train'), ('verify', 'test')) AS what (kind, split),
    (VALUES ('Aves'), ('Mammalia')) AS which (super_class);
INSERT INTO crowd_task (campaign_id, image_id, position, state, n_wanted, n_taken, n_answers)
SELECT campaign.id, image.id, image.id, 'retired', 3, 3, 3
FROM catalog_image image JOIN crowd_campaign campaign
    ON campaign.super_class = image.super_class AND campaign.split = image.split;
INSERT INTO annotate_consensus (task_id, version, is_current, status, method, n_looked, n_unusable,
    expected_unseen, risk, mean_iou, is_capped, evidence, fingerprint, computed_at)
SELECT task.id, 1, true, 'boxed', 'boxes', 3, 0, 0.0123, 0.0456, 0.87, false, '[1, 2, 3]', '', now()
FROM crowd_task task JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
WHERE campaign.kind = 'box';
INSERT INTO annotate_consensusbox (consensus_id, number, x, y, w, h, score, n_workers, n_looked,
    spread, sources)
SELECT consensus.id, number, 100.123456 * number, 50.654321, 700.5, 650.25, 0.987654, 3, 3,
    '[4.512345, 3.912345, 5.112345, 4.012345]', '[1, 2, 3]'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM annotate_consensus) consensus
JOIN generate_series(1, 2) number ON number = 1 OR place <= %(second)s;
INSERT INTO verify_consensusverdict (task_id, version, is_current, method, label, probability,
    p_instance, probabilities, votes, n_votes, n_unusable, risk, evidence, fingerprint, computed_at)
SELECT task.id, 1, true, 'votes', 'animal', p, p, jsonb_build_object('animal', p, 'tracks', 1 - p),
    '{"animal": 3}', 3, 0, 0.001, '[]', '', now()
FROM crowd_task task JOIN crowd_campaign campaign ON campaign.id = task.campaign_id,
    LATERAL (SELECT CASE WHEN task.id %% 50 = 0 THEN 0.02 ELSE 0.99 END AS p) AS chance
WHERE campaign.kind = 'verify'
"""

FLOOR_IMAGES = """
SELECT id, file_name, width, height, rights_holder FROM catalog_image WHERE split = 'train'
"""
FLOOR_BOXES = """
SELECT box.id, task.image_id, image.taxon_id, box.x, box.y, box.w, box.h, box.score
FROM annotate_consensusbox box
JOIN annotate_consensus consensus ON consensus.id = box.consensus_id
JOIN crowd_task task ON task.id = consensus.task_id
JOIN catalog_image image ON image.id = task.image_id
"""


def fill(n_images: int, n_boxes: int, n_test: int) -> None:
    """Rows as a finished product has them, every image with one box or two."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        numbers = {"images": n_images, "second": n_boxes - n_images, "test": n_test}
        cursor.execute(FILL, numbers)
    site.vacuum()


def release(split: str) -> int:
    """Our release of a split; returns the bytes of its files."""
    made = releases.create(Dataset.objects.get(), split=split, now=timezone.now())
    making.run(made, folder_of(made), clock=timezone.now)
    return sum(file["size"] for file in made.files)


def floor() -> int:
    """Cursor and orjson alone; returns the bytes of the file."""
    path = site.DATA_DIR / "floor.json"
    with transaction.atomic(), path.open("wb") as file:
        file.write(b'{"images":[')
        for pk, name, width, height, holder in _rows(FLOOR_IMAGES):
            image = {"id": pk, "file_name": name, "width": width, "height": height}
            file.write(orjson.dumps(image | {"rights_holder": holder}) + b",\n")
        file.write(b'],"annotations":[')
        for pk, image_id, category_id, x, y, w, h, score in _rows(FLOOR_BOXES):
            box = {"id": pk, "image_id": image_id, "category_id": category_id, "score": score}
            file.write(orjson.dumps(box | {"bbox": [x, y, w, h], "area": w * h}) + b",\n")
        file.write(b"]}")
    return path.stat().st_size


def _rows(sql: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(2000):
            yield from rows


def measure(work: Callable[[], int]) -> Measured:
    """Seconds, CPU seconds (the database's are not in them), peak MB, MB added and bytes written
    of a process that does only this."""
    connection.close()
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    def run() -> None:
        before = _peak_mb()
        begun, cpu_before = time.perf_counter(), time.process_time()
        size = work()
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu_before
        answers.put((seconds, cpu, _peak_mb(), _peak_mb() - before, size))

    process = context.Process(target=run)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit("the measured process failed")
    found: Measured = answers.get()
    return found


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--images", type=int, default=449_313)
    parser.add_argument("--boxes", type=int, default=561_767)
    parser.add_argument("--test-images", type=int, default=182_707)
    arguments = parser.parse_args()
    fill(arguments.images, arguments.boxes, arguments.test_images)
    title = (
        f"{arguments.images:,} images, {arguments.boxes:,} boxes; {arguments.test_images:,} of test"
    )
    table = Table(title=title)
    for heading in ("", "seconds", "CPU s", "MB peak", "MB added", "MB written"):
        table.add_column(heading, justify="right")
    for name, work in (
        ("cursor and orjson alone", floor),
        ("release of train", lambda: release(Split.TRAIN)),
        ("release of test", lambda: release(Split.TEST)),
    ):
        seconds, cpu, peak, added, size = measure(work)
        figures = (f"{seconds:.1f}", f"{cpu:.1f}", f"{peak:.0f}", f"{added:.0f}")
        table.add_row(name, *figures, f"{size / 1e6:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
