"""Charts are drawn in the page, in the reader's theme, and can be taken away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import BOTH, violations
from tests.site import People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]


def test_the_statistics_of_a_data_set(site: Site, newcomer: People):
    page = newcomer.organizer(color_scheme="light")
    # it is counted when somebody looks for the first time; the page renews itself
    page.goto(f"{site.address}/dashboard/data-sets/scenes/statistics/")
    page.locator("[data-charts=drawn]").wait_for(state="attached")
    chart = page.get_by_role("img", name=re.compile("^A falling line on a logarithmic scale"))
    line = chart.locator(".mark-line path").first
    expect(line).to_have_attribute("stroke", "rgb(11, 92, 173)")
    page.emulate_media(color_scheme="dark")
    expect(line).to_have_attribute("stroke", "rgb(143, 199, 255)")

    page.locator("#images-per-class").get_by_text("The numbers").click()
    expect(page.get_by_role("columnheader", name="Classes with so many")).to_be_visible()
    assert violations(page, themes=BOTH) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390

    with page.expect_download() as taken:
        page.get_by_role("link", name="Images per class as SVG").click()
    assert taken.value.suggested_filename == "scenes-images-per-class.svg"
    assert taken.value.path().read_bytes().startswith(b"<svg")


DRAW = """
from django.utils import timezone
from annotate import comparing
from tallies import counting
from tests.tallies import drawn
campaign = drawn.box_campaign(24)
comparing.compare_due()
counting.count_all(campaign, now=timezone.now())
"""


def test_agreement_and_the_photos_behind_its_marks(site: Site, newcomer: People):
    site.manage("shell", "--no-imports", "-v0", "-c", DRAW)
    page = newcomer.organizer(color_scheme="light")
    page.goto(f"{site.address}/dashboard/campaigns/drawn/agreement/")
    page.locator("[data-charts=drawn]").wait_for(state="attached")
    assert page.locator("[data-chart] svg.marks").count() == 9
    assert violations(page, themes=BOTH) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.get_by_role("link", name="Agreement", exact=True)).to_be_in_viewport()
    # the photos behind it are rows without files
    newcomer.expected.append("status of 404")
    page.locator("#by-taxon .mark-symbol path").click()
    expect(page).to_have_url(re.compile(r"/campaigns/drawn/tasks/\?taxon=\d+$"))
