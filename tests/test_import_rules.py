"""Imports run one way (architecture.md, "Layout"). These tests read the code; they run none of it."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SYNC = sorted((REPOSITORY / "sync").rglob("*.py"))
SERVER = sorted((REPOSITORY / "server").rglob("*.py"))
PWA = sorted(p for p in (REPOSITORY / "pwa" / "src").rglob("*.ts*"))

# What `sync/` may use beside the standard library, and where.
SYNC_EVERYWHERE = {"marshmallow", "sync"}
SYNC_ONLY_IN = {"rfc8785": {"envelope.py", "canonical.py"}, "orjson": {"envelope.py", "canonical.py", "messages.py"}}
# Standard modules through which a clock or the outside world would get in.
NO_CLOCK_NO_IO = {"time", "os", "io", "socket", "subprocess", "threading", "random", "secrets", "urllib", "http", "sqlite3", "asyncio", "tempfile", "shutil"}  # fmt: skip
# The message file is the one file that `sync/` reads; `kinds/` finds its own modules.
SYNC_MAY_READ = {"messages.py"}

# Each may import those before it in the list, and itself.
FEATURES = ["people", "records", "alerts", "improvement", "pages", "demo"]
# Wires features together or starts them: may import everything, imported by no feature.
WIRING = {"__init__", "__main__", "serving", "welcome", "heartbeat", "app_files", "health", "running"}
# Inside a feature, `tables` imports nothing of it, and what is called from outside is imported by nothing of it. Between
# them stand the store, and what uses it: that they form no circle is a test of its own.
OUTSIDE = {"routes", "commands"}


def imports(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that the file imports, in full, and where: `from server import db` is `server.db`."""
    package = path.relative_to(REPOSITORY).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join((*package[: len(package) - node.level], base)).rstrip(".")
            for name in node.names:
                yield f"{base}.{name.name}", node


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(REPOSITORY)}:{node.lineno}"


def test_there_is_something_to_read():
    assert len(SYNC) > 15 and len(SERVER) > 20 and len(PWA) > 10


def test_sync_imports_the_standard_library_and_marshmallow_alone():
    wrong = []
    for path in SYNC:
        for module, node in imports(path):
            root = module.split(".")[0]
            allowed = root in SYNC_EVERYWHERE or root in sys.stdlib_module_names - NO_CLOCK_NO_IO
            if not allowed and path.name not in SYNC_ONLY_IN.get(root, set()):
                wrong.append(f"{where(path, node)} imports {module}")
    assert wrong == []


def test_sync_reads_no_clock_and_no_file_but_the_message_file():
    wrong = []
    for path in SYNC:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            clock = re.search(r"\b(datetime|date)\.(now|utcnow|today)$", called)
            reads = called == "open" or re.search(r"\.(read_text|read_bytes|write_text|open)$", called)
            if clock or (reads and path.name not in SYNC_MAY_READ):
                wrong.append(f"{where(path, node)} calls {called}")
    assert wrong == []


def test_server_features_import_only_those_before_them():
    wrong = []
    for path in SERVER:
        parts = path.relative_to(REPOSITORY / "server").parts
        if len(parts) < 2 or parts[0] not in FEATURES:
            continue
        for module, node in imports(path):
            names = module.split(".")
            if names[0] != "server" or len(names) < 2:
                continue
            other = names[1]
            if other in FEATURES and FEATURES.index(other) > FEATURES.index(parts[0]):
                wrong.append(f"{where(path, node)} imports {module}")
            # A command starts at the edge, as serving does: it makes its own app.
            if other in WIRING | {"create_app", "db_upgrade"} and path.stem != "commands":
                wrong.append(f"{where(path, node)} imports the wiring: {module}")
    assert wrong == []


def test_server_foundations_import_no_feature():
    wrong = []
    for path in SERVER:
        parts = path.relative_to(REPOSITORY / "server").parts
        if len(parts) != 1 or path.stem in WIRING:
            continue
        for module, node in imports(path):
            names = module.split(".")
            if names[0] == "server" and len(names) > 1 and names[1] in FEATURES:
                wrong.append(f"{where(path, node)} imports {module}")
    assert wrong == []


def test_inside_a_feature_imports_run_from_routes_to_store_to_tables():
    wrong = []
    for path in SERVER:
        parts = path.relative_to(REPOSITORY / "server").parts
        if len(parts) != 2 or parts[0] not in FEATURES or path.stem == "__init__":
            continue
        for module, node in imports(path):
            names = module.split(".")
            if names[:2] != ["server", parts[0]] or len(names) < 3:
                continue
            from_outside = names[2] in OUTSIDE and path.stem not in OUTSIDE
            if path.stem == "tables" or from_outside:
                wrong.append(f"{where(path, node)} imports {module}")
    assert wrong == []


