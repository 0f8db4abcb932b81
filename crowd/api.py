"""The crowd's API: claim, renew and release. Each view makes one call."""

from __future__ import annotations

import uuid
from typing import cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crowd import leases
from crowd.models import User
from crowd.permissions import IsActiveWorker, IsWorker
from crowd.serializers import (
    AssignmentsSerializer,
    ClaimSerializer,
    ErrorSerializer,
    LeaseSerializer,
    assignment_body,
)


class ClaimView(APIView):
    permission_classes = [IsActiveWorker]

    @extend_schema(
        operation_id="claim_assignments",
        summary="Claim tasks",
        request=ClaimSerializer,
        responses={
            201: AssignmentsSerializer,
            204: OpenApiResponse(description="Nothing is left for this worker now."),
            403: ErrorSerializer,
            404: ErrorSerializer,
            409: ErrorSerializer,
            422: ErrorSerializer,
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Lease up to `count` tasks; leases that the worker holds already come first."""
        wish = ClaimSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        now = timezone.now()
        worker = cast(User, request.user).worker
        count, mode = wish.validated_data["count"], leases.Mode(wish.validated_data["mode"])
        held, kind = leases.claim(worker, slug, count=count, mode=mode, now=now)
        if not held:
            return Response(status=status.HTTP_204_NO_CONTENT)
        body = [assignment_body(lease, slug, kind, now=now) for lease in held]
        told = held[0].n_instructions
        return Response({"assignments": body, "instructions": told}, status=status.HTTP_201_CREATED)


class RenewView(APIView):
    permission_classes = [IsWorker]

    @extend_schema(
        operation_id="renew_assignment",
        summary="Prolong a lease",
        request=None,
        responses={200: LeaseSerializer, 404: ErrorSerializer, 409: ErrorSerializer},
    )
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """Prolong a lease that is still held; 409 when the task has gone to somebody else."""
        worker = cast(User, request.user).worker
        now = timezone.now()
        until = leases.renew(worker, assignment_id, now=now)
        return Response({"lease_until": until, "server_time": now})


class ReleaseView(APIView):
    permission_classes = [IsWorker]

    @extend_schema(
        operation_id="release_assignment",
        summary="Give a task back",
        request=None,
        responses={204: OpenApiResponse(description="It is free again."), 404: ErrorSerializer},
    )
    def post(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """Give a task back unanswered."""
        leases.release(cast(User, request.user).worker, assignment_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
