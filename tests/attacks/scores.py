"""Points without a right answer."""

from tests.attacks.attack import Attack

OUTSIDE = "the verdict is made outside, in another process"
COURSE = "the course's own notebook and test cells are run"
PLAIN = "results become plain data before anybody compares them"
TARGET = {"sigmoid": "def sigmoid(Z):\n    return known(Z)"}


def inside(name, tries, code, answers=None, stops=OUTSIDE, **more):
    """One that changes, or reads, what judges in its own process."""
    return Attack(
        name,
        tries,
        stops,
        "notebook",
        code=code,
        **({"answers": answers} if answers else {}),
        **more,
    )


def test_cell(source, **metadata):
    """The test cell of sigmoid, changed."""

    def edit(page):
        for cell in page.cells:
            if cell.get("id") == "sigmoid":
                cell.source = source
                cell.metadata["nbgrader"] |= metadata.pop("nbgrader", {})
                cell.metadata |= metadata
        return page

    return edit


ATTACKS = [
    inside(
        "patched_numpy",
        "makes np.allclose say yes, and np.isfinite no",
        "np.allclose = lambda *a, **k: True\nnp.isfinite = lambda x: np.zeros(np.shape(x), bool)",
    ),
    inside(
        "patched_testing",
        "takes numpy.testing and the comparison itself out of the way",
        "import numpy.testing, utils.checker.inspect_call\n"
        "numpy.testing.assert_allclose = lambda *a, **k: None\n"
        "utils.checker.inspect_call.compare = lambda *a, **k: None",
    ),
    inside(
        "patched_judge",
        "puts a judge in place that finds everything right",
        "import utils.check\nfrom utils.checker.verdict import Status, Verdict\n"
        "utils.check.judge_exercise = lambda key, name, *a, **k: Verdict(name, Status.CORRECT, 10, 10, 'right.')",
    ),
    inside(
        "patched_plain",
        "has what it returns replaced by what is expected, on the way to the judge",
        "import sys, utils.checker.student_code\n"
        "def plain_and_shared(value, inputs, real=utils.checker.student_code.plain_and_shared):\n"
        "    case = sys._getframe(1).f_locals['case']\n"
        "    return (case.expected.value, ()) if case.expected else real(value, inputs)\n"
        "utils.checker.student_code.plain_and_shared = plain_and_shared",
    ),
    inside(
        "patched_words",
        "patches how exceptions are put into words, so that nothing seems to be wrong",
        "import utils.checker.student_code, utils.checker.judgment\n"
        "utils.checker.student_code.explain = lambda *a: None\nutils.checker.judgment.unexpected = lambda *a: False\n"
        "utils.checker.judgment.inspect_run = lambda *a: []",
        {"sigmoid": "def sigmoid(Z):\n    raise ValueError"},
    ),
    inside(
        "own_check",
        "gives the name that the tests use to a function of its own",
        "def check(name):\n    pass",
    ),
    inside(
        "shown_number",
        "shows a number where it is read as partial credit",
        "def check(name):\n    return 10",
    ),
    Attack(
        "edited_test",
        "writes its points into the test cell",
        COURSE,
        "notebook",
        edit=test_cell("10"),
    ),
    Attack("emptied_test", "empties the test cell", COURSE, "notebook", edit=test_cell("")),
    Attack(
        "inflated_points",
        "raises the points in the metadata, and shows as many",
        COURSE,
        "notebook",
        edit=test_cell("1000", nbgrader={"points": 1000}),
    ),
    Attack(
        "skipped_test",
        "tags the test cell so that it is not run",
        COURSE,
        "notebook",
        edit=test_cell('check("sigmoid")', tags=["skip-execution"]),
    ),
    inside(
        "input_transformer",
        "has IPython empty each cell that checks",
        "get_ipython().input_transformers_cleanup.append(\n"
        "    lambda lines: [] if any('check(' in line for line in lines) else lines)",
    ),
    inside(
        "ast_transformer",
        "takes calls of check out of the syntax tree",
        "import ast\nclass Out(ast.NodeTransformer):\n    def visit_Expr(self, node):\n"
        "        return ast.Pass() if 'check' in ast.dump(node) else node\n"
        "get_ipython().ast_transformers.append(Out())",
    ),
    inside(
        "event",
        "replaces check before every cell, by an event of IPython's",
        "def before(*info):\n    get_ipython().user_ns['check'] = lambda name: None\n"
        "get_ipython().events.register('pre_run_cell', before)",
    ),
    inside(
        "exception_handler",
        "has IPython swallow every exception",
        "get_ipython().set_custom_exc((Exception,), lambda *a, **k: [])",
    ),
    inside(
        "traced",
        "traces the process and notes what the reference returns",
        "import sys\nseen = {}\n"
        "def tracer(frame, event, arg):\n"
        "    if 'reference' not in frame.f_code.co_filename: return None\n"
        "    def local(frame, event, arg):\n"
        "        if event == 'return': seen[frame.f_locals['Z'].tobytes()] = arg\n"
        "        return local\n"
        "    return local\n"
        "sys.settrace(tracer)\n"
        "def known(Z): return seen.get(Z.tobytes(), Z)",
        TARGET,
    ),
    inside(
        "frames",
        "walks up the stack to the case, and returns what is expected of it",
        "import sys\ndef known(Z):\n    frame = sys._getframe()\n    while frame:\n"
        "        case = frame.f_locals.get('case')\n"
        "        if getattr(case, 'expected', None): return case.expected.value\n"
        "        frame = frame.f_back\n    return Z",
        TARGET,
    ),
    inside(
        "garbage_collector",
        "finds the cases among the objects that the garbage collector knows",
        "import gc\ndef known(Z):\n    for thing in gc.get_objects():\n"
        "        if type(thing).__name__ == 'Case' and thing.expected is not None:\n"
        "            mine = thing.args.get('Z')\n"
        "            if type(mine) is np.ndarray and np.array_equal(mine, Z): return thing.expected.value\n"
        "    return Z",
        TARGET,
    ),
    inside(
        "imported_reference",
        "imports the course's own solution",
        "from utils.reference.forward_propagation import sigmoid as known",
        TARGET,
        "no solution is inside; the verdict is made outside",
    ),
    inside(
        "source_of_reference",
        "reads the solution's source, and runs it",
        "import inspect, utils.reference.forward_propagation as found\n"
        "exec(inspect.getsource(found).replace('from __future__ import annotations', ''))\nknown = sigmoid",
        TARGET,
        "no solution is inside; the verdict is made outside",
    ),
    inside(
        "guessed_seed",
        "reads the seed, and works the cases out beforehand",
        "import os\nfrom utils.checker.answer_key import LiveKey\n"
        "cases = LiveKey(os.environ['COURSE_SEED']).question('sigmoid').cases\n"
        "def known(Z):\n    for case in cases:\n"
        "        if np.array_equal(case.args['Z'], Z): return case.expected.value",
        TARGET,
        "no seed, no cases and no solution are inside",
    ),
    inside(
        "exit_zero",
        "ends Python as if all had gone well",
        "",
        {"sigmoid": "import os\ndef sigmoid(Z):\n    os._exit(0)"},
        "no proof, no points",
    ),
    inside(
        "mutated_after",
        "returns an array, and overwrites it from a thread when the right one is known",
        "import sys, threading, time\nouts = []\n"
        "def later():\n    while True:\n"
        "        for Z, out in list(outs):\n"
        "            for frame in list(sys._current_frames().values()):\n"
        "                while frame:\n"
        "                    case = frame.f_locals.get('case')\n"
        "                    if getattr(case, 'expected', None) and np.array_equal(case.args.get('Z'), Z):\n"
        "                        out[...] = case.expected.value\n"
        "                    frame = frame.f_back\n"
        "        time.sleep(0)\n"
        "threading.Thread(target=later, daemon=True).start()\n"
        "def known(Z):\n    out = np.zeros_like(Z)\n    outs.append((Z, out)); time.sleep(0.1)\n    return out",
        TARGET,
    ),
    Attack(
        "equals_everything",
        "returns an object that says it equals anything",
        PLAIN,
        "asserted",
        code="class Yes:\n    def __eq__(self, other): return True\n    def __array__(self, *a, **k): return np.array(True)",
        answers={"sigmoid": "def sigmoid(Z):\n    return Yes()"},
    ),
    Attack(
        "own_array_function",
        "returns a subclass of ndarray that answers np.allclose itself",
        PLAIN,
        "asserted",
        code="class Yes(np.ndarray):\n"
        "    def __array_function__(self, function, types, args, kwargs):\n"
        "        return True if function.__name__ == 'allclose' else "
        "super().__array_function__(function, types, args, kwargs)",
        answers={"sigmoid": "def sigmoid(Z):\n    return np.zeros_like(Z).view(Yes)"},
    ),
    Attack(
        "frozen_answers",
        "looks its answers up in a table made from the answer key of the bundle",
        "fresh cases, from a seed that the bundle does not have",
        "frozen_cases",
        code="FROZEN",
        answers=TARGET,
    ),
    Attack(
        "borrowed_own",
        "asks the judge to call the reference of the very exercise that is judged",
        "the judge lends only what the exercise builds on, and only where that is wrong",
        "any_reference",
        code="LIES\ndef known(Z): return borrow('sigmoid', Z)",
        answers=TARGET,
    ),
    Attack(
        "borrowed_later",
        "notes the inputs of one exercise, and has the reference called on them in a later one",
        "a verdict is final before anything is lent",
        "judged_twice",
        code="table, met = {}, []",
        answers={
            "sigmoid": "def sigmoid(Z):\n    met.append(Z)\n    return table.get(Z.tobytes(), Z)",
            "linear_activation_forward": "def linear_activation_forward(A_prev, W, b, activation):\n"
            "    if sigmoid.__code__.co_filename.endswith('protocol/server.py'):\n"
            "        for Z in met: table[Z.tobytes()] = sigmoid(Z)\n"
            "    sigmoid(Z := W @ A_prev + b)\n    return Z",
        },
    ),
]
