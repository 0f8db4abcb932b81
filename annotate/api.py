"""The API of box tasks: hand in an annotation."""

from __future__ import annotations

import uuid
from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate import submission
from annotate.serializers import AnnotationSerializer
from crowd.models import User
from crowd.permissions import IsWorker
from crowd.serializers import ErrorSerializer, StoredAnswerSerializer, stored_body


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
