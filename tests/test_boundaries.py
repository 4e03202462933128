"""Who may import whom, and where a thing may stand: design.md section 4."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KNOW_RECORDS = [
    "campaign",
    "config",
    "context",
    "base",
    "db",
    "models",
    "workflow",
    "storage",
    "uploads",
    "writer",
    "s3",
    "queue",
    "withdraw",
    "learned",
    "supporter",
    "teamwork",
    "approval",
    "retention",
    "nudge",
    "posts",
    "publishing",
    "kit",
    "crew",
]
GLUE = ["__init__", "__main__", "steps", "runner", "hands", "delivery"]
PIPELINE = sorted(ROOT.glob("pipeline/**/*.py"))
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in PIPELINE if "migrations" not in path.parts
}
NO_TOOLS = {f"pipeline.{name}" for name in [*KNOW_RECORDS, *GLUE, "errors"]}
TOOLS = sorted(MODULES - NO_TOOLS)  # also all that lies in folders
CODE = [*PIPELINE, *sorted(ROOT.glob("web/**/*.py")), ROOT / "worker.py"]


def imports(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it; `from a import b` counts as a and a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def relative(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("path", PIPELINE, ids=relative(PIPELINE))
def test_the_pipeline_knows_nothing_of_the_web(path):
    assert not roots(path) & {"web", "worker", "flask"}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_takes_paths_and_dataclasses_and_knows_no_records_and_no_settings(tool):
    path = ROOT / f"{tool.replace('.', '/')}.py"
    assert not imports(path) & (NO_TOOLS - {"pipeline.errors"})
    assert not roots(path) & {"sqlalchemy", "alembic", "celery", "redis", "flask"}
    assert "environ" not in path.read_text()


@pytest.mark.parametrize(
    ("module", "places"),
    [
        ("whisper", {"pipeline/transcribe.py", "pipeline/hearing/standard.py"}),
        ("celery", {"pipeline/queue.py", "worker.py"}),
        ("subprocess", {"pipeline/ffmpeg.py", "pipeline/sandbox.py"}),
        ("ffmpeg", {"pipeline/ffmpeg.py", "pipeline/sandbox.py"}),
        ("apprise", {"pipeline/nudge.py"}),
    ],
)
def test_a_module_is_imported_only_where_it_belongs(module, places):
    assert set(relative([path for path in CODE if module in roots(path)])) <= places


def test_the_status_is_written_in_one_place():
    writers = [path for path in CODE if re.search(r"\.status = |status=new", path.read_text())]
    assert relative(writers) == ["pipeline/workflow.py"]


def test_sql_is_never_put_together_from_strings():
    assert not [path for path in CODE if re.search(r"\btext\(f[\"']", path.read_text())]


def test_the_web_server_starts_without_torch_and_whisper():
    heavy = {"torch", "whisper", "silero_vad", "apprise", "cv2"}
    code = f"import sys, web; assert not {heavy} & set(sys.modules), 'loaded'"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
