"""What SQL is made of, to make soup of it."""

from hypothesis import strategies as st
from sqlglot.dialects.dialect import Dialect

KEYWORDS = sorted(
    {*Dialect.get_or_raise("bigquery").tokenizer_class.KEYWORDS}
    | {*Dialect.get_or_raise("duckdb").tokenizer_class.KEYWORDS}
)
FUNCTIONS = sorted(
    {*Dialect.get_or_raise("bigquery").parser_class.FUNCTIONS}
    | {*Dialect.get_or_raise("duckdb").parser_class.FUNCTIONS}
)
COMMON = (
    "select", "from", "where", "group by", "having", "qualify", "order by", "limit", "join", "left join", "using", "on",
    "with", "as", "union all", "distinct", "case", "when", "then", "else", "end", "and", "or", "not", "null", "in",
    "between", "is", "like", "cast", "interval", "over", "partition by", "exists", "unnest", "array", "struct",
)  # fmt: skip
NAMES = (
    "orders",
    "web_likes",
    "raw",
    "id",
    "price",
    "ts",
    "day",
    "qty",
    "n",
    "x",
    "`id`",
    '"id"',
    "o",
    "shop.orders.x",
)
SIGNS = (
    "(", ")", ",", ".", "*", "+", "-", "/", "%", "||", "=", "<>", "<", ">", "<=", ">=", ";", ":", "::", "->", "=>", "[",
    "]", "{", "}", "{{", "}}", "@", "@interval_start", "$1", "?", "\\", "!", "~", "^", "&", "|", "#",
)  # fmt: skip
LITERALS = (
    "1", "0", "-1", "1e999", "0x1f", "1.5", "'a'", "''", "'it''s'", "r'\\d+'", '"a"', "b'a'", "date '2026-01-01'",
    "true", "timestamp 'x'", "'", '"', "`", "'''", "/*", "*/", "--", "\n", "\t", "\x00", "\ufeff", "é", "😀", "\u202e",
    "1" * 400, "a" * 400,
)  # fmt: skip

WORD = st.one_of(
    st.sampled_from(COMMON),
    st.sampled_from(NAMES),
    st.sampled_from(SIGNS),
    st.sampled_from(LITERALS),
    st.sampled_from(FUNCTIONS).map(lambda name: f"{name}("),
    st.sampled_from(KEYWORDS),
)

SOUP = st.lists(WORD, max_size=40).map(" ".join)
"""Words in any order."""

SELECT = SOUP.map(lambda soup: f"select {soup} from orders")
"""Words in any order where a SELECT has its items."""

WHERE = SOUP.map(lambda soup: f"select id as x from orders where {soup}")
"""Words in any order where a condition stands."""

_WRAPPERS = (("(", ")"), ("not ", ""), ("- ", ""), ("case when ", " then 1 end"), ("(select ", " from orders)"),
             ("[", "]"), ("struct(", ")"), ("cast(", " as string)"), ("interval ", " day"), ("x -> ", ""),
             ("1 + ", ""), ("id in (", ")"), ("exists (select 1 from orders where ", ")"), ("array<", ">"),
             ("if(true, ", ", 1)"), ("sum(", ") over ()"), ("{'a': ", "}"), ("", " and true"), ("", "[0]"))  # fmt: skip
_FUNCTION_WRAPPERS = tuple((f"{name}(", ")") for name in FUNCTIONS)

DEEP = st.builds(
    lambda wrappers, times, core: (
        "".join(w[0] for w in wrappers * times) + core + "".join(w[1] for w in reversed(wrappers * times))
    ),
    st.lists(st.sampled_from(_WRAPPERS) | st.sampled_from(_FUNCTION_WRAPPERS), min_size=1, max_size=4),
    st.sampled_from((1, 3, 8, 11, 20, 40, 400)),
    st.sampled_from(("1", "id", "", "'a'", "*")),
)
"""A few wrappers around each other, many times."""

LONG = st.builds(
    lambda part, times: part * times,
    st.sampled_from(
        ("id, ", "1 + ", "id || ", "'a', ", "(1), ", "id and ", "t. ", "x -> ", "not ", "::int64 ", "-- a\n", "/* */ ")
    ),
    st.sampled_from((10, 300, 999, 3000, 20000)),
)
"""One thing over and over."""
