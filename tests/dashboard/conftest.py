"""A campaign of each kind with answers and consensus."""

from __future__ import annotations

import pytest

from annotate import aggregation as box_aggregation
from crowd.models import Campaign
from tests import make
from tests.make import NOON
from verify import aggregation as verify_aggregation

LEFT = [100.0, 100.0, 200.0, 200.0]
RIGHT = [500.0, 100.0, 200.0, 200.0]


@pytest.fixture
def birds(ada, ben) -> Campaign:
    """Two photos; ada boxes both birds in each, ben only the left one."""
    campaign = make.campaign(2, slug="birds", workers_per_task=2)
    make.answer_everything(ada, campaign, make.annotation([LEFT, RIGHT]))
    make.answer_everything(ben, campaign, make.annotation([LEFT]))
    box_aggregation.aggregate_due(now=NOON)
    return campaign


@pytest.fixture
def mammals(ada, ben) -> Campaign:
    """Two photos to verify: ada sees an animal in both, ben tracks."""
    campaign = make.campaign(
        2, slug="mammals", kind=Campaign.Kind.VERIFY, super_class="Mammalia", workers_per_task=2
    )
    make.answer_everything(ada, campaign, make.verdict("animal"))
    make.answer_everything(ben, campaign, make.verdict("tracks"))
    verify_aggregation.aggregate_due(now=NOON)
    return campaign
