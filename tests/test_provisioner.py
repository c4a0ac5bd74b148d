"""Warm Jupyter kernels: real kernels, isolated, with their pictures, for nbval and JupyterLab."""

from __future__ import annotations

import nbformat
import pytest
import zmq
from jupyter_client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from analyslib.provisioner import kernel_path


pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(autouse=True)
def kernels_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(kernel_path()))


def run(*sources: str) -> list[list[nbformat.NotebookNode]]:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="analyslib", timeout=60).execute()
    return [cell.outputs for cell in notebook.cells]


def test_a_warm_kernel_runs_a_notebook_with_its_pictures() -> None:
    draw = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\nplt.show()"
    value, picture = run("1 + 1", draw)
    assert value[0].data["text/plain"] == "2"
    assert "image/png" in picture[-1].data


def test_the_next_kernel_knows_nothing_of_the_last() -> None:
    run("import os, sys\ntrace = 1\nos.environ['TRACE'] = '1'\nos.chdir('/')")
    (found,) = run(
        "import os\nprint('trace' in globals(), 'TRACE' in os.environ, os.getcwd() == '/')"
    )
    assert found[0].text == "False False False\n"


def test_a_warm_kernel_has_imported_what_reports_need_and_is_a_copy() -> None:
    (found,) = run("import os, sys\nprint('pandas' in sys.modules, 'duckdb' in sys.modules)")
    assert found[0].text == "True True\n"


def test_errors_are_told_as_by_any_kernel() -> None:
    with pytest.raises(Exception, match="ZeroDivisionError"):
        run("1 / 0")


def test_the_traffic_of_a_warm_kernel_is_encrypted() -> None:
    """The connection file holds keys, and a client without them is not heard."""
    ask = "import json, ipykernel.connect as c\nprint(c.get_connection_file())\n"
    ask += "print('curve_secretkey' in json.load(open(c.get_connection_file())))"
    (found,) = run(ask)
    assert found[0].text.splitlines()[-1] == "True"
    manager = KernelManager(kernel_name="analyslib")
    manager.start_kernel()
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        assert is_heard(client, with_keys=True)
        assert not is_heard(client, with_keys=False)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def is_heard(client: BlockingKernelClient, with_keys: bool) -> bool:
    """Whether the kernel answers a question on a connection of its own."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as connection:
        connection.linger, connection.sndtimeo = 0, 2000
        if with_keys:
            connection.curve_serverkey = client.curve_publickey
            connection.curve_publickey = client.curve_publickey
            connection.curve_secretkey = client.curve_secretkey
        assert client.transport == "tcp"
        connection.connect(f"tcp://{client.ip}:{client.shell_port}")
        try:
            client.session.send(connection, "kernel_info_request")
        except zmq.Again:  # nobody at the other end takes anything
            return False
        return bool(connection.poll(20_000 if with_keys else 2000))
