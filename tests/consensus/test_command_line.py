"""`python -m consensus`: answers in, consensus out."""

from __future__ import annotations

import io
import json
import stat
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from consensus.command_line import main
from consensus.vote_methods import VOTE_METHODS
from consensus.votes import VOTE_METHOD


@dataclass
class Done:
    """What a command gave."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def consensus(monkeypatch, tmp_path):
    """Runs the command in `tmp_path`; given: what stands on its standard input."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, given=""):
        text = given.encode() if isinstance(given, str) else given
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            try:
                status = main([str(argument) for argument in arguments])
            except SystemExit as left:
                status = left.code
        return Done(status, out.getvalue(), err.getvalue())

    return run


def said(done):
    return done.stderr


def rows(done):
    assert done.returncode == 0, said(done)
    return [json.loads(line) for line in done.stdout.splitlines()]


def lines(*items):
    return "".join(json.dumps(item) + "\n" for item in items)


def image(image_id, *answers, width=100, height=80):
    """Answers are (worker, box, box, ...)."""
    annotations = [{"worker_id": worker, "boxes": list(drawn)} for worker, *drawn in answers]
    return {"image_id": image_id, "width": width, "height": height, "annotations": annotations}


def item(item_id, *votes, **more):
    """Votes are (worker, label)."""
    voted = [{"worker_id": worker, "label": label} for worker, label in votes]
    return {"item_id": item_id, "votes": voted} | more


CAT = [10, 10, 40, 30]
NEAR = [11, 10, 40, 31]
FAR = [60, 50, 30, 20]
AGREED = image("a", ("ada", CAT), ("ben", NEAR))


def test_boxes_come_out_with_score_risk_and_provenance(consensus):
    (found,) = rows(consensus("boxes", "-", "-", given=lines(AGREED)))
    assert list(found) == ["image_id", "boxes", "n_annotations", "risk", "finished"]
    assert (found["image_id"], found["n_annotations"]) == ("a", 2)
    (box,) = found["boxes"]
    left, _, width, _ = box["bbox"]
    assert 10 <= left <= 11
    assert 50 <= left + width <= 51
    assert 0.5 < box["score"] <= 1
    assert (box["n_workers"], box["n_looked"]) == (2, 2)
    assert box["sources"] == [["ada", 0], ["ben", 0]]
    assert len(box["spread"]) == 4


def test_results_stand_in_the_order_of_the_input_under_their_own_ids(consensus):
    ids = ["b", "a", 7, "7", 1.5, "é", "\ud800"]
    given = lines(*(image(name, ("ada", CAT), ("ben", CAT)) for name in ids))
    found = rows(consensus("boxes", "-", "-", given=given))
    assert [row["image_id"] for row in found] == ids


def test_workers_1_and_one_in_quotes_are_two_people(consensus):
    (found,) = rows(consensus("boxes", "-", "-", given=lines(image("a", (1, CAT), ("1", CAT)))))
    assert found["n_annotations"] == 2
    assert found["boxes"][0]["sources"] == [[1, 0], ["1", 0]]


def test_of_two_answers_by_one_worker_the_last_counts(consensus):
    given = lines(image("a", ("ada", CAT), ("ben", CAT), ("ada",)))
    (found,) = rows(consensus("boxes", "-", "-", given=given))
    assert found["n_annotations"] == 2
    drawn = [box["sources"] for box in found["boxes"]]
    assert drawn in ([], [[["ben", 0]]])


def test_files_are_read_and_written(consensus, tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\xef\xbb\xbf" + lines(AGREED).encode().replace(b"\n", b"\r\n\r\n"))
    done = consensus("boxes", source, target)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads(target.read_text())["image_id"] == "a"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]
    assert target.stat().st_mode == source.stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_a_result_keeps_the_mode_of_the_file_that_it_replaces(consensus, tmp_path, mode):
    target = tmp_path / "out.jsonl"
    target.write_text("older")
    target.chmod(mode)
    assert consensus("boxes", "-", target, given=lines(AGREED)).returncode == 0
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert json.loads(target.read_text())["image_id"] == "a"


def test_a_read_only_file_is_refused_before_the_work(consensus, tmp_path):
    target = tmp_path / "out.jsonl"
    target.write_text("older")
    target.chmod(0o400)
    done = consensus("boxes", "-", target, given=lines(AGREED))
    assert (done.returncode, target.read_text()) == (2, "older")
    assert said(done) == f"{target} is read-only\n"


def test_the_result_may_replace_the_input(consensus, tmp_path):
    both = tmp_path / "both.jsonl"
    both.write_text(lines(AGREED))
    assert consensus("boxes", both, both).returncode == 0
    assert json.loads(both.read_text())["finished"] is True


