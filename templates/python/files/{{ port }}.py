"""What is made of `{{ from.local }}`, and how."""

COLUMNS = [{% for column in from.columns %}"{{ column.name }}"{{ ", " if not loop.last }}{% endfor %}]


def transform(inputs, interval):
    """Return a table for each port, of the inputs' tables (pyarrow) and the interval from its `start` to its `end`."""
    rows = inputs["{{ from.local | replace(".", "__") }}"].select(COLUMNS)
    return {"{{ port | replace("-", "_") }}": rows}
