"""What an organizer fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator

from catalog.models import Dataset, Split
from catalog.superclasses import SuperClass
from consensus.stopping import BOX_TAUS, VOTE_TAUS
from crowd.campaigns import PILOT_SHARE, WORKERS
from crowd.models import HIGHEST_COST, MOST_WORKERS, PILOT_ANSWERS, Campaign
from dashboard.campaign_names import NamingForm
from dashboard.paying import PAY_NAMES, PayFields

# enough for a class, and few enough that a link that leaks lets no crowd in
JOINERS = 50
# enough to know fifty workers a little, and few for an organizer to look through
GOLD = 40
MOST_GOLD = 10_000
# the doubt at which a photo is finished: careful, balanced (the default of its kind), thrifty
TAUS = {Campaign.Kind.BOX: BOX_TAUS, Campaign.Kind.VERIFY: VOTE_TAUS}
# what the fields of an adaptive campaign are called where the domain names a field
ADAPTIVE_NAMES = {
    "workers_per_task": "least",
    "max_workers": "most",
    "tau": "care",
    "pilot_share": "pilots",
}


def care_choices() -> list[tuple[str, str]]:
    """How sure is sure enough, in words with the numbers behind."""
    words = {
        "careful": "Careful: more answers, for data that others will measure against",
        "balanced": "Balanced: a good start",
        "thrifty": "Thrifty: fewer answers, where a miss now and then does little harm",
    }
    box, verify = TAUS[Campaign.Kind.BOX], TAUS[Campaign.Kind.VERIFY]
    return [
        (name, f"{said} (doubt at most {box[name]:.2f} for boxes, {verify[name]:.2f} for verdicts)")
        for name, said in words.items()
    ]


class InvitationForm(forms.Form):
    """A link that lets workers in."""

    max_uses = forms.IntegerField(
        label="How many may join",
        min_value=1,
        max_value=10_000,
        initial=JOINERS,
        help_text="Everybody who joins by the link counts once. Give each person a link of their "
        "own, for one, where it matters that nobody comes twice.",
    )


class GoldForm(forms.Form):
    """How many more photos become gold, up to `most`."""

    count = forms.IntegerField(label="How many photos", min_value=1, initial=GOLD)

    def __init__(self, *args: Any, most: int, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["count"]
        field.initial = min(GOLD, most)
        field.validators.append(MaxValueValidator(max(most, 1)))
        field.widget.attrs["max"] = max(most, 1)


class CampaignForm(NamingForm, PayFields):
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
    stopping = forms.ChoiceField(
        label="How many workers see a photo",
        required=False,
        widget=forms.RadioSelect,
        choices=[
            (Campaign.Stopping.FIXED, "The same number for every photo, more where they disagree"),
            (
                Campaign.Stopping.ADAPTIVE,
                "As many as each photo needs: easy ones few, hard ones more",
            ),
        ],
        initial=Campaign.Stopping.FIXED,
    )
    workers_per_task = forms.IntegerField(
        label="Workers per photo",
        required=False,
        min_value=1,
        max_value=MOST_WORKERS,
        initial=WORKERS[Campaign.Stopping.FIXED],
        help_text="How many answer each photo before the consensus may stand.",
    )
    max_workers = forms.IntegerField(
        label="Upper limit",
        required=False,
        min_value=1,
        max_value=MOST_WORKERS,
        help_text="How many may answer a photo that workers disagree on. Empty: two more.",
    )
    care = forms.ChoiceField(
        label="How sure is sure enough",
        required=False,
        widget=forms.RadioSelect,
        choices=care_choices,
        initial="balanced",
    )
    least = forms.IntegerField(
        label="At least",
        required=False,
        min_value=1,
        max_value=MOST_WORKERS,
        initial=WORKERS[Campaign.Stopping.ADAPTIVE],
        help_text="Workers who see every photo. With 1, one answer is enough only from somebody "
        "who has been compared with others a dozen times.",
    )
    most = forms.IntegerField(
        label="At most",
        required=False,
        min_value=1,
        max_value=MOST_WORKERS,
        help_text="After these a doubtful photo is yours to settle. Empty: five more.",
    )
    pilots = forms.IntegerField(
        label="Pilot photos in percent",
        required=False,
        min_value=0,
        max_value=100,
        help_text=f"This share gets at least {PILOT_ANSWERS} answers in any case, so that workers "
        f"can be compared. Empty: {100 * PILOT_SHARE:.0f}\u00a0% where one answer may be enough, "
        "else none.",
    )
    missed_cost = forms.FloatField(
        label="How bad a miss is",
        required=False,
        min_value=1,
        max_value=HIGHEST_COST,
        initial=1,
        help_text="A photo without the animal that slips through is this many times as bad as a "
        "good photo left out. With more than 1, more workers look before a photo counts as good.",
    )
    has_grid = forms.BooleanField(
        label="Offer a grid of photos",
        required=False,
        help_text="For groups where nearly every photo shows the animal: workers look over 24 "
        "small photos at once and mark those without it. One by one stays possible.",
    )
    has_qualification = forms.BooleanField(
        label="Workers practise first",
        required=False,
        help_text="On drawn scenes, with feedback. Real photos come once four of the latest five "
        "scenes are good.",
    )
    n_gold = forms.IntegerField(
        label="Photos whose answer is known",
        required=False,
        min_value=0,
        max_value=MOST_GOLD,
        help_text="So many become gold: workers meet them among the others, and are measured by "
        "them. The answers come with the imported images; more can be added later. Empty: none.",
    )
    instructions = forms.CharField(
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Shown to workers with the standard ones. May stay empty.",
    )

    @property
    def is_adaptive(self) -> bool:
        """Whether each photo gets as many workers as it needs."""
        return bool(self.cleaned_data.get("stopping") == Campaign.Stopping.ADAPTIVE)

    @property
    def is_of_boxes(self) -> bool:
        """Whether workers box, so that what is asked for verification alone does not matter."""
        return bool(self.cleaned_data.get("kind") == Campaign.Kind.BOX)

    def values(self) -> dict[str, Any]:
        """Arguments for `crowd.campaigns.create`."""
        data, kind = self.cleaned_data, Campaign.Kind(self.cleaned_data["kind"])
        pilots = data.get("pilots")
        numbers = (
            {
                "stopping": Campaign.Stopping.ADAPTIVE,
                "workers_per_task": data["least"],
                "max_workers": data["most"],
                "tau": TAUS[kind][data["care"] or "balanced"],
                "pilot_share": None if pilots is None else pilots / 100,
            }
            if self.is_adaptive
            else {
                "stopping": Campaign.Stopping.FIXED,
                "workers_per_task": data["workers_per_task"],
                "max_workers": data["max_workers"],
            }
        )
        plain = ("slug", "dataset", "split", "instructions")
        return {
            **{name: data[name] for name in plain},
            "kind": kind,
            "super_class": SuperClass(data["super_class"]),
            "missed_cost": 1.0 if self.is_of_boxes else data["missed_cost"] or 1.0,
            "has_grid": data["has_grid"] and not self.is_of_boxes,
            "has_qualification": data["has_qualification"],
            "n_gold": data["n_gold"] or 0,
            **{f"pay_{name}": amount for name, amount in self.amounts().items()},
            **numbers,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        fixed, adaptive = ("workers_per_task", "max_workers"), ("least", "most", "care", "pilots")
        names, ignored = (adaptive[:2], fixed) if self.is_adaptive else (fixed, adaptive)
        for name in (*ignored, *(("missed_cost",) if self.is_of_boxes else ())):
            # what stands there does not matter, and may be out of sight
            self.errors.pop(name, None)
        wanted, limit = (cleaned.get(name) for name in names)
        if wanted and limit and limit < wanted:
            said = (
                "the number of workers who see every photo."
                if self.is_adaptive
                else "the number of workers per photo."
            )
            self.add_error(names[1], f"At least {wanted}, {said}")
        return cleaned

    def place_of(self, name: str) -> str:
        names = PAY_NAMES | (ADAPTIVE_NAMES if self.is_adaptive else {})
        return names.get(name, name)
