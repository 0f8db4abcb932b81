"""Signing in: Django's own rules; the user and the worker of a request in one plain statement."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.db import connection

from crowd.models import User, Worker

_USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
_WORKER_FIELDS = [field.attname for field in Worker._meta.concrete_fields]
_READ = f"""
SELECT {", ".join(f"u.{name}" for name in _USER_FIELDS)},
       {", ".join(f"w.{name}" for name in _WORKER_FIELDS)}
FROM crowd_user u LEFT JOIN crowd_worker w ON w.user_id = u.id WHERE u.id = %s
"""  # noqa: S608 - column names of our own models


class UserWithWorkerBackend(ModelBackend):
    """Reads the worker with the user: nearly every request needs both."""

    def get_user(self, user_id: int) -> User | None:
        with connection.cursor() as cursor:
            cursor.execute(_READ, [user_id])
            row = cursor.fetchone()
        if row is None:
            return None
        n_fields = len(_USER_FIELDS)
        user = User.from_db(connection.alias, _USER_FIELDS, row[:n_fields])
        if row[n_fields] is not None:
            worker = Worker.from_db(connection.alias, _WORKER_FIELDS, row[n_fields:])
            worker.user = user
            user._state.fields_cache["worker"] = worker
        return user if self.user_can_authenticate(user) else None
