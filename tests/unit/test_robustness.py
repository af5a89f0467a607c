"""Test that hostile functions get a clear sentence, and never cause a traceback or a hang.

Even without bad intent, a student may return a generator, a recursive list, or an object that
equals everything. Each way is the source of a cell, in which `evil()` can be called.
"""

import functools
import re
import sys
import time
from textwrap import dedent

import numpy as np
import pytest

from utils.check import check
from utils.checker.answer_key import LiveKey
from utils.checker.judge import judge
from utils.checker.sanitize import plain
from utils.checker.verdict import CheckFailed

# One exercise for each kind of result, and one that properties judge.
EXERCISES = {
    "relu": "Z",
    "linear_forward": "A_prev, W, b",
    "compute_cost": "AL, Y",
    "initialize_parameters_deep": "layer_dims, rng",
    "parameter_shapes": "layer_dims",
    "shape_slips": "layer_dims, m",
    "check_dimensions": "parameters, layer_dims",
    "derivation_order": "",
}

RETURNED = {
    "nothing": "None",
    "a tuple": "(1, 2)",
    "an empty tuple": "()",
    "text": "'text'",
    "half a character": "'\\ud800'",
    "markup": "'<script>alert(1)</script>'",
    "long text": "'x' * 10**6",
    "bytes": "b'abc'",
    "a set": "{1, 2}",
    "a generator": "(i for i in range(3))",
    "an endless generator": "__import__('itertools').count()",
    "an endless map": "map(str, __import__('itertools').count())",
    "a type": "float",
    "a function": "lambda: 0",
    "a module": "np",
    "not a number": "float('nan')",
    "arrays of nan": "np.full((2, 3), np.nan)",
    "a complex number": "1j",
    "a huge number": "10**5000",
    "a long range": "range(10**12)",
    "NotImplemented": "NotImplemented",
    "an exception": "ValueError('no')",
    "a type of exceptions": "ValueError",
    "wrong keys": "{'W9': 1, (1, 2): 3, None: 4, 5: 6}",
    "keys of many kinds": "{1: 1, '1': 2, 1.5: 3, b'x': 4, frozenset(): 5}",
    "keys that become one": "{'1': 2, type('S', (str,), {})('1'): 3}",
    "an empty array": "np.zeros((0, 3))",
    "an array without axes": "np.array(3.0)",
    "dates": "np.array(['2020-01-01'], 'datetime64[D]')",
    "objects in an array": "np.array([[object(), None], [1, 'a']], object)",
    "an array in itself": "inside_itself()",
    "structured": "np.zeros(3, [('a', float), ('b', int)])",
    "texts in an array": "np.array(['a', 'b'])",
    "bytes in an array": "np.array([b'a'])",
    "nothing in an array": "np.zeros(3, 'V0')",
    "64 axes": "np.zeros((1,) * 32)",
    "a billion entries": "np.broadcast_to(0.0, (10**5, 10**5))",
    "a shape that overflows": "np.broadcast_to(0.0, (2**31, 2**31))",
    "backwards": "np.arange(12.0).reshape(3, 4)[::-1, ::-1]",
    "big-endian": "np.arange(6, dtype='>f8').reshape(2, 3)",
    "long double": "np.zeros((2, 3), np.longdouble)",
    "memory of nobody": "np.frombuffer(b'12345678')",
    "a memoryview": "memoryview(b'123')",
    "a matrix": "np.matrix([[1.0]])",
    "masked": "np.ma.array([1.0, 2.0], mask=[0, 1])",
    "masked single": "np.ma.masked",
    "a record": "np.rec.array([(1, 2.0)])",
    "a char array": "np.char.array(['a'])",
    "memmap": "np.zeros((2, 3)).view(np.memmap)",
    "a list in itself": "itself([])",
    "a dictionary in itself": "itself({})",
    "deep": "deep()",
    "wide": "[0] * 3000",
    "wide and deep": "wide()",
    "wide dictionary": "dict.fromkeys(range(3000))",
    "claims to equal all": "AllEqual()",
    "claims in a list": "[AllEqual()] * 3",
    "claims in a dictionary": "{AllEqual(): AllEqual(), 'W1': AllEqual()}",
    "claims in an array": "np.array([AllEqual()] * 6, object).reshape(2, 3)",
    "claims to be an array": "PretendedArray()",
    "claims its class": "PretendedClass()",
    "of an evil type": "OfEvilType()",
    "an evil type itself": "OfEvilType",
    "a list's child": "Child(list)",
    "a tuple's child": "Child(tuple)",
    "a dictionary's child": "Child(dict)",
    "a text's child": "Child(str)",
    "a number's child": "Child(float)",
    "a whole number's child": "Child(int)",
    "a complex number's child": "Child(complex)",
    "an array's child": "ArrayChild()",
    "numpy number's child": "NumberChild(3.0)",
    "an ordered dictionary": "__import__('collections').OrderedDict(a=1)",
    "a counter": "__import__('collections').Counter('aab')",
    "a default dictionary": "__import__('collections').defaultdict(list)",
    "a user's dictionary": "__import__('collections').UserDict(a=1)",
    "a named tuple": "__import__('collections').namedtuple('T', 'a b')(1, 2)",
    "a named tuple that lies": "__import__('collections').namedtuple('T', 'a shape')(1, (2, 3))",
    "an enum": "__import__('enum').IntEnum('E', 'a b').a",
    "a fraction": "__import__('fractions').Fraction(1, 3)",
    "a decimal": "__import__('decimal').Decimal('nan')",
    "a mock": "__import__('unittest.mock').mock.MagicMock()",
    "a frame": "__import__('sys')._getframe()",
    "the namespace": "globals()",
    "a coroutine": "coroutine()",
    "a lock": "__import__('threading').Lock()",
    "changes later": "later([0.0] * 50)",
    "a dictionary that changes later": "later({i: i for i in range(50)})",
    "an array that changes later": "later(np.zeros((2, 3)))",
    "an array that shrinks later": "later(bytearray(1000))",
    "its own kind of Unsupported": (
        "__import__('utils.checker.cases').checker.cases.Unsupported('fine')"
    ),
    "the judge's Anything": "__import__('utils.checker.cases').checker.cases.Anything()",
    "the judge's Returned": "__import__('utils.checker.cases').checker.cases.Returned(0)",
    "a forged shape": (
        "__import__('utils.checker.cases').checker.cases.Unsupported('an array', (2, 3), 'float64')"
    ),
}

