"""The API of checks: read the boxes in question, hand in what one sees."""

from __future__ import annotations

import uuid
from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate import inspecting
from annotate.check_serializers import CheckSerializer, InspectionSerializer
from crowd.models import User
from crowd.permissions import IsWorker
from crowd.serializers import ErrorSerializer, StoredAnswerSerializer, stored_body


class CheckView(APIView):
    permission_classes = [IsWorker]

    @extend_schema(
        operation_id="get_check",
        summary="Read which boxes to check",
        responses={200: CheckSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """The boxes that other workers drew on the photo of this assignment."""
        worker = cast(User, request.user).worker
        return Response({"boxes": inspecting.boxes_of(worker, assignment_id)})

    @extend_schema(
        operation_id="put_check",
        summary="Answer a check",
        request=InspectionSerializer,
        responses={
            200: StoredAnswerSerializer,
            404: ErrorSerializer,
            409: ErrorSerializer,
            422: ErrorSerializer,
        },
    )
    def put(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """Store yes or no for each box and for the photo, *can't tell* or *problem*; safe to send
        again."""
        answer = InspectionSerializer(data=request.data)
        answer.is_valid(raise_exception=True)
        worker = cast(User, request.user).worker
        stored = inspecting.accept(worker, assignment_id, answer.validated_data, now=timezone.now())
        return Response(stored_body(stored.answer, is_replay=stored.is_replay))
