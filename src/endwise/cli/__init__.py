"""The command line: a module for each command, in the words of the library, loaded when it is asked for."""

from __future__ import annotations

import os
import sys

from cyclopts import App

from endwise import __version__
from endwise.cli.options import command_typed
from endwise.errors import EndwiseError

app = App(
    name="endwise",
    version=__version__,
    help="One end-to-end model, a chain of stages, or cut somewhere between? Measured on your own rows.",
    help_epilogue="Try: endwise study bone-age --quick",
    help_format="plaintext",  # Markdown would cost a fifth of the time to open
    suppress_keyboard_interrupt=False,  # main says how to go on
)
COMMANDS = {
    "systems": "List the reference systems and their designs.",
    "check": "Look at rows and designs before any training.",
    "study": "Measure which design the rows can afford, and keep the trained winner.",
    "blame": "Tell which stage or interface is to blame for a design's errors.",
    "plan": "Tell which labels to buy next, for a budget or a target.",
    "report": "Print the verdict of a finished study again.",
    "forecast": "Say what more rows would bring, from errors measured at growing sizes.",
    "predict": "Run a trained winner on files or rows.",
    "compare": "Compare predictions that any systems made for the same rows, without training.",
    "store": "Show what a study's store holds, and clean it.",
    "init": "Write a project to start from.",
}
for name, what in COMMANDS.items():  # a module is imported when its command is asked for
    app.command(f"endwise.cli.{name}:{name}", name=name, help=what)
app.command(
    "endwise.cli.components:components",
    name="components",
    help="List, show, export and import trained stages, to use them in other studies.",
)
app.command("endwise.systems.bone_age.app:app", name="bone-age", help="Estimate bone age from hand radiographs.")
app.command("endwise.systems.speech.app:app", name="speech", help="Transcribe recordings, align transcripts.")
app.command(
    "endwise.systems.gate.app:app",
    name="gate",
    help="Decide who may enter by their face. No liveness check: a photograph held to the camera passes.",
)
app.command(
    "endwise.systems.driving.app:app",
    name="driving",
    help="Drive in the simulator, and study recordings of drives. A teaching system, not for roads.",
)


def main() -> None:
    """Run the command line. Errors are printed without a traceback; exit codes: 1 error, 130 interrupted."""
    try:
        code = app(result_action="return_value")
    except EndwiseError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the last flush complains
        sys.exit(0)
    except OSError as error:  # a path that cannot be read or written, a full disk
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(
            f"The command was: {command_typed()}\n"
            f"{where}{error.strerror or error}.\n"
            "A file or folder could not be read or written.\n"
            "Check the path, the room on the disk and who may write there; a study goes on where it stopped.\n"
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write(f"\nStopped. What was done is kept; this goes on from there:\n  {command_typed()}\n")
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
