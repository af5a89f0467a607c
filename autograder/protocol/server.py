"""The server in the sandbox: runs a submission's cells and functions as the judge requests.

It holds no secret and is not trusted: student code runs in this process and may change all of it.
The reference, the cases' results and the answer key are outside the sandbox.
"""

from __future__ import annotations

import ast
import builtins
import io
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType
from typing import Any, Protocol

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder.protocol import attempts, messages
from autograder.protocol.allowed import allow_only
from utils import check
from utils.checker.cases import Case, Raised, Seed, TempFile, text_of
from utils.checker.student_code import Absent, Function, Notebook

__all__ = ["rehearse", "serve"]


class Channel(Protocol):
    """A connection to the judge, which carries frames."""

    def send(self, frame: bytes) -> None:
        """Send a frame."""

    def receive(self) -> bytes | None:
        """Wait for a frame and return it; None if the other end is closed."""


class _Shell(InteractiveShell):
    def ask_exit(self) -> None:
        """Do nothing: `exit()` ends a Jupyter kernel after its cell, but here requests follow."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no window, and `%matplotlib inline` needs none."""

    def system(self, cmd: str) -> None:
        """Refuse to run a shell command, in print; IPython calls this for `!` and `%pip`."""
        print(f"Shell commands are not run while work is graded: {cmd.strip()[:200]}")

    def getoutput(self, cmd: str, *_: Any, **__: Any) -> list[str]:
        """Refuse to run a shell command, like `system`; IPython calls this for `files = !ls`."""
        self.system(cmd)
        return []


def _shell() -> _Shell:
    """Return an IPython shell without history, colors, or files of its own."""
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    settings.InteractiveShell.banner1 = ""
    shell: _Shell = _Shell.instance(config=settings)
    for name in ("bash", "sh", "script", "system", "sx", "!"):
        shell.magics_manager.magics["cell"][name] = _no_script
    return shell


def _no_script(line: str, cell: str) -> None:
    """Refuse to run a script, in print; IPython calls this for `%%bash` and its like."""
    SHELL.system(cell)


def _no_input(prompt: object = "") -> str:
    """Replace `input` by an error, because nobody can answer."""
    raise EOFError("input() has nobody to answer it while your work is graded")


def _not_while_graded(name: str) -> Callable[..., None]:
    """Return a function in place of one that helps a learner: it only prints that it does not."""

    def does_nothing(*_: object, **__: object) -> None:
        print(f"{name}() does nothing while work is graded.")

    return does_nothing


FOLDER = Path(".")  # the scratch folder, which is deleted as a whole
SHELL = _shell()  # made once, in the zygote


def _shell_settings() -> tuple[Any, ...]:
    """Return the IPython settings that affect how a cell runs and that a notebook can change."""
    return (
        list(SHELL.input_transformers_cleanup),
        list(SHELL.input_transformers_post),
        {name: list(called) for name, called in SHELL.events.callbacks.items()},
        list(SHELL.ast_transformers),
        SHELL.ast_node_interactivity,
    )


INITIAL_SETTINGS = _shell_settings()


def _compiled_as_python(source: str) -> CodeType | None:
    """Return the compiled cell if IPython would run it as plain Python and display no value.

    Return None for all other cells. A copied prompt, `In [1]: x = 2`, is valid Python too, but
    IPython strips it.
    """
    if _shell_settings() != INITIAL_SETTINGS or "In [" in source:
        return None
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        statements = ast.parse(source).body
        if statements and not isinstance(statements[-1], ast.Expr):
            name = SHELL.compile.cache(source, SHELL.execution_count)
            code: CodeType = SHELL.compile(source, name, "exec")
            return code
    return None


def _run(source: str) -> BaseException | None:
    """Run a cell as Jupyter does; return the exception that ended it, or None."""
    code = _compiled_as_python(source)
    if code is None:
        result = SHELL.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
        error: BaseException | None = result.error_before_exec or result.error_in_exec
        return error
    SHELL.events.trigger("pre_execute")
    with SHELL.builtin_trap, SHELL.display_trap:
        try:
            exec(code, SHELL.user_ns)
        except BaseException as raised:
            with suppress(Exception):  # it calls methods of the student's exception
                SHELL.showtraceback(running_compiled_code=True)
            return raised
    return None


class Stopped(BaseException):
    """A cell of the student's own that used up its time; what it had defined is kept."""


@contextmanager
def _interrupted(request: messages.RunCell) -> Iterator[None]:
    """Raise `Stopped` in a cell that takes, or computes, longer than the request allows.

    Code can swallow this exception, or run where no signal is handled; then the judge's deadline
    ends the process.
    """
    timers = [
        (signal.SIGALRM, signal.ITIMER_REAL, request.seconds, "took"),
        (signal.SIGPROF, signal.ITIMER_PROF, request.computing, "computed for"),
    ]
    try:
        for number, timer, seconds, did in timers:

            def stop(*_: object, seconds: float = seconds, did: str = did) -> None:
                raise Stopped(f"it {did} more than {seconds:.3g} seconds")

            if seconds:
                signal.signal(number, stop)
                signal.setitimer(timer, seconds)
        yield
    finally:
        for number, timer, seconds, _ in timers:
            if seconds:
                signal.setitimer(timer, 0)
                signal.signal(number, signal.SIG_DFL)


