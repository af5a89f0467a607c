"""An exception in a student's code, put in plain words about the student's own line."""

from __future__ import annotations

import ast
import builtins
import contextlib
import difflib
import functools
import linecache
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any

import numpy as np

from utils.cases import Explanation, text_of
from utils.plain import name_of

__all__ = ["BLANK", "explain", "is_blank", "operands", "outside_names"]

BLANK = "NotImplementedError"  # what nbgrader's stub raises

_LONGEST = 500  # of an exception's own text
_MISSING = object()
_MISFIT = re.compile(r"mismatch in its core|not aligned|could not be broadcast|broadcastable")
_UNITED = {
    ast.MatMult: "@", ast.Mult: "*", ast.Add: "+", ast.Sub: "-", ast.Div: "/", ast.Pow: "**",
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_SIZED = ("zeros", "ones", "empty", "full", "standard_normal", "normal", "random", "uniform",
          "randn", "rand", "integers", "range")  # fmt: skip
_CALLS = {"dot": "@", "matmul": "@", "multiply": "*", "add": "+", "subtract": "-", "maximum": "max"}
_KINDS = {"ndarray": "an array", "tuple": "a tuple", "dict": "a dictionary", "list": "a list",
          "str": "text", "int": "a whole number", "float": "a number",
          "NoneType": "None"}  # fmt: skip


@dataclass(frozen=True)
class _Place:
    """The innermost line of the student's own code on the way to the exception."""

    frame: FrameType
    line: int
    node: ast.AST | None
    source: str

    def value(self, node: ast.AST | None) -> Any:
        return _evaluate(node, self.frame)

    def text(self, node: ast.AST) -> str:
        text = ast.unparse(node)
        return f"({text})" if isinstance(node, ast.Compare) else text


def explain(error: BaseException, function: Callable[..., Any]) -> Explanation:
    """The exception in plain words.

    Parameters
    ----------
    error : exception
        As it came out of `function`, traceback and all.
    function : callable
        The student's function that was called.
    """
    place = _find_place(_trace(error), _namespace(function))
    name = getattr(function, "__name__", "the function")
    if place is None:
        return Explanation(_call_itself(error, name))
    explanation = _first_explanation(error, place)
    if explanation.blank:
        return replace(explanation, source=place.source.strip())
    where = f"Line {place.line}"
    inside = place.frame.f_code.co_name
    if inside not in (name, "<lambda>", "<module>") and not inside.startswith("<"):
        where = f"In {inside}, line {place.line}"
    return replace(
        explanation, sentence=f"{where}: {explanation.sentence}", source=place.source.strip()
    )


def operands(error: BaseException) -> tuple[tuple[int, ...], ...]:
    """The shapes of the two arrays that did not fit together, where that is what was raised."""
    text, trace = text_of(error)[:_LONGEST], _trace(error)
    if not issubclass(type(error), ValueError) or not _MISFIT.search(text) or trace is None:
        return ()
    named = re.findall(r"\(([\d, ]+)\)", text)
    if "gufunc" not in text and len(named) > 1:
        return tuple(tuple(map(int, re.findall(r"\d+", sizes))) for sizes in named[:2])
    while trace.tb_next is not None:
        trace = trace.tb_next
    with contextlib.suppress(Exception):  # a student's frame may hold anything
        place = _place_of(trace)
        found = _operands(place)
        shapes = [_shape(place.value(node)) for node in found[1]] if found else []
        return tuple(shape for shape in shapes if shape is not None)
    return ()


def _trace(error: BaseException) -> TracebackType | None:
    """An exception's traceback, also where its class would hide it."""
    found: TracebackType | None = BaseException.__dict__["__traceback__"].__get__(error)
    return found


def _first_explanation(error: BaseException, place: _Place) -> Explanation:
    text = text_of(error)
    own = re.match(r"(else:\s*)?raise\b", place.source.strip())
    if own and not issubclass(type(error), NotImplementedError):
        said = f"{name_of(type(error))}: {text[:_LONGEST]}".rstrip(": ").partition("\n")[0]
        return Explanation(
            f"here your own raise is reached: {said}.", "Which conditions lead there?"
        )
    for kind, explainer in _EXPLAINERS:
        if issubclass(type(error), kind) and len(text) <= _LONGEST:
            with contextlib.suppress(Exception):  # an exception may hold anything, or nothing
                explanation = explainer(error, place)
                if explanation is not None:
                    return explanation
    said = f"{name_of(type(error))}: {text[:_LONGEST]}".rstrip(": \n").partition("\n")[0]
    said = said.encode("utf-8", "replace").decode()  # a page cannot show half a character
    return Explanation(said if said.endswith((".", "!", "?")) else f"{said}.")


def is_blank(function: Any) -> bool:
    """Whether a function still has nbgrader's stub in it."""
    return isinstance(function, FunctionType) and BLANK in function.__code__.co_names


def outside_names(function: Any) -> list[str]:
    """Names of data (not functions, modules or types) that a function reads from outside."""
    if not isinstance(function, FunctionType):
        return []
    found = []
    for name in dict.fromkeys(_global_names(function.__code__)):
        value = function.__globals__.get(name, _MISSING)
        # type() asks nobody: a notebook may hold a thing that lies about its class, or raises.
        if issubclass(type(value), np.ndarray | int | float | list | dict | tuple | np.number):
            found.append(name)
    return found


def _global_names(code: CodeType) -> Iterator[str]:
    import dis

    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _global_names(constant)


# --- where it happened ----------------------------------------------------------------


def _namespace(function: Any) -> Any:
    """Where a student's function lives, also inside functools.partial or a class."""
    inner = getattr(function, "func", None) or getattr(function, "pyfunc", None) or function
    inner = getattr(inner, "__wrapped__", inner)
    if not hasattr(inner, "__globals__"):
        inner = getattr(type(inner).__call__, "__func__", type(inner).__call__)
    return getattr(inner, "__globals__", {})


def _find_place(trace: TracebackType | None, namespace: dict[str, Any]) -> _Place | None:
    found = None
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            found = trace
        trace = trace.tb_next
    if found is None:
        return None
    return _place_of(found)


def _place_of(trace: TracebackType) -> _Place:
    code, filename = trace.tb_frame.f_code, trace.tb_frame.f_code.co_filename
    position = list(code.co_positions())[trace.tb_lasti // 2]
    return _Place(
        trace.tb_frame,
        trace.tb_lineno,
        _node_at("".join(linecache.getlines(filename)), position),
        linecache.getline(filename, trace.tb_lineno),
    )


@functools.lru_cache(maxsize=64)
def _nodes(source: str) -> tuple[ast.AST, ...]:
    try:
        return tuple(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _node_at(source: str, position: tuple[int | None, ...]) -> ast.AST | None:
    for node in _nodes(source):
        here = tuple(
            getattr(node, name, None)
            for name in ("lineno", "end_lineno", "col_offset", "end_col_offset")
        )
        if here == position and not isinstance(node, ast.Expr):
            return node
    return None


def _evaluate(node: ast.AST | None, frame: FrameType) -> Any:
    """The value of an expression that is safe to work out again: NumPy's arithmetic only."""
    try:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            for names in (frame.f_locals, frame.f_globals, vars(builtins)):
                if node.id in names:
                    return names[node.id]
        if isinstance(node, ast.Attribute):
            owner = _evaluate(node.value, frame)
            if type(owner) is np.ndarray or not isinstance(owner, object):
                return getattr(owner, node.attr)
            if getattr(owner, "__name__", "") == "numpy":
                return getattr(owner, node.attr)
        if isinstance(node, ast.Subscript):
            owner, key = _evaluate(node.value, frame), _evaluate(node.slice, frame)
            if type(owner) in (np.ndarray, dict, list, tuple) and key is not _MISSING:
                return owner[key]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = _evaluate(node.operand, frame)
            return _MISSING if value is _MISSING else -value
        if isinstance(node, ast.BinOp):
            return _evaluate_operation(node, frame)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = _evaluate(node.left, frame), _evaluate(node.comparators[0], frame)
            compare = _COMPARED.get(type(node.ops[0]))
            if compare and {type(left), type(right)} <= {np.ndarray, int, float, np.float64}:
                return compare(left, right)
        if isinstance(node, ast.Call) and not node.keywords:
            ufunc = _evaluate(node.func, frame)
            values = [_evaluate(argument, frame) for argument in node.args]
            if isinstance(ufunc, np.ufunc) and _MISSING not in [
                v for v in values if not isinstance(v, np.ndarray)
            ]:
                with np.errstate(all="ignore"):
                    return ufunc(*values)
    except Exception:
        return _MISSING
    return _MISSING


def _evaluate_operation(node: ast.BinOp, frame: FrameType) -> Any:
    left, right = _evaluate(node.left, frame), _evaluate(node.right, frame)
    plain = (np.ndarray, int, float, str, np.float64)
    if type(left) not in plain or type(right) not in plain:
        return _MISSING
    with np.errstate(all="ignore"):
        if isinstance(node.op, ast.MatMult):
            return left @ right
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
    return _MISSING


def _operands(place: _Place) -> tuple[str, list[ast.expr]] | None:
    """The operation that failed and its two operands, as the student wrote them."""
    node = place.node
    if isinstance(node, ast.BinOp):
        return _UNITED.get(type(node.op), "?"), [node.left, node.right]
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _UNITED.get(type(node.ops[0]), "?"), [node.left, node.comparators[0]]
    if isinstance(node, ast.AugAssign):
        return _UNITED.get(type(node.op), "?"), [node.target, node.value]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        symbol = _CALLS.get(node.func.attr)
        if symbol and len(node.args) >= 2:
            return symbol, node.args[:2]
        if symbol and len(node.args) == 1:
            return symbol, [node.func.value, node.args[0]]
    return None


def _shape(value: Any) -> tuple[int, ...] | None:
    return tuple(value.shape) if isinstance(value, np.ndarray) else None


# --- one kind of exception each ---------------------------------------------------------


def _call_itself(error: BaseException, name: str) -> str:
    if isinstance(error, TypeError) and "argument" in str(error):
        return (
            f"{name} cannot be called the way its first line in the notebook says: {error}. "
            "Put the parameters back as they were."
        )
    return f"{name} raised {name_of(type(error))}: {error}"


def _name_error(error: NameError, place: _Place) -> Explanation | None:
    quoted = re.search(r"'(\w+)'", str(error))
    name = error.name or (quoted[1] if quoted else None)
    if name is None:
        return None
    if isinstance(error, UnboundLocalError):
        return Explanation(
            f"{name} is used before it has a value.",
            f"Does every path to this line give {name} a value first?",
        )
    if hasattr(np, name):
        return Explanation(f"the name {name} is not defined. Did you mean np.{name}?")
    if place.source.strip().startswith(f"{name}["):
        return Explanation(
            f"the name {name} is not defined.", "Before something is put into it, it must be made."
        )
    known = [*place.frame.f_locals, *place.frame.f_globals]
    known = [other for other in known if not other.startswith("_")]
    close = [other for other in known if other.lower() == name.lower()]
    close = close or difflib.get_close_matches(name, known, 1, 0.6)
    close = close or difflib.get_close_matches(name, dir(builtins), 1, 0.75)
    guess = f" Did you mean {close[0]}?" if close else ""
    asked = "Is it spelled as where it was made, and was that cell run? Text stands in quotes."
    advice = "" if close else asked
    return Explanation(f"the name {name} is not defined.{guess}", advice)


def _not_implemented(error: NotImplementedError, place: _Place) -> Explanation:
    name = place.frame.f_code.co_name
    return Explanation(
        f"it calls {name}, which is itself still blank.", f"Solve {name} first.", blank=name
    )


def _shapes_do_not_fit(error: ValueError, place: _Place) -> Explanation | None:
    text = str(error)
    if not _MISFIT.search(text):
        return None
    found = _operands(place)
    if found and any(isinstance(place.value(node), tuple) for node in found[1]):
        return None
    shapes = [_shape(place.value(node)) for node in found[1]] if found else []
    if found is None or len(shapes) != 2 or None in shapes:
        sizes = re.search(r"size (\d+) is different from (\d+)", text)
        if sizes:
            return Explanation(
                "a matrix product does not fit.",
                f"It needs equal inner sizes; here they are {sizes[2]} and {sizes[1]}.",
            )
        numbers = re.findall(r"\([\d, ]*\)", text)
        told = " and ".join(numbers[:2])
        return Explanation(f"shapes {told} do not fit together." if told else f"{text}.")
    symbol, nodes = found
    if isinstance(place.node, ast.Call) and len(place.node.args) > 2:
        return None
    names = [place.text(node) for node in nodes]
    boxes = tuple(zip(names, (s for s in shapes if s is not None), strict=True))
    (left, a), (right, b) = boxes
    if symbol == "@":
        inner = (a[-1] if a else 1), (b[-2] if len(b) > 1 else b[0] if b else 1)
        if inner[0] == inner[1]:
            return None
        return Explanation(
            f"{left} {a} @ {right} {b} does not fit.",
            f"A matrix product needs equal inner sizes; here they are {inner[0]} and {inner[1]}.",
            boxes=boxes,
        )
    return Explanation(
        f"{left} {a} {symbol} {right} {b} does not fit.",
        "Entry by entry, sizes must be equal along each axis, or one of them 1.",
        boxes=boxes,
    )


def _unpacking(error: Exception, place: _Place) -> Explanation | None:
    text = str(error)
    if "to unpack" not in text and "cannot unpack" not in text:
        return None
    if "NoneType" in text:
        return Explanation(
            "None cannot be taken apart.",
            "The call on this line gave None: has its function lost its return?",
        )
    wanted = re.search(r"expected (?:at least )?(\d+)", text)
    got = re.search(r"got (\d+)", text)
    many = "more" if "too many" in text else got.group(1) if got else "one"
    count = wanted.group(1) if wanted else "several"
    names = "is 1 name" if count == "1" else f"are {count} names"
    taken = re.search(r"=\s*(\w+)\.shape\s*$", place.source.rstrip())
    array = place.frame.f_locals.get(taken[1]) if taken else None
    if taken and isinstance(array, np.ndarray):
        return Explanation(
            f"there {names} to the left of =, and {taken[1]}.shape is {array.shape} here.",
            "Which shapes must it work for? The text above the exercise says it.",
        )
    return Explanation(
        f"there {names} to the left of =, but {many} values to the right.",
        "What does the call return, and in which order?",
    )


def _writes_into_argument(error: ValueError, place: _Place) -> Explanation | None:
    if "read-only" not in str(error):
        return None
    return Explanation(
        "this writes into an array that came in as an argument.",
        "The caller's data must stay as they were: make a new array.",
    )


def _one_question(error: ValueError, place: _Place) -> Explanation | None:
    if "truth value" not in str(error):
        return None
    return Explanation(
        "this asks one yes-or-no question of a whole array.",
        "Every entry has its own answer: NumPy has functions that treat all entries at once.",
    )


def _tuple_for_array(error: Exception, place: _Place) -> Explanation | None:
    nodes: list[ast.expr] = []
    if isinstance(error, AttributeError) and error.name == "append":
        if isinstance(error.obj, dict):
            return Explanation(
                "a dictionary has no .append.", "It gets an entry by d[key] = value."
            )
        return Explanation(
            "append belongs to lists, and this is none.",
            "Begin with [ ]; and append gives nothing back, so it stands alone on its line.",
        )
    found = _operands(place)
    if found:
        nodes = found[1]
    elif isinstance(place.node, ast.Attribute | ast.Subscript):
        nodes = [place.node.value]
    elif isinstance(place.node, ast.Call):
        nodes = list(place.node.args)
    for node in nodes:
        value = place.value(node)
        if isinstance(value, tuple) and place.text(node).endswith(".shape"):
            return Explanation(
                f"{place.text(node)} is a tuple of {len(value)}, where a number is needed.",
                "Which of its numbers do you mean?",
            )
        if isinstance(value, tuple):
            return Explanation(
                f"{place.text(node)} is a tuple of {len(value)}, where an array is needed.",
                "A call that returns two things needs two names to the left of its =.",
            )
        if found and isinstance(value, list):
            return Explanation(
                f"{place.text(node)} is a list, where an array is needed.",
                "np.array makes an array of a list.",
            )
        if found and isinstance(value, FunctionType):
            return Explanation(
                f"{place.text(node)} is a function, and it was not called.",
                "A call has parentheses, and in them what the function works on.",
            )
        if value is None:
            return Explanation(
                f"{place.text(node)} is None, where an array is needed.",
                "Has the function that made it lost its return?",
            )
    return None


def _whole_number_wanted(error: TypeError, place: _Place) -> Explanation | None:
    if not re.search(r"'float' object cannot be interpreted|integer, got '[\d.e+]+'", str(error)):
        return None
    return Explanation(
        "a whole number is needed here, and got a float.",
        "`/` gives a float, also where it comes out even; `//` gives a whole number.",
    )


def _picked_on_one_side(error: Exception, place: _Place) -> Explanation | None:
    if "boolean array indexing assignment" not in str(error) and "mask is true" not in str(error):
        return None
    return Explanation(
        "on the left some places are picked, and on the right stands a value for others too.",
        "Both sides need the same places.",
    )


def _size_as_tuple(error: Exception, place: _Place) -> Explanation | None:
    text = str(error)
    if not isinstance(place.node, ast.Call):
        return None
    if place.text(place.node.func).split(".")[-1] not in _SIZED:
        return None
    if place.text(place.node.func) == "range":
        return Explanation(
            "range takes whole numbers, and got something else.",
            "`/` always makes a float, and `//` a whole number."
            if "'float'" in text
            else "For the length of a list there is len.",
        )
    if re.search(
        r"as a data type|data type '|cannot be interpreted as an integer|sequence of integers"
        r"|'int' object (is not iterable|has no attribute)|takes from .* positional"
        r"|Unsupported dtype",
        text,
    ):
        called = place.text(place.node.func)
        if "cannot be interpreted as an integer" in text and "tuple" in text:
            return Explanation(
                f"{called} wants its sizes one by one, and got a tuple.",
                "Drop one pair of parentheses.",
            )
        return Explanation(
            f"{called} takes the size as one tuple.",
            "Two sizes, one argument: put (rows, columns) in parentheses of their own.",
        )
    return None


def _single_number_wanted(error: Exception, place: _Place) -> Explanation | None:
    if "can be converted to Python scalars" not in str(error) and "0-dimensional" not in str(error):
        return None
    called = place.text(place.node.func) if isinstance(place.node, ast.Call) else "this"
    return Explanation(
        f"{called} takes a single number, and got an array.",
        "NumPy's function of the same name takes every entry at once.",
    )


def _no_power(error: TypeError, place: _Place) -> Explanation | None:
    if "bitwise_xor" not in str(error) and "for ^" not in str(error):
        return None
    return Explanation(
        "`^` is no power in Python.", "`**` is; and for powers of e NumPy has a function."
    )


def _function_for_value(error: TypeError, place: _Place) -> Explanation | None:
    """Arithmetic with a function, or with a list, in place of a value."""
    if "operand type" not in str(error):
        return None
    unary = [place.node.operand] if isinstance(place.node, ast.UnaryOp) else []
    found = _operands(place)
    for node in found[1] if found else unary:
        value, text = place.value(node), place.text(node)
        if callable(value):
            return Explanation(
                f"{text} is a function, and stands here like a number.",
                "Of what is it taken? That goes in parentheses behind it.",
            )
        if isinstance(value, list):
            return Explanation(
                f"{text} is a Python list, which does not calculate entry by entry.",
                "np.array makes an array of a list.",
            )
    return None


def _text_and_number(error: TypeError, place: _Place) -> Explanation | None:
    if not re.search(r"can only concatenate str|must be str, not int|'int' and 'str'", str(error)):
        return None
    return Explanation(
        "text and a number cannot be joined with +.", "str() makes text of a number."
    )


def _no_such_operation(error: TypeError, place: _Place) -> Explanation | None:
    if "multiply sequence by non-int" in str(error):
        return Explanation(
            "a list cannot be multiplied like an array.", "np.array makes an array of a list."
        )
    kinds = re.search(r"operand type.* for (\S+?)=?(?: or .*)?: '(\w+)' and '(\w+)'", str(error))
    if not kinds:
        return None
    one, other = (_KINDS.get(kind, f"something of type {kind}") for kind in kinds.group(2, 3))
    return Explanation(f"there is no {kinds[1]} for {one} and {other}.")


def _wrong_index(error: TypeError, place: _Place) -> Explanation | None:
    kinds = re.search(r"(\w+) indices must be integers or slices, not (\w+)", str(error))
    if not kinds or not isinstance(place.node, ast.Subscript):
        return None
    owner, index = (_KINDS.get(kind, f"a {kind}") for kind in kinds.groups())
    return Explanation(
        f"{place.text(place.node.value)} is {owner}, and {index} is no place in it.",
        "Its items are counted, 0, 1, 2, …; a dictionary has names, and an array rows and columns.",
    )


def _raised_no_exception(error: TypeError, place: _Place) -> Explanation | None:
    if "exceptions must derive" not in str(error):
        return None
    return Explanation(
        "only an exception can be raised, and this is none.",
        "After raise comes the kind of exception; its sentence goes into parentheses.",
    )


def _not_a_function(error: TypeError, place: _Place) -> Explanation | None:
    if "object is not callable" not in str(error) or not isinstance(place.node, ast.Call):
        return None
    called = place.text(place.node.func)
    value = place.value(place.node.func)
    if called.endswith(".T"):
        return Explanation(f"{called} is an array already: T stands without parentheses.")
    name = type(value).__name__
    what = "" if value is _MISSING else f"{_KINDS.get(name, 'a ' + name)}, "
    return Explanation(
        f"{called} is {what}not a function, so it cannot be called.",
        "Square brackets pick an entry; parentheses call. A missing * looks like a call, too.",
    )


def _brackets_for_parentheses(error: TypeError, place: _Place) -> Explanation | None:
    if not isinstance(place.node, ast.Subscript) or not callable(place.value(place.node.value)):
        return None
    return Explanation(
        f"{place.text(place.node.value)} is a function, and has no entries to pick with [ ].",
        "A call has parentheses; a list in it keeps its brackets inside them.",
    )


def _two_lists_for_one(error: TypeError, place: _Place) -> Explanation | None:
    if not isinstance(place.node, ast.Call) or len(place.node.args) < 2:
        return None
    if place.value(place.node.func) is not np.array:
        return None
    return Explanation(
        f"{place.text(place.node.func)} takes one list, and got {len(place.node.args)} things.",
        "One pair of brackets goes around them all.",
    )


def _no_brackets(error: TypeError, place: _Place) -> Explanation | None:
    if "is not subscriptable" not in str(error) or not isinstance(place.node, ast.Subscript):
        return None
    name, value = place.text(place.node.value), place.value(place.node.value)
    if value is None:
        return Explanation(f"{name} is None, and takes no [ ].", "What made it gave nothing back.")
    if callable(value):
        return Explanation(f"{name} is called with parentheses, not with [ ].")
    kind = re.findall(r"'(\w+)' object", str(error))[0]
    dot = "What it holds comes after a dot." if type(value).__module__ != "builtins" else ""
    article = "an" if kind[0] in "aeiouAEIOU" else "a"
    return Explanation(f"{name} is {article} {kind}, and takes no [ ].", dot)


def _whole_index(error: Exception, place: _Place) -> Explanation | None:
    if not re.search(
        r"slice indices must be|only integers, slices|(list|tuple) indices must", str(error)
    ):
        return None
    node = place.node
    shown = f"[{place.text(node.slice)}]" if isinstance(node, ast.Subscript) else "[ ]"
    advice = "round() and int() give whole numbers; np.round, np.floor and / give decimals."
    if isinstance(node, ast.Subscript) and isinstance(place.value(node.slice), str):
        advice = "Lists and tuples count their places; names belong to a dictionary. Is it in one?"
    return Explanation(f"{shown} asks for a place that is no whole number.", advice)


def _one_at_a_time(error: TypeError, place: _Place) -> Explanation | None:
    if "return arrays must be of ArrayType" not in str(error):
        return None
    called = place.text(place.node.func) if isinstance(place.node, ast.Call) else "this function"
    return Explanation(f"{called} takes one number or array, and got more.", "Call it for each.")


def _not_comparable(error: TypeError, place: _Place) -> Explanation | None:
    kinds = re.search(r"not supported between instances of '(\w+)' and '(\w+)'", str(error))
    if kinds is None:
        return None
    said = {"dict": "dictionaries", "tuple": "tuples", "list": "lists", "str": "words"}
    if kinds[1] == kinds[2] and kinds[1] in said:
        told = f"two {said[kinds[1]]} cannot be compared with < or >."
    else:
        told = f"{kinds[1]} and {kinds[2]} cannot be compared with < or >."
    return Explanation(told, "Which number in them is meant?")


def _upside_down(error: ValueError, place: _Place) -> Explanation | None:
    if not re.search(r"high - low < 0|low >= high", str(error)):
        return None
    return Explanation(
        "the lower end of this range is not below the upper one.", "Which of the two is smaller?"
    )


def _wrong_arguments(error: TypeError, place: _Place) -> Explanation | None:
    if not re.search(r"(positional|keyword|exactly one) argument", str(error)):
        return None
    return Explanation(
        f"{error}.", "Compare the call on this line with the first line of that function."
    )


def _key_error(error: KeyError, place: _Place) -> Explanation:
    key = error.args[0] if error.args else "?"
    owner = "the dictionary"
    advice = ""
    if isinstance(place.node, ast.Subscript):
        owner = place.text(place.node.value)
        value = place.value(place.node.value)
        if isinstance(value, dict):
            keys = ", ".join(map(str, list(value)[:8]))
            advice = f"Its keys are {keys}." if keys else "There is nothing in it yet."
        if re.match(r"\s*\w+\[[^]]*\] ==", place.source):
            advice = "== asks whether two things are equal; a single = gives the name its value."
    return Explanation(f"{owner} has no key {key!r}.", advice)


def _index_error(error: IndexError, place: _Place) -> Explanation:
    if isinstance(place.node, ast.Subscript):
        value = place.value(place.node.value)
        index = place.value(place.node.slice)
        owner = place.text(place.node.value)
        if isinstance(value, list | tuple):
            asked = "" if index is _MISSING else f", and [{index}] is not among them"
            return Explanation(
                f"{owner} has {len(value)} items{asked}.",
                "Counting starts at 0; where does it end?",
            )
        if isinstance(value, np.ndarray):
            return Explanation(f"{owner} has shape {value.shape}, and the index is outside it.")
    return Explanation(f"{error}.", "Counting starts at 0; where does it end?")


def _attribute_error(error: AttributeError, place: _Place) -> Explanation | None:
    if error.name is None:  # a name that was given a value
        told = re.search(r"'(\w+)' object has no attribute '(\w+)'", str(error))
        brackets = told is not None and told[1] == "dict"
        return (
            Explanation(f"a dictionary has no .{told[2]}.", "Its entries stand in [ ].")
            if told and brackets
            else None
        )
    name, owner = error.name, error.obj
    close = difflib.get_close_matches(name, [k for k in dir(owner) if k[0] != "_"], 1, 0.7)
    guess = f" Did you mean {close[0]}?" if close else ""
    if isinstance(owner, list):
        return Explanation(f"a Python list has no .{name}.{guess}", "Is an array needed here?")
    kind = type(owner).__name__
    what = getattr(owner, "__name__", _KINDS.get(kind, f"something of type {kind}"))
    return Explanation(f"{what} has no .{name}.{guess}")


def _assertion(error: AssertionError, place: _Place) -> Explanation:
    return Explanation(
        "your assert says no.",
        "Many sizes are tried here: is it a rule for all of them, or left over from one example?",
    )


def _overflow(error: OverflowError, place: _Place) -> Explanation:
    return Explanation(
        "this comes out too large for one of Python's own floats.",
        "Where Python stops, NumPy's function of the same name gives inf and goes on.",
    )


def _recursion(error: RecursionError, place: _Place) -> Explanation:
    return Explanation(f"{place.frame.f_code.co_name} calls itself without end.")


def _exit(error: SystemExit, place: _Place) -> Explanation:
    return Explanation("exit() ends the program.", "A function gives its result with return.")


def _memory(error: MemoryError, place: _Place) -> Explanation:
    return Explanation("this asks for more memory than there is.", "How large is the result?")


_EXPLAINERS: tuple[tuple[type[BaseException], Callable[[Any, _Place], Explanation | None]], ...] = (
    (NameError, _name_error),
    (NotImplementedError, _not_implemented),
    (RecursionError, _recursion),
    (OverflowError, _overflow),
    (SystemExit, _exit),
    (MemoryError, _memory),
    (AssertionError, _assertion),
    (KeyError, _key_error),
    (ValueError, _shapes_do_not_fit),
    (ValueError, _unpacking),
    (ValueError, _writes_into_argument),
    (ValueError, _one_question),
    (ValueError, _picked_on_one_side),
    (ValueError, _upside_down),
    (ValueError, _tuple_for_array),
    (TypeError, _unpacking),
    (TypeError, _picked_on_one_side),
    (TypeError, _text_and_number),
    (TypeError, _no_power),
    (TypeError, _not_a_function),
    (TypeError, _no_brackets),
    (TypeError, _whole_index),
    (TypeError, _not_comparable),
    (TypeError, _one_at_a_time),
    (TypeError, _single_number_wanted),
    (TypeError, _whole_number_wanted),
    (TypeError, _size_as_tuple),
    (AttributeError, _size_as_tuple),
    (TypeError, _wrong_arguments),
    (TypeError, _function_for_value),
    (TypeError, _brackets_for_parentheses),
    (TypeError, _two_lists_for_one),
    (TypeError, _tuple_for_array),
    (TypeError, _no_such_operation),
    (TypeError, _wrong_index),
    (TypeError, _raised_no_exception),
    (AttributeError, _tuple_for_array),
    (IndexError, _whole_index),
    (IndexError, _index_error),
    (AttributeError, _attribute_error),
)
