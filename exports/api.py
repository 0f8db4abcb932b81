"""The releases' API, for organizers: list, ask for one, watch it, take its files."""

from __future__ import annotations

from typing import cast

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Dataset
from crowd.models import User
from crowd.permissions import IsOrganizer
from crowd.serializers import ErrorSerializer
from exports import folders, queries, releases
from exports.models import Release
from exports.serializers import NewReleaseSerializer, ReleaseSerializer


class ReleasesView(APIView):
    permission_classes = [IsOrganizer]

    @extend_schema(
        operation_id="list_releases",
        summary="List releases",
        responses={200: ReleaseSerializer(many=True), 403: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:
        """The releases of a data set, the newest first."""
        found = queries.releases_of(get_object_or_404(Dataset, slug=slug))
        return Response(ReleaseSerializer(found, many=True, context={"request": request}).data)

    @extend_schema(
        operation_id="create_release",
        summary="Ask for a release",
        request=NewReleaseSerializer,
        responses={
            202: ReleaseSerializer,
            403: ErrorSerializer,
            404: ErrorSerializer,
            422: ErrorSerializer,
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Ask for a release; its files are made in the background: look at `Location`."""
        dataset = get_object_or_404(Dataset, slug=slug)
        wish = NewReleaseSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        release = releases.create(
            dataset, **wish.validated_data, by=cast(User, request.user), now=timezone.now()
        )
        body = ReleaseSerializer(release, context={"request": request}).data
        where = {"Location": f"/api/releases/{release.pk}/"}
        return Response(body, status=status.HTTP_202_ACCEPTED, headers=where)


class ReleaseView(APIView):
    permission_classes = [IsOrganizer]

    @extend_schema(
        operation_id="get_release",
        summary="One release",
        responses={200: ReleaseSerializer, 403: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, release_id: int) -> Response:
        """State, progress, counts, and the files with their hashes once it is ready."""
        release = get_object_or_404(Release.objects.select_related("dataset"), pk=release_id)
        return Response(ReleaseSerializer(release, context={"request": request}).data)


class ReleaseFileView(APIView):
    permission_classes = [IsOrganizer]

    @extend_schema(
        operation_id="download_release_file",
        summary="Download a file",
        responses={
            (200, "application/json"): OpenApiResponse(OpenApiTypes.BINARY, "The file's bytes."),
            403: ErrorSerializer,
            404: ErrorSerializer,
        },
    )
    def get(self, _request: Request, release_id: int, name: str) -> FileResponse:
        """One of the files that the release lists."""
        release = get_object_or_404(Release.objects.select_related("dataset"), pk=release_id)
        path = folders.path_of(release, name)
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)
