"""Writing scenes as a data set: JPEG files and an iNaturalist-style COCO JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from simulation.scene import Scene

LICENSE = {
    "id": 1,
    "name": "CC0 1.0 Universal",
    "url": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def write_dataset(
    folder: Path,
    scenes: Iterable[tuple[Scene, str | None]],
    *,
    json_name: str = "scenes.json",
    quality: int = 90,
) -> Path:
    """Write `<super-class>/<taxon>/scene-00001.jpg` ... and the JSON; returns the JSON's path.

    `scenes` are pairs of a scene and the name of its split (or None); they are consumed one by
    one. Ids count from 1 in the order given. The same scenes give the same bytes.
    """
    coco: dict[str, Any] = {
        "info": {"description": "Quadrat scenes: drawn, with known truth", "version": "1"},
        "licenses": [LICENSE],
        "images": [],
        "categories": [],
        "annotations": [],
    }
    categories: dict[tuple[str, str], int] = {}
    for image_id, (scene, split) in enumerate(scenes, start=1):
        relative = Path(scene.super_class) / scene.taxon / f"scene-{image_id:05d}.jpg"
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        scene.image.save(target, "JPEG", quality=quality, optimize=False)
        category_id = categories.setdefault((scene.super_class, scene.taxon), len(categories) + 1)
        coco["images"].append(_image_row(scene, split, image_id, relative, category_id))
        coco["annotations"] += _annotation_rows(
            scene, image_id, category_id, first_id=len(coco["annotations"]) + 1
        )
    coco["categories"] = [
        {"id": number, "name": taxon, "supercategory": super_class}
        for (super_class, taxon), number in categories.items()
    ]
    path = folder / json_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(coco, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _image_row(
    scene: Scene, split: str | None, image_id: int, relative: Path, category_id: int
) -> dict[str, Any]:
    # a scene from which every animal was left out shows its habitat
    is_empty = scene.reason == "animal" and not len(scene.boxes_xywh)
    row: dict[str, Any] = {
        "id": image_id,
        "file_name": relative.as_posix(),
        "width": scene.image.width,
        "height": scene.image.height,
        "license": LICENSE["id"],
        "rights_holder": "Quadrat scenes",
        "category_id": category_id,
        "super_class": scene.super_class,
        "status": "non_instance" if is_empty else scene.status,
        "reason": "habitat" if is_empty else scene.reason,
        "boxes_complete": True,
    }
    if split is not None:
        row["split"] = split
    return row


def _annotation_rows(
    scene: Scene, image_id: int, category_id: int, *, first_id: int
) -> list[dict[str, Any]]:
    return [
        {
            "id": first_id + k,
            "image_id": image_id,
            "category_id": category_id,
            "bbox": [float(value) for value in box],
            "area": float(box[2] * box[3]),
            "iscrowd": 0,
        }
        for k, box in enumerate(scene.boxes_xywh)
    ]
