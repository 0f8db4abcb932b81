"""What organizers did and what workers were told is never changed: the database refuses to."""

from django.db import migrations

# Older entries get the campaign that they are about, and the names that deeds have now.
FILL_CAMPAIGNS = """
UPDATE crowd_auditentry entry SET campaign_id = campaign.id
FROM crowd_campaign campaign WHERE entry.subject = 'campaign ' || campaign.slug;

UPDATE crowd_auditentry entry SET campaign_id = task.campaign_id
FROM crowd_task task WHERE entry.subject LIKE 'task %' AND entry.subject = 'task ' || task.id;

UPDATE crowd_auditentry entry SET campaign_id = invitation.campaign_id
FROM crowd_invitation invitation WHERE entry.subject = 'invitation ' || invitation.id;

UPDATE crowd_auditentry entry SET action = word.new
FROM (VALUES ('running', 'resume'), ('paused', 'pause'), ('closed', 'close')) word(old, new)
WHERE entry.action = word.old;
"""

FIRST_VERSIONS = """
INSERT INTO crowd_instructions (campaign_id, number, text, written_by_id, written_at)
SELECT id, 1, instructions, created_by_id, created_at FROM crowd_campaign;
"""

# The one change that is let through: the link to a login goes with the login.
REFUSE = """
CREATE FUNCTION crowd_refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) -> TG_ARGV[0] = 'null'::jsonb
       AND to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER auditentry_append_only BEFORE UPDATE OR DELETE ON crowd_auditentry
FOR EACH ROW EXECUTE FUNCTION crowd_refuse_to_change('actor_id');

CREATE TRIGGER instructions_append_only BEFORE UPDATE OR DELETE ON crowd_instructions
FOR EACH ROW EXECUTE FUNCTION crowd_refuse_to_change('written_by_id');
"""

ALLOW = """
DROP TRIGGER auditentry_append_only ON crowd_auditentry;
DROP TRIGGER instructions_append_only ON crowd_instructions;
DROP FUNCTION crowd_refuse_to_change();
"""


class Migration(migrations.Migration):
    dependencies = [("crowd", "0012_campaign_life")]

    operations = [
        # what is checked at the end of the transaction would stand in the way of the triggers
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(FILL_CAMPAIGNS, migrations.RunSQL.noop),
        migrations.RunSQL(FIRST_VERSIONS, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
