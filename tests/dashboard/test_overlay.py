"""Drawing workers' boxes: everybody can be told apart, and everything stays in the photo."""

from __future__ import annotations

from dashboard.overlay import draw, style


def test_seven_workers_have_a_look_of_their_own_and_the_rest_are_grey():
    looks = [style(index) for index in range(12)]
    assert len(set(looks[:7])) == 7
    assert set(looks[7:]) == {"worker-rest"}


def test_boxes_keep_the_pixels_of_the_full_size_image():
    drawing = draw(4000, 3000, [[[10.5, 20.25, 30, 40]]], [[1, 2, 3, 4]])
    (box,) = drawing.layers[0].boxes
    assert (box.x, box.y, box.w, box.h) == (10.5, 20.25, 30, 40)
    assert (drawing.width, drawing.height) == (4000, 3000)


def test_letters_stay_inside_the_photo():
    corner = [[780, 590, 20, 10]]
    drawing = draw(800, 600, [corner] * 9, [])
    for layer in drawing.layers:
        (box,) = layer.boxes
        assert 0 <= box.letter_x <= 800 - drawing.letter_size
        assert drawing.letter_size <= box.letter_y <= 600


def test_letters_of_workers_who_agree_do_not_hide_each_other():
    drawing = draw(800, 600, [[[100, 100, 300, 300]]] * 3, [])
    places = [layer.boxes[0].letter_x for layer in drawing.layers]
    assert places == sorted(set(places))
