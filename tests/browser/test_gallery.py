"""An organizer decides in the gallery by keys, sees one worker alone, and draws gold."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.hand import draw
from tests.browser.test_accessibility import BOTH, go, violations
from tests.site import DESKTOP, People, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]

DOUBTS = """
from django.utils import timezone
from annotate import aggregation
from catalog.models import Dataset
from crowd import campaigns
from crowd.models import Campaign
from tests import make
now = timezone.now()
garden = Dataset.objects.get(slug="garden")
made = campaigns.create(slug="doubts", kind=Campaign.Kind.BOX, dataset=garden,
    super_class="Reptilia", workers_per_task=2, max_workers=2, tau=0.001, now=now)
for name, box in (("gert", [100, 100, 220, 160]), ("hugo", [300, 250, 180, 200])):
    make.answer_everything(make.worker(name), made, make.annotation([box]), now=now)
aggregation.aggregate_due(now=timezone.now())
"""


def test_an_organizer_decides_in_the_gallery_by_keys(site: Site, newcomer: People):
    site.manage("shell", "--no-imports", "-v0", "-c", DOUBTS)
    site.wait_for(site.nothing_is_due)
    page = newcomer.organizer()
    go(page, f"{site.address}/dashboard/campaigns/doubts/tasks/")
    assert violations(page, themes=BOTH) == []
    page.set_viewport_size(DESKTOP)
    cards = page.locator("[data-card]")
    said = page.locator("[data-said]")
    page.keyboard.press("ArrowRight")
    expect(cards.nth(0).locator("[data-open]")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cards.nth(1).locator("[data-open]")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("a")
    expect(said).to_contain_text("consensus accepted. U takes it back.")
    expect(cards.nth(0)).to_contain_text("Consensus accepted")
    expect(cards.nth(1).locator("[data-open]")).to_be_focused()
    page.keyboard.press("u")
    expect(said).to_contain_text("decision taken back")
    expect(cards.nth(0).get_by_role("button", name="Accept")).to_be_visible()
    page.keyboard.press("x")
    page.get_by_label("Broken, blank or unreadable").check()
    page.get_by_role("button", name="Exclude it").click()
    expect(cards.nth(0).locator(".badge")).to_have_text("excluded")
    # of what cannot be done it is told why: nobody else is looking at the page
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("a")
    expect(said).to_have_attribute("role", "alert")
    name = cards.nth(1).locator("[data-worker]").first
    name.hover()
    letter = name.get_attribute("data-letter")
    for number in range(cards.count()):
        layers = cards.nth(number).locator(".overlay [data-layer]")
        dim = layers.evaluate_all(
            "all => all.map((one) => [one.dataset.layer, one.matches('.is-dim')])"
        )
        assert dict(dim)[letter] is False
        assert sum(is_dim for _, is_dim in dim) > 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("e")
    shown(page)
    draw(page, 0.6, 0.05, 0.9, 0.25)
    page.get_by_label("Why, if you like").fill("one in the grass")
    page.get_by_role("button", name="Let these boxes stand").click()
    expect(page.locator("[data-card]", has_text="Answered by an organizer")).to_be_visible()
    go(page, f"{site.address}/dashboard/campaigns/doubts/gold/")
    assert violations(page, themes=BOTH) == []
