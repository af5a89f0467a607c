"""An exception, the student's line that raised it, and safe evaluation of that line's parts."""

from __future__ import annotations

import ast
import builtins
import functools
import linecache
import operator
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType, ModuleType, TracebackType
from typing import Any

import numpy as np

from utils.checker.sanitize import name_of

__all__ = ["MISSING", "Operation", "Trouble", "a", "kind_of", "shape_of", "trouble_at"]

MISSING = object()  # stands for a value that is not safe to evaluate

_CALCULATIONS: dict[type[ast.AST], tuple[str, Callable[[Any, Any], Any] | None]] = {
    ast.MatMult: ("@", operator.matmul),
    ast.Mult: ("*", operator.mul),
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Div: ("/", operator.truediv),
    ast.Pow: ("**", None),  # 10**10**10 takes all day
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}
_AS_FUNCTIONS = {"dot": "@", "matmul": "@", "multiply": "*", "add": "+", "subtract": "-",
                 "maximum": "max"}  # fmt: skip
_KINDS = {"ndarray": "an array", "tuple": "a tuple", "dict": "a dictionary", "list": "a list",
          "str": "text", "string": "text", "int": "a whole number", "int64": "a whole number",
          "float64": "a float", "bool": "a truth value", "NoneType": "None"}  # fmt: skip
_FUNCTIONS = ("builtin_function_or_method", "method", "ufunc", "_ArrayFunctionDispatcher")


@dataclass(frozen=True)
class Operation:
    """An operator and its operands, also from a call; `sign` is "" for a unary operator."""

    sign: str
    nodes: tuple[ast.expr, ...]


