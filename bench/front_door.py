"""What `import endwise` and `endwise --help` cost over a bare interpreter: CPU seconds, medians of paired runs.

python bench/front_door.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

RUNS = 9
BAR = 0.3  # seconds over a bare interpreter


def cpu_seconds(arguments: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    for arguments in (["-c", "import endwise"], ["-m", "endwise", "--help"]):
        over = statistics.median(cpu_seconds(arguments) - cpu_seconds(["-c", "pass"]) for _ in range(RUNS))
        told = "holds" if over < BAR else "MISSED"
        print(f"{' '.join(arguments)}: {over:.3f} CPU s over a bare interpreter (bar {BAR}: {told})")


if __name__ == "__main__":
    main()
