"""Warm kernels: fresh, isolated, killed in time; every trap that forking has is a test here."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from toy_factory import code, text

from analyslib.engine import (
    KINDS,
    ForkKernels,
    ForkLine,
    Kernels,
    SpawnKernels,
    best_kind,
    kernels,
    run_job,
    stop_kernels,
)
from analyslib.jobs import Job, Limits, Outcome, Trouble
from analyslib.page import Frame


BOTH = ("fork", "spawn")
FRAME = Frame("Prov", "Prov", "", demo=False)


def notebook(*sources: str) -> str:
    cells = [text("# Prov"), code('place: str = "2480"  # kod', "parameters")]
    return json.dumps(nbformat.v4.new_notebook(cells=[*cells, *map(code, sources)]))


def run(kind: str, *sources: str, limits: Limits | None = None, **options: object) -> Outcome:
    options.setdefault("seed", 1)
    job = Job(notebook(*sources), os.getcwd(), **options)  # type: ignore[arg-type]
    return run_job(job, limits or Limits(), kind)


def printed(outcome: Outcome) -> str:
    assert outcome.problem is None, outcome.problem
    outputs = [output for cell in outcome.cells for output in cell["outputs"]]
    return "".join(output["text"] for output in outputs if output["output_type"] == "stream")


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_outcome_names_the_engine_that_made_it(kind: str) -> None:
    assert run(kind, "1").engine == kind


def test_fork_is_what_this_machine_uses() -> None:
    """A silent fall-back to another kind would make every report slower and less isolated."""
    assert best_kind() == "fork"
    assert run("", "1").engine == "fork"


def test_parameter_with_leading_zero_stays_text(kind: str) -> None:
    """papermill's command line makes 0180 the number 180; here it never does."""
    assert printed(run(kind, "print(repr(place))", parameters={"place": "0180"})) == "'0180'\n"


def test_last_line_display_print_and_trailing_semicolon_behave_as_in_a_notebook(kind: str) -> None:
    outcome = run(
        kind,
        "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\n1 + 1",
        "2 + 2;",
        "print('ut')",
    )
    outputs = [[(o["output_type"]) for o in cell["outputs"]] for cell in outcome.cells[-3:]]
    assert outputs == [["display_data", "execute_result"], [], ["stream"]]


LEAVE_TRACES = """\
import os, sys, warnings, builtins
import matplotlib as mpl, numpy as np, pandas as pd
trace = 1
mpl.rcParams["font.size"] = 33
os.chdir("/")
os.environ["TRACE"] = "1"
warnings.filterwarnings("ignore", message="trace")
sys.path.insert(0, "/trace")
pd.set_option("display.max_rows", 7)
builtins.trace_builtin = 1
memory = bytearray(50_000_000)
print(np.random.rand())
"""
FIND_TRACES = """\
import os, sys, warnings, builtins
import matplotlib as mpl, numpy as np, pandas as pd
print("trace" in globals(), mpl.rcParams["font.size"] == 33, os.getcwd() == "/",
      "TRACE" in os.environ, any("trace" in str(f[1]) for f in warnings.filters),
      "/trace" in sys.path,
      pd.get_option("display.max_rows") == 7, hasattr(builtins, "trace_builtin"))
print(np.random.rand())
"""


def test_nothing_one_report_does_is_seen_by_the_next_fork() -> None:
    first = printed(run("fork", LEAVE_TRACES))
    second = printed(run("fork", FIND_TRACES)).split("\n")
    assert second[0].split() == ["False"] * 8
    assert second[1] == first.strip(), "the same seed must give the same numbers"


def test_spawn_cleans_up_what_a_report_leaves_behind() -> None:
    """Where there is no fork the process lives on; what can be cleaned is, and it is replaced."""
    first = run("spawn", LEAVE_TRACES + "print(os.getpid())")
    second = printed(run("spawn", FIND_TRACES + "print(os.getpid())")).split("\n")
    assert second[0].split() == ["False"] * 8
    assert second[2] == printed(first).split("\n")[1], "the very same process"