def test_nothing_in_is_nothing_out(consensus):
    assert rows(consensus("boxes", "-", "-")) == []
    assert rows(consensus("votes", "-", "-", given="\n\n")) == []


def test_images_without_answers_or_boxes_are_unfinished_and_empty(consensus):
    given = lines(image("none"), image("one", ("ada",)), image("two", ("ada",), ("ben",)))
    none, one, two = rows(consensus("boxes", "-", "-", given=given))
    assert none["boxes"] == one["boxes"] == two["boxes"] == []
    assert [row["n_annotations"] for row in (none, one, two)] == [0, 1, 2]
    assert none["finished"] is one["finished"] is False


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ("[10, 10, 0.5, 30]", "a side under 1 px"),
        ("[10, 10, -20, 30]", "a side under 1 px"),
        ("[10, 10, NaN, 30]", "not finite"),
        ("[10, 10, 1e999, 30]", "not finite"),
        ("[1e308, 10, 1e308, 30]", "not finite"),
        (f"[10, 10, 1{'0' * 400}, 30]", "not finite"),
        ("[200, 10, 20, 20]", "outside the image"),
        ("[-40, 10, 40, 20]", "outside the image"),
        ("[99.5, 10, 40, 20]", "a side under 1 px inside the image"),
    ],
)
def test_a_box_that_says_nothing_is_dropped_with_a_warning_and_the_answer_kept(
    consensus, box, reason
):
    good = lines(image("first", ("ada", CAT)))
    line = lines(image("a", ("ada", "BAD", CAT), ("ben", CAT))).replace('"BAD"', box)
    done = consensus("boxes", "-", "-", given=good + line)
    _, found = rows(done)
    assert [box["sources"] for box in found["boxes"]] == [[["ada", 1], ["ben", 0]]]
    assert found["n_annotations"] == 2
    assert said(done) == (f'standard input, line 2: box 1 of worker "ada" left out: {reason}\n')


def test_a_box_partly_outside_is_clipped(consensus):
    given = lines(image("a", ("ada", [-20, 60, 50, 40]), ("ben", [-30, 60, 60, 90])))
    done = consensus("boxes", "-", "-", given=given)
    assert rows(done)[0]["boxes"][0]["bbox"] == [0, 60, 30, 20]
    assert said(done) == ""


MALFORMED = [
    ("{", "not JSON"),
    ("[]", "must be a JSON object, not []"),
    ("\xff", "not UTF-8 text"),
    ("[" * 100_000, "nested too deep"),
    (lines(image(None)), "image_id must be text or a number, not null"),
    (lines(image(True)), "image_id must be text or a number, not true"),
    (lines(image("a", width=0)), "width must be a whole number of pixels, 1 or more, not 0"),
    (lines(image("a", height=1.5)), "height must be a whole number of pixels"),
    (lines(image("a", ("ada", [1, 2, 3]))), "annotation 1, box 1 must be four numbers"),
    (lines(image("a", ("ada", CAT), ("ben", CAT, "no"))), "annotation 2, box 2 must be four"),
    (lines(image("a", ("ada", [1, 2, True, 4]))), "annotation 1, box 1 must be four numbers"),
    (lines(image("a", (["ada"], CAT))), "annotation 1: worker_id must be text or a number"),
    ('{"image_id": "a", "width": 9, "height": 9}', "annotations is missing"),
    ('{"image_id": "a", "width": 9, "height": 9, "annotations": {}}', "must be a list, not {}"),
    (lines(image("first")), '"first" stands on line 1 already'),
    (
        '{"image_id": "a", "width": 9, "height": 9, "annotations": [], "annotations": []}',
        'the key "annotations" stands twice in one object',
    ),
    (
        lines(image("a", ("ada", CAT))).replace('"boxes"', '"boxes": [], "boxes"'),
        'the key "boxes" stands twice in one object',
    ),
]


