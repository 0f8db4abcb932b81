"""The statements that claim, and what they return.

This is the hottest path of the house, so it speaks SQL (`benchmarks/serving.py` says why).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from consensus.stopping import StoppingRule

# With so many comparisons a worker is known; until then pilot tasks come first. Comparisons are
# counted by the next fit only, so there is an end to it sooner, which also keeps the walk short.
PROVEN = StoppingRule().proven
MOST_PILOTS = 40

LOCK_ENROLMENT = f"""
SELECT enrolment.id, enrolment.cursor, enrolment.next_lap_at, enrolment.n_claimed,
       campaign.id, campaign.kind, campaign.status, campaign.lease_s,
       campaign.pilot_share > 0 AND enrolment.n_claimed < {MOST_PILOTS}
       AND coalesce((SELECT skill.n_answers FROM crowd_skillestimate skill
                     WHERE skill.worker_id = enrolment.worker_id AND skill.kind = campaign.kind),
                    0) < {PROVEN},
       (campaign.has_qualification OR enrolment.is_to_practise) AND enrolment.qualified_at IS NULL,
       campaign.has_grid,
       EXISTS (SELECT FROM crowd_goldstandard gold
               WHERE gold.campaign_id = campaign.id AND gold.withdrawn_at IS NULL),
       campaign.n_instructions, campaign.follows_id
FROM crowd_enrolment enrolment JOIN crowd_campaign campaign ON campaign.id = enrolment.campaign_id
WHERE enrolment.worker_id = %s AND campaign.slug = %s
FOR UPDATE OF enrolment
"""  # noqa: S608 - put together from constants

_IMAGE = """
    image.id, image.uid, image.file_name, image.width, image.height, image.display_width,
    image.display_height, image.licence, image.licence_url, image.rights_holder
"""

HELD = f"""
SELECT lease.id, lease.task_id, task.position, lease.lease_until, {_IMAGE}
FROM crowd_assignment lease
JOIN crowd_task task ON task.id = lease.task_id
JOIN catalog_image image ON image.id = task.image_id
WHERE lease.worker_id = %(worker)s AND lease.state = 'leased' AND task.campaign_id = %(campaign)s
  AND NOT (%(is_grid)s AND task.is_flagged)
