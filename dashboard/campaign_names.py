"""What every form has that makes a campaign: a name that is free to take, and room for refusals."""

from __future__ import annotations

from django import forms

from crowd.errors import CrowdError

# the address of the form itself would hide a campaign of that name
RESERVED_SLUGS = frozenset({"new"})
LONGEST_SLUG = 50


class NamingForm(forms.Form):
    """A campaign that is to be made; `crowd.campaigns` has the last word on what fits together."""

    slug = forms.SlugField(
        label="Name",
        max_length=LONGEST_SLUG,
        help_text="Part of the address: letters, digits, hyphens.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError("This name is an address of the dashboard; choose another.")
        return slug

    def place_of(self, name: str) -> str:
        """What a field is called here that the domain calls `name`."""
        return name

    def add_refusal(self, error: CrowdError) -> None:
        """Put what the domain refused beside the fields it named, the rest at the top."""
        for name, said in (error.errors or {"": [error.detail]}).items():
            place = self.place_of(name)
            self.add_error(place if place in self.fields else None, said)
