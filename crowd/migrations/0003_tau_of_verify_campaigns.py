"""Campaigns that exist keep the risk at which their consensus has stood until now."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('crowd', '0002_fits_versions_stopping'),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE crowd_campaign SET tau = 0.05 WHERE kind = 'verify'", migrations.RunSQL.noop
        ),
    ]