ORDER BY lease.claimed_at, task.position
LIMIT %(count)s
"""  # noqa: S608 - put together from constants

# The scalar subquery is on purpose: NOT EXISTS may be planned as a hash join over everything the
# worker has ever done; this is one look-up in the unique (task, worker) index per task passed.
# The slot is counted for the lease that was really written, not for the task that looked free: an
# answer to it may have been stored between the two.
_WALK = f"""
WITH free AS (
    SELECT task.id, task.position, task.image_id FROM crowd_task task
    WHERE task.campaign_id = %(campaign)s AND task.position > %(after)s
      AND task.state = 'open' AND task.n_taken < task.n_wanted
      AND NOT (%(is_grid)s AND task.is_flagged){{only}}
      AND coalesce((SELECT mine.state FROM crowd_assignment mine
                    WHERE mine.task_id = task.id AND mine.worker_id = %(worker)s), '')
          NOT IN ('leased', 'submitted')
    ORDER BY task.position
    LIMIT %(count)s
    FOR UPDATE OF task SKIP LOCKED
), lease AS (
    INSERT INTO crowd_assignment
        (id, task_id, worker_id, state, is_extra, is_grid, claimed_at, lease_until)
    SELECT gen_random_uuid(), free.id, %(worker)s, 'leased', false, %(is_grid)s, %(now)s, %(until)s
    FROM free
    ON CONFLICT (task_id, worker_id) DO UPDATE
        SET state = 'leased', claimed_at = excluded.claimed_at, lease_until = excluded.lease_until,
            is_grid = excluded.is_grid
        WHERE crowd_assignment.state IN ('expired', 'released')
    RETURNING id, task_id, lease_until
), counted AS (
    UPDATE crowd_task task SET n_taken = task.n_taken + 1
    FROM lease WHERE task.id = lease.task_id
), moved AS (
    UPDATE crowd_enrolment
    SET cursor = {{cursor}},
        n_claimed = n_claimed + (SELECT count(*) FROM lease)
    WHERE id = %(enrolment)s AND EXISTS (SELECT 1 FROM free)
)
SELECT lease.id, lease.task_id, free.position, lease.lease_until, {_IMAGE}
FROM lease
JOIN free ON free.id = lease.task_id
JOIN catalog_image image ON image.id = free.image_id
ORDER BY free.position
"""  # noqa: S608 - put together from constants
CLAIM = _WALK.format(only="", cursor="(SELECT max(position) FROM free)")
# The same along the pilot tasks alone (`task_pilot_slots`), from the start each time: until they
# are known, workers have not been far. The cursor stays where it is.
CLAIM_PILOT = _WALK.format(only=" AND task.is_pilot", cursor="cursor")
# A check of boxes is for whoever did not draw them: nobody who has ever held the photo in the
# campaign that is followed. Two look-ups in indexes more for each task passed.
CLAIM_CHECK = _WALK.format(
    only="""
      AND (SELECT count(*) FROM crowd_task drawn
           JOIN crowd_assignment mine ON mine.task_id = drawn.id AND mine.worker_id = %(worker)s
           WHERE drawn.image_id = task.image_id AND drawn.campaign_id = %(follows)s) = 0""",
    cursor="(SELECT max(position) FROM free)",
)
# Whoever has drawn on all that is left need not pass it with every claim; behind it are new ones.
SKIP_DRAWN = """
UPDATE crowd_enrolment SET cursor = greatest(cursor, (
    SELECT max(position) FROM crowd_task task
    WHERE task.campaign_id = %(campaign)s AND task.state = 'open' AND task.n_taken < task.n_wanted
)) WHERE id = %(enrolment)s
"""
# A gold task that the worker has never been handed, nor its photo as an ordinary one, in an order
# of the worker's own; in a grid, a photo that does not show the animal. Its slots are not counted:
# it is for everybody. Whoever takes it out of service waits for the lock, and so finds every lease.
CLAIM_GOLD = f"""
WITH known AS (
    SELECT task.id, task.position, task.image_id FROM crowd_goldstandard gold
    JOIN crowd_task task ON task.id = gold.task_id
    JOIN catalog_reference reference ON reference.id = gold.reference_id
    WHERE gold.campaign_id = %(campaign)s AND gold.withdrawn_at IS NULL
      AND NOT (%(is_grid)s AND reference.status <> 'non_instance')
      AND coalesce((SELECT mine.state FROM crowd_assignment mine
                    WHERE mine.task_id = task.id AND mine.worker_id = %(worker)s), '') = ''
      AND (SELECT count(*) FROM crowd_task twin
           JOIN crowd_assignment mine ON mine.task_id = twin.id AND mine.worker_id = %(worker)s
           WHERE twin.image_id = task.image_id AND twin.campaign_id = task.campaign_id
             AND twin.id <> task.id) = 0
    ORDER BY md5(%(worker)s || '/' || task.id)
    LIMIT 1
    FOR KEY SHARE OF gold
), lease AS (
    INSERT INTO crowd_assignment
        (id, task_id, worker_id, state, is_extra, is_grid, claimed_at, lease_until)
    SELECT gen_random_uuid(), known.id, %(worker)s, 'leased', false, %(is_grid)s, %(now)s, %(until)s
    FROM known
    RETURNING id, task_id, lease_until
), counted AS (
    UPDATE crowd_enrolment SET n_claimed = n_claimed + 1
    WHERE id = %(enrolment)s AND EXISTS (SELECT 1 FROM lease)
)
SELECT lease.id, lease.task_id, known.position, lease.lease_until, {_IMAGE}
FROM lease
JOIN known ON known.id = lease.task_id
JOIN catalog_image image ON image.id = known.image_id
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class LeasedImage:
    """What a worker's page needs to know of a photograph; sizes in pixels."""

    id: int
    uid: uuid.UUID
    file_name: str
    width: int
    height: int
    display_width: int
    display_height: int
    licence: str
    licence_url: str
    rights_holder: str


@dataclass(frozen=True, slots=True)
class Lease:
    """A task in a worker's hands; `id` is the assignment's, `n_instructions` the number of the
    campaign's instructions that hold now."""

    id: uuid.UUID
    task_id: int
    lease_until: datetime
    image: LeasedImage
    n_instructions: int