def test_memory_that_a_report_holds_is_given_back(kind: str) -> None:
    ask = "import os\nsize = int(open('/proc/self/statm').read().split()[1]) * 4096\nprint(size)"
    before = int(printed(run(kind, ask)))
    printed(run(kind, "import numpy as np\nkept = np.ones(40_000_000)"))
    assert int(printed(run(kind, ask))) < before + 100_000_000


def test_a_kernel_that_dies_before_it_has_read_its_job_is_an_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was not sent must not be sent again to nobody when the line is closed."""

    class DeadLine(ForkLine):
        def __init__(self, control: socket.socket) -> None:
            super().__init__(control)
            self.kill()
            while is_alive(str(self.pid)):
                time.sleep(0.01)

    monkeypatch.setattr("analyslib.engine.ForkLine", DeadLine)
    for size in (10, 500_000):
        problem = run("fork", f"text = '{'x' * size}'").problem
        assert problem is not None and problem.trouble is Trouble.DIED


def test_a_copy_that_has_ended_can_be_killed_again() -> None:
    """The time limit may strike at the very moment a report is ready."""
    line = kernels("fork").open()
    line.kill()
    while is_alive(str(line.pid)):  # type: ignore[attr-defined]
        time.sleep(0.01)
    line.kill()
    line.close(whole=False)


@pytest.mark.parametrize("make", [ForkKernels, SpawnKernels])
def test_a_warm_process_that_never_gets_warm_is_given_up(
    make: type[Kernels], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(call: str, log: object, **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", "import time\ntime.sleep(600)"], **options)

    monkeypatch.setattr("analyslib.engine.start_process", start)
    monkeypatch.setattr("analyslib.engine.START_SECONDS", 0.3)
    monkeypatch.setitem(KINDS, "sovande", make)
    try:
        problem = run("sovande", "1").problem
        assert problem is not None and problem.trouble is Trouble.DIED
    finally:
        stop_kernels("sovande")


def test_what_a_dead_kernel_said_is_kept_where_there_is_no_pread(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows has none."""
    monkeypatch.delattr("os.pread")
    problem = run(kind, "import os\nos.write(2, b'sista ordet')\nos._exit(1)").problem
    assert problem is not None and "sista ordet" in problem.log


def test_a_cell_that_reads_finds_nothing_and_cannot_take_the_next_job(kind: str) -> None:
    assert printed(run(kind, "import sys\nprint(repr(sys.stdin.read()))")) == "''\n"
    assert run(kind, "input('Vem?')").problem is not None
    assert printed(run(kind, "print('nästa')")) == "nästa\n"


def test_the_seed_decides_the_random_numbers_not_the_order_of_reports(kind: str) -> None:
    ask = "import random, numpy as np\nprint(random.random(), np.random.rand())"
    assert printed(run(kind, ask, seed=7)) == printed(run(kind, ask, seed=7))
    assert printed(run(kind, ask, seed=7)) != printed(run(kind, ask, seed=8))


def test_inline_figures_are_not_lost(kind: str) -> None:
    """Forked kernels have lost every picture without a word: matplotlib came before the shell."""
    outcome = run(
        kind,
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\nplt.show()",
    )
    kinds = [set(output.get("data", {})) for output in outcome.cells[-1]["outputs"]]
    assert any("image/png" in kind for kind in kinds)


WARM_STATE = """\
import os, threading
print(threading.active_count())
warm = f"/proc/{os.getppid()}"
files = [os.readlink(f"{warm}/fd/{n}") for n in os.listdir(f"{warm}/fd")]
print([name for name in files if name.endswith((".duckdb", ".wal"))])
print(len(os.listdir(f"{warm}/task")))
"""


def test_the_warm_process_has_no_python_threads_and_no_open_database() -> None:
    threads, databases, tasks = printed(run("fork", WARM_STATE)).splitlines()
    assert threads == "1"
    assert databases == "[]"
    assert int(tasks) <= 2, "pyarrow starts one thread at import; nothing else may"


def test_numpy_and_our_own_readers_get_one_thread_each(kind: str) -> None:
    ask = "import os\nprint(os.environ['OPENBLAS_NUM_THREADS'], os.environ['ANALYSLIB_THREADS'])"
    assert printed(run(kind, ask)) == "1 1\n"


