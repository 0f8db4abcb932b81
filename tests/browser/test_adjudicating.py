"""An organizer decides on disputed photos by keys and in the editor, and takes it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hand import draw
from tests.browser.test_accessibility import BOTH, go, violations
from tests.site import DESKTOP, People, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]

DISPUTE = """
from django.utils import timezone
from annotate import aggregation
from catalog.models import Dataset
from crowd import campaigns
from crowd.models import Campaign
from tests import make
now = timezone.now()
garden = Dataset.objects.get(slug="garden")
made = campaigns.create(slug="disputes", kind=Campaign.Kind.BOX, dataset=garden,
    super_class="Reptilia", workers_per_task=2, max_workers=2, tau=0.001, now=now)
for name, box in (("dora", [100, 100, 220, 160]), ("emil", [300, 250, 180, 200])):
    make.answer_everything(make.worker(name), made, make.annotation([box]), now=now)
aggregation.aggregate_due(now=timezone.now())
"""


def test_an_organizer_decides_by_keys_and_in_the_editor(site: Site, newcomer: People):
    site.manage("shell", "--no-imports", "-v0", "-c", DISPUTE)
    site.wait_for(site.nothing_is_due)
    page = newcomer.organizer()
    go(page, f"{site.address}/dashboard/campaigns/disputes/adjudicate/")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("3 photos wait for you")
    assert violations(page, themes=BOTH) == []
    page.set_viewport_size(DESKTOP)
    photo = page.locator("#decision")
    first = photo.inner_text()
    page.keyboard.press("ArrowRight")
    expect(photo).not_to_have_text(first)
    page.keyboard.press("ArrowLeft")
    expect(photo).to_have_text(first)
    page.keyboard.press("a")
    expect(heading).to_have_text("2 photos wait for you")
    expect(page.locator(".undo-notice")).to_contain_text("consensus accepted")
    page.keyboard.press("u")
    expect(heading).to_have_text("3 photos wait for you")
    expect(photo).to_have_text(first)
    page.keyboard.press("x")
    expect(page.get_by_label("Broken, blank or unreadable")).to_be_focused()
    page.get_by_label("Shows people").check()
    page.get_by_role("button", name="Exclude it").click()
    expect(heading).to_have_text("2 photos wait for you")
    page.keyboard.press("e")
    shown(page)
    expect(page.locator("#count")).to_have_text(re.compile("[12] of 10 boxes"))
    assert violations(page, themes=BOTH) == []
    page.set_viewport_size(DESKTOP)
    page.get_by_role("button", name="Show the whole photo").click()
    n = int((page.locator("#count").text_content() or "")[0])
    draw(page, 0.6, 0.05, 0.9, 0.25)
    expect(page.locator("#count")).to_have_text(f"{n + 1} of 10 boxes")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("1 photo waits for you")
    expect(page.locator(".undo-notice")).to_contain_text("answered by an organizer")
    here = (
        "task_id IN (SELECT t.id FROM crowd_task t JOIN crowd_campaign c ON c.id = t.campaign_id "
    )
    here += "WHERE c.slug = 'disputes')"
    steps = f"SELECT action FROM annotate_adjudication WHERE {here} ORDER BY id"
    assert site.rows(steps) == [("accept",), ("undo",), ("exclude",), ("edit",)]
    kept = "SELECT count(*) FROM annotate_adjudicatedbox b JOIN annotate_adjudication a ON "
    kept += "a.id = b.adjudication_id WHERE a.action = 'edit'"
    kept += f" AND a.{here}"
    assert site.rows(kept) == [(n + 1,)]