@pytest.mark.parametrize(("line", "reason"), MALFORMED, ids=[reason for _, reason in MALFORMED])
def test_a_malformed_line_ends_with_its_number_and_status_2(consensus, tmp_path, line, reason):
    target = tmp_path / "out.jsonl"
    given = (lines(image("first", ("ada", CAT))) + "\n").encode() + line.encode("latin-1")
    done = consensus("boxes", "-", target, given=given)
    assert done.returncode == 2
    assert said(done).startswith("standard input, line 3: ")
    assert reason in said(done)
    assert len(said(done).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
    assert consensus("boxes", "-", "-", given=given).stdout == ""


@pytest.mark.parametrize(("line", "reason"), MALFORMED, ids=[reason for _, reason in MALFORMED])
def test_skip_bad_counts_reports_and_leaves_out(consensus, line, reason):
    given = (lines(image("first", ("ada", CAT))) + "\n").encode() + line.encode("latin-1")
    done = consensus("boxes", "--skip-bad", "-", "-", given=given.strip() + b"\n" + b"nothing")
    assert [row["image_id"] for row in rows(done)] == ["first"]
    assert "standard input, line 3 left out: " in said(done)
    assert reason in said(done)
    assert said(done).endswith(
        "line 4 left out: not JSON: Expecting value (column 1)\nstandard input: 2 lines left out\n"
    )


def test_an_older_result_stays_when_the_input_is_malformed(consensus, tmp_path):
    target = tmp_path / "out.jsonl"
    target.write_text("older")
    assert consensus("boxes", "-", target, given="{").returncode == 2
    assert target.read_text() == "older"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("boxes", "missing.jsonl", "-"), "missing.jsonl"),
        (("boxes", "-", "no/such/out.jsonl"), "there is no directory"),
        (("boxes", "-", "."), "is a directory"),
        (("boxes", "--tau", "0", "-", "-"), "tau must be greater than 0"),
        (("boxes", "--minimum", "9", "-", "-"), "1 <= minimum <= maximum"),
        (("boxes", "--max-boxes", "0", "-", "-"), "--max-boxes"),
        (("boxes", "--parameter", "glue=1", "-", "-"), "there is no parameter 'glue'"),
        (("boxes", "--parameter", "link=5", "-", "-"), "link must be greater than 0 and at most 1"),
        (("boxes", "--parameter", "max_boxes=0", "-", "-"), "max_boxes must be none or a whole"),
        (("boxes", "--method", "magic", "-", "-"), "invalid choice"),
        (("boxes", "--method", "majority", "--online", "-", "-"), "--online is for the method"),
        (("votes", "--labels", "a,a", "-", "-"), "a label is given twice"),
        (("votes", "--cost", "a=0", "-", "-"), "a cost must be greater than 0"),
        (("votes", "--cost", "bear=5", "-", "-"), "name all labels with --labels"),
        (("votes", "--labels", "a,b", "--alike", "a,b", "--alike", "b", "-", "-"), "two of the"),
        (("faces", "-", "-"), "invalid choice"),
    ],
)
def test_what_cannot_be_used_is_said_with_status_2(consensus, arguments, reason):
    done = consensus(*arguments)
    assert done.returncode == 2
    assert reason in said(done)
    assert "Traceback" not in said(done)


def test_finished_follows_tau_and_the_minimum(consensus):
    given = lines(
        *(image(n, ("ada", CAT), ("ben", NEAR)) for n in range(3)), image("one", ("a", CAT))
    )

    def finished(*options):
        return [
            row["finished"] for row in rows(consensus("boxes", *options, "-", "-", given=given))
        ]

    assert finished("--tau", "5") == [True, True, True, False]
    assert finished("--tau", "0.0000001") == [False] * 4
    assert finished("--tau", "5", "--minimum", "3") == [False] * 4


def test_online_uses_only_the_answers_it_needs(consensus):
    given = lines(*(image(n, ("ada", CAT), ("ben", CAT), ("eve", FAR)) for n in range(20)))
    found = rows(consensus("boxes", "--online", "-", "-", given=given))
    assert {row["n_annotations"] for row in found} == {2}
    assert all(row["finished"] and len(row["boxes"]) == 1 for row in found)
    thrice = rows(consensus("boxes", "--online", "--minimum", "3", "-", "-", given=given))
    assert {row["n_annotations"] for row in thrice} == {3}
    once = rows(
        consensus("boxes", "--minimum", "1", "--maximum", "1", "--online", "-", "-", given=given)
    )
    assert {row["n_annotations"] for row in once} == {1}
    assert not any(row["finished"] for row in once)


