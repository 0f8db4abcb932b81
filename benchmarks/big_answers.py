"""What a crowd of 600 has answered, in SQL: answers, consensus, comparisons, gold, decisions.

Values: `now`, `since` (when it began), `workers`, `olga` (the organizer's id), `gold` (photos for
each campaign). `people` holds how each worker draws, `given` one row for each answer.
"""

from __future__ import annotations

TABLES = [
    "crowd_assignment",
    "annotate_annotation",
    "annotate_box",
    "annotate_consensus",
    "annotate_consensusbox",
    "annotate_comparison",
    "verify_verdict",
    "verify_consensusverdict",
    "crowd_goldscore",
    "crowd_auditentry",
]

# five strata of workers, so that a task never meets one twice; within each a few do most
GIVEN = """
CREATE TEMP TABLE given AS
SELECT gen_random_uuid() AS id, task.id AS task_id, kind, people.worker_id, people.seconds,
    CASE WHEN draw < 0.012 THEN 'cant_tell' WHEN draw < 0.02 THEN 'problem' ELSE 'answered' END
    AS outcome, draw,
    %(since)s + least(task.position::float / n_tasks / 0.91, 1) * (%(now)s - %(since)s)
        * (0.99 + 0.0099 * random()) AS at
FROM (
    SELECT task.*, campaign.kind, count(*) OVER (PARTITION BY campaign.id) AS n_tasks
    FROM crowd_task task JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
) task
CROSS JOIN LATERAL (
    SELECT random() AS draw, %(workers)s / 5 * ((task.id + number) %% 5)
        + floor(%(workers)s / 5 * power(random(), 2))::int AS place
    FROM generate_series(1, task.n_answers) number
) answer
JOIN people ON people.place = answer.place;
CREATE TEMP TABLE truth AS
SELECT task.id AS task_id, number, width, height,
    width * ((number - 1) * 0.33 + 0.02 * random()) AS x, height * 0.5 * random() AS y,
    width * (0.1 + 0.2 * random()) AS w, height * (0.1 + 0.3 * random()) AS h
FROM crowd_task task JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
JOIN catalog_image image ON image.id = task.image_id,
LATERAL (SELECT task.id * 7919 %% 100 AS lot) lot,
LATERAL generate_series(
    1, CASE WHEN lot < 5 THEN 0 WHEN lot < 80 THEN 1 WHEN lot < 95 THEN 2 ELSE 3 END
) number
WHERE campaign.kind = 'box' AND task.n_answers > 0;
ANALYZE truth;
UPDATE given SET outcome = 'nothing'
WHERE kind = 'box' AND outcome = 'answered' AND task_id * 7919 %% 100 < 5;
"""
ASSIGNMENTS = """
INSERT INTO crowd_assignment (id, task_id, worker_id, state, is_extra, is_grid, claimed_at,
    lease_until, submitted_at)
SELECT id, task_id, worker_id, 'submitted', false, false, at - interval '20 seconds',
    at + interval '10 minutes', at
FROM given;
"""
TIMING = """jsonb_build_object('loaded_ms', 300, 'first_press_ms', 1900, 'idle_ms', 500,
    'visible_ms', floor(1000 * seconds * (0.5 + draw)) + 800,
    'active_ms', floor(1000 * seconds * (0.5 + draw)))"""
COMMENT = """CASE WHEN outcome = 'problem' THEN (ARRAY['unusable', 'not_a_photo', 'person', 'other',
    'did not load', 'upside down'])[1 + id_hash %% 6] ELSE '' END"""
