"""Boxes as numbers.

Boxes are float arrays of shape (n, 4): either [x, y, w, h] per row (`xywh`) or the edges left, top,
right, bottom (`edges`), in pixels of the upright full-size image, origin top left, edges not pixel
centres.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from consensus.types import BoolArray, FloatArray

MIN_SIDE_PX = 1.0
MIN_UNION_PX = 1e-9


def edges_of(boxes_xywh: npt.ArrayLike) -> FloatArray:
    """Edges (n, 4) of `boxes_xywh`; anything without rows gives shape (0, 4).

    >>> edges_of([[10, 20, 30, 40]]).tolist()
    [[10.0, 20.0, 40.0, 60.0]]
    """
    boxes = np.asarray(boxes_xywh, dtype=np.float64).reshape(-1, 4)
    return np.hstack((boxes[:, :2], boxes[:, :2] + boxes[:, 2:]))


def clipped(edges: FloatArray, width: float | FloatArray, height: float | FloatArray) -> FloatArray:
    """`edges` (n, 4) moved inside an image of `width` x `height` pixels, or inside one image each.

    >>> clipped(np.array([[-5.0, 2.0, 9.0, 30.0]]), 20, 10).tolist()
    [[0.0, 2.0, 9.0, 10.0]]
    """
    limits = np.stack((width, height, width, height), axis=-1)
    return np.asarray(np.minimum(np.maximum(edges, 0.0), limits))


def usable(edges: FloatArray) -> BoolArray:
    """Which boxes have finite edges and sides of at least 1 px, shape (n,).

    >>> usable(np.array([[0, 0, 5, 5], [0, 0, 0.5, 9], [0, 0, np.nan, 9]])).tolist()
    [True, False, False]
    """
    sides = edges[:, 2:] - edges[:, :2]
    return np.asarray((sides >= MIN_SIDE_PX).all(axis=1) & np.isfinite(edges).all(axis=1))


def sides_of(edges: FloatArray) -> FloatArray:
    """The side each edge moves along: (width, height, width, height) per box, shape (n, 4)."""
    sides = edges[:, 2:] - edges[:, :2]
    return np.hstack((sides, sides))


def areas(edges: FloatArray) -> FloatArray:
    """Areas in square pixels, shape (n,)."""
    return np.asarray((edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1]))


def paired_iou(first: FloatArray, second: FloatArray) -> FloatArray:
    """IoU of the boxes in the same row of two edge arrays, 0..1, shape (n,); broadcasts.

    >>> box = np.array([[0.0, 0.0, 2.0, 2.0]])
    >>> paired_iou(box, np.array([[1.0, 0.0, 3.0, 2.0]])).round(3).tolist()
    [0.333]
    """
    low = np.maximum(first[..., :2], second[..., :2])
    high = np.minimum(first[..., 2:], second[..., 2:])
    overlap = np.maximum(high - low, 0.0)
    shared = overlap[..., 0] * overlap[..., 1]
    size = (first[..., 2:] - first[..., :2]).prod(axis=-1)
    other = (second[..., 2:] - second[..., :2]).prod(axis=-1)
    return np.asarray(shared / np.maximum(size + other - shared, MIN_UNION_PX))


def iou_matrix(first: FloatArray, second: FloatArray) -> FloatArray:
    """IoU of every box of `first` (n) with every box of `second` (m), edges, shape (n, m)."""
    return paired_iou(first[:, None, :], second[None, :, :])
