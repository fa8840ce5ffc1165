from django.db import migrations, models
from django.db.models.functions import Now

# Queue table: all rows are short-lived, so vacuum goes by number and not by share.
OUTBOX = """
ALTER TABLE eventlog_outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
                                 autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_cost_delay = 0)
"""

EVENT = """
CREATE TABLE eventlog_event (
    pos bigint NOT NULL PRIMARY KEY,
    owner text NOT NULL,
    event text NOT NULL,
    routing_key text NOT NULL,
    conversation_id uuid,
    seq bigint,
    user_id uuid,
    body text NOT NULL,
    at timestamptz NOT NULL
) PARTITION BY RANGE (pos);
CREATE TABLE eventlog_event_default PARTITION OF eventlog_event DEFAULT;
CREATE TABLE eventlog_event_1 PARTITION OF eventlog_event FOR VALUES FROM (1) TO (10001);
CREATE TABLE eventlog_event_10001 PARTITION OF eventlog_event FOR VALUES FROM (10001) TO (20001);
CREATE TABLE eventlog_event_20001 PARTITION OF eventlog_event FOR VALUES FROM (20001) TO (30001);
"""

STATE = """
CREATE TABLE eventlog_relay_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    pos bigint NOT NULL DEFAULT 0,
    published bigint NOT NULL DEFAULT 0,
    oldest bigint NOT NULL DEFAULT 1,
    at timestamptz NOT NULL DEFAULT now(),
    epoch_id uuid NOT NULL DEFAULT gen_random_uuid()
) WITH (fillfactor = 10);
INSERT INTO eventlog_relay_state DEFAULT VALUES;
"""

# Everything that a restore changes goes into the epoch: a physical one gets a new timeline, a dump restored into
# another cluster another system identifier, one restored into this cluster another table. Where an operator took
# pg_control_system() away from ordinary users the rest has to do.
EPOCH = """
CREATE FUNCTION eventlog_epoch() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    stored text := (SELECT epoch_id::text FROM eventlog_relay_state) || 'eventlog_relay_state'::regclass::oid;
    timeline text := left(pg_walfile_name(pg_current_wal_lsn()), 8);
    cluster text := '';
BEGIN
    BEGIN
        cluster := (SELECT system_identifier::text FROM pg_control_system());
    EXCEPTION WHEN insufficient_privilege THEN
        cluster := '';
    END;
    RETURN left(encode(sha256(convert_to(stored || '/' || timeline || '/' || cluster, 'UTF8')), 'hex'), 16);
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("owner", models.TextField()),
                ("event", models.TextField()),
                ("routing_key", models.TextField()),
                ("conversation_id", models.UUIDField(null=True)),
                ("seq", models.BigIntegerField(null=True)),
                ("user_id", models.UUIDField(null=True)),
                ("body", models.TextField()),
                ("at", models.DateTimeField(db_default=Now())),
            ],
            options={"verbose_name": "waiting event", "verbose_name_plural": "outbox"},
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("pos", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="position")),
                ("owner", models.TextField()),
                ("event", models.TextField()),
                ("routing_key", models.TextField()),
                ("conversation_id", models.UUIDField(null=True)),
                ("seq", models.BigIntegerField(null=True)),
                ("user_id", models.UUIDField(null=True)),
                ("body", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={"managed": False},
        ),
        migrations.CreateModel(
            name="RelayState",
            fields=[
                ("one", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("pos", models.BigIntegerField(verbose_name="position")),
                ("published", models.BigIntegerField()),
                ("oldest", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("epoch_id", models.UUIDField()),
            ],
            options={"db_table": "eventlog_relay_state", "verbose_name": "relay state", "verbose_name_plural": "relay state", "managed": False},
        ),
        migrations.RunSQL(OUTBOX, migrations.RunSQL.noop),
        migrations.RunSQL(EVENT, "DROP TABLE eventlog_event"),
        migrations.RunSQL(STATE, "DROP TABLE eventlog_relay_state"),
        migrations.RunSQL(EPOCH, "DROP FUNCTION eventlog_epoch()"),
    ]
