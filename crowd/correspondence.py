"""What organizers write to single workers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crowd.asked import Campaign
from crowd.identities import User, Worker


class Message(models.Model):
    """What an organizer writes to a worker; it is shown until the worker has read it.

    `campaign` is the one it was written from. It goes with the worker's login (`crowd/people.py`).
    """

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="messages")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="messages")
    text = models.TextField(max_length=2000)
    written_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["worker"], name="message_unread", condition=Q(read_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"message to {self.worker_id}"
