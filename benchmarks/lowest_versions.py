"""Run the tests once more on the lowest versions that pyproject.toml allows.

    python benchmarks/lowest_versions.py [PYTEST ARGUMENT ...]

Makes .venv-lowest beside .venv. Tools of the tests themselves are not lowered. Exit code of pytest.
Warnings are no errors here: old packages warn of each other, and we can mend neither.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path


REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / ".venv-lowest"


def run(*command: str) -> None:
    subprocess.run(command, cwd=REPOSITORY, check=True)


def main(arguments: list[str]) -> int:
    python = str(FOLDER / "bin" / "python")
    wanted = FOLDER / "lowest.txt"
    tools = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    run(sys.executable, "-m", "venv", str(FOLDER))
    run(
        *(
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "pyproject.toml",
            "--all-extras",
            "--quiet",
        ),
        *(
            "--resolution",
            "lowest-direct",
            "--python",
            python,
            "--no-header",
            "--no-emit-index-url",
        ),
        *("-o", str(wanted)),
    )
    run(python, "-m", "pip", "install", "--quiet", "-r", str(wanted))
    run(
        python, "-m", "pip", "install", "--quiet", *tools["dev"], *tools["build"], "-c", str(wanted)
    )
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", ".")
    command = [python, "-m", "pytest", "-W", "default", *arguments]
    return subprocess.run(command, cwd=REPOSITORY).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
