"""What stands of each image: SQL that releases and statistics share."""

from __future__ import annotations

# An image may have been through several campaigns of its super-class: what an organizer has settled
# counts, then the consensus that most workers stand behind, and of equals the oldest campaign's.
# `{images}` says of which images, `{columns}` what is told of each.
BOXING = """
    SELECT DISTINCT ON (task.image_id)
        task.image_id, {columns}
    FROM crowd_campaign campaign
    JOIN crowd_task task ON task.campaign_id = campaign.id AND task.state <> 'gold'
    JOIN catalog_image image
        ON image.id = task.image_id AND image.super_class = campaign.super_class
    LEFT JOIN annotate_consensus consensus
        ON consensus.task_id = task.id AND consensus.is_current
    LEFT JOIN annotate_adjudication settled
        ON settled.task_id = task.id AND settled.is_current AND task.is_adjudicated
    WHERE campaign.dataset_id = %(dataset)s AND campaign.kind = 'box' AND {images}
    ORDER BY task.image_id, task.is_adjudicated DESC, coalesce(consensus.n_looked, 0) DESC,
        campaign.id
"""

# As above. Gold has no consensus; what is known of it decides where it is to be verified and nobody
# has. A photo that was withdrawn as gold waits for another campaign that asks about it.
VERIFYING = """
    SELECT DISTINCT ON (task.image_id)
        task.image_id, {columns}
    FROM crowd_campaign campaign
    JOIN crowd_task task ON task.campaign_id = campaign.id
    JOIN catalog_image image
        ON image.id = task.image_id AND image.super_class = campaign.super_class
    LEFT JOIN verify_consensusverdict verdict
        ON verdict.task_id = task.id AND verdict.is_current
    LEFT JOIN verify_adjudication settled
        ON settled.task_id = task.id AND settled.is_current AND task.is_adjudicated
    LEFT JOIN crowd_goldstandard gold ON gold.task_id = task.id AND gold.withdrawn_at IS NULL
    LEFT JOIN catalog_reference reference ON reference.id = gold.reference_id
    WHERE campaign.dataset_id = %(dataset)s AND campaign.kind = 'verify' AND {images}
    ORDER BY task.image_id, task.is_adjudicated DESC, coalesce(verdict.n_votes, 0) DESC,
        reference.id IS NULL, task.state = 'gold', campaign.id
"""
# Where an organizer has settled a task, the boxes hang on the adjudication instead.
SOURCES = """settled.id AS adjudication_id,
        CASE WHEN settled.id IS NULL THEN consensus.id END AS consensus_id"""
# An organizer is sure: the label that was chosen has probability 1.
VERDICT = """coalesce(settled.result, verdict.label) AS label,
        CASE WHEN settled.id IS NULL THEN verdict.p_instance
            ELSE (settled.result = 'animal')::int::float8 END AS p_instance,
        verdict.n_votes, reference.status AS known_status, task.is_adjudicated"""

# Images that an organizer has taken out, in whichever campaign.
EXCLUDED = """
    SELECT DISTINCT ON (task.image_id) task.image_id,
        coalesce(boxing.ground, verifying.ground, '') AS ground
    FROM crowd_task task
    JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
    LEFT JOIN annotate_adjudication boxing ON boxing.task_id = task.id AND boxing.is_current
    LEFT JOIN verify_adjudication verifying
        ON verifying.task_id = task.id AND verifying.is_current
    WHERE task.state = 'excluded' AND campaign.dataset_id = %(dataset)s
    ORDER BY task.image_id, task.id
"""