DONE = {
    "an exception that cannot be said": "raise Unsayable()",
    "an exception that says no text": "raise SaysANumber()",
    "an exception with evil arguments": "raise KeyError(AllEqual())",
    "an exception with a long text": "raise ValueError('x' * 10**6)",
    "an exception with half a character": "raise ValueError('\\ud800')",
    "an exception with many lines": "raise ValueError('\\n' * 1000)",
    "an evil name": "raise NameError(name=AllEqual())",
    "an evil attribute": "raise AttributeError('boo', name='x', obj=AllEqual())",
    "an attribute of nothing": "raise AttributeError(name=3, obj=None)",
    "a type with an evil name": "raise type('E' * 10**5, (Exception,), {})()",
    "an exception of an evil type": "raise EvilError()",
    "in a circle": "raise_in_a_circle()",
    "a base exception": "raise BaseException('out')",
    "exit": "exit()",
    "GeneratorExit": "raise GeneratorExit()",
    "StopIteration": "raise StopIteration()",
    "its own BaseException": "raise type('Mine', (BaseException,), {})('out')",
    "a group": "raise ExceptionGroup('two', [ValueError(1), TypeError(2)])",
    "the judge's own": "from utils.checker.judgment import _Stop; raise _Stop(None, None)",
    "a key's fault": "from utils.checker.answer_key import KeyFault; raise KeyFault('boo')",
    "a failed check": "from utils.checker.verdict import CheckFailed; raise CheckFailed(None)",
    "recursion": "evil()",
    "deep recursion in repr": "str(itself([])); return itself([])",
    "memory": "return np.zeros((10**7, 10**7))",
    "a closed output": "import sys; sys.stdout.close(); return 0",
    "another output": "import sys; sys.stdout = sys.stderr = None; return 0",
    "prints without end": "print('x' * 10**7); return 0",
    "prints half a character": "print('\\ud800'); return 0",
    "warns with itself": "import warnings; warnings.warn(UnsayableWarning()); return 0",
    "warnings as errors": "import warnings; warnings.simplefilter('error'); np.log(0); return 0",
    "errors as exceptions": "np.seterr(all='raise'); return np.float64(1) / 0",
    "a trace of its own": "import sys; sys.settrace(lambda *a: None); return 0",
    "a thread that fails": "import threading; t = threading.Thread(target=lambda: 1 / 0); "
    "t.start(); t.join(); return 0",
    "deletes itself": "globals().clear(); return 0",
    "changes its arguments": "return spoil(arguments)",
}

