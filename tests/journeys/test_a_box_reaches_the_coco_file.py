"""Three people draw a box in a browser; a researcher loads it from the COCO file."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pycocotools.coco import COCO
from pycocotools.mask import iou

from tests.site import Site, shown, wait_for_another

pytestmark = [pytest.mark.browser, pytest.mark.services]

TRUTH = """{
    str(reference.image.uid): reference.boxes_xywh
    for reference in Reference.objects.filter(super_class='Aves')
}"""


def drag(page: Page, box: list[float], width: int) -> None:
    """Draw a box given in pixels of the full-size image, `width` pixels wide."""
    photo = page.locator("#photo img").bounding_box()
    assert photo is not None
    scale = photo["width"] / width
    left, top = photo["x"] + box[0] * scale, photo["y"] + box[1] * scale
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + box[2] * scale / 2, top + box[3] * scale / 2, steps=3)
    page.mouse.move(left + box[2] * scale, top + box[3] * scale, steps=3)
    page.mouse.up()


def box_all_birds(page: Page, truth: dict[str, list[list[float]]]) -> None:
    """Work until the page says thanks."""
    for _ in range(len(truth)):
        uid = shown(page)
        for box in truth[uid]:
            drag(page, box, 800)
        button = page.locator("#submit") if truth[uid] else page.locator("#nothing")
        page.wait_for_timeout(450)  # the page refuses answers given before anybody can have looked
        button.click()
        wait_for_another(page, uid)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_a_box_reaches_the_coco_file(site: Site, newcomer, tmp_path):
    truth = site.ask(" ".join(TRUTH.split()))
    assert sorted(len(boxes) for boxes in truth.values()) == [0, 1]
    for _ in range(3):
        box_all_birds(newcomer("birds"), truth)
    retired = "Task.objects.filter(campaign__slug='birds', state='retired').count()"
    site.wait_for(lambda: site.ask(retired) == 2)

    said = site.manage("export_release", "scenes", "--split", "train", "--output", str(tmp_path))
    assert "train.json" in said

    coco = COCO(str(tmp_path / "train.json"))
    status = {
        row["file_name"].split("/")[0] + str(len(coco.getAnnIds(row["id"]))): row["attributes"]
        for row in coco.imgs.values()
    }
    assert status["Aves1"]["status"] == "boxed"
    assert status["Aves0"]["status"] == "empty"
    (annotation,) = (
        found
        for found in coco.anns.values()
        if coco.cats[found["category_id"]]["supercategory"] == "Aves"
    )
    (true_box,) = next(boxes for boxes in truth.values() if boxes)
    assert iou([annotation["bbox"]], [true_box], [0])[0][0] > 0.97
    assert annotation["attributes"]["n_workers"] == 3
    assert annotation["area"] == pytest.approx(annotation["bbox"][2] * annotation["bbox"][3])
