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
