"""The workers' pages in other languages: nothing is missing, and each page knows its own."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.test import RequestFactory
from django.utils import timezone, translation
from django.views.defaults import server_error

from catalog.superclasses import BOXED, WORDS, SuperClass
from crowd import people
from crowd.models import Campaign, User, Worker
from crowd.words import question
from quadrat.languages import catalogs, extraction, pseudo
from tests import make

LOCALES = catalogs.locales()
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?[a-z]+[^>]*>")
# where room is short: the words of buttons and tabs, which may be this much longer than in English
BUTTONS: tuple[str, ...] = (
    "Submit",
    "Start",
    "Continue",
    "Got it",
    "Try again",
    "Next photo",
    "Can't tell",
)
BUTTONS += ("Nothing to box", "Go back", "Submit {n} boxes", "Animal visible", "Undo last")
ROOM = 1.4


@pytest.fixture(scope="module")
def messages():
    return extraction.worker_messages()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_that_workers_meet_is_translated(locale, messages):
    """Where this fails: `make messages`, then the empty entries of `locale/`."""
    assert len(messages) > 300
    assert catalogs.missing(catalogs.read(locale), messages) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_kept_that_nobody_says_any_more(locale, messages):
    said = {message.id for message in messages}
    assert [message.id for message in catalogs.read(locale) if message.id not in said] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_placeholders_and_tags_survive_the_translation(locale):
    broken = [
        (english, text)
        for message in catalogs.read(locale)
        if message.id
        for english, text in pairs(message)
        if text and Counter(PLACEHOLDER.findall(english)) != Counter(PLACEHOLDER.findall(text))
    ]
    assert broken == []


def pairs(message):
    """Each translation beside the English that has the same placeholders: of plurals the last."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    # "You missed one." may say its number or not
    return [(message.id[1], text) for text in message.string[-1:]]


@pytest.mark.parametrize("locale", LOCALES)
def test_no_translation_ends_an_attribute(locale):
    """Literals are not escaped in templates: a quotation mark would end `aria-label="..."`."""
    risky = [
        message.id
        for message in catalogs.read(locale)
        if message.id and any('"' in re.sub(r"<[^>]+>", "", text) for _, text in pairs(message))
    ]
    assert risky == []


def test_words_of_buttons_are_not_much_longer_in_spanish():
    catalog = catalogs.read("es")
    long = {word: catalog.get(word).string for word in BUTTONS if is_longer(catalog.get(word))}
    assert long == {}


def is_longer(message) -> bool:
    return len(message.string) > ROOM * len(message.id) + 1


@pytest.mark.parametrize("kind", Campaign.Kind.values)
def test_each_super_class_is_asked_for_in_a_sentence_of_its_own(kind):
    asked = [Campaign(kind=kind, super_class=name) for name in SuperClass.values]
    for locale in ("en", "es", "zh-hant"):
        with translation.override(locale):
            assert len({question(campaign) for campaign in asked}) == len(SuperClass)
    assert WORDS.keys() == set(SuperClass) > BOXED


def test_a_question_is_in_the_language_of_who_is_asked():
    birds = Campaign(kind=Campaign.Kind.BOX, super_class=SuperClass.AVES)
    said = {}
    for locale in ("en", "es", "zh-hant"):
        with translation.override(locale):
            said[locale] = question(birds)
    assert said == {
        "en": "Box all birds",
        "es": "Enmarca todas las aves",
        "zh-hant": "框出所有的鳥",
    }


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("es-MX,es;q=0.9", "es"),
        ("zh-TW", "zh-hant"),
        ("zh-HK,zh;q=0.8", "zh-hant"),
        ("pt-BR,fr;q=0.8", "en"),
        ("", "en"),
    ],
)
def test_a_visitor_gets_the_language_of_the_browser(client, wanted, given):
    reply = client.get("/sign-in/", headers={"accept-language": wanted})
    assert reply["Content-Language"] == given
    assert f'<html lang="{given}" dir="ltr">' in reply.content.decode()


@pytest.mark.django_db
def test_a_choice_outlives_the_session_and_beats_the_browser(client, ada):
    client.force_login(ada.user)
    chosen = client.post("/language/", {"language": "zh-hant", "next": "/account/"})
    assert (chosen.status_code, chosen["Location"]) == (302, "/account/")
    assert chosen.cookies["language"]["max-age"] >= 30 * 24 * 3600
    client.post("/sign-out/")
    reply = client.get("/sign-in/", headers={"accept-language": "es"})
    assert "登入" in reply.content.decode()


def test_the_choice_leads_nowhere_else(client):
    reply = client.post("/language/", {"language": "es", "next": "https://elsewhere.example/"})
    assert reply["Location"] == "/"


@pytest.mark.django_db
def test_organizers_read_their_own_pages_in_english(client, olga):
    client.force_login(olga)
    spanish = {"accept-language": "es"}
    assert client.get("/dashboard/", headers=spanish)["Content-Language"] == "en"
    assert client.get("/account/", headers=spanish)["Content-Language"] == "es"