def test_duckdb_works_in_a_copy_and_says_nothing_when_it_ends(kind: str, tmp_path: Path) -> None:
    """After gc.freeze a normal exit prints pages of leaked objects: copies leave without one."""
    assert (
        printed(
            run(kind, "import duckdb\nprint(duckdb.connect().execute('select 42').fetchone()[0])")
        )
        == "42\n"
    )
    assert "leaked" not in kernels(kind).last_words()


SCRIPT = """\
import sys, types
from analyslib.engine import run_job
from analyslib.jobs import Job, Limits

sys.modules["__main__"] = types.ModuleType("__main__")
outcome = run_job(Job(sys.argv[2], "."), Limits(seconds=60), sys.argv[1])
print(outcome.engine, outcome.problem, len(outcome.cells))
"""


def test_a_script_without_a_guard_whose_main_is_replaced_cannot_hang_the_run(
    kind: str, tmp_path: Path
) -> None:
    """IPython's shell takes __main__ over: workers that look for their function there die, or
    hang for ever, and those that import the script anew start the whole run again."""
    script = tmp_path / "skript.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-W", "ignore", str(script), kind, notebook("1 + 1")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, cwd=tmp_path)
    assert done.stdout == f"{kind} None 3\n", done.stderr


def test_stderr_is_kept_for_the_log_and_out_of_the_page(kind: str) -> None:
    outcome = run(kind, "import sys\nprint('/hemlig/sokvag', file=sys.stderr)", frame=FRAME)
    assert outcome.warnings == "/hemlig/sokvag\n"
    assert b"hemlig" not in outcome.page


def test_no_network_ports_are_opened_for_a_report() -> None:
    ask = "import os\nprint(sum('socket' in os.readlink(f'/proc/self/fd/{n}') "
    ask += "for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}') "
    ask += "or os.path.islink(f'/proc/self/fd/{n}')))\n"
    ask += "print(sum(' 0A ' in line for line in open('/proc/self/net/tcp')) >= 0)"
    sockets = int(printed(run("fork", ask)).split()[0])
    assert sockets <= 2, "the line to the pack and nothing else"


def test_error_in_a_cell_is_named_with_its_traceback_in_the_log_and_not_retried(kind: str) -> None:
    outcome = run(kind, "1 / 0", frame=FRAME)
    assert outcome.problem is not None and not outcome.retried
    assert outcome.problem.trouble is Trouble.CELL
    assert "ZeroDivisionError" in outcome.problem.what
    assert "1 / 0" in outcome.problem.log
    assert outcome.page == b""


def test_our_own_errors_keep_their_swedish_text_and_exit_code(kind: str) -> None:
    ask = "from analyslib.errors import StoreError\nraise StoreError('Databasen är borta.')"
    problem = run(kind, ask).problem
    assert problem is not None
    assert (problem.what, problem.exit_code) == ("Databasen är borta.", 12)


def test_a_kernel_that_dies_is_tried_once_more_and_then_reported(kind: str, tmp_path: Path) -> None:
    count = tmp_path / "tries"
    ask = f"import os\nopen({str(count)!r}, 'a').write('x')\nos.kill(os.getpid(), 9)"
    outcome = run(kind, ask)
    assert outcome.problem is not None and outcome.problem.trouble is Trouble.DIED
    assert count.read_text() == "xx"