def test_no_two_python_modules_import_each_other():
    graph: dict[str, set[str]] = {}
    names = {".".join(p.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): p for p in SYNC + SERVER}
    for name, path in names.items():
        for module, _ in imports(path):
            while module and module not in names:
                module = module.rpartition(".")[0]
            # A package's own __init__ is loaded before its modules anyway; only real modules can make a circle.
            if module and module != name and not name.startswith(module + "."):
                graph.setdefault(name, set()).add(module)
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, "a circle: " + " → ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_no_import_stands_inside_a_function():
    wrong = []
    for path in SYNC + SERVER:
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                wrong += [where(path, n) for n in ast.walk(function) if isinstance(n, (ast.Import, ast.ImportFrom))]
    assert wrong == []


def test_only_db_py_names_flask_sqlalchemy():
    wrong = [
        f"{where(path, node)} imports {module}"
        for path in SERVER
        for module, node in imports(path)
        if module.startswith("flask_sqlalchemy") and path.name != "db.py"
    ]
    assert wrong == []


# The tablet's side. `main` → `screens` → `kinds` → `ui`; the modules beside them (outbox, sync, db, clock …) know no screen.
PWA_LAYERS = {"ui": 1, "kinds": 2, "screens": 3, "main": 4}
BASE = 0


def pwa_imports(path: Path) -> Iterator[tuple[str, str]]:
    """(what is written, the module's path below pwa/src) for every import of our own."""
    text = path.read_text()
    for match in re.finditer(r"""(?:from|import)\s*\(?\s*['"](\.{1,2}/[^'"]+)['"]""", text):
        target = (path.parent / match.group(1)).resolve()
        try:
            yield match.group(1), target.relative_to(REPOSITORY / "pwa" / "src").as_posix()
        except ValueError:
            continue


def pwa_layer(relative: str) -> int:
    first = relative.split("/")[0]
    return PWA_LAYERS.get(first.split(".")[0], BASE)


def without_comments(text: str) -> str:
    return re.sub(r"(?m)//.*$", "", re.sub(r"(?s)/\*.*?\*/", "", text))


@pytest.mark.parametrize("layer", ["base", "ui", "kinds", "screens"])
def test_the_app_imports_from_main_to_screens_to_kinds_to_ui(layer):
    wanted = PWA_LAYERS.get(layer, BASE)
    wrong = []
    for path in PWA:
        relative = path.relative_to(REPOSITORY / "pwa" / "src").as_posix()
        if relative.startswith("sw/") or pwa_layer(relative) != wanted:
            continue
        wrong += [f"{relative} imports {target}" for _, target in pwa_imports(path) if pwa_layer(target) > wanted]
    assert wrong == []


def test_the_service_worker_imports_no_screen():
    wrong = []
    for path in PWA:
        relative = path.relative_to(REPOSITORY / "pwa" / "src").as_posix()
        if relative.startswith("sw/"):
            wrong += [f"{relative} imports {target}" for _, target in pwa_imports(path) if pwa_layer(target) > BASE]
    assert wrong == []


def test_only_db_ts_opens_indexeddb():
    wrong = [
        path.name
        for path in PWA
        if path.name != "db.ts" and re.search(r"\bindexedDB\b|from ['\"]idb['\"]", re.sub(r"import type [^;]+;", "", without_comments(path.read_text())))
    ]  # fmt: skip
    assert wrong == []


def test_only_sync_ts_fetches():
    """One exception that the platform forces: the service worker answers the page's own requests for the app's files."""
    wrong = [
        path.relative_to(REPOSITORY / "pwa" / "src").as_posix()
        for path in PWA
        if path.name != "sync.ts" and re.search(r"(?<![.\w'\"])fetch\(|XMLHttpRequest|sendBeacon", without_comments(path.read_text()))
    ]  # fmt: skip
    assert [name for name in wrong if not name.startswith("sw/")] == []


def test_no_file_of_the_app_asks_another_host():
    wrong = [
        f"{path.name}: {match.group(0)}"
        for path in PWA
        for match in re.finditer(r"https?://[\w.-]+", path.read_text())
        if "w3.org" not in match.group(0)
    ]  # fmt: skip
    assert wrong == []
