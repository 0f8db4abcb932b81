"""Who may do what. The API denies by default (settings): each view names one of these."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from crowd.models import User, Worker

if TYPE_CHECKING:
    # rest_framework.views itself imports this module, as the settings name it
    from rest_framework.views import APIView


def worker_of(user: Any) -> Worker | None:
    """The worker behind a login; every login made by `crowd.people` has one."""
    return getattr(user, "worker", None) if isinstance(user, User) and user.is_active else None


# what a page sends to say whose it is
PAGE_OF = "X-Quadrat-Worker"


class IsWorker(BasePermission):
    """Anybody who answers tasks. A suspended worker may still hand in what is under way."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        _refuse_anothers_page(request)
        return worker_of(request.user) is not None


def _refuse_anothers_page(request: Request) -> None:
    """On a shared device somebody else may have signed in while a page was open: what that page
    sends is not theirs. It hears what it would if nobody were signed in, and keeps its answers."""
    worker, named = worker_of(request.user), request.headers.get(PAGE_OF)
    if worker is not None and named and named != worker.pseudonym:
        raise NotAuthenticated


class IsActiveWorker(BasePermission):
    """A worker who may have new tasks."""

    message = _("Your account is paused. Ask the organizers; what you have done is kept.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        _refuse_anothers_page(request)
        worker = worker_of(request.user)
        return worker is not None and worker.status == Worker.Status.ACTIVE


class IsOrganizer(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and request.user.is_organizer


class IsAdministrator(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and request.user.is_administrator


def organizer_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages: 403 to anybody signed in who is not an organizer."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (isinstance(request.user, User) and request.user.is_organizer):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
