"""Reading a dataset: pages, filters, order, counts, statistics; nothing that people write becomes SQL."""

import json

import pytest

from contracts.dataset import DatasetCount, DatasetRead, DatasetRows, DatasetStats
from contracts.errors import Conflict, InvalidRequest

CONTENT = """id,name,price,born,ok,doc
1,Ada,1.5,2024-01-01,true,"{""a"": 1}"
2,bob,2.5,2024-01-02,false,"[1, 2]"
3,"O'Neil; DROP TABLE x",,2024-01-03,true,
4,50%_off\\,10,,,"{""b"": null}"
5,,10,2024-02-01,false,"{}"
"""
EVIL = [
    "'; DROP SCHEMA datasets CASCADE; --",
    '" OR 1=1 --',
    "%s",
    "%(x)s",
    "\\'; SELECT pg_sleep(9); --",
    "name) OR (1=1",
    "$1",
    "{}",
]


@pytest.fixture
def people(bring, ada):
    return bring(CONTENT, by=ada).dataset_id


@pytest.fixture
def ids(rows, ada):
    """Ids of the rows that these filters leave."""
    return lambda dataset, *filters, **request: [
        row[0] for row in rows(dataset, by=ada, filter=list(filters), columns=["id"], **request)
    ]


def test_a_page_far_away_is_reached_by_passing_over_what_lies_between(people, ask, ada):
    def page(**request):
        reply = ask(DatasetRows(dataset_id=people, columns=["id"], **request), by=ada)
        return [row[0] for row in reply.rows], reply.next

    first, cursor = page(limit=1)
    assert (first, page(skip=3, limit=5), page(skip=9)) == (["1"], (["4", "5"], None), ([], None))
    assert page(cursor=cursor, skip=2, limit=1)[0] == ["4"]
    assert page(sort="-born", skip=1, limit=2)[0] == ["3", "2"]


def test_filters_leave_the_rows_that_they_name(people, ids):
    for filters, found in [
        (["id:eq:2"], "2"),
        (["id:ne:2"], "1345"),
        (["price:ge:2.5", "price:lt:10"], "2"),
        (["price:ne:10"], "123"),
        (["name:contains:o"], "234"),
        (["name:contains:%_"], "4"),
        (["name:starts_with:ADA"], "1"),
        (["name:in:" + json.dumps(["Ada", "bob"])], "12"),
        (["id:in:" + json.dumps(["5", "1"])], "15"),
        (["born:gt:2024-01-02"], "35"),
        (["ok:eq:true"], "13"),
        (["name:is_null"], "5"),
        (["born:not_null", "ok:eq:false"], "25"),
        (['doc:eq:{"a":1}'], "1"),
        (["doc:contains:null"], "4"),
    ]:
        assert "".join(ids(people, *filters)) == found, filters


def test_pages_follow_each_other_in_any_order(people, ids):
    for limit in (1, 2, 5):
        assert "".join(ids(people, limit=limit)) == "12345"
        assert "".join(ids(people, sort="price", limit=limit)) == "12453"
        assert "".join(ids(people, sort="-price", limit=limit)) == "45213"
        assert "".join(ids(people, sort="-born", limit=limit)) == "53214"
        assert "".join(ids(people, sort="-ok", limit=limit)) == "13254"
        assert len(ids(people, sort="doc", limit=limit)) == 5
        assert len(ids(people, sort="name", limit=limit)) == 5


def test_what_people_write_is_never_sql(people, ask, ids, rows, ada):
    for evil in EVIL:
        assert ids(people, f"name:eq:{evil}") == [], evil
        assert ids(people, f"name:contains:{evil}") == [], evil
        assert ids(people, "name:in:" + json.dumps([evil])) == [], evil
        for request in (
            DatasetRows(dataset_id=people, filter=[f"{evil}:eq:1"]),
            DatasetRows(dataset_id=people, filter=[f"id:{evil}:1"]),
            DatasetRows(dataset_id=people, filter=[f"id:eq:{evil}"]),
            DatasetRows(dataset_id=people, sort=evil),
            DatasetRows(dataset_id=people, columns=[evil]),
            DatasetRows(dataset_id=people, cursor=evil),
            DatasetStats(dataset_id=people, column=evil),
            DatasetCount(dataset_id=people, filter=[f"price:gt:{evil}"]),
            DatasetRead(dataset_id=people, format="csv", columns=[evil]),
            DatasetRead(dataset_id=people, format="csv", filter=[f"id:eq:{evil}"]),
        ):
            with pytest.raises(InvalidRequest):
                ask(request, by=ada)
    assert len(rows(people, by=ada)) == 5


def test_headers_names_and_values_that_look_like_sql_are_only_texts(bring, rows, ask, ada):
    evil = EVIL[:-1]  # the last is JSON
    content = ",".join('"' + one.replace('"', '""') + '"' for one in evil)
    made = bring(f"{content}\n{content}\n", by=ada, dataset=EVIL[0], options={"header": True})
    (row,) = rows(made.dataset_id, by=ada)
    assert row == evil
    piece = ask(DatasetRead(dataset_id=made.dataset_id, format="jsonl"), by=ada)
    assert json.loads(piece.text) == dict(zip(evil, evil, strict=True))


def test_counts_are_exact_where_they_are_quick(people, ask, ada):
    assert ask(DatasetCount(dataset_id=people), by=ada).count == 5
    counted = ask(DatasetCount(dataset_id=people, filter=["price:eq:10"]), by=ada)
    assert (counted.count, counted.exact) == (2, True)


def test_statistics_tell_what_is_in_a_column(people, ask, ada):
    price = ask(DatasetStats(dataset_id=people, column="price"), by=ada)
    assert (price.rows, price.nulls, price.distinct, price.min, price.max, price.mean) == (5, 1, 3, "1.5", "10", 6.0)
    assert (price.top[0].value, price.top[0].count) == ("10", 2)
    assert [one.count for one in price.histogram if one.count] == [1, 1, 2]
    assert (price.histogram[0].low, price.histogram[-1].high) == ("1.5", "10")
    born = ask(DatasetStats(dataset_id=people, column="born", filter=["ok:not_null"]), by=ada)
    assert (born.min, born.max, sum(one.count for one in born.histogram)) == ("2024-01-01", "2024-02-01", 4)
    for column in ("name", "ok", "doc", "id"):
        assert ask(DatasetStats(dataset_id=people, column=column), by=ada).rows == 5


def test_a_cursor_from_before_a_replacement_is_refused(people, bring, ask, ada):
    page = ask(DatasetRows(dataset_id=people, limit=2), by=ada)
    bring("a\n1\n", by=ada, dataset="Numbers", mode="replace")
    with pytest.raises(Conflict):
        ask(DatasetRows(dataset_id=people, limit=2, cursor=page.next), by=ada)


def test_a_thousand_columns_come_in_pages_that_are_not_too_long(bring, ask, rows, ada):
    names = [f"c{n}" for n in range(1000)]
    content = "\n".join([",".join(names), *(",".join(f"{r * n}" for n in range(1000)) for r in range(60))])
    made = bring(content + "\n", by=ada)
    assert made.rows == 60
    page = ask(DatasetRows(dataset_id=made.dataset_id, limit=500), by=ada)
    assert (len(page.columns), len(page.rows)) == (1000, 20)
    found = rows(made.dataset_id, by=ada)
    assert [row[999] for row in found] == [str(999 * r) for r in range(60)]
    text = ask(DatasetRead(dataset_id=made.dataset_id, format="jsonl"), by=ada).text.splitlines()
    assert json.loads(text[1])["c999"] == 999
