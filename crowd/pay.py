"""What workers get: so much for each answer, or for each hour of attention; nothing as volunteers.

Amounts are in the site's currency (`settings.CURRENCY`). Quadrat pays nobody: it reckons with this.
"""

from __future__ import annotations

from datetime import datetime
from math import isfinite

from django.db import transaction

from crowd import audit
from crowd.errors import Conflict, Invalid
from crowd.models import Campaign, User

HIGHEST_PAY = 1_000_000.0


def wrong(*, per_answer: float, per_hour: float) -> dict[str, list[str]]:
    """What is wrong with a pay, by field of the campaign.

    >>> wrong(per_answer=0.05, per_hour=0), list(wrong(per_answer=1, per_hour=12))
    ({}, ['pay_per_hour'])
    """
    named = {"pay_per_answer": per_answer, "pay_per_hour": per_hour}
    found = {
        name: [f"It is 0 to {HIGHEST_PAY:,.0f}."]
        for name, amount in named.items()
        if not isfinite(amount) or not 0 <= amount <= HIGHEST_PAY
    }
    if not found and per_answer and per_hour:
        found["pay_per_hour"] = ["Work is paid by the answer or by the hour, not both."]
    return found


def set_pay(
    campaign: Campaign, *, per_answer: float, per_hour: float, by: User, now: datetime
) -> bool:
    """Change what workers get, for answers from now on as for those given; whether it was another.

    Raises `Invalid` with the reasons by field, and `Conflict` for an archived campaign.
    """
    if reasons := wrong(per_answer=per_answer, per_hour=per_hour):
        raise Invalid("The pay cannot be like this.", reasons)
    with transaction.atomic():
        row = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if row.archived_at:
            raise Conflict("The campaign is archived. Bring it back first.")
        before = {"per answer": row.pay_per_answer, "per hour": row.pay_per_hour}
        after = {"per answer": per_answer, "per hour": per_hour}
        if before == after:
            return False
        Campaign.objects.filter(pk=row.pk).update(pay_per_answer=per_answer, pay_per_hour=per_hour)
        detail = {**after, "was": before}
        audit.record(by, "set pay", f"campaign {row.slug}", detail, now=now, campaign=row)
    return True
