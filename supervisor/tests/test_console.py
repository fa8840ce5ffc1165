"""What people see: a time, a name, and a line that can be read."""

import io
import re

from supervisor.console import Console


def shown(line, **options):
    out = io.StringIO()
    Console(out=out, **options).relay(line, name="gateway")
    return out.getvalue()


def test_a_line_gets_the_time_and_the_name_in_front():
    assert re.fullmatch(r"\d\d:\d\d:\d\d gateway        listening\n", shown("listening", color=False))


def test_a_json_record_becomes_a_sentence_with_its_fields():
    record = '{"event": "message sent", "level": "info", "timestamp": "x", "logger": "y", "seq": 3}'
    assert shown(record, color=False).endswith("gateway        info    message sent seq=3\n")


def test_an_exception_in_a_record_is_printed_line_by_line():
    record = '{"event": "failed", "level": "error", "exception": "Traceback\\nValueError: no"}'
    lines = shown(record, color=False).splitlines()
    assert [line[24:] for line in lines] == ["error   failed", "Traceback", "ValueError: no"]


def test_a_long_field_is_cut():
    assert len(shown('{"event": "x", "body": "%s"}' % ("y" * 5000), color=False)) < 200


def test_json_that_is_no_record_is_left_alone():
    for line in ('{"seq": 3}', "{broken", "{}"):
        assert shown(line, color=False).endswith(f"gateway        {line}\n")


def test_there_is_color_only_where_it_is_wanted():
    assert "\033[" in shown("x", color=True)
    assert "\033[" not in shown("x")


def test_a_reader_that_went_away_is_no_error():
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    Console(out=Gone(), color=False).say("x")
