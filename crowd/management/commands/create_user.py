"""`manage.py create_user olga --role organizer`"""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rest_framework.authtoken.models import Token

from crowd import people
from crowd.errors import CrowdError
from crowd.models import User


class Command(BaseCommand):
    help = "Create a login; a password that is not given is made up and printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=User.Role.values)
        parser.add_argument("--password", help="default: a random one, which is printed")
        parser.add_argument("--token", action="store_true", help="print a token for the API, too")

    def handle(self, **options: Any) -> None:
        password = options["password"] or secrets.token_urlsafe(12)
        try:
            role, now = User.Role(options["role"]), timezone.now()
            user = people.appoint(options["username"], password, role=role, now=now)
        except CrowdError as error:
            reasons = [reason for said in (error.errors or {}).values() for reason in said]
            raise CommandError("\n".join(reasons or [error.detail])) from error
        self.stdout.write(f"Created {user.role} {user.username}.")
        if not options["password"]:
            self.stdout.write(f"Password: {password}")
        if options["token"]:
            self.stdout.write(f"Token: {Token.objects.create(user=user).key}")
