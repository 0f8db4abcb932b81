"""What an organizer fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from catalog.models import Dataset, Split
from catalog.superclasses import SuperClass
from crowd.errors import CrowdError
from crowd.models import Campaign

# the address of the form itself would hide a campaign of that name
RESERVED_SLUGS = frozenset({"new"})


class CampaignForm(forms.Form):
    """A new campaign. `crowd.campaigns.create` has the last word on what fits together."""

    kind = forms.ChoiceField(
        label="What workers do",
        widget=forms.RadioSelect,
        choices=[
            (Campaign.Kind.BOX, "Box every animal of the super-class"),
            (
                Campaign.Kind.VERIFY,
                "Verify: is it the animal itself, or only its traces?",
            ),
        ],
        initial=Campaign.Kind.BOX,
    )
    slug = forms.SlugField(
        label="Name",
        max_length=50,
        help_text="Part of the address: letters, digits, hyphens. For example birds-2026.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    dataset = forms.ModelChoiceField(
        label="Data set",
        queryset=Dataset.objects.order_by("slug"),
        to_field_name="slug",
        empty_label=None,
    )
    super_class = forms.ChoiceField(
        label="Super-class",
        choices=SuperClass.choices,
        initial=SuperClass.AVES,
        help_text="Its images become the tasks, one each, in shuffled order.",
    )
    split = forms.ChoiceField(
        required=False,
        choices=[("", "All images"), *((split, split.value) for split in Split)],
    )
    workers_per_task = forms.IntegerField(
        label="Workers per photo",
        min_value=1,
        max_value=20,
        initial=3,
        help_text="How many answer each photo before the consensus may stand.",
    )
    max_workers = forms.IntegerField(
        label="Upper limit",
        required=False,
        min_value=1,
        max_value=20,
        help_text="How many may answer a photo that workers disagree on. Empty: two more.",
    )
    instructions = forms.CharField(
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Shown to workers with the standard ones. May stay empty.",
    )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError("This name is an address of the dashboard; choose another.")
        return slug

    def values(self) -> dict[str, Any]:
        """Arguments for `crowd.campaigns.create`."""
        return {
            **self.cleaned_data,
            "kind": Campaign.Kind(self.cleaned_data["kind"]),
            "super_class": SuperClass(self.cleaned_data["super_class"]),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        wanted, limit = cleaned.get("workers_per_task"), cleaned.get("max_workers")
        if wanted and limit and limit < wanted:
            self.add_error("max_workers", f"At least {wanted}, the number of workers per photo.")
        return cleaned

    def add_refusal(self, error: CrowdError) -> None:
        """Put what the domain refused beside the fields it named, the rest at the top."""
        for name, messages in (error.errors or {NON_FIELD_ERRORS: [error.detail]}).items():
            self.add_error(name if name in self.fields else NON_FIELD_ERRORS, messages)
