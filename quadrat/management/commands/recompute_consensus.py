"""`manage.py recompute_consensus birds --dry-run --method majority`"""

from __future__ import annotations

import json
import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from annotate import recomputing as box_recomputing
from crowd import recomputing
from crowd.aggregating import Fitted
from crowd.differences import Reason, Summary
from crowd.errors import CrowdError
from crowd.models import Campaign, Task, Worker
from crowd.recomputing import Recipe, Replay
from verify import recomputing as verify_recomputing

REPLAYS: dict[str, Callable[[Recipe], Replay[Any]]] = {
    Campaign.Kind.BOX: box_recomputing.BoxReplay,
    Campaign.Kind.VERIFY: verify_recomputing.VerdictReplay,
}


class Command(BaseCommand):
    help = "Recompute a campaign's consensus from its answers, and compare it with the stored one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("campaign", help="slug of the campaign")
        parser.add_argument(
            "--dry-run", action="store_true", help="only print what would be different"
        )
        parser.add_argument(
            "--method",
            default="",
            help="another way of merging; an unknown one lists all there are",
        )
        parser.add_argument(
            "--parameter",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="another constant of the method; an unknown one lists all there are",
        )
        parser.add_argument(
            "--without",
            action="append",
            default=[],
            metavar="WORKER",
            help="leave this worker's answers out (pseudonym); only with --dry-run",
        )
        parser.add_argument(
            "--as-of",
            metavar="TIME",
            help="take the answers as they were then, e.g. 2026-05-01T12:00 (UTC); only with "
            "--dry-run",
        )
        parser.add_argument(
            "--skills",
            choices=["stored", "anew"],
            help="merge with the stored skills, or estimate them anew from just these answers "
            "(default: stored, but anew with --without or --as-of)",
        )
        parser.add_argument(
            "--output",
            type=Path,
            metavar="FILE.jsonl",
            help="write the recomputed consensus there, one image a line",
        )

    def handle(self, **options: Any) -> None:
        campaign = _campaign(options["campaign"])
        if campaign.kind not in REPLAYS:
            raise CommandError(
                "Checks are merged by one method alone, from all answers; there is nothing to "
                f"recompute. Recompute {campaign.follows}: what checkers say is part of it."
            )
        recipe = _recipe(options)
        if recipe.has_other_answers and not options["dry_run"]:
            raise CommandError(
                "With --without or --as-of the consensus can only be compared: add --dry-run. "
                "To leave out a worker's answers for good, use the Workers page."
            )
        try:
            replay = REPLAYS[campaign.kind](recipe)
        except ValueError as error:
            raise CommandError(f"This cannot be recomputed: {error}.") from error
        with _written(options["output"]) as output:
            fitted = replay.fitted()
            if options["dry_run"] or output:
                self._compare(replay, campaign, fitted, output, is_told=options["dry_run"])
        if not options["dry_run"]:
            self._rewrite(replay, campaign, fitted)

    def _compare(
        self,
        replay: Replay[Any],
        campaign: Campaign,
        fitted: Fitted,
        output: IO[str] | None,
        *,
        is_told: bool,
    ) -> None:
        summary, n_failed = Summary(), 0
        with self._bar("photos compared", campaign) as progress:
            found = recomputing.compare(
                replay, campaign, fitted, now=timezone.now(), progress=progress
            )
            for replayed in found:
                if replayed is None:
                    n_failed += 1
                    continue
                task = replayed.finding.task
                summary.add(replayed.difference, task_id=task.pk, name=task.image.file_name)
                _count_states(summary, task, replayed.finding.decision.state)
                if output:
                    reasons = [r.name.lower() for r in Reason if r in replayed.difference.reasons]
                    line = {**replayed.line, "differs": reasons}
                    output.write(json.dumps(line, ensure_ascii=False) + "\n")
        if is_told:
            self.stdout.writelines(
                f"{line}\n" for line in _report(replay, campaign, fitted, summary)
            )
        if n_failed:
            self.stderr.write(f"{n_failed} photos could not be merged; the log says why.")

    def _rewrite(self, replay: Replay[Any], campaign: Campaign, fitted: Fitted) -> None:
        with self._bar("photos gone over", campaign) as progress:
            try:
                made = recomputing.rewrite(
                    replay, campaign, fitted, clock=timezone.now, progress=progress
                )
            except CrowdError as error:
                raise CommandError(error.detail) from error
        changed = f"{made.n_changed} image{'' if made.n_changed == 1 else 's'} changed"
        self.stdout.write(
            f"Version {made.number} of {campaign.slug}, by {made.method}: {changed} of "
            f"{made.n_tasks}, {made.n_reopened} re-opened, {made.n_retired} finished."
        )
        if replay.recipe != Recipe():
            self.stdout.write(
                "It stands until an image's next answer, or until skills are estimated again: "
                "these go by the site's own method."
            )

    @contextmanager
    def _bar(self, what: str, campaign: Campaign) -> Iterator[Callable[[int], None]]:
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=not self.stderr.isatty()) as bar:
            job = bar.add_task("", total=recomputing.tasks_of(campaign).count())
            yield lambda done: bar.update(job, completed=done)


