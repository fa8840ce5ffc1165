"""A dataset without a worker: the rows that an import would have left in the system's database."""

from uuid import UUID, uuid4

import psycopg2

_MADE = """
CREATE SCHEMA IF NOT EXISTS datasets;
CREATE TABLE datasets.d_{table} (_row bigint PRIMARY KEY, a text, _import bigint);
INSERT INTO datasets.d_{table} SELECT n, 'x', 1 FROM generate_series(1, 3) n;
INSERT INTO jobs_dataset (id, owner_id, name, seq, "table", columns, key, rows, bytes, rev)
VALUES (%(dataset)s, %(owner)s, %(name)s, 0, 'd_{table}', '[{{"name": "a", "title": "a", "type": "text"}}]', '[]',
    3, 8192, 1);
INSERT INTO jobs_import (id, owner_id, seq, dataset_id, file_id, file_name, mode, state, rows, inserted, updated,
    rejects, kept_rejects, corrected, source, header)
VALUES (%(import)s, %(owner)s, 0, %(dataset)s, %(import)s, 'a.csv', 'append', 'done', 3, 3, 0, 0, 0, 0, '{{}}', '')
"""


def make_dataset(url: str, *, owner: str) -> dict[str, str]:
    """`dataset_id` and `import_id`."""
    dataset, one = uuid4(), uuid4()
    values = {"dataset": str(dataset), "import": str(one), "owner": str(UUID(owner)), "name": dataset.hex}
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(_MADE.format(table=dataset.hex), values)
    finally:
        connection.close()
    return {"dataset_id": str(dataset), "import_id": str(one)}
