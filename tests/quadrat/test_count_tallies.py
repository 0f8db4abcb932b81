"""`manage.py count_tallies`, and the jobs that make it needless."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from annotate import jobs as box_jobs
from annotate.models import Comparison
from tallies import jobs
from tallies.models import Tally, WorkerTally
from tests.tallies import drawn

pytestmark = pytest.mark.django_db


def test_the_figures_of_one_campaign_are_counted_by_hand():
    birds, seen = drawn.box_campaign(3), drawn.verdict_campaign(3)
    said = StringIO()
    call_command("count_tallies", campaign=seen.slug, stdout=said)
    assert "seen: workers counted in 0." in said.getvalue()
    assert "drawn" not in said.getvalue()
    call_command("count_tallies", stdout=said)
    assert "3 photos compared" in said.getvalue()
    assert WorkerTally.objects.filter(campaign=birds, n_compared=3).count() == 3


def test_a_campaign_that_is_not_there_is_named():
    with pytest.raises(CommandError, match="no campaign 'owls'"):
        call_command("count_tallies", campaign="owls")


def test_the_jobs_compare_and_count_whatever_there_is():
    campaign = drawn.box_campaign(3)
    assert box_jobs.compare_due() == 3
    assert Comparison.objects.count() == 9
    n_counted = jobs.count_due()
    assert n_counted == Tally.objects.filter(campaign=campaign).exclude(topic="changes").count() > 3
    assert jobs.count_due() == 0, "it was counted only just now"