def _campaign(slug: str) -> Campaign:
    campaign = Campaign.objects.filter(slug=slug).first()
    if campaign is None:
        known = ", ".join(Campaign.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no campaign {slug!r}; there is: {known}.")
    return campaign


def _recipe(options: dict[str, Any]) -> Recipe:
    without = frozenset(_worker(name) for name in options["without"])
    as_of = _time(options["as_of"]) if options["as_of"] else None
    is_other = bool(without) or as_of is not None
    return Recipe(
        method=options["method"],
        changes=tuple(options["parameter"]),
        without=without,
        as_of=as_of,
        has_new_skills=is_other if options["skills"] is None else options["skills"] == "anew",
    )


def _worker(pseudonym: str) -> int:
    worker = Worker.objects.filter(pseudonym=pseudonym).first()
    if worker is None:
        raise CommandError(
            f"There is no worker {pseudonym!r}; the Workers page of a campaign lists them."
        )
    return worker.pk


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no time; write it like 2026-05-01T12:00.") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _count_states(summary: Summary, task: Task, state: Task.State) -> None:
    summary.n_reopened += task.state == Task.State.RETIRED and state == Task.State.OPEN
    summary.n_retired += task.state != state == Task.State.RETIRED


@contextmanager
def _written(path: Path | None) -> Iterator[IO[str] | None]:
    """A file that takes its name only when it is complete; refused before there is anything."""
    if path is None:
        yield None
        return
    if path.is_dir():
        raise CommandError(f"Cannot write to {path}: it is a folder. Name a file in it.")
    try:
        descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    except OSError as error:
        raise CommandError(f"Cannot write to {path}: {error.strerror}.") from error
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            yield file
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _report(
    replay: Replay[Any], campaign: Campaign, fitted: Fitted, summary: Summary
) -> Iterator[str]:
    """What would be different, in the order of importance."""
    skills = "estimated anew" if replay.has_new_skills else "as stored"
    how = f"skills {skills}" if fitted.skills else "all workers alike"
    yield f"{campaign.slug} by {replay.aggregator.method}, {how}; nothing is written."
    yield f"{summary.n_tasks} images: {summary.n_unchanged} unchanged, {summary.n_changed} changed"
    for reason in Reason:
        if summary.reasons[reason]:
            yield f"  {summary.reasons[reason]} {reason.value}"
    yield f"{summary.n_reopened} would be re-opened, {summary.n_retired} would be finished"
    yield from _movement(summary)
    for number, (name, difference) in enumerate(summary.largest(), start=1):
        if number == 1:
            yield "The largest differences:"
        yield f"  {name}: {difference.words()}"
    n_due = recomputing.tasks_of(campaign).filter(aggregate_due_at__isnull=False).count()
    if n_due:
        yield f"{n_due} of the images have answers that are not in the stored consensus yet."


def _movement(summary: Summary) -> Iterator[str]:
    px, iou = summary.moved_px(), summary.ious()
    if px is None or iou is None:
        return
    yield f"{summary.n_moved} boxes moved:  median    90 %     max"
    yield f"  edges, px         {px.median:8.1f}{px.p90:8.1f}{px.worst:8.1f}"
    yield f"  IoU, old with new {iou.median:8.2f}{iou.p90:8.2f}{iou.worst:8.2f}"
