"""Several organizers, and the job that aggregates, at one task at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotate import aggregation
from annotate.adjudication import BOXES
from annotate.models import Adjudication
from crowd.adjudication import Wish
from crowd.errors import Conflict
from crowd.models import Task
from tests import make
from tests.crowd.test_races import at_once
from tests.make import NOON

LATER = NOON + timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_organizers_at_once_one_decides_and_the_other_is_told(olga, root, ada, ben):
    campaign = make.campaign(4, workers_per_task=2, max_workers=2, tau=0.001)
    make.answer_everything(ada, campaign, make.annotation([[10, 10, 99, 99]]))
    make.answer_everything(ben, campaign, make.annotation([[400, 300, 99, 99]]))
    aggregation.aggregate_due(now=LATER)
    for task in campaign.tasks.all():
        Task.objects.filter(pk=task.pk).update(aggregate_due_at=LATER)
        errors = at_once(
            lambda pk=task.pk: BOXES.accept(Wish(pk, olga, 0), consensus_seen=1, now=LATER),
            lambda pk=task.pk: BOXES.exclude(Wish(pk, root, 0), "broken", now=LATER),
            lambda: aggregation.aggregate_due(now=LATER),
        )
        assert [type(error) for error in errors] == [Conflict]
        assert "was quicker" in str(errors[0])
        task.refresh_from_db()
        step = Adjudication.objects.get(task=task)
        assert task.is_adjudicated
        assert task.state == ("excluded" if step.is_exclusion else "retired")