@pytest.mark.django_db
def test_a_worker_is_turned_away_in_the_language_of_the_browser(client, ada):
    client.force_login(ada.user)
    reply = client.get("/dashboard/", headers={"accept-language": "es"})
    assert reply.status_code == 403
    assert "Esta página no es para tu cuenta" in reply.content.decode()


@pytest.mark.django_db
def test_errors_of_the_api_are_in_the_workers_language(api, ada):
    make.campaign(slug="paused")
    Campaign.objects.filter(slug="paused").update(status=Campaign.Status.PAUSED)
    reply = api(ada).post(
        "/api/campaigns/paused/assignments/", headers={"accept-language": "zh-TW"}
    )
    assert reply.status_code == 409
    assert reply.json()["detail"] == "這個活動目前沒有進行。請晚點再試。"


def test_stretched_words_keep_what_is_filled_in():
    assert stretched_letters("Submit {n} boxes") >= 1.4 * len("Submit  boxes")
    assert pseudo.stretch('<b class="x">%(n)d</b> {of} 100 %%').startswith(
        '<b class="x">%(n)d</b> {of} 100 %%'
    )


def stretched_letters(text: str) -> int:
    return len(re.sub(r"\{\w+\}", "", pseudo.stretch(text)))


class Words(HTMLParser):
    """Gathers what people read or hear of a page: texts, also hidden ones, and labels."""

    SILENT = frozenset({"script", "style", "kbd"})
    HEARD: tuple[str, ...] = (
        "aria-label",
        "aria-roledescription",
        "aria-description",
        "title",
        "alt",
    )
    HEARD += ("placeholder", "aria-valuetext")
    EMPTY = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        # of each open element: whether what is in it is left out
        self.left_out = [False]
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        is_other_language = "lang" in given and tag != "html"
        is_out = self.left_out[-1] or tag in self.SILENT or is_other_language
        if not is_out:
            self.found += [given[name] for name in self.HEARD if given.get(name)]
        if tag not in self.EMPTY:
            self.left_out.append(is_out)

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            self.left_out.pop()

    def handle_data(self, data):
        if data.strip() and not self.left_out[-1]:
            self.found.append(data.strip())


# names: of the site, of people and licences, of keys, of what is filled in
NAME = re.compile(
    r"Quadrat|w-[0-9a-f]{10}|guest-\w+|\bada\b|nobody CC0|\b(?:Ctrl|Esc|Alt|Del)\b|\{\w+\}"
)


def english_in(html: str) -> list[str]:
    """Texts with a plain word of two letters or more, which no invented language has."""
    return [text for text in Words(html).found if re.search(r"[A-Za-z]{2,}", NAME.sub("", text))]


@pytest.fixture
def visited(client, ada: Worker) -> Worker:
    """Ada, with something behind her in campaigns of both kinds, signed in."""
    make.campaign(4, slug="birds", has_qualification=False)
    make.campaign(4, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia", has_grid=True)
    for slug in ("birds", "deer"):
        make.answer_everything(ada, Campaign.objects.get(slug=slug), now=timezone.now())
    client.force_login(ada.user)
    return ada


PAGES: tuple[str, ...] = (
    "/",
    "/my-work/",
    "/account/",
    "/box/birds/",
    "/box/birds/practice/",
    "/verify/deer/",
)
PAGES += ("/verify/deer/practice/", "/nowhere/", "/dashboard/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_a_signed_in_worker_meets_no_word_that_is_not_marked(client, visited, path):
    """Every text of the page, seen, hidden or heard, goes through the catalogs."""
    html = client.get(path, headers={"accept-language": "en-xa"}).content.decode()
    assert '<html lang="en-xa"' in html
    assert english_in(html) == []


@pytest.mark.django_db
def test_a_visitor_meets_no_word_that_is_not_marked(client, olga):
    birds = make.campaign(slug="birds")
    now = timezone.now()
    for campaign, role in ((birds, "worker"), (None, "worker"), (None, "organizer")):
        link = people.invite(by=olga, role=User.Role(role), campaign=campaign, now=now)
        look(client, f"/join/{link.token}/")
        refused = {"username": "olga", "password": "Ÿ"}
        html = client.post(f"/join/{link.token}/", refused, headers={"accept-language": "en-xa"})
        # Django's own words about passwords are in its own catalogs
        found = english_in(html.content.decode())
        assert [text for text in found if "password is too" not in text] == []
    look(client, "/join/nobody/")
    look(client, "/sign-in/")


def look(client, path):
    html = client.get(path, headers={"accept-language": "en-xa"}).content.decode()
    assert english_in(html) == []


def test_the_page_of_a_broken_server_is_translated_too():
    with translation.override("en-xa"):
        html = server_error(RequestFactory().get("/")).content.decode()
    assert english_in(html) == []
    assert len(Words(html).found) >= 4


@pytest.mark.django_db
def test_right_to_left_is_a_matter_of_the_page(client):
    html = client.get("/sign-in/", headers={"accept-language": "ar-xb"}).content.decode()
    assert '<html lang="ar-xb" dir="rtl">' in html
