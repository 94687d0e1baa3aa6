"""Mistakes that need more than one changed value: what is added to a manifest of the examples, and where that is wrong.

Each is a snippet instead of a line of the manifest. In it `^` stands for that line, and `<` ends the line that must be
reported; where none is marked, any line from there on will do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.mutants.mutant import Mutant, Source


@dataclass(frozen=True, slots=True)
class Addition:
    """`lines` instead of the first line that begins with `instead`; of those below, none with `without` is left."""

    code: str
    kind: str
    file: str
    instead: str
    lines: str
    without: str = ""


SALES = "domains/marketplace/sales/product.yaml"
ENTRIES = "domains/marketplace/provenance/product.yaml"
TRENDS = "domains/assets/asset-trends/product.yaml"
FEED = "domains/engagement/events/product.yaml"
AIRCRAFT = "domains/fleet/aircraft-registry/product.yaml"
DOMAIN = "domains/marketplace/domain.yaml"

CHECK = "            - name: price-positive"
COLUMN = "            - name: artwork_id"
SALE_ID = "              description: The sale;"
SLO = "    slo:"
SOURCE = "    source:"
INPUTS = "inputPorts:"
OUTPUTS = "outputPorts:"

ADDITIONS = (
    # what is there twice, under two names or none
    Addition("MW0103", "column twice", SALES, COLUMN, """
            - {name: sale_id, logicalType: string} <
^
"""),
    Addition("MW0103", "column twice in another case", SALES, COLUMN, """
            - {name: Sale_ID, logicalType: string} <
^
"""),
    Addition("MW0103", "check twice", SALES, CHECK, """
            - {name: currency-known, metric: rowCount, mustBeGreaterThan: 0} <
^
"""),
    Addition("MW0103", "input twice", SALES, OUTPUTS, """
  - {name: orders, source: {block: database, connection: orders-db, table: o}} <
outputPorts:
"""),
    Addition("MW0103", "port twice", TRENDS, OUTPUTS, """
outputPorts:
  - name: formats
    version: 1.4.0
    contract: {schema: [{name: f, properties: [{name: format, logicalType: string}]}]}
"""),
    Addition("MW0103", "person twice", "mesh.yaml", "  - {username: nadia,", """
^
  - {username: nadia} <
"""),
    # keys that contradict each other
    Addition("MW0112", "from and source", TRENDS, "  - {name: files,", """
  - {name: files, from: "assets.asset-inventory:files@1", source: {block: database, connection: x, table: x}} <
"""),
    Addition("MW0112", "neither from nor source", TRENDS, OUTPUTS, """
  - {name: nothing} <

outputPorts:
"""),
    Addition("MW0112", "a contract of what has one", TRENDS, OUTPUTS, """
  - name: more
    from: "assets.asset-inventory:files@1"
    contract: {schema: [{name: a, properties: [{name: a, logicalType: string}]}]} <

outputPorts:
"""),
    Addition("MW0112", "cron and on", TRENDS, "schedule:", """
schedule: {on: inputs, cron: "0 * * * *"} <
"""),
    Addition("MW0112", "waitAtMost and on", TRENDS, "schedule:", """
schedule: {on: inputs, waitAtMost: 30m} <
"""),
    Addition("MW0112", "on inputs without any", SALES, INPUTS, """
schedule: {on: inputs} <

inputPorts:
"""),
    Addition("MW0112", "when without on", SALES, INPUTS, """
schedule: {when: any} <

inputPorts:
"""),
    Addition("MW0112", "merge without a key", TRENDS, "    publish:", without="primaryKey", lines="""
    publish: {mode: merge} <
"""),
    Addition("MW0112", "a hash chain without a ledger", ENTRIES, "    publish:", """
    publish: {mode: append}
"""),
    Addition("MW0112", "every without a time", FEED, SOURCE, """
    source: {block: files, connection: event-feed, path: all.jsonl, format: json, every: 1h} <
"""),
    Addition("MW0112", "a time too coarse for every", FEED, SOURCE, """
    source: {block: files, connection: event-feed, path: "{start:%Y-%m-%d}.jsonl", format: json, every: 1h} <
"""),
    Addition("MW0112", "a replay that ends first", "mesh.yaml", "environments:", """
environments:
  past: {since: 2026-02-01, until: 2026-01-01} <
"""),
    Addition("MW0112", "a virtual port that is built", AIRCRAFT, "    virtual:", """
    virtual: {connection: aircraft-registry, table: aircraft}
    publish: {mode: replace} <
"""),
    Addition("MW0112", "a virtual port with SQL", AIRCRAFT, "    virtual:", """
    virtual: {connection: aircraft-registry, table: aircraft}
    transform: {sql: x.sql} <
"""),
    # names that nobody declared
    Addition("MW0111", "a steward nobody knows", DOMAIN, "steward:", """
steward: margerite <
"""),
    Addition("MW0111", "a purpose nobody knows", TRENDS, "schedule:", """
