"""The API of box tasks: hand in an annotation."""

from __future__ import annotations

import uuid
from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate import practice, submission
from annotate.adjudication import BOXES
from annotate.serializers import (
    AnnotationSerializer,
    BoxStepSerializer,
    TriedSerializer,
    feedback_body,
    scene_body,
)
from crowd import queries
from crowd.adjudication_wire import StepSerializer, carry_out, step_body, steps
from crowd.models import Campaign, User
from crowd.permissions import IsOrganizer, IsWorker
from crowd.qualification import practice_of
from crowd.serializers import (
    ClaimSerializer,
    ErrorSerializer,
    StoredAnswerSerializer,
    stored_body,
)


class AnnotationView(APIView):
    permission_classes = [IsWorker]

    @extend_schema(
        operation_id="put_annotation",
        summary="Answer a box task",
        request=AnnotationSerializer,
        responses={
            200: StoredAnswerSerializer,
            404: ErrorSerializer,
            409: ErrorSerializer,
            422: ErrorSerializer,
        },
    )
    def put(self, request: Request, assignment_id: uuid.UUID) -> Response:
        """Store up to 10 boxes, *nothing*, *can't tell* or *problem*; safe to send again."""
        answer = AnnotationSerializer(data=request.data)
        answer.is_valid(raise_exception=True)
        worker = cast(User, request.user).worker
        stored = submission.accept(worker, assignment_id, answer.validated_data, now=timezone.now())
        return Response(stored_body(stored.answer, is_replay=stored.is_replay))


class PracticeView(APIView):
    """The practice page claims here as the box page claims tasks, in the same shape."""

    permission_classes = [IsWorker]

    @extend_schema(exclude=True)
    def post(self, request: Request, slug: str) -> Response:
        """The next `count` practice photos of this worker; nothing is leased or stored."""
        wish = ClaimSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        campaign = queries.campaign_of_kind(slug, Campaign.Kind.BOX)
        first = practice_of(cast(User, request.user).worker, campaign).n_practised
        numbers = range(first, first + wish.validated_data["count"])
        now = timezone.now()
        body = [scene_body(campaign, number, now=now) for number in numbers]
        return Response({"assignments": body}, status=status.HTTP_201_CREATED)


class PracticeAnswerView(APIView):
    permission_classes = [IsWorker]

    @extend_schema(exclude=True)
    def put(self, request: Request, slug: str, number: int) -> Response:
        """What is good and what is not about the boxes on a practice photo."""
        tried = TriedSerializer(data=request.data)
        tried.is_valid(raise_exception=True)
        feedback = practice.check(
            cast(User, request.user).worker,
            queries.campaign_of_kind(slug, Campaign.Kind.BOX),
            number,
            outcome=tried.validated_data["outcome"],
            boxes_xywh=[box["bbox"] for box in tried.validated_data["boxes"]],
            now=timezone.now(),
        )
        return Response(feedback_body(feedback))


class AdjudicationsView(APIView):
    permission_classes = [IsOrganizer]

    @extend_schema(
        operation_id="list_box_adjudications",
        summary="List what organizers decided on a box task",
        responses={200: StepSerializer(many=True), 403: ErrorSerializer},
    )
    def get(self, _request: Request, task_id: int) -> Response:
        """Every step, the newest first; an undo is a step, too."""
        return Response([step_body(row) for row in steps(BOXES, task_id)])

    @extend_schema(
        operation_id="adjudicate_box",
        summary="Decide on a box task",
        request=BoxStepSerializer,
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
        wish = BoxStepSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        data, by = wish.validated_data, cast(User, request.user)
        answer = [box["bbox"] for box in data["boxes"]]
        row = carry_out(BOXES, task_id, data, answer, by=by, now=timezone.now())
        return Response(step_body(row), status=status.HTTP_201_CREATED)
