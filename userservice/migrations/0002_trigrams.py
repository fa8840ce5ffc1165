"""Searching inside names by trigrams, where the server has them. Without, the search reads all names: still right."""

from django.db import migrations

FORWARDS = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX userservice_user_search ON userservice_user USING gin (search_key gin_trgm_ops);
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE 'pg_trgm is not allowed here: searching people reads all names';
END $$"""


class Migration(migrations.Migration):
    dependencies = [("userservice", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, "DROP INDEX IF EXISTS userservice_user_search")]
