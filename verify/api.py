"""The API of verification tasks: hand in a verdict, or a batch of them; practise."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crowd import queries
from crowd.adjudication_wire import StepSerializer, carry_out, step_body, steps
from crowd.api_errors import told
from crowd.errors import CrowdError, NotFound
from crowd.models import Campaign, User, Worker
from crowd.permissions import IsOrganizer, IsWorker
from crowd.qualification import practice_of
from crowd.serializers import (
    ClaimSerializer,
    ErrorSerializer,
    StoredAnswerSerializer,
    stored_body,
)
from verify import practice, submission
from verify.adjudication import VERDICTS
from verify.serializers import (
    TriedSerializer,
    VerdictBatchSerializer,
    VerdictOfSerializer,
    VerdictResultsSerializer,
    VerdictSerializer,
    VerdictsSerializer,
    VerdictStepSerializer,
    feedback_body,
    scene_body,
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
        """Store a label, *can't tell* or *problem*; safe to send again. What was marked in a grid
        is shown alone to whoever comes next."""
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
            status_code, body = told(error)
            return {"status": status_code, "body": body}
        return {"status": 200, "body": stored_body(stored.answer, is_replay=stored.is_replay)}


class PracticeView(APIView):
    """The practice page claims here as the task page claims tasks, in the same shape."""

    permission_classes = [IsWorker]

    @extend_schema(exclude=True)
    def post(self, request: Request, slug: str) -> Response:
        """The next `count` practice photos of this worker; nothing is leased or stored."""
        wish = ClaimSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        campaign = _practised(slug)
        first = practice_of(cast(User, request.user).worker, campaign).n_practised
        numbers = range(first, first + wish.validated_data["count"])
        now = timezone.now()
        body = [scene_body(campaign, number, now=now) for number in numbers]
        return Response({"assignments": body}, status=status.HTTP_201_CREATED)


class PracticeAnswerView(APIView):
    permission_classes = [IsWorker]

    @extend_schema(exclude=True)
    def put(self, request: Request, slug: str, number: int) -> Response:
        """What is right and what is not about the verdict on a practice photo."""
        tried = TriedSerializer(data=request.data)
        tried.is_valid(raise_exception=True)
        feedback = practice.check(
            cast(User, request.user).worker,
            _practised(slug),
            number,
            outcome=tried.validated_data["outcome"],
            label=tried.validated_data["label"] or "",
            now=timezone.now(),
        )
        return Response(feedback_body(feedback))


def _practised(slug: str) -> Campaign:
    """A verification campaign that can be practised for, or `NotFound`."""
    campaign = queries.campaign_of_kind(slug, Campaign.Kind.VERIFY)
    if not practice.has_practice(campaign.super_class):
        raise NotFound("There is no practice for this super-class.")
    return campaign


class AdjudicationsView(APIView):
    permission_classes = [IsOrganizer]

    @extend_schema(
        operation_id="list_verify_adjudications",
        summary="List what organizers decided on a verify task",
        responses={200: StepSerializer(many=True), 403: ErrorSerializer},
    )
    def get(self, _request: Request, task_id: int) -> Response:
        """Every step, the newest first; an undo is a step, too."""
        return Response([step_body(row) for row in steps(VERDICTS, task_id)])

    @extend_schema(
        operation_id="adjudicate_verify",
        summary="Decide on a verify task",
        request=VerdictStepSerializer,
        responses={
            201: StepSerializer,
            403: ErrorSerializer,
            404: ErrorSerializer,
            409: ErrorSerializer,
            422: ErrorSerializer,
        },
    )
    def post(self, request: Request, task_id: int) -> Response:
        """Accept the consensus, edit it, ask for one more answer, exclude the photo, or undo."""
        wish = VerdictStepSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        data, by = wish.validated_data, cast(User, request.user)
        answer = data["label"]
        row = carry_out(VERDICTS, task_id, data, answer, by=by, now=timezone.now())
        return Response(step_body(row), status=status.HTTP_201_CREATED)
