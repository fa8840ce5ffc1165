"""Texts as values: for each type an SQL expression (DuckDB's) that is the value, or NULL where the text is none.

DuckDB's own casts do more than is right here: '1.5' becomes the integer 2, a date loses its time. So the form is looked
at first. What comes out is what PostgreSQL takes for the type.
"""

from dataclasses import dataclass

from contracts.dataset import ColumnType

_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
_DATE = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_ZONE = r" ?(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)"
NOUNS = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "an integer of 64 bits",
    ColumnType.DECIMAL: "a number",
    ColumnType.DOUBLE: "a number",
    ColumnType.BOOLEAN: "true or false",
    ColumnType.DATE: "a date",
    ColumnType.TIME: "a time of day",
    ColumnType.TIMESTAMP: "a date with a time",
    ColumnType.TIMESTAMPTZ: "a date with a time and a zone",
    ColumnType.JSON: "JSON",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Forms:
    """What people may have written otherwise than ISO 8601 and JSON do. `date`, `timestamp`: as strftime has them."""

    decimal: str = "."
    date: str | None = None
    timestamp: str | None = None


def value(kind: ColumnType, text: str, forms: Forms) -> str:
    """`text`: an expression. What is written as the type's own text already goes through as it is, which is quick."""
    if kind is ColumnType.TEXT:
        return text
    slow = f"CAST({_MAKERS[kind](f'trim({text})' if kind is not ColumnType.JSON else text, forms)} AS VARCHAR)"
    usual = _usual(kind, text, forms)
    return f"CASE WHEN {usual} THEN {text} ELSE {slow} END" if usual else slow


def _usual(kind: ColumnType, text: str, forms: Forms) -> str | None:
    """When a text is what the value itself would be written as; years before Christ are, and PostgreSQL's are not."""
    if kind is ColumnType.INTEGER:
        return f"CAST(TRY_CAST({text} AS BIGINT) AS VARCHAR) = {text}"
    if kind is ColumnType.DOUBLE and forms.decimal == ".":
        return f"TRY_CAST({text} AS DOUBLE) IS NOT NULL AND regexp_full_match({text}, '-?[0-9]+\\.?[0-9]*')"
    if kind is ColumnType.DATE and forms.date is None:
        return f"length({text}) = 10 AND CAST(TRY_CAST({text} AS DATE) AS VARCHAR) = {text}"
    if kind is ColumnType.TIMESTAMP and forms.timestamp is None:
        return f"length({text}) BETWEEN 19 AND 26 AND CAST(TRY_CAST({text} AS TIMESTAMP) AS VARCHAR) = {text}"
    return None


def literal(text: str) -> str:
    """As SQL, quoted."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """As an SQL identifier, quoted."""
    return '"' + text.replace('"', '""') + '"'


def leading_zero(text: str) -> str:
    """Whether digits begin with a zero that means something: a number would lose it."""
    return f"regexp_full_match({text}, '[+-]?0[0-9]+([.,][0-9]+)?')"


def many_digits(text: str) -> str:
    """Whether a double would lose digits: it has 17, the last of them not always."""
    return f"length(ltrim(regexp_replace({text}, '[eE].*|[^0-9]', '', 'g'), '0')) > 17"


def comma_number(text: str) -> str:
    return f"regexp_full_match(trim({text}), '[+-]?[0-9]+,[0-9]+')"


def _when(form: str, text: str, then: str) -> str:
    return f"CASE WHEN regexp_full_match({text}, {literal(form)}) THEN {then} END"


def _number(text: str, forms: Forms) -> str:
    return text if forms.decimal == "." else f"replace(CASE WHEN NOT contains({text}, '.') THEN {text} END, ',', '.')"


def _integer(text: str, _: Forms) -> str:
    return _when("[+-]?[0-9]{1,20}", text, f"TRY_CAST({text} AS BIGINT)")


def _decimal(text: str, forms: Forms) -> str:
    number = _number(text, forms)
    return _when(_NUMBER, number, number)


def _double(text: str, forms: Forms) -> str:
    number = _number(text, forms)
    return _when(_NUMBER + "|(?i)[+-]?inf(inity)?|nan", number, f"TRY_CAST({number} AS DOUBLE)")


def _boolean(text: str, _: Forms) -> str:
    return f"TRY_CAST({text} AS BOOLEAN)"


def _date(text: str, forms: Forms) -> str:
    if forms.date is not None:
        return f"CAST(try_strptime({text}, {literal(forms.date)}) AS DATE)"
    return _when(_DATE, text, f"TRY_CAST({text} AS DATE)")


def _time(text: str, _: Forms) -> str:
    return _when(_CLOCK, text, f"TRY_CAST({text} AS TIME)")


def _timestamp(text: str, forms: Forms) -> str:
    if forms.timestamp is not None:
        return f"try_strptime({text}, {literal(forms.timestamp)})"
    return _when(f"{_DATE}([ T]{_CLOCK})?", text, f"TRY_CAST({text} AS TIMESTAMP)")


def _timestamptz(text: str, forms: Forms) -> str:
    if forms.timestamp is not None:
        return f"CAST(try_strptime({text}, {literal(forms.timestamp)}) AS TIMESTAMPTZ)"
    return _when(f"{_DATE}([ T]{_CLOCK}({_ZONE})?)?", text, f"TRY_CAST({text} AS TIMESTAMPTZ)")


def _json(text: str, _: Forms) -> str:
    return rf"CASE WHEN json_valid({text}) AND NOT contains({text}, '\u0000') THEN {text} END"


_MAKERS = {
    ColumnType.INTEGER: _integer,
    ColumnType.DECIMAL: _decimal,
    ColumnType.DOUBLE: _double,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.DATE: _date,
    ColumnType.TIME: _time,
    ColumnType.TIMESTAMP: _timestamp,
    ColumnType.TIMESTAMPTZ: _timestamptz,
    ColumnType.JSON: _json,
}
