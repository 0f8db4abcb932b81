"""What a check asks of a super-class: whole sentences, as each language has its grammar."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from catalog.superclasses import SuperClass


@dataclass(frozen=True, slots=True)
class CheckWords:
    """In English, and marked for translation. `tight` is asked of each box, `all` of a photo with
    boxes, `none` of one without; yes to `all` or to `none` says that nothing was left out."""

    tight: str
    all: str
    none: str


CHECK_WORDS = {
    SuperClass.ACTINOPTERYGII: CheckWords(
        tight=_("Is this box tight around one fish?"),
        all=_("Does every fish have a box?"),
        none=_("Is it right that there is no fish here?"),
    ),
    SuperClass.AMPHIBIA: CheckWords(
        tight=_("Is this box tight around one amphibian?"),
        all=_("Does every amphibian have a box?"),
        none=_("Is it right that there is no amphibian here?"),
    ),
    SuperClass.ANIMALIA: CheckWords(
        tight=_("Is this box tight around one animal?"),
        all=_("Does every animal have a box?"),
        none=_("Is it right that there is no animal here?"),
    ),
    SuperClass.ARACHNIDA: CheckWords(
        tight=_("Is this box tight around one arachnid?"),
        all=_("Does every arachnid have a box?"),
        none=_("Is it right that there is no arachnid here?"),
    ),
    SuperClass.AVES: CheckWords(
        tight=_("Is this box tight around one bird?"),
        all=_("Does every bird have a box?"),
        none=_("Is it right that there is no bird here?"),
    ),
    SuperClass.INSECTA: CheckWords(
        tight=_("Is this box tight around one insect?"),
        all=_("Does every insect have a box?"),
        none=_("Is it right that there is no insect here?"),
    ),
    SuperClass.MAMMALIA: CheckWords(
        tight=_("Is this box tight around one mammal?"),
        all=_("Does every mammal have a box?"),
        none=_("Is it right that there is no mammal here?"),
    ),
    SuperClass.MOLLUSCA: CheckWords(
        tight=_("Is this box tight around one mollusc?"),
        all=_("Does every mollusc have a box?"),
        none=_("Is it right that there is no mollusc here?"),
    ),
    SuperClass.REPTILIA: CheckWords(
        tight=_("Is this box tight around one reptile?"),
        all=_("Does every reptile have a box?"),
        none=_("Is it right that there is no reptile here?"),
    ),
}
