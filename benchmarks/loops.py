"""The loop that is measured: claim a task, answer it; through HTTP and in bare SQL."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from benchmarks.site import CSRF

BOX = {"bbox": [100, 100, 300, 200], "method": "drag", "pointer": "mouse", "scale": 1.0}

SQL_CLAIM = """
WITH free AS (
    SELECT id FROM crowd_task WHERE campaign_id = %(campaign)s AND position > %(after)s
      AND state = 'open' AND n_taken < n_wanted
    ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE crowd_task t SET n_taken = n_taken + 1 FROM free WHERE t.id = free.id
    RETURNING t.id, t.position
)
INSERT INTO crowd_assignment (id, task_id, worker_id, state, is_extra, claimed_at, lease_until)
SELECT gen_random_uuid(), id, %(worker)s, 'leased', false, now(), now() + interval '1 hour'
FROM taken
RETURNING id, task_id, (SELECT position FROM taken)
"""
SQL_ANSWER = """
WITH done AS (
    UPDATE crowd_assignment SET state = 'submitted', submitted_at = now()
    WHERE id = %(assignment)s RETURNING task_id
), counted AS (
    UPDATE crowd_task t SET n_answers = n_answers + 1 FROM done WHERE t.id = done.task_id
)
INSERT INTO annotate_annotation (assignment_id, task_id, worker_id, version, is_current, is_extra,
    outcome, idempotency_key, timing, comment, received_at)
VALUES (%(assignment)s, %(task)s, %(worker)s, 1, true, false, 'nothing', gen_random_uuid(),
    '{}', '', now())
"""


@dataclass
class Timings:
    """Milliseconds of every claim and every answer, and what failed."""

    claim_ms: list[float] = field(default_factory=list)
    answer_ms: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, other: Timings) -> None:
        self.claim_ms += other.claim_ms
        self.answer_ms += other.answer_ms
        self.failures += other.failures


def http_loop(port: int, cookie: str, into: Timings, *, seconds: float) -> None:
    """One worker over one kept-alive connection."""
    caller = _Caller(port, cookie)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        status, body, ms = caller.call("POST", "/api/campaigns/bench/assignments/", {"count": 1})
        if status != 201:
            into.failures.append(f"claim: {status} {body!r:.200}")
            continue
        into.claim_ms.append(ms)
        assignment = json.loads(body)["assignments"][0]["id"]
        answer = {"idempotency_key": str(uuid.uuid4()), "outcome": "answered", "boxes": [BOX]}
        status, body, ms = caller.call("PUT", f"/api/assignments/{assignment}/annotation/", answer)
        if status == 200:
            into.answer_ms.append(ms)
        else:
            into.failures.append(f"answer: {status} {body!r:.200}")


@dataclass
class _Caller:
    port: int
    cookie: str

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.headers = {
            "Cookie": self.cookie,
            "X-CSRFToken": CSRF,
            "Content-Type": "application/json",
        }

    def call(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes, float]:
        start = time.perf_counter()
        sent = None if body is None else json.dumps(body)
        self.connection.request(method, path, sent, self.headers)
        response = self.connection.getresponse()
        said = response.read()
        return response.status, said, (time.perf_counter() - start) * 1000


def empty_loop(port: int, into: Timings, *, seconds: float) -> None:
    """A request that reads nothing: what server, middleware and this client cost by themselves."""
    caller = _Caller(port, "")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        _, _, ms = caller.call("GET", "/healthz", None)
        into.claim_ms.append(ms)


def sql_loop(campaign: int, worker: int, after: int, into: Timings, *, seconds: float) -> None:
    """One worker over one database connection, from the tasks behind position `after` on: what
    the tables and indexes allow."""
    end = time.perf_counter() + seconds
    with connection.cursor() as cursor:
        while time.perf_counter() < end:
            start = time.perf_counter()
            with transaction.atomic():
                cursor.execute(SQL_CLAIM, {"campaign": campaign, "after": after, "worker": worker})
                assignment, task, after = cursor.fetchone()
            into.claim_ms.append((time.perf_counter() - start) * 1000)
            start = time.perf_counter()
            with transaction.atomic():
                cursor.execute(
                    SQL_ANSWER, {"assignment": assignment, "task": task, "worker": worker}
                )
            into.answer_ms.append((time.perf_counter() - start) * 1000)
    connection.close()