@dataclass(frozen=True)
class Trouble:
    """An exception, its text, and the innermost of the student's own lines in its traceback.

    Attributes
    ----------
    error : exception
        Of any class, also a student's own: read only the attributes it was made with.
    message : str
        Its text.
    frame, line, source : where it was
    node : ast.AST or None
        The exact expression or statement, if the source is known.
    """

    error: Any
    message: str
    frame: FrameType
    line: int
    node: ast.AST | None
    source: str

    def value(self, node: ast.AST | None) -> Any:
        """Return the value of an expression, or `MISSING` rather than run a student's code."""
        try:
            return _value(node, self.frame)
        except Exception:
            return MISSING

    @property
    def counters(self) -> str:
        """Return the whole numbers among the names in a failed call or [ ]: "with l = 2", or ""."""
        if not isinstance(self.node, ast.Call | ast.Subscript):
            return ""
        used = [one.id for one in ast.walk(self.node) if isinstance(one, ast.Name)]
        values = {one: self.frame.f_locals.get(one) for one in used if not self.is_argument(one)}
        told = [f"{name} = {value}" for name, value in values.items() if type(value) is int]
        return f"with {' and '.join(told[:2])}" if told else ""

    def text(self, node: ast.AST) -> str:
        """Return the source of an expression, in parentheses if it is a comparison."""
        text = ast.unparse(node)
        return f"({text})" if isinstance(node, ast.Compare) else text

    def is_argument(self, name: str) -> bool:
        """Return whether a name is an argument of the function."""
        code = self.frame.f_code
        return name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]

    @property
    def called(self) -> str:
        """Return the name of the function that was being called, or "this"."""
        return self.text(self.node.func) if isinstance(self.node, ast.Call) else "this"

    @property
    def operation(self) -> Operation | None:
        """Return the operation that failed, or None."""
        node = self.node
        if isinstance(node, ast.UnaryOp):
            return Operation("", (node.operand,))
        if isinstance(node, ast.BinOp):
            return Operation(_sign(node.op), (node.left, node.right))
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return Operation(_sign(node.ops[0]), (node.left, node.comparators[0]))
        if isinstance(node, ast.AugAssign):
            return Operation(_sign(node.op), (node.target, node.value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            sign = _AS_FUNCTIONS.get(node.func.attr)
            if sign and len(node.args) == 2:
                return Operation(sign, tuple(node.args))
            if sign and len(node.args) == 1:
                return Operation(sign, (node.func.value, node.args[0]))
        return None


def trouble_at(trace: TracebackType, error: BaseException, message: str) -> Trouble:
    """Return the trouble at this point of a traceback."""
    code = trace.tb_frame.f_code
    position = list(code.co_positions())[trace.tb_lasti // 2]
    return Trouble(
        error,
        message,
        trace.tb_frame,
        trace.tb_lineno,
        _nodes("".join(linecache.getlines(code.co_filename))).get(position),
        linecache.getline(code.co_filename, trace.tb_lineno),
    )


def shape_of(value: Any) -> tuple[int, ...] | None:
    """Return an array's shape, or None for anything else."""
    return tuple(value.shape) if type(value) is np.ndarray else None


def a(kind: str) -> str:
    """Return a kind of thing in words, from the name of its type.

    >>> a("numpy.ndarray"), a("str"), a("Generator")
    ('an array', 'text', 'a Generator')
    """
    kind = kind.rpartition(".")[2]
    if kind in _FUNCTIONS:
        return "a function"
    return _KINDS.get(kind, f"{'an' if kind[:1] in 'aeiouAEIOU' else 'a'} {kind}")


def kind_of(value: Any) -> str:
    """Return the kind of a value in words."""
    return a(name_of(type(value)))


def _sign(operation: ast.AST) -> str:
    return _CALCULATIONS.get(type(operation), ("?", None))[0]


@functools.lru_cache(maxsize=64)
def _nodes(source: str) -> dict[tuple[int | None, ...], ast.AST]:
    """Return the outermost expression or statement at each position."""
    found: dict[tuple[int | None, ...], ast.AST] = {}
    try:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.stmt | ast.expr) and not isinstance(node, ast.Expr):
                here = (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
                found.setdefault(here, node)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return found


def _value(node: ast.AST | None, frame: FrameType) -> Any:
    """Evaluate an expression with NumPy and Python alone; call nothing of the student's."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        for names in (frame.f_locals, frame.f_globals, vars(builtins)):
            if node.id in names:
                return names[node.id]
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, frame)
        if type(owner) is ModuleType:
            return vars(owner).get(node.attr, MISSING)
        if type(owner) is np.ndarray or isinstance(owner, np.number):
            return getattr(owner, node.attr)
    if isinstance(node, ast.Slice):
        ends = [_value(end, frame) if end else None for end in (node.lower, node.upper, node.step)]
        return slice(*ends) if all(end is None or type(end) is int for end in ends) else MISSING
    if isinstance(node, ast.Subscript):
        owner, key = _value(node.value, frame), _value(node.slice, frame)
        if type(owner) in (np.ndarray, dict, list, tuple) and (
            type(key) is slice or _is_plain(key)
        ):
            return owner[key]
    if isinstance(node, ast.Tuple):
        items = [_value(item, frame) for item in node.elts]
        return tuple(items) if all(map(_is_plain, items)) else MISSING
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _value(node.operand, frame)
        return -value if _is_plain(value) else MISSING
    if isinstance(node, ast.BinOp):
        return _calculated(node.op, [node.left, node.right], frame)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _calculated(node.ops[0], [node.left, node.comparators[0]], frame)
    if isinstance(node, ast.Call) and not node.keywords:
        function = _value(node.func, frame)
        # Exclude a student's np.frompyfunc, which would call the student's code.
        if type(function) is np.ufunc and getattr(np, function.__name__, None) is function:
            return _calculated(function, node.args, frame)
        if function is str and len(node.args) == 1:
            value = _value(node.args[0], frame)
            return str(value) if type(value) is int else MISSING
    return MISSING


def _calculated(how: Any, nodes: list[ast.expr], frame: FrameType) -> Any:
    calculate = how if type(how) is np.ufunc else _CALCULATIONS.get(type(how), ("", None))[1]
    values = [_value(node, frame) for node in nodes]
    if calculate is None or not all(map(_is_plain, values)):
        return MISSING
    with np.errstate(all="ignore"):
        return calculate(*values)


def _is_plain(value: Any) -> bool:
    if type(value) is np.ndarray:
        return not value.dtype.hasobject
    return type(value) in (int, float, str, bool, np.float64, np.int64, np.bool_)
