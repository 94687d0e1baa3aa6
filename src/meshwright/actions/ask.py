"""Ask: one question across the ports of all domains, and who has asked it.

What people ask of a laptop's own environment is their work, and nobody's use of a product: it is not counted. Nor is it
where the engine's warehouse remembers questions itself.
"""

from datetime import datetime

from meshwright.engine.protocol import Rows
from meshwright.engine.registry import reader_log
from meshwright.model.address import TableAddress
from meshwright.model.observation import Reading
from meshwright.workspace.settings import LOCAL
from meshwright.workspace.workspace import Workspace


def ask(workspace: Workspace, sql: str, tables: tuple[tuple[str, TableAddress], ...], now: datetime) -> Rows:
    """Answer one SELECT over published tables, each under the name that it has there; remember which were read."""
    answer = workspace.engine().query(sql, tables)
    if workspace.settings.environment != LOCAL and reader_log(workspace.settings.engine) is None:
        ports, who = sorted({table.port for _, table in tables}), workspace.settings.person or ""
        workspace.observations().record_readings(*(Reading.by(who, port, now.date()) for port in ports))
    return answer