def test_a_kernel_that_dies_once_is_made_at_the_second_try(kind: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    ask = (
        f"import os\nfirst = not os.path.exists({str(mark)!r})\nopen({str(mark)!r}, 'w').close()\n"
    )
    ask += "if first:\n    os.kill(os.getpid(), 9)\nprint('klar')"
    outcome = run(kind, ask)
    assert printed(outcome) == "klar\n"
    assert "avbröts" in outcome.retried


def test_a_kernel_that_hangs_is_killed_in_time(kind: str) -> None:
    run(kind, "1")
    started = time.monotonic()
    outcome = run(kind, "import time\ntime.sleep(600)", limits=Limits(seconds=1.5))
    assert outcome.problem is not None and outcome.problem.trouble is Trouble.TIME
    assert "sekunder" in outcome.problem.what
    assert time.monotonic() - started < 60


def test_a_kernel_that_eats_memory_is_stopped_at_its_limit(kind: str) -> None:
    limits = Limits(memory=300_000_000)
    outcome = run(
        kind, "import numpy as np\nkept = [np.ones(10_000_000) for _ in range(50)]", limits=limits
    )
    assert outcome.problem is not None and outcome.problem.trouble is Trouble.MEMORY
    assert "minnet" in outcome.problem.what
    assert printed(run(kind, "print('nästa')", limits=limits)) == "nästa\n"


def test_a_killed_warm_process_is_replaced() -> None:
    run("fork", "1")
    warm = int(printed(run("fork", "import os\nprint(os.getppid())")))
    os.kill(warm, 9)
    assert printed(run("fork", "print('ändå')")) == "ändå\n"


def test_copies_die_with_the_warm_process(tmp_path: Path) -> None:
    """A pack that is killed must not leave reports running behind it."""
    ask = f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
    ask += "os.kill(os.getppid(), 9)\ntime.sleep(600)"
    assert run("fork", ask).problem is not None
    deadline = time.monotonic() + 10
    pid = (tmp_path / "pid").read_text()
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(pid)


def is_alive(pid: str) -> bool:
    """Running, and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_spawned_processes_are_replaced_after_their_share() -> None:
    import analyslib.engine as engine

    stop_kernels("spawn")
    ask = "import os\nprint(os.getpid())"
    pids = [printed(run("spawn", ask)) for _ in range(3)]
    assert len(set(pids)) == 1
    next(iter(kernels("spawn")._idle)).jobs = engine.JOBS_PER_SPAWN  # type: ignore[attr-defined]
    printed(run("spawn", ask))
    assert printed(run("spawn", ask)) != pids[0]


def test_fork_spawn_and_papermills_own_kernel_give_the_same_outputs(tmp_path: Path) -> None:
    sources = (
        "import numpy as np, pandas as pd\nfrom IPython.display import Markdown, display",
        "pd.DataFrame({'a': [1.5, 2.0]})",
        "display(Markdown('**fet**'))\nprint('rad 1')\nprint('rad 2')",
        "sorted({'c', 'b', 'a'})",
    )
    path = tmp_path / "prov.ipynb"
    found = nbformat.from_dict(json.loads(notebook(*sources)))
    found.metadata.kernelspec = {"name": "python3", "display_name": "x", "language": "python"}
    nbformat.write(found, path)
    plain = papermill.execute_notebook(path, None, progress_bar=False)
    expected = [comparable(cell.outputs) for cell in plain.cells if cell.cell_type == "code"][-4:]
    for kind in BOTH:
        cells = run(kind, *sources).cells
        assert [comparable(cell["outputs"]) for cell in cells][-4:] == expected


def comparable(outputs: Sequence[dict[str, object]]) -> list[object]:
    return [
        {key: value for key, value in output.items() if key != "execution_count"}
        for output in json.loads(json.dumps(outputs))
    ]


def test_plain_papermill_can_use_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "prov.ipynb"
    found = nbformat.from_dict(json.loads(notebook("print(place)")))
    found.metadata.kernelspec = {"name": "python3", "display_name": "x", "language": "python"}
    nbformat.write(found, path)
    done = papermill.execute_notebook(
        path,
        tmp_path / "klar.ipynb",
        {"place": "0180"},
        engine_name="analyslib",
        progress_bar=False,
    )
    assert done.cells[-1].outputs[0].text == "0180\n"
    assert done.metadata.analyslib["engine"] == "fork"
    assert (tmp_path / "klar.ipynb").is_file()


def test_plain_papermill_hears_of_a_failing_cell_through_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "prov.ipynb"
    found = nbformat.from_dict(json.loads(notebook("print('före')", "1 / 0")))
    found.metadata.kernelspec = {"name": "python3", "display_name": "x", "language": "python"}
    nbformat.write(found, path)
    with pytest.raises(papermill.PapermillExecutionError, match="ZeroDivisionError"):
        papermill.execute_notebook(path, None, engine_name="analyslib", progress_bar=False)


def test_the_useless_second_of_imports_is_not_spent() -> None:
    """jsonschema builds a grammar of addresses at import, a second that no report needs."""
    ask = "import sys\nprint('lark' in sys.modules, sys.modules.get('rfc3987_syntax'))"
    assert re.fullmatch(r"False None\n", printed(run("fork", ask)))
