"""What is dumped is loaded again, unchanged, and has one spelling."""

from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.model import codec
from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.contract import Check, Column, Contract, LogicalType, Metric, Operator
from meshwright.model.diagnostic import Location
from meshwright.model.http import HttpSource, LinkedPages, NamedPages, NumberedPages, OnePage, SkippedRecords
from meshwright.model.identity import Digest, PublishId
from meshwright.model.kafka import KafkaSource
from meshwright.model.mesh import Community, Domain, Environment, Kpi, Mesh, Organisation, Term
from meshwright.model.policy import Decision, Setting
from meshwright.model.product import (
    CronSchedule,
    DatabaseSource,
    DataProduct,
    FilesSource,
    InputPort,
    InputsSchedule,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    VirtualSource,
)
from meshwright.model.publish import InputRead, Publish, TableRows
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Completeness, Freshness, LandingBy, Quality
from meshwright.model.time import Interval, Watermark

names = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
texts = st.text(max_size=20)
instants = st.datetimes(timezones=st.just(UTC))
lengths = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000))
ratios = st.integers(0, 1000).map(lambda n: Ratio(Decimal(n) / 1000))
addresses = st.builds(ProductAddress, names, names)
ports = st.builds(PortAddress, addresses, names, st.integers(1, 9))
tables = st.builds(TableAddress, ports, st.just("") | names)
pages = st.one_of(
    st.builds(OnePage),
    st.builds(LinkedPages),
    st.builds(NamedPages, texts, st.none() | texts),
    st.builds(NumberedPages, texts, st.integers(0, 1)),
    st.builds(SkippedRecords, texts),
)
queries = st.lists(st.tuples(texts, texts), max_size=2).map(tuple)
sources = st.one_of(
    st.builds(HttpSource, names, texts, queries, texts, pages, st.none() | texts),
    st.builds(KafkaSource, names, texts, st.lists(texts).map(tuple)),
    st.builds(FilesSource, names, texts, st.sampled_from(["csv", "json"]), lengths),
    st.builds(DatabaseSource, names, texts, st.none() | texts),
    st.builds(VirtualSource, names, texts),
)
types = st.sampled_from(LogicalType)
flags = st.booleans()
columns = st.builds(Column, texts, types, flags, flags, flags, texts, term=st.none() | names)
thresholds = st.lists(st.decimals(allow_nan=False, allow_infinity=False), min_size=1, max_size=2).map(tuple)
checks = st.builds(Check, names, st.sampled_from(Metric), st.sampled_from(Operator), thresholds)
contracts = st.builds(
    Contract, texts, st.lists(columns, max_size=3).map(tuple), st.lists(checks, max_size=2).map(tuple)
)
hours = st.times().map(lambda at: at.replace(second=0, microsecond=0))
slos = st.one_of(
    st.builds(Freshness, lengths, ratios),
    st.builds(LandingBy, hours, st.just("Europe/Brussels"), st.none() | st.just("BE"), ratios),
    st.builds(Completeness, ratios),
    st.builds(Quality, ratios),
)
made_tables = st.builds(OutputTable, contracts, st.sampled_from(PublishMode))
outputs = st.builds(
    OutputPort,
    names,
    st.just("1.2.3"),
    st.lists(made_tables, min_size=1, max_size=2).map(tuple),
    slos=st.lists(slos, max_size=2).map(tuple),
)
inputs = st.builds(InputPort, names, st.none() | sources, st.none() | ports)
schedules = st.one_of(st.builds(CronSchedule, texts, texts, lengths), st.builds(InputsSchedule))
products = st.builds(
    DataProduct,
    addresses,
    st.sampled_from(ProductType),
    texts,
    schedules,
    st.lists(inputs, max_size=2).map(tuple),
    st.lists(outputs, max_size=2).map(tuple),
)
kpis = st.builds(Kpi, texts, st.none() | names, texts)
terms = st.builds(Term, names, texts, st.none() | types, st.none() | names, texts, st.none() | kpis)
settings = st.lists(st.builds(Setting, names, texts), max_size=2).map(tuple)
decisions = st.lists(st.builds(Decision, names, settings), max_size=2).map(tuple)
domains = st.builds(
    Domain, names, texts, st.none() | names, st.none() | st.sampled_from(ProductType), policies=decisions
)
meshes = st.builds(
    Mesh,
    names,
    st.lists(products, max_size=1).map(tuple),
    st.lists(domains, max_size=2).map(tuple),
    organisation=st.none() | st.builds(Organisation, texts, texts, texts),
    communities=st.lists(st.builds(Community, names, texts, names, st.tuples(names)), max_size=2).map(tuple),
    glossary=st.lists(terms, max_size=2).map(tuple),
    policies=decisions,
)
intervals = st.tuples(instants, instants).map(lambda pair: Interval(min(pair), max(pair)))
publish_ids = instants.map(PublishId.mint)
reads = st.builds(InputRead, names, st.none() | ports, st.none() | publish_ids, st.none() | instants.map(Watermark))
publishes = st.builds(
    Publish,
    addresses,
    publish_ids,
    st.none() | st.binary().map(Digest.of),
    intervals,
    instants.map(Watermark),
    st.lists(reads, max_size=2).map(tuple),
    st.lists(st.builds(TableRows, tables, st.integers(0)), max_size=2).map(tuple),
    instants,
    st.booleans(),
    st.floats(0, 1e6),
)


@given(products)
def test_a_product_survives_the_round_trip(product: DataProduct) -> None:
    assert codec.load(DataProduct, codec.dump(product)) == product


@given(meshes)
def test_what_a_mesh_declares_survives_the_round_trip(mesh: Mesh) -> None:
    assert codec.load(Mesh, codec.dump(mesh)) == mesh


@given(publishes)
def test_a_publish_survives_the_round_trip(publish: Publish) -> None:
    assert codec.load(Publish, codec.dump(publish)) == publish


@given(st.builds(Environment, names, since=st.none() | instants | lengths, until=st.none() | instants))
def test_an_instant_and_a_length_are_told_apart(environment: Environment) -> None:
    assert codec.load(Environment, codec.dump(environment)) == environment


def test_where_something_was_written_is_not_what_was_written() -> None:
    here = Column("price", LogicalType.NUMBER, at=Location("a.yaml", 3, 5))
    there = Column("price", LogicalType.NUMBER, at=Location("b.yaml", 9, 1))
    assert codec.canonical(codec.dump(here)) == codec.canonical(codec.dump(there))


def test_keys_have_one_order() -> None:
    assert codec.canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


@pytest.mark.parametrize(
    "plain", [{}, {"name": "x"}, {"name": "x", "type": "wrong"}, {"name": "x", "type": "string", "z": 1}]
)
def test_what_dump_did_not_make_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        codec.load(Column, plain)
