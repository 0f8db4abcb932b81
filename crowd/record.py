"""What is written once and never changed: what organizers did, and what workers were told.

The database refuses to change such rows (`crowd/migrations/0013_append_only.py`). Only the link to
a login that is deleted goes.
"""

from __future__ import annotations

from django.db import models

from crowd.asked import Campaign
from crowd.identities import User


class AuditEntry(models.Model):
    """Who did what, when: rows are only ever added, and none is deleted.

    Nobody (`actor`) is a command, the site itself or somebody whose login is gone. `campaign` is
    the one that the deed belongs to, if any; the entry outlives it.
    """

    actor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()
    campaign = models.ForeignKey(
        Campaign,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "at"]),
            # the log is read from its end, whatever it is filtered by
            models.Index(fields=["at", "id"], name="audit_by_time"),
            models.Index(fields=["actor", "at", "id"], name="audit_by_actor"),
            models.Index(fields=["action", "at", "id"], name="audit_by_action"),
            models.Index(fields=["campaign", "at", "id"], name="audit_by_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class Instructions(models.Model):
    """A version of a campaign's own instructions, numbered from 1; `Campaign.instructions` is the
    newest one's text. Which one an assignment went by follows from the time it was claimed."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="instructions_versions", db_index=False
    )
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    written_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["campaign_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="instructions_number_once")
        ]

    def __str__(self) -> str:
        return f"instructions {self.number} of {self.campaign_id}"
