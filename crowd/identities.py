"""Who takes part: logins and workers."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


def new_token() -> str:
    """An unguessable word for links."""
    return secrets.token_urlsafe(18)


def new_pseudonym() -> str:
    """What exports call a worker: random, so that nothing leads back to the person."""
    return f"w-{secrets.token_hex(5)}"


class User(AbstractUser):
    """A login. What somebody may do follows from the role alone."""

    class Role(models.TextChoices):
        WORKER = "worker"
        ORGANIZER = "organizer"
        ADMINISTRATOR = "administrator"

    role = models.CharField(max_length=13, choices=Role, default=Role.WORKER)

    class Meta(AbstractUser.Meta):
        constraints = [
            # "Olga" beside "olga" would be taken for her
            models.UniqueConstraint(Lower("username"), name="username_once_in_any_case")
        ]

    @property
    def is_organizer(self) -> bool:
        """Organizers and administrators."""
        return self.is_active and self.role in {self.Role.ORGANIZER, self.Role.ADMINISTRATOR}

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.role == self.Role.ADMINISTRATOR


class Worker(models.Model):
    """A person answering. Deleting the login (`user`) leaves the answers, anonymous.

    A suspended worker gets no tasks. The answers of an excluded one are kept, but enter neither
    consensus nor skills; `exclusion_changed_at` tells when that was last decided either way. An
    exempt worker is not suspended automatically: an organizer has let the worker back in.
    """

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"

    class Reason(models.TextChoices):
        """Why a worker is suspended."""

        BY_HAND = "by_hand"
        AUTOMATIC = "automatic"

    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL)
    pseudonym = models.CharField(max_length=20, unique=True, default=new_pseudonym, editable=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(max_length=9, choices=Reason, blank=True, default="")
    is_excluded = models.BooleanField(default=False)
    exclusion_changed_at = models.DateTimeField(null=True, blank=True)
    is_exempt = models.BooleanField(default=False)
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            # whose answers do not count is not asked for more of them
            models.CheckConstraint(
                condition=Q(is_excluded=False) | Q(status="suspended"),
                name="worker_excluded_is_suspended",
            )
        ]

    def __str__(self) -> str:
        return self.pseudonym
