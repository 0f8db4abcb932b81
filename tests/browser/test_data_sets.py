"""An organizer plans the campaigns of a data set: what is asked follows what is ticked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import BOTH, go, violations
from tests.site import People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]

FILL = """
WITH made AS (
    INSERT INTO catalog_dataset (slug, name, created_at) VALUES ('plains', 'plains', now())
    RETURNING id
)
INSERT INTO catalog_image (uid, dataset_id, file_name, super_class, split, width, height,
    display_width, display_height, licence, licence_url, rights_holder, sha256, imported_at,
    state, source_url, fetch_error)
SELECT gen_random_uuid(), made.id, split || n || '.jpg', 'Amphibia', split, 800, 600,
    800, 600, '', '', '', '', now(),
    CASE WHEN n > 9 THEN 'failed' WHEN n > 8 THEN 'awaited' ELSE 'here' END,
    'http://photos.example/1.jpg', CASE WHEN n > 9 THEN 'is gone (404 Not Found)' ELSE '' END
FROM made, (VALUES ('train'), ('val')) splits (split), generate_series(1, 10) n
WHERE split = 'train' OR n <= 2
"""


def test_the_campaigns_of_a_data_set_are_planned_in_the_browser(site: Site, newcomer: People):
    site.rows(FILL)
    page = newcomer.organizer()
    for path in ("", "plains/", "plains/plan/"):
        go(page, f"{site.address}/dashboard/data-sets/{path}")
        assert violations(page, themes=BOTH) == []
    heading, create = page.get_by_role("heading", level=1), page.locator("[data-create]")
    expect(heading).to_contain_text("33 answers for 1.65")
    page.get_by_label("Workers a photo, to box").fill("2")
    expect(heading).to_contain_text("22 answers for 1.10")
    page.get_by_label("Box Amphibia, val").uncheck()
    expect(heading).to_contain_text("18 answers for 0.90")
    expect(create).to_have_text("Create 1 campaign")
    # Enter reckons, and makes nothing
    page.get_by_label("Price").press("Enter")
    page.get_by_label("Price").fill("1")
    expect(heading).to_contain_text("18 answers for 18.00")
    page.get_by_label("Box Amphibia, train").uncheck()
    expect(create).to_be_disabled()
    page.get_by_label("Box Amphibia, train").check()
    create.click()
    expect(page.get_by_text("1 campaign is running")).to_be_visible()
    states = "SELECT state, n_wanted FROM crowd_task JOIN crowd_campaign c ON c.id = campaign_id "
    found = site.rows(states + "WHERE slug = 'plains-box-amphibia-train'")
    # one is on its way, another has failed and may come after all
    assert sorted(found) == [("awaited", 2)] * 2 + [("open", 2)] * 8