def test_more_boxes_than_the_page_allows_are_kept_unless_a_limit_is_given(consensus):
    many = [[60 * (n % 8), 60 * (n // 8), 40, 40] for n in range(16)]
    given = lines(image("a", ("ada", *many), ("ben", *many), width=500, height=200))
    assert len(rows(consensus("boxes", "-", "-", given=given))[0]["boxes"]) == 16
    limited = consensus("boxes", "--max-boxes", "10", "-", "-", given=given)
    assert len(rows(limited)[0]["boxes"]) == 10
    named = consensus("boxes", "--parameter", "max_boxes=10", "-", "-", given=given)
    assert rows(named) == rows(limited)


def test_a_method_and_its_parameters_can_be_named(consensus):
    given = lines(image("a", ("ada", CAT), ("ben", [14, 10, 40, 30]), ("cyd",)))
    plain = ("boxes", "--method", "majority", "-", "-")
    (found,) = rows(consensus(*plain, given=given))
    assert [box["bbox"] for box in found["boxes"]] == [[12, 10, 40, 30]]
    (found,) = rows(consensus(*plain, "--parameter", "more_than=0.7", given=given))
    assert found["boxes"] == []


def test_labels_come_back_unchanged(consensus):
    labels = [1, "1", True, False, "false", 0, 2.5, "", "Füchse", "a,b"]
    votes = [item(n, *((worker, label) for worker in "abc")) for n, label in enumerate(labels)]
    found = rows(consensus("votes", "-", "-", given=lines(*votes)))
    assert [(type(row["label"]), row["label"]) for row in found] == [
        (type(label), label) for label in labels
    ]


def test_votes_come_out_with_probability_risk_and_finished(consensus):
    given = lines(
        *(item(n, ("ada", "bird"), ("ben", "bird"), group="Aves", n_classes=9) for n in range(9)),
        item("split", ("ada", "bird"), ("ben", "scat"), group=None),
        item("empty"),
    )
    found = rows(consensus("votes", "-", "-", given=given))
    assert list(found[0]) == ["item_id", "label", "probability", "n_votes", "risk", "finished"]
    assert (found[0]["label"], found[0]["n_votes"]) == ("bird", 2)
    assert found[0]["probability"] > found[9]["probability"]
    assert found[0]["risk"] == pytest.approx(1 - found[0]["probability"], abs=1e-6)
    assert (found[10]["n_votes"], found[10]["finished"]) == (0, False)


def test_items_that_nobody_voted_on_have_no_label(consensus):
    (found,) = rows(consensus("votes", "-", "-", given=lines(item("a"))))
    assert (found["label"], found["n_votes"], found["finished"]) == (None, 0, False)
    (found,) = rows(consensus("votes", "--labels", "a,b", "-", "-", given=lines(item("a"))))
    assert (found["label"], found["probability"]) == ("a", 0.5)


def test_the_last_vote_of_a_worker_counts(consensus):
    given = lines(item("a", ("ada", "bird"), ("ben", "scat"), ("ada", "scat")))
    (found,) = rows(consensus("votes", "-", "-", given=given))
    assert (found["label"], found["n_votes"]) == ("scat", 2)


def test_online_votes_stop_where_workers_agree(consensus):
    agreed = [item(n, *((worker, n % 2) for worker in "abcde")) for n in range(30)]
    split = item("split", ("a", 0), ("b", 1), ("c", 0), ("d", 1), ("e", 1))
    found = rows(consensus("votes", "--online", "-", "-", given=lines(*agreed, split)))
    assert {row["n_votes"] for row in found[:-1]} == {2}
    assert [row["label"] for row in found[:-1]] == [n % 2 for n in range(30)]
    assert found[-1]["n_votes"] > 2


def test_a_vote_outside_the_given_labels_is_malformed(consensus):
    given = lines(item("a", ("ada", "bird")), item("b", ("ada", "1")))
    done = consensus("votes", "--labels", "bird,1", "-", "-", given=given)
    assert done.returncode == 2
    assert 'line 2: "1" is none of the labels ["bird", 1]' in said(done)
    found = rows(consensus("votes", "--labels", 'bird,"1"', "-", "-", given=given))
    assert [row["label"] for row in found] == ["bird", "1"]


# On three votes against one: how sure a method is of all four, whether that is finished, and after
# how many votes it stops online.
SPLIT = {
    VOTE_METHOD: (pytest.approx(1, abs=1e-3), True, 3),
    "majority": (0.75, False, 4),
    "two-ahead": (0.75, True, 4),
    "dawid-skene": (pytest.approx(1, abs=1e-3), True, 4),
}


@pytest.mark.parametrize("method", VOTE_METHODS)
def test_every_method_of_votes_can_be_named(consensus, method):
    agreed = [item(n, *((worker, n % 2) for worker in "abcd")) for n in range(20)]
    split = item("split", ("a", 0), ("b", 1), ("c", 0), ("d", 0))
    command = ("votes", "--method", method, "--tau=0.1", "-", "-")
    whole = rows(consensus(*command, given=lines(*agreed, split)))
    online = rows(consensus(*command, "--online", given=lines(*agreed, split)))
    for found in (whole, online):
        assert [row["label"] for row in found] == [*(n % 2 for n in range(20)), 0]
    assert {row["n_votes"] for row in whole} == {4}
    assert {row["n_votes"] for row in online[:-1]} == {2}
    sureness = (whole[-1]["probability"], whole[-1]["finished"], online[-1]["n_votes"])
    assert sureness == SPLIT[method]


def test_a_missed_label_can_be_made_costly(consensus):
    given = lines(*(item(n, ("a", "bird"), ("b", "bird"), ("c", "scat")) for n in range(5)))
    plain = rows(consensus("votes", "-", "-", given=given))
    costly = rows(consensus("votes", "--cost", "scat=1000", "-", "-", given=given))
    assert {row["label"] for row in plain} == {"bird"}
    assert {row["label"] for row in costly} == {"scat"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (item("a", ("ada", None)), "vote 1: label must be text, a number, true or false, not null"),
        (item("a", ("ada", [1])), "vote 1: label must be"),
        (item("a", (None, "x")), "vote 1: worker_id must be text or a number"),
        (item("a", group=["x"]), "group must be text or a number"),
        ({"item_id": "a", "votes": ["x"]}, "vote 1 must be a JSON object"),
        ({"item_id": "a", "votes": [{"worker_id": "x"}]}, "vote 1: label is missing"),
        ({"votes": []}, "item_id is missing"),
    ],
)
def test_a_malformed_vote_ends_with_its_number_and_status_2(consensus, line, reason):
    done = consensus("votes", "-", "-", given="\n" + lines(line))
    assert (done.returncode, done.stdout) == (2, "")
    assert said(done).startswith(f"standard input, line 2: {reason}")


def test_agreement_is_printed_with_intervals(consensus):
    given = lines(
        *(image(n, ("ada", CAT), ("ben", NEAR), ("cyd", *[FAR] * (n % 2))) for n in range(9))
    )
    (found,) = rows(consensus("agreement", "boxes", "-", given=given))
    assert list(found) == ["alpha", "pairwise_iou", "count", "count_difference"]
    assert found["count"]["low"] <= found["count"]["value"] <= found["count"]["high"]
    assert found["count"]["n_units"] == 9
    given = lines(*(item(n, ("ada", n % 2), ("ben", n % 2), ("cyd", True)) for n in range(9)))
    (found,) = rows(consensus("agreement", "votes", "-", given=given))
    assert list(found) == ["alpha", "kappa", "share"]


def test_an_audit_says_what_to_trust(consensus, tmp_path):
    # three hasty workers make the same mistake wherever there are tracks
    truth = ["tracks" if n % 3 == 0 else "animal" for n in range(60)]
    votes = [
        item(n, *((w, "animal") for w in "abc"), *((w, label) for w in "de"))
        for n, label in enumerate(truth)
    ]
    source, audited = tmp_path / "votes.jsonl", tmp_path / "truth.jsonl"
    source.write_text(lines(*votes))
    audited.write_text(
        lines(*({"item_id": n, "label": label} for n, label in enumerate(truth) if n < 30))
    )
    (found,) = rows(consensus("audit", source, audited))
    assert list(found) == [
        *("n_items", "model_error", "majority_error", "difference", "low", "high", "trust")
    ]
    assert (found["n_items"], found["majority_error"]) == (30, pytest.approx(1 / 3, abs=1e-6))
    assert found["low"] <= found["difference"] <= found["high"]
    (alike,) = rows(consensus("audit", source, audited, "--alike", "animal,tracks"))
    assert alike["model_error"] == alike["majority_error"] == 0
    (new,) = rows(consensus("audit", source, "-", given=lines({"item_id": 1, "label": "scat"})))
    assert new["majority_error"] == 1


@pytest.mark.parametrize(
    ("truth", "options", "reason"),
    [
        ("", (), "nothing was audited"),
        ('{"item_id": 7, "label": "x"}', (), "line 1: there are no votes on an item 7"),
        ('{"item_id": "a"}', (), "line 1: label is missing"),
        ('{"item_id": "a", "label": "x"}\n' * 2, (), 'line 2: "a" stands on line 1 already'),
        ('{"item_id": "a", "label": "x"}', ("--labels", "bird"), '"x" is none of the labels'),
    ],
)
def test_an_audit_that_cannot_be_used_is_refused(consensus, tmp_path, truth, options, reason):
    source = tmp_path / "votes.jsonl"
    source.write_text(lines(item("a", ("ada", "bird"))))
    done = consensus("audit", source, "-", *options, given=truth)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in said(done)
    assert consensus("audit", "-", "-").returncode == 2


def test_results_can_go_to_what_is_no_file(consensus):
    assert consensus("boxes", "-", "/dev/null", given=lines(AGREED)).returncode == 0