ANNOTATIONS = f"""
INSERT INTO annotate_annotation (assignment_id, task_id, worker_id, version, is_current, is_extra,
    outcome, idempotency_key, timing, comment, received_at)
SELECT id, task_id, worker_id, 1, true, false, outcome, id, {TIMING}, {COMMENT}, at
FROM (SELECT *, abs(hashtext(id::text)) AS id_hash FROM given WHERE kind = 'box') answer
ORDER BY at;
ANALYZE annotate_annotation;
"""
BOXES = """
CREATE TEMP TABLE drawn AS
SELECT row_number() OVER () AS id, annotation_id, task_id, number, place, l, t, r, b, x0 AS x,
    y0 AS y, x1 - x0 AS w, y1 - y0 AS h, tw, th,
    CASE WHEN number > 0 THEN inside / ((x1 - x0) * (y1 - y0) + tw * th - inside) END AS iou
FROM (
    SELECT *, greatest(0, least(x1, tx + tw) - greatest(x0, tx))
        * greatest(0, least(y1, ty + th) - greatest(y0, ty)) AS inside
    FROM (
        SELECT *, greatest(tx - l, 0) AS x0, greatest(ty - t, 0) AS y0, tx + tw + r AS x1,
            ty + th + b AS y1
        FROM (
            SELECT answer.id AS annotation_id, answer.task_id, truth.number,
                row_number() OVER (PARTITION BY answer.id ORDER BY truth.number) AS place,
                truth.x AS tx, truth.y AS ty, truth.w AS tw, truth.h AS th,
                habit + blur * (random() + random() + random() - 1.5) AS l,
                habit + blur * (random() + random() + random() - 1.5) AS t,
                habit + blur * (random() + random() + random() - 1.5) AS r,
                habit + blur * (random() + random() + random() - 1.5) AS b
            FROM annotate_annotation answer JOIN people ON people.worker_id = answer.worker_id
            JOIN truth ON truth.task_id = answer.task_id
            WHERE outcome = 'answered' AND (truth.number = 1 OR random() > miss)
        ) box
    ) box
) box
UNION ALL
SELECT 10000000 + id, id, task_id, NULL, 9, 0, 0, 0, 0, 20, 30, 100, 90, 1, 1, NULL
FROM annotate_annotation WHERE outcome = 'answered' AND id %% 40 = 3;
INSERT INTO annotate_box (id, annotation_id, number, x, y, w, h, method, pointer, scale, n_edits,
    draw_ms)
SELECT id, annotation_id, place, x, y, w, h,
    (ARRAY['drag', 'drag', 'drag', 'extreme', 'click2'])[1 + id %% 5],
    CASE WHEN id %% 4 = 0 THEN 'touch' ELSE 'mouse' END, 1, id %% 3, 1500
FROM drawn;
SELECT setval(pg_get_serial_sequence('annotate_box', 'id'), (SELECT max(id) FROM annotate_box));
"""
# three tenths of the tasks had another consensus before
CONSENSUS = """
CREATE TEMP TABLE agreed AS
SELECT answer.task_id, count(*) FILTER (WHERE outcome IN ('answered', 'nothing')) AS n_looked,
    count(*) FILTER (WHERE outcome NOT IN ('answered', 'nothing')) AS n_unusable,
    jsonb_agg(answer.id ORDER BY answer.id) AS evidence, max(received_at) AS at
FROM annotate_annotation answer GROUP BY answer.task_id;
CREATE TEMP TABLE fits AS SELECT task_id, avg(iou) AS mean_iou FROM drawn GROUP BY task_id;
INSERT INTO annotate_consensus (task_id, version, is_current, status, method, n_looked, n_unusable,
    expected_unseen, risk, mean_iou, count_agreement, is_capped, evidence, fingerprint, is_settled,
    is_compared, computed_at)
SELECT task_id, version, version = 2 OR task_id %% 10 > 2,
    CASE WHEN n_looked = 0 THEN 'not_looked' WHEN task_id * 7919 %% 100 < 5 THEN 'empty'
    ELSE 'boxed' END, 'boxes', n_looked, n_unusable, 0.02, coalesce(task.risk, 0), mean_iou,
    1 - 0.5 * power(random(), 3), false, evidence, md5(task_id::text), task.state = 'retired', true,
    CASE WHEN version = 2 THEN %(now)s - interval '2 days' ELSE agreed.at END
FROM generate_series(1, 2) version, agreed
JOIN crowd_task task ON task.id = agreed.task_id LEFT JOIN fits USING (task_id)
WHERE version = 1 OR task_id %% 10 <= 2
ORDER BY version, agreed.at;
ANALYZE annotate_consensus;
INSERT INTO annotate_consensusbox (consensus_id, number, x, y, w, h, score, n_workers, n_looked,
    spread, sources)
SELECT consensus.id, number, x + (2 - version) * 9, y, w, h, 0.97, coalesce(n, 0), n_looked,
    '[2.1, 1.9, 2.4, 2.2]', coalesce(sources, '[]')
FROM annotate_consensus consensus JOIN truth USING (task_id)
LEFT JOIN (
    SELECT task_id, number, count(*) AS n, jsonb_agg(id) AS sources FROM drawn
    WHERE number > 0 GROUP BY task_id, number
) source USING (task_id, number)
WHERE consensus.status = 'boxed';
"""
COMPARISONS = """
CREATE TEMP TABLE objects AS SELECT task_id, count(*) AS n FROM truth GROUP BY task_id;
INSERT INTO annotate_comparison (annotation_id, campaign_id, task_id, worker_id, received_at,
    n_boxes, n_objects, n_matched, n_missed, n_extra, n_loose, ious, edges_px, edges_share,
    edges_square)
SELECT answer.id, task.campaign_id, answer.task_id, worker_id, received_at, coalesce(n_boxes, 0),
    coalesce(objects.n, 0), coalesce(n_matched, 0), coalesce(objects.n, 0) - coalesce(n_matched, 0),
    coalesce(n_boxes - n_matched, 0), coalesce(n_loose, 0), coalesce(ious, '{}'),
    coalesce(px, '{0,0,0,0}'), coalesce(share, '{0,0,0,0}'), coalesce(square, '{0,0,0,0}')
FROM annotate_annotation answer JOIN crowd_task task ON task.id = answer.task_id
JOIN agreed ON agreed.task_id = answer.task_id LEFT JOIN objects ON objects.task_id = answer.task_id
LEFT JOIN (
    SELECT annotation_id, count(*) AS n_boxes, count(number) AS n_matched,
        count(*) FILTER (WHERE iou < 0.75) AS n_loose,
        array_agg(iou ORDER BY id) FILTER (WHERE number > 0) AS ious,
        ARRAY[sum(l), sum(t), sum(r), sum(b)] AS px,
        ARRAY[sum(l / tw), sum(t / th), sum(r / tw), sum(b / th)] AS share,
        ARRAY[sum(power(l / tw, 2)), sum(power(t / th, 2)), sum(power(r / tw, 2)),
            sum(power(b / th, 2))] AS square
    FROM drawn GROUP BY annotation_id
) box ON box.annotation_id = answer.id
WHERE outcome IN ('answered', 'nothing') AND n_looked > 1;
"""
VERDICTS = f"""
INSERT INTO verify_verdict (assignment_id, task_id, worker_id, version, is_current, is_extra,
    outcome, idempotency_key, timing, comment, received_at, label, mode)
SELECT id, task_id, worker_id, 1, true, false, outcome, id, {TIMING}, {COMMENT}, at,
    CASE WHEN outcome <> 'answered' THEN '' WHEN (draw < 0.06) <> (task_id * 7919 %% 100 < 4)
    THEN (ARRAY['tracks', 'scat', 'habitat', 'remains'])[1 + task_id %% 4] ELSE 'animal' END,
    'single'
FROM (SELECT *, abs(hashtext(id::text)) AS id_hash FROM given WHERE kind = 'verify') answer
ORDER BY at;
INSERT INTO verify_consensusverdict (task_id, version, is_current, method, label, probability,
    p_instance, probabilities, votes, n_votes, n_unusable, risk, evidence, fingerprint, is_settled,
    computed_at)
SELECT task_id, 1, true, 'votes', label, 0.97, p, jsonb_build_object('animal', p, 'tracks', 1 - p),
    jsonb_build_object(label, n_votes), n_votes, n_unusable, coalesce(risk, 0), evidence,
    md5(task_id::text), state = 'retired', at
FROM (
    SELECT task_id, count(*) FILTER (WHERE outcome = 'answered') AS n_votes,
        count(*) FILTER (WHERE outcome <> 'answered') AS n_unusable,
        mode() WITHIN GROUP (ORDER BY label) FILTER (WHERE label > '') AS label,
        jsonb_agg(id ORDER BY id) AS evidence, max(received_at) AS at
    FROM verify_verdict GROUP BY task_id
) votes JOIN crowd_task task ON task.id = votes.task_id,
LATERAL (SELECT CASE WHEN label = 'animal' THEN 0.97 ELSE 0.03 END AS p) chance
WHERE n_votes > 0
ORDER BY at;
"""
GOLD = """
INSERT INTO catalog_reference (image_id, super_class, boxes_xywh, status, reason)
SELECT id, super_class, jsonb_build_array(jsonb_build_array(50, 60, 300, 200)), 'instance', ''
FROM catalog_image WHERE split = 'val';
INSERT INTO crowd_task (campaign_id, image_id, position, state, n_wanted, n_taken, n_answers)
SELECT campaign.id, image.id, 1000000 + nth, 'gold', 0, 0, 0
FROM crowd_campaign campaign JOIN (
    SELECT *, row_number() OVER (PARTITION BY super_class ORDER BY id) AS nth
    FROM catalog_image WHERE split = 'val'
) image ON image.super_class = campaign.super_class AND nth <= %(gold)s;
INSERT INTO crowd_goldstandard (campaign_id, task_id, reference_id, created_by_id, created_at)
SELECT campaign_id, task.id, reference.id, %(olga)s, %(since)s
FROM crowd_task task JOIN catalog_reference reference ON reference.image_id = task.image_id
WHERE task.state = 'gold';
CREATE TEMP TABLE tried AS
SELECT gen_random_uuid() AS id, gold.id AS gold_id, gold.task_id, kind, worker_id, seconds, draw,
    %(since)s + (%(now)s - %(since)s) * random() AS at, 'answered' AS outcome, 0 AS id_hash,
    draw > miss AS is_good
FROM crowd_goldstandard gold JOIN crowd_campaign campaign ON campaign.id = gold.campaign_id,
    people, LATERAL (SELECT random() + 0 * gold.id AS draw, random() + 0 * gold.id AS lot) lots
WHERE lot < CASE WHEN slug LIKE '%%aves' THEN 0.2 ELSE 0.04 END;
INSERT INTO crowd_assignment (id, task_id, worker_id, state, is_extra, is_grid, claimed_at,
    lease_until, submitted_at)
SELECT id, task_id, worker_id, 'submitted', false, false, at, at + interval '10 minutes', at
FROM tried;
INSERT INTO crowd_goldscore (gold_id, assignment_id, worker_id, version, is_good, is_missed,
    is_grid, quality, details, scored_at)
SELECT gold_id, id, worker_id, 1, is_good, NOT is_good, false,
    CASE WHEN is_good THEN 0.9 ELSE 0.2 END,
    CASE WHEN kind = 'box' THEN jsonb_build_object('n_true', 1, 'n_drawn', 1, 'n_missed',
        (NOT is_good)::int, 'n_extra', 0, 'mean_iou', CASE WHEN is_good THEN 0.9 END)
    ELSE jsonb_build_object('true_label', 'animal', 'label',
        CASE WHEN is_good THEN 'animal' ELSE 'scat' END, 'is_exact', is_good) END, at
FROM tried;
"""
GOLD_ANSWERS = f"""
INSERT INTO annotate_annotation (assignment_id, task_id, worker_id, version, is_current, is_extra,
    outcome, idempotency_key, timing, comment, received_at)
SELECT id, task_id, worker_id, 1, true, false, outcome, id, {TIMING}, '', at FROM tried
WHERE kind = 'box' ORDER BY at;
INSERT INTO annotate_box (annotation_id, number, x, y, w, h, method, pointer, scale, n_edits,
    draw_ms)
SELECT answer.id, 1, 52, 61, 299, CASE WHEN is_good THEN 198 ELSE 60 END, 'drag', 'mouse', 1, 0, 900
FROM tried JOIN annotate_annotation answer ON answer.idempotency_key = tried.id;
INSERT INTO verify_verdict (assignment_id, task_id, worker_id, version, is_current, is_extra,
    outcome, idempotency_key, timing, comment, received_at, label, mode)
SELECT id, task_id, worker_id, 1, true, false, outcome, id, {TIMING}, '', at,
    CASE WHEN is_good THEN 'animal' ELSE 'scat' END, 'single' FROM tried
WHERE kind = 'verify' ORDER BY at;
"""
STANDING = """
INSERT INTO crowd_enrolment (campaign_id, worker_id, cursor, n_claimed, n_practised, practice,
    qualified_at)
SELECT campaign_id, given.worker_id, max(position), count(*), 0, '[]', min(at)
FROM given JOIN crowd_task task ON task.id = given.task_id GROUP BY campaign_id, given.worker_id;
INSERT INTO crowd_fit (kind, method, parameters, n_workers, n_answers, n_tasks, last_answer,
    fitted_at)
SELECT kind, CASE kind WHEN 'box' THEN 'boxes' ELSE 'votes' END, '{}', %(workers)s, 1000000, 300000,
    (SELECT max(id) FROM annotate_annotation), %(now)s - n * interval '5 days'
FROM (VALUES ('box'), ('verify')) AS kinds (kind), generate_series(5, 0, -1) n;
INSERT INTO crowd_skillestimate (fit_id, worker_id, kind, method, values, n_answers, quality,
    quality_sd, fitted_at)
SELECT fit.id, worker_id, fit.kind, fit.method, CASE fit.kind WHEN 'box' THEN jsonb_build_object(
    'miss', miss, 'false_box', 0.02, 'scale', 0.02, 'habit', '[0.01, 0, 0.01, 0]'::jsonb)
    ELSE jsonb_build_object('accuracy', 0.95 - miss, 'confusion', '[]'::jsonb,
        'confusion_corrected', '[]'::jsonb) END, 500, 0.95 - 2 * miss,
    0.01 + 0.03 * random(), fitted_at
FROM people, (SELECT max(id) AS id, kind FROM crowd_fit GROUP BY kind) newest
JOIN crowd_fit fit USING (id);
INSERT INTO crowd_consensusversion (campaign_id, number, reason, method, parameters, n_tasks,
    n_changed, n_reopened, n_retired, cursor, last_row, started_at, made_at)
SELECT campaign.id, number, 'refit', 'boxes', '{}', 20000, 900, 3, 5, 0,
    (SELECT max(id) FROM annotate_consensus) - (5 - number) * (
        SELECT count(*) / 4 FROM annotate_consensus WHERE version = 2),
    at - interval '4 minutes', at
FROM crowd_campaign campaign, generate_series(1, 5) number,
LATERAL (SELECT %(now)s - (6 - number) * interval '1 day' AS at) made;
"""
DECISIONS = """
CREATE TEMP TABLE decided AS SELECT task.*, campaign.kind
FROM crowd_task task JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
WHERE state = 'disputed' AND task.id %% 3 = 0;
UPDATE crowd_task SET state = 'retired', is_adjudicated = true,
    state_changed_at = state_changed_at + interval '1 hour'
WHERE id IN (SELECT id FROM decided);
INSERT INTO annotate_adjudication (task_id, version, is_current, action, ground, reason, result,
    is_exclusion, state_before, n_wanted_before, n_asked_before, consensus_version, by_id, at)
SELECT id, 1, true, 'edit', '', '', 'boxed', false, 'disputed', n_wanted, 0, 1, %(olga)s,
    state_changed_at + interval '1 hour'
FROM decided WHERE kind = 'box';
INSERT INTO annotate_adjudicatedbox (adjudication_id, number, x, y, w, h)
SELECT id, 1, 20, 30, 200, 150 FROM annotate_adjudication;
INSERT INTO verify_adjudication (task_id, version, is_current, action, ground, reason, result,
    is_exclusion, state_before, n_wanted_before, n_asked_before, consensus_version, by_id, at)
SELECT id, 1, true, 'edit', '', '', 'animal', false, 'disputed', n_wanted, 0, 1, %(olga)s,
    state_changed_at + interval '1 hour'
FROM decided WHERE kind = 'verify';
UPDATE crowd_task SET reports_seen_at = %(now)s WHERE id IN (
    SELECT task_id FROM given WHERE outcome IN ('cant_tell', 'problem') AND task_id %% 2 = 0);
INSERT INTO crowd_auditentry (actor_id, action, subject, detail, at, campaign_id)
SELECT %(olga)s, 'see reports', 'task ' || id, '{}'::jsonb, reports_seen_at, campaign_id
FROM crowd_task WHERE reports_seen_at IS NOT NULL
UNION ALL
SELECT %(olga)s, 'edit', 'task ' || id, '{"result": "boxed"}'::jsonb, state_changed_at, campaign_id
FROM decided
UNION ALL
SELECT CASE WHEN n %% 5 > 0 THEN %(olga)s END,
    (ARRAY['invite', 'suspend', 'reinstate', 'status', 'instructions', 'revoke'])[1 + n %% 6],
    'worker ' || n %% 600, jsonb_build_object('n', n), %(since)s + n * interval '100 seconds',
    (SELECT min(id) FROM crowd_campaign) + n %% 12
FROM generate_series(1, 50000) n;
INSERT INTO crowd_message (worker_id, campaign_id, text, written_by_id, written_at)
SELECT worker_id, (SELECT min(id) FROM crowd_campaign), 'Please box the tail as well.', %(olga)s,
    %(now)s
FROM people, generate_series(1, 2);
INSERT INTO crowd_invitation (token, role, campaign_id, expires_at, n_uses, is_revoked, created_at)
SELECT md5(id || '/' || n), 'worker', id, %(now)s + interval '9 days', 3, false, %(now)s
FROM crowd_campaign, generate_series(1, 3) n;
INSERT INTO exports_release (dataset_id, number, profile, split, is_allowing_undecided, state,
    progress, counts, files, error, created_at, finished_at)
SELECT id, n, 'coco', 'train', false, 'ready', 1, '{"images": 450000, "annotations": 500000}', '[]',
    '', %(since)s + n * interval '9 days', %(since)s + n * interval '9 days'
FROM catalog_dataset, generate_series(1, 5) n;
"""

STATEMENTS = [
    ("who answered what", GIVEN),
    ("assignments", ASSIGNMENTS),
    ("annotations", ANNOTATIONS),
    ("boxes", BOXES),
    ("consensus", CONSENSUS),
    ("comparisons", COMPARISONS),
    ("verdicts", VERDICTS),
    ("gold", GOLD),
    ("answers to gold", GOLD_ANSWERS),
    ("standing", STANDING),
    ("decisions", DECISIONS),
]
