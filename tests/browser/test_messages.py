"""What organizers write to a worker is read without leaving the photo."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.hand import draw, expect_boxes
from tests.browser.test_accessibility import BOTH, LIGHT, violations
from tests.site import DESKTOP, People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]


def test_a_message_is_read_over_the_photo_and_the_organizer_sees_it(site: Site, newcomer: People):
    page, organizer = newcomer("skinks"), newcomer.organizer()
    draw(page, 0.2, 0.2, 0.5, 0.5)
    expect_boxes(page, 1)
    ((worker,),) = site.rows(
        "SELECT e.worker_id FROM crowd_enrolment e JOIN crowd_campaign c ON c.id = e.campaign_id"
        " WHERE c.slug = 'skinks' ORDER BY e.id DESC LIMIT 1"
    )
    organizer.goto(f"{site.address}/dashboard/campaigns/skinks/workers/{worker}/")
    organizer.get_by_label("Write to w-").fill("The tails, too.")
    organizer.get_by_role("button", name="Send", exact=True).click()
    expect(organizer.get_by_text("not read yet")).to_be_visible()
    assert violations(organizer, themes=BOTH) == []

    page.reload()
    heading = page.get_by_role("heading", name="A word from the organizers")
    expect(heading).to_be_visible()
    expect_boxes(page, 1)
    assert violations(page, themes=LIGHT) == []
    page.set_viewport_size(DESKTOP)
    page.get_by_role("button", name="Got it").press("Enter")
    expect(heading).to_be_hidden()
    expect_boxes(page, 1)
    site.wait_for(lambda: bool(site.rows("SELECT 1 FROM crowd_message WHERE read_at IS NOT NULL")))
    organizer.reload()
    expect(organizer.get_by_text("read just now")).to_be_visible()
