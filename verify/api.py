"""The API of verification tasks: hand in a verdict, or a batch of them."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crowd.api_errors import told
from crowd.errors import CrowdError
from crowd.models import User, Worker
from crowd.permissions import IsWorker
from crowd.serializers import ErrorSerializer, StoredAnswerSerializer, stored_body
from verify import submission
from verify.serializers import (
    VerdictBatchSerializer,
    VerdictOfSerializer,
    VerdictResultsSerializer,
    VerdictSerializer,
    VerdictsSerializer,
)


class VerdictView(APIView):
    permission_classes = [IsWorker]

    @extend_schema(
        operation_id="put_verdict",
        summary="Answer a verification task",
        request=VerdictSerializer,
        responses={
            200: StoredAnswerSerializer,
            404: ErrorSerializer,
            409: ErrorSerializer,
            422: ErrorSerializer,
        },
    )
    def put(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """Store a label, *can't tell* or *problem*; safe to send again."""
        answer = VerdictSerializer(data=request.data)
        answer.is_valid(raise_exception=True)
        worker = cast(User, request.user).worker
        stored = submission.accept(worker, assignment_id, answer.validated_data, now=timezone.now())
        return Response(stored_body(stored.answer, is_replay=stored.is_replay))


class VerdictsView(APIView):
    permission_classes = [IsWorker]

    @extend_schema(
        operation_id="post_verdicts",
        summary="Answer several verification tasks",
        request=VerdictBatchSerializer,
        responses={200: VerdictResultsSerializer, 422: ErrorSerializer},
    )
    def post(self, request: Request) -> Response:
        """Store up to 24 verdicts, each by itself: one that is refused does not hold up the
        others, and each may be sent again. `results` are in the order of `verdicts`."""
        batch = VerdictsSerializer(data=request.data)
        batch.is_valid(raise_exception=True)
        worker = cast(User, request.user).worker
        results = [self._result(worker, one) for one in batch.validated_data["verdicts"]]
        return Response({"results": results})

    def _result(self, worker: Worker, data: dict[str, Any]) -> dict[str, Any]:
        """What a verdict would have been told alone: status and body."""
        answer = VerdictOfSerializer(data=data)
        try:
            answer.is_valid(raise_exception=True)
            valid = answer.validated_data
            stored = submission.accept(worker, valid["assignment"], valid, now=timezone.now())
        except (CrowdError, ValidationError) as error:
            status, body = told(error)
            return {"status": status, "body": body}
        return {"status": 200, "body": stored_body(stored.answer, is_replay=stored.is_replay)}
