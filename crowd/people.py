"""Logins, invitations and tokens: how somebody gets in, and as what."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from axes.utils import reset as forget_attempts
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from crowd import audit
from crowd.errors import Conflict, Invalid
from crowd.models import Campaign, Invitation, Message, User, Worker

INVITATION_LIFE = timedelta(days=30)
LONGEST_NAME = 150


def add_user(
    username: str, password: str | None, *, role: User.Role, is_simulated: bool = False
) -> User:
    """A login and the worker behind it. Without a password only the session signs in.

    Raises `Invalid` for a taken name or a weak password.
    """
    user = User(username=username, role=role)
    _set_password(user, password)
    with transaction.atomic():
        _save_name(user)
        Worker.objects.create(user=user, is_simulated=is_simulated)
    return user


def appoint(
    username: str, password: str | None, *, role: User.Role, by: User | None = None, now: datetime
) -> User:
    """As `add_user`, done for somebody else, and so recorded. The record names no name: it stays
    when the login is deleted."""
    with transaction.atomic():
        user = add_user(username, password, role=role)
        audit.record(by, "create", f"user {user.pk}", {"role": str(role)}, now=now)
    return user


def add_guest() -> User:
    """A worker who just wants to start; a name and a password can follow."""
    return add_user(f"guest-{secrets.token_hex(4)}", None, role=User.Role.WORKER)


def invite(
    *,
    by: User | None,
    role: User.Role,
    campaign: Campaign | None,
    now: datetime,
    life: timedelta = INVITATION_LIFE,
    max_uses: int | None = None,
) -> Invitation:
    """Make a link that lets people in with a role until it expires, is used up or is revoked."""
    with transaction.atomic():
        invitation = Invitation.objects.create(
            role=role, campaign=campaign, expires_at=now + life, max_uses=max_uses, created_by=by
        )
        subject, detail = f"invitation {invitation.pk}", {"role": str(role), "max_uses": max_uses}
        audit.record(by, "invite", subject, detail, now=now, campaign=campaign)
    return invitation


def revoke(invitation: Invitation, *, by: User, now: datetime) -> None:
    """End a link at once; whoever has joined by it stays. Doing it twice changes nothing."""
    with transaction.atomic():
        still_valid = Invitation.objects.filter(pk=invitation.pk, is_revoked=False)
        if still_valid.update(is_revoked=True):
            subject = f"invitation {invitation.pk}"
            audit.record(by, "revoke", subject, {}, now=now, campaign=invitation.campaign)


def open_invitation(token: str, *, now: datetime) -> Invitation | None:
    """The invitation behind a link, if it still lets somebody in."""
    unused = Q(max_uses__isnull=True) | Q(n_uses__lt=F("max_uses"))
    return (
        Invitation.objects.select_related("campaign")
        .filter(unused, token=token, is_revoked=False, expires_at__gt=now)
        .filter(campaign__archived_at__isnull=True)
        .first()
    )


def join(token: str, *, username: str, password: str, now: datetime) -> User:
    """Use an invitation once. Without a name the newcomer is a guest (workers only).

    Raises `Conflict` when the invitation no longer lets anybody in, `Invalid` for bad names.
    """
    with transaction.atomic():
        invitation = open_invitation(token, now=now)
        unused = Q(max_uses__isnull=True) | Q(n_uses__lt=F("max_uses"))
        if invitation is None or not (
            Invitation.objects.filter(unused, pk=invitation.pk).update(n_uses=F("n_uses") + 1)
        ):
            raise Conflict(_("This invitation has expired. Ask for a new link."))
        role = User.Role(invitation.role)
        if not username and role == User.Role.WORKER:
            return add_guest()
        if not username or not password:
            needed = {"username": [_("Choose a name.")], "password": [_("Choose a password.")]}
            raise Invalid(_("A name and a password are needed."), needed)
        user = add_user(username, password, role=role)
        if role != User.Role.WORKER:
            subject, detail = f"user {user.pk}", {"role": str(role), "invitation": invitation.pk}
            audit.record(user, "join", subject, detail, now=now)
        return user


def settle(user: User, *, username: str, password: str) -> None:
    """A guest takes a name and a password, and can come back on any device.

    Raises `Conflict` for who has a password already, `Invalid` for a bad name or password.
    """
    if user.has_usable_password():
        raise Conflict(_("This account has a name and a password already."))
    user.username = username
    _set_password(user, password)
    _save_name(user)


def change_password(user: User, *, current: str, new: str) -> None:
    """Raises `Invalid` where the current password is wrong or the new one weak."""
    if not user.check_password(current):
        wrong = {"current": [_("Not your present password.")]}
        raise Invalid(_("That was not your password."), wrong)
    _set_password(user, new)
    user.save(update_fields=["password"])


def forget(user: User) -> None:
    """Delete a login for good: the name, the password, what it signed in with, messages to it.

    The answers stay under the worker's pseudonym, which nothing leads back from any more. Raises
    `Conflict` for the last administrator.
    """
    with transaction.atomic():
        administrators = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True)
        held = list(administrators.select_for_update().values_list("pk", flat=True))
        if held == [user.pk]:
            raise Conflict(_("You are the only administrator. Make somebody else one first."))
        forget_attempts(username=user.username)
        Message.objects.filter(worker__user=user).delete()
        user.delete()


def _save_name(user: User) -> None:
    # as signing in does it: whoever gets a name must be able to type it again
    user.username = User.normalize_username(user.username)
    if not (user.username.isprintable() and 0 < len(user.username) <= LONGEST_NAME):
        wrong = _("Choose a name of at most %(n)d letters.") % {"n": LONGEST_NAME}
        raise Invalid(_("Choose another name."), {"username": [wrong]})
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        taken = {"username": [_("This name is taken; choose another.")]}
        raise Invalid(_("This name is taken."), taken) from error


def _set_password(user: User, password: str | None) -> None:
    """None: nobody can sign in with a password."""
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            weak = {"password": error.messages}
            raise Invalid(_("Choose a stronger password."), weak) from error
    user.set_password(password)
