"""What an organizer chooses for a release."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from catalog.models import Dataset, Split
from crowd.errors import CrowdError
from exports.models import Release


class ReleaseForm(forms.Form):
    """A new release. `exports.releases.create` has the last word."""

    dataset = forms.ModelChoiceField(
        label="Data set",
        queryset=Dataset.objects.order_by("slug"),
        to_field_name="slug",
        empty_label=None,
    )
    split = forms.ChoiceField(
        required=False,
        choices=[("", "All, one file each"), *((split, split.value) for split in Split)],
    )
    profile = forms.ChoiceField(
        choices=Release.Profile.choices,
        initial=Release.Profile.COCO,
        help_text="COCO: pixels of the full-size images. iNat2017: of images of at most 800 px.",
    )
    is_allowing_undecided = forms.BooleanField(
        label="Keep test images that are not decided yet",
        required=False,
        help_text="Otherwise a release of the test split waits until every verification is "
        "decided.",
    )

    is_allowing_stale = forms.BooleanField(
        label="Do not wait for answers that are still being worked in",
        required=False,
        help_text="Otherwise the release is made once the consensus rests on exactly the answers "
        "that count.",
    )

    def values(self) -> dict[str, Any]:
        """Arguments for `exports.releases.create`, but for the data set."""
        return {name: value for name, value in self.cleaned_data.items() if name != "dataset"}

    def add_refusal(self, error: CrowdError) -> None:
        """Put what the domain refused beside the fields it named, the rest at the top."""
        for name, messages in (error.errors or {NON_FIELD_ERRORS: [error.detail]}).items():
            self.add_error(name if name in self.fields else NON_FIELD_ERRORS, messages)
