"""Kills a task between its publish and the event that tells of it, as often as the file `SABOTAGE` says."""

import os
import signal
import sys
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from pathlib import Path

_ACTION = "meshwright.actions.run"


def _left() -> int:
    file = Path(os.environ["SABOTAGE"])
    return int(file.read_text()) if file.exists() else 0


class _Saboteur(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != _ACTION:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module) -> None:
            load(module)
            publish = module.publish

            def dying(workspace, record, *more):
                done = publish(workspace, record, *more)
                if (left := _left()) and str(record.product.address) == "north.orders":
                    Path(os.environ["SABOTAGE"]).write_text(str(left - 1))
                    os.kill(os.getpid(), signal.SIGKILL)
                return done

            module.publish = dying

        spec.loader.exec_module = exec_module
        return spec


if "SABOTAGE" in os.environ:
    sys.meta_path.insert(0, _Saboteur())