purpose: trusted-provenence <
schedule: {on: inputs}
"""),
    Addition("MW0111", "a member nobody knows", TRENDS, "schedule:", """
team: {members: [{username: nadja, role: productOwner}]} <
schedule: {on: inputs}
"""),
    Addition("MW0111", "onFail of no check", SALES, SLO, """
    onFail: {price-positve: warn} <
    slo:
"""),
    Addition("MW0108", "onFail of no consequence", SALES, SLO, """
    onFail: {price-positive: ignore} <
    slo:
"""),
    Addition("MW0111", "duplicateValues of no column", SALES, CHECK, """
            - {metric: duplicateValues, arguments: {properties: [sale_id, buyer]}, mustBe: 0} <
^
"""),
    Addition("MW0111", "a term nobody defined", TRENDS, "    publish:", """
^
    columns: {monthly_cost_eur: {term: cost}} <
"""),
    # SQL files
    Addition("MW0113", "SQL that is not there", SALES, "    version:", """
    version: 1.0.0
    transform: {sql: sale.sql} <
"""),
    Addition("MW0108", "an unknown dialect", SALES, "    version:", """
    version: 1.0.0
    transform: {dialect: bigqery} <
"""),
    # checks that cannot be executed
    Addition("MW0114", "a check without an operator", SALES, CHECK, """
            - {metric: rowCount} <
^
"""),
    Addition("MW0114", "a check with two operators", SALES, CHECK, """
            - {metric: rowCount, mustBe: 1, mustNotBe: 2} <
^
"""),
    Addition("MW0114", "a check between nothing", SALES, CHECK, """
            - {metric: rowCount, mustBeBetween: [5, 5]} <
^
"""),
    Addition("MW0114", "nullValues of a table", SALES, CHECK, """
            - {metric: nullValues, mustBe: 0} <
^
"""),
    Addition("MW0114", "invalidValues of nothing", SALES, SALE_ID, """
              description: The sale.
              quality: [{metric: invalidValues, mustBe: 0}] <
"""),
    Addition("MW0114", "rowCount of a column", SALES, SALE_ID, """
              description: The sale.
              quality: [{metric: rowCount, mustBe: 0}] <
"""),
    Addition("MW0114", "rowCount in percent", SALES, CHECK, """
            - {metric: rowCount, mustBe: 1, unit: percent} <
^
"""),
    Addition("MW0108", "a pattern that looks ahead", SALES, SALE_ID, """
              description: The sale.
              quality: [{metric: invalidValues, mustBe: 0, arguments: {pattern: '^(?=x)'}}] <
"""),
    Addition("MW0112", "a check of another type's key", SALES, CHECK, """
            - {type: text, description: x, mustBe: 0} <
^
"""),
    # YAML
    Addition("MW0102", "an anchor and a merge key", SALES, INPUTS, """
tags: &t [a]
<<: *t <
inputPorts:
"""),
    Addition("MW0102", "a second document", SALES, OUTPUTS, """
--- <
outputPorts:
"""),
    Addition("MW0102", "a tab", SALES, OUTPUTS, """
outputPorts:
	- name: x <
"""),
    Addition("MW0102", "an item too far left", SALES, OUTPUTS, """
outputPorts:
 - name: x
"""),
    Addition("MW0102", "an open quote", TRENDS, OUTPUTS, """
tags: ["a] <
outputPorts:
"""),
    Addition("MW0102", "an open bracket", SALES, OUTPUTS, """
tags: [a <
outputPorts: <
"""),
    Addition("MW0102", "a colon in plain text", SALES, INPUTS, """
tags: a: b <
inputPorts:
"""),
    Addition("MW0102", "a key that is a list", SALES, INPUTS, """
? [a]
: b
inputPorts:
"""),
    Addition("MW0115", "a key of ODCS that nothing reads", SALES, "          description: One row per", """
          description: One row per completed sale.
          businessName: Sale <
"""),
)  # fmt: skip


def mutants(all_sources: Iterable[Source]) -> Iterator[Mutant]:
    """Every addition, in the manifest that it is for."""
    by_file = {source.file: source for source in all_sources}
    for addition in ADDITIONS:
        source = by_file.get(addition.file)
        if source is not None and f"\n{addition.instead}" in source.text:
            yield _mutant(source, addition)


def _mutant(source: Source, addition: Addition) -> Mutant:
    lines = source.text.splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith(addition.instead))
    new = addition.lines.strip("\n").replace("^", lines[number]).splitlines()
    below = [line for line in lines[number + 1 :] if not addition.without or addition.without not in line]
    marked = [number + 1 + n for n, line in enumerate(new) if line.endswith(" <")]
    text = "\n".join([*lines[:number], *(line.removesuffix(" <") for line in new), *below])
    where = marked or list(range(number + 1, len(lines) + 3))
    return Mutant(addition.kind, source.mesh, source.file, f"{text}\n".encode(), addition.code, source.file,
                  tuple(where), spot=addition.kind)  # fmt: skip