CELL = """
import numpy as np, threading, time

class AllEqual:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 1
    def _no(self, *more, **options): raise RuntimeError("never call me")
    __array__ = __float__ = __int__ = __index__ = __len__ = __iter__ = __getitem__ = _no
    __bool__ = __repr__ = __str__ = __format__ = __array_ufunc__ = __array_function__ = _no
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = _no
    def __getattr__(self, name): raise RuntimeError("nor this")

class PretendedArray(AllEqual):
    shape, ndim, size, dtype = (2, 3), 2, 6, np.dtype(float)
    def __array__(self, *more, **options): return np.zeros((2, 3))
    __array_interface__ = {"shape": (2, 3), "typestr": "<f8", "data": (0, False), "version": 3}

class PretendedClass:
    @property
    def __class__(self): return np.ndarray

class EvilType(type):
    def __instancecheck__(cls, one): return True
    def __subclasscheck__(cls, one): raise RuntimeError("not you")
    def __getattribute__(cls, name): raise RuntimeError("nothing here")
    def __eq__(cls, other): raise RuntimeError("equal to none")
    def __hash__(cls): raise RuntimeError("no hash")
    def __repr__(cls): raise RuntimeError("no text")

class OfEvilType(metaclass=EvilType):
    pass

def Child(kind):
    def no(self, *more, **options): raise RuntimeError("never call me")
    names = "__iter__ __len__ __getitem__ __eq__ __ne__ __str__ __repr__ __float__ __int__"
    names += " __index__ __bool__ __hash__ __pos__ __format__ items keys values get encode"
    names += " __contains__ bit_length is_integer __getattribute__"
    body = dict.fromkeys(names.split(), no)
    given = {list: ([1, 2],), tuple: ((1, 2),), dict: ({"W1": 1},), str: ("a",)}.get(kind, (3,))
    return type("Child" * 100, (kind,), body)(*given)

class ArrayChild(np.ndarray):
    def __new__(cls): return np.zeros((2, 3)).view(cls)
    def _no(self, *more, **options): raise RuntimeError("never call me")
    __array_finalize__ = lambda self, other: None
    __array_ufunc__ = __array_function__ = __eq__ = __iter__ = __getitem__ = __len__ = _no
    shape = size = dtype = ndim = property(_no)

class NumberChild(np.float64):
    def __array__(self, *more): raise RuntimeError("never call me")
    __eq__ = __float__ = __repr__ = __array__
    dtype = property(__array__)

class Unsayable(Exception):
    def __str__(self): raise RuntimeError("no text")
    __repr__ = __str__

class UnsayableWarning(UserWarning):
    def __str__(self): raise RuntimeError("no text")

class SaysANumber(ValueError):
    def __str__(self): return 3

class EvilKind(type):
    def __getattribute__(cls, name):
        if name == "__name__": raise RuntimeError("no name")
        return type.__getattribute__(cls, name)

class EvilError(Exception, metaclass=EvilKind):
    def __getattribute__(self, name): raise RuntimeError("nothing here")

def inside_itself():
    made = np.empty((2, 3), object)
    made[:] = [[made] * 3] * 2
    return made

def itself(made):
    made.append(made) if type(made) is list else made.update(me=made)
    return made

def deep():
    made = []
    for _ in range(3000):
        made = [made]
    return made

def wide():
    made = 0
    for _ in range(3):
        made = [made] * 10
    return made

def later(made):
    def change():
        until = time.monotonic() + 0.005
        while time.monotonic() < until:
            if type(made) is np.ndarray: made[:] = np.random.rand()
            elif type(made) is bytearray: made.append(1)
            elif type(made) is dict: made[time.monotonic()] = 1; made.popitem()
            else: made.append(1.0); made.pop(0)
    threading.Thread(target=change, daemon=True).start()
    return np.frombuffer(made, np.uint8) if type(made) is bytearray else made

async def _coroutine(): pass
def coroutine():
    made = _coroutine()
    made.close()
    return made

def raise_in_a_circle():
    one, two = ValueError("one"), TypeError("two")
    one.__cause__, two.__cause__ = two, one
    raise one

def spoil(arguments):
    for one in arguments:
        if isinstance(one, np.ndarray) and one.flags.writeable: one.resize(0, refcheck=False)
        elif isinstance(one, (list, dict)): one.clear()
    return None
"""
WAYS = {f"gives {name}": f"return {line}" for name, line in RETURNED.items()} | DONE