def _figures(count: int) -> list[bytes]:
    """Return the first `count` open figures as PNG files; close all figures, as Jupyter does."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    found: list[bytes] = []
    with suppress(Exception):  # a figure of the student's making
        for number in pyplot.get_fignums()[:count]:
            file = io.BytesIO()
            pyplot.figure(number).savefig(file, format="png", bbox_inches="tight", dpi=72)
            found += [file.getvalue()] if file.tell() < 1 << 20 else []
        pyplot.close("all")
    return found


REHEARSAL = """\
import numpy as np

def second(A, names):
    return [A @ A.T, (A, names)], np.sum(np.log(names["b"]), axis=1, keepdims=True)

def first(A, sizes, names, rng):
    print(f"W{len(sizes)}")
    A[0, 0] += names["x"]
    drawn = {f"W{l}": rng.standard_normal((2, n)) * 0.1 for l, n in enumerate(sizes)}
    drawn["b"] = np.where(A > 0, np.maximum(0, A), np.abs(A)) / (1 + np.exp(-A)).mean()
    return second(A, names | drawn), drawn, 1 / sizes[0]
"""


def rehearse() -> None:
    """Run a sample cell and call its function, which raises on the third case, to warm up."""
    handler = _RequestHandler(None)
    args = {"A": np.eye(2), "sizes": [1, 2], "names": {"x": 0.5, "b": np.zeros((2, 1))}}
    calls = [
        Case(args | {"rng": Seed(1)}),
        Case(args | {"rng": Seed(1)}, layout="strided"),
        Case(args | {"sizes": [0], "rng": Seed(1)}),
    ]
    for message in (
        messages.RunCell(0, REHEARSAL, ""),
        messages.Inspect(0, "first", ["second"]),
        messages.Call(0, "first", [messages.pack_case(case) for case in calls], []),
    ):
        request = messages.read(messages.write(message), inside=True)
        messages.write(handler.reply(request))
    for name in ("first", "second", "np"):
        SHELL.user_ns.pop(name)
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        vars(sys).pop(name, None)


def serve(channel: Channel) -> None:
    """Reply to the judge's requests until there are no more."""
    # `check` in student code would raise for lack of an answer key; the judge checks anyway.
    check.check = lambda exercise, seed=None: None
    for name in ("progress", "reset", "solution"):
        setattr(check, name, _not_while_graded(name))
    builtins.input = _no_input
    # As in a student's folder: modules beside the notebook can be imported, and the data is there.
    sys.path.insert(0, "")
    data = Path(check.__file__).parent.parent / "datasets"
    if data.is_dir() and not Path(data.name).exists():
        Path(data.name).symlink_to(data)
    handler = _RequestHandler(channel)
    attempts.watch()
    while (frame := channel.receive()) is not None:
        request = messages.read(frame, inside=True)
        channel.send(messages.write(handler.reply(request)))


class _RequestHandler:
    """A submission's namespace, and the replies to the judge's requests."""

    def __init__(self, channel: Channel | None) -> None:
        self.channel = channel
        self.notebook = Notebook(SHELL.user_ns, FOLDER)

    def reply(self, request: Any) -> Any:
        match request:
            case messages.RunCell():
                return self._run_cell(request)
            case messages.Inspect():
                return self._inspect(request)
            case messages.Call():
                return self._call(request)
            case messages.ReadLog():
                records = Function(print, FOLDER).log(TempFile(request.name))
                return messages.Log(request.number, messages.pack(records))
        raise messages.ProtocolError("The judge sent a message that is no request.")

    def _run_cell(self, request: messages.RunCell) -> messages.CellRan:
        if request.allowed is not None:
            allow_only(request.allowed)
        started = time.process_time()
        with capture_output(display=False) as captured, _interrupted(request):
            error = _run(request.source)
        raised = f"{type(error).__name__}: {text_of(error)}" if error is not None else ""
        printed = captured.stdout + captured.stderr
        computed = time.process_time() - started
        figures = _figures(request.figures)
        texts = printed[:200_000], raised[:4000]
        return messages.CellRan(request.number, *texts, computed, figures, attempts.take())

    def _inspect(self, request: messages.Inspect) -> messages.InspectReply:
        try:
            answer = self.notebook.answer(request.exercise)
        except Absent as absent:
            reason = [absent.message[:4000], absent.advice[:4000]]
            return messages.InspectReply(request.number, reason, False, False, [], [])
        outside = [name[:200] for name in answer.outside[:50]]
        uses = answer.uses(tuple(request.names))[:50]
        return messages.InspectReply(request.number, [], answer.blank, answer.loops, outside, uses)

    def _call(self, request: messages.Call) -> messages.CallReply:
        cases = list(map(messages.unpack_case, request.cases))
        overrides = {
            name: self._remote_reference(name, request.number) for name in request.overrides
        }
        try:
            runs = self.notebook.answer(request.exercise).runs(cases, overrides)
        except Absent:
            runs = []
        packed = list(map(messages.pack_run, runs))
        return messages.CallReply(request.number, packed, attempts.take())

    def _remote_reference(self, name: str, number: int) -> Callable[..., Any]:
        """Return a function that has the judge call the reference, and returns its result."""

        def reference(*arguments: Any, **named: Any) -> Any:
            assert self.channel is not None
            packed = messages.pack_arguments(arguments, named)
            self.channel.send(messages.write(messages.ReferenceCall(number, name, packed)))
            reply: messages.ReferenceReply = messages.read(
                self.channel.receive() or b"", inside=True
            )
            every_argument = (*arguments, *named.values())
            outcome = messages.unpack_reference_result(reply.outcome, every_argument)
            if isinstance(outcome, Raised):
                raise ValueError(f"{name} raised {outcome.kind}: {outcome.message}")
            return outcome.value

        reference.__name__ = name
        return reference