def evil(exercise, way):
    """Return the namespace of a notebook with this hostile function as the answer."""
    line = WAYS[way]
    source = f"""
    def {exercise}({EXERCISES[exercise]}):
        arguments = [{EXERCISES[exercise]}]
        def evil(): {line}
        {line}
    """
    namespace = {}
    exec(CELL + dedent(source), namespace)
    namespace["check"] = check
    return namespace


def must_be_clear(verdict, started):
    """Assert that the verdict is a rejection with a clear and short message."""
    __tracebackhide__ = True  # a lone surrogate in a report breaks pytest-xdist
    assert verdict.status in ("wrong", "error"), verdict.text()
    assert verdict.points < verdict.max_points or not verdict.max_points
    text = verdict.text()
    assert len(verdict.message) > 10
    assert "\n" not in verdict.message
    assert len(text) < 5_000
    assert not re.search(r"Traceback|utils/|site-packages|not your fault| at 0x", text)
    assert "<script" not in verdict.html()
    assert not re.search("[\ud800-\udfff]", text)
    assert time.perf_counter() - started < 5


@pytest.fixture(autouse=True)
def as_it_was():
    """Restore the settings of the process that a hostile function may change."""
    before, trace = np.geterr(), sys.gettrace()
    out = sys.stdout, sys.stderr
    yield
    sys.stdout, sys.stderr = out
    np.seterr(**before)
    sys.settrace(trace)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("way", WAYS)
def test_hostile_function_gets_a_clear_sentence(way, key, monkeypatch):
    for exercise in list(EXERCISES)[isinstance(key, LiveKey) :: 2]:  # each key has every other one
        question = (
            asked(type(key), exercise) if isinstance(key, LiveKey) else key.question(exercise)
        )
        started = time.perf_counter()
        must_be_clear(judge(question, evil(exercise, way)[exercise]), started)
    monkeypatch.setattr("utils.check.open_key", lambda: key)
    for exercise in ("relu", "parameter_shapes"):
        started = time.perf_counter()
        with pytest.raises(CheckFailed) as failure:
            check_in(evil(exercise, way), exercise)
        must_be_clear(failure.value.verdict, started)


@functools.cache
def asked(kind, exercise):
    return kind().question(exercise, 1)


def check_in(namespace, exercise):
    """Call `check` as a cell of that notebook does."""
    exec(f"check({exercise!r}, seed=1)", namespace)


@pytest.mark.parametrize(
    "made", [[0] * 10**6, [[[0] * 100] * 100] * 100, {i: i for i in range(10**6)}]
)
def test_very_large_result_is_sanitized_quickly(made):
    started = time.perf_counter()
    seen = plain(made)
    assert time.perf_counter() - started < 2
    assert "of more than" in str(seen)[-200:]
