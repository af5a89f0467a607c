"""Define mutation operators for arrays, which mutmut lacks.

mutmut has operators for any program: it changes or removes strings, numbers, booleans and
arguments. It has none for typical mistakes with matrices: `@`, transposes, the order of operands,
np.max in place of np.maximum, one array in place of another. An operator has the form that mutmut
expects: a function from a node of a LibCST tree to the nodes that can replace it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst
from libcst import matchers
from libcst.metadata import ExpressionContext, ExpressionContextProvider, MetadataWrapper

__all__ = ["ARRAY_OPERATORS"]

ARITHMETIC = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide, cst.MatrixMultiply)
ORDERED = (cst.Subtract, cst.Divide, cst.MatrixMultiply, cst.Power)
COMPARISONS = (
    cst.Equal,
    cst.NotEqual,
    cst.LessThan,
    cst.LessThanEqual,
    cst.GreaterThan,
    cst.GreaterThanEqual,
)
# Functions that are easily confused.
CONFUSED = {
    "all": "any",
    "ceil": "floor",
    "exp": "expm1",
    "floor": "ceil",
    "isfinite": "isnan",
    "log": "log1p",
    "log10": "log",
    "max": "min",
    "maximum": "minimum",
    "permutation": "integers",
    "round": "int",
    "sqrt": "square",
    "standard_normal": "random",
    "sum": "mean",
    "tanh": "sinh",
    "uniform": "normal",
    "zeros": "ones",
}


def another_operator(node: cst.BinaryOperation) -> Iterator[cst.BaseExpression]:
    """Replace `A @ B` by `A * B` and every other arithmetic operation."""
    for operator in ARITHMETIC:
        if not isinstance(node.operator, operator):
            yield node.with_changes(operator=operator())


def sides_swapped(node: cst.BinaryOperation) -> Iterator[cst.BaseExpression]:
    """Replace `A @ B` by `B @ A`, where the order matters."""
    if isinstance(node.operator, ORDERED):
        yield node.with_changes(left=node.right, right=node.left)


def one_side_missing(
    node: cst.BinaryOperation | cst.BooleanOperation,
) -> Iterator[cst.BaseExpression]:
    """Replace `Z + b` by `Z`, and by `b`."""
    yield node.left
    yield node.right


def another_comparison(node: cst.ComparisonTarget) -> Iterator[cst.ComparisonTarget]:
    """Replace `Z > 0` by `Z >= 0` and every other comparison."""
    if isinstance(node.operator, COMPARISONS):
        for operator in COMPARISONS:
            if not isinstance(node.operator, operator):
                yield node.with_changes(operator=operator())


def condition_negated(node: cst.If | cst.CompIf) -> Iterator[cst.CSTNode]:
    """Replace `if ready:` by `if not ready:`."""
    inside = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), inside))


def transposed(node: cst.BinaryOperation) -> Iterator[cst.BaseExpression]:
    """Replace `W @ A` by `W.T @ A`, and by `W @ A.T`."""
    if isinstance(node.operator, cst.MatrixMultiply):
        for side in ("left", "right"):
            factor = getattr(node, side)
            if isinstance(factor, cst.Name | cst.Subscript):
                yield node.with_changes(**{side: cst.Attribute(factor, cst.Name("T"))})


def not_transposed(node: cst.Attribute) -> Iterator[cst.BaseExpression]:
    """Replace `W.T` by `W`."""
    if node.attr.value == "T":
        yield node.value


def one_less(node: cst.Integer | cst.Float) -> Iterator[cst.BaseExpression]:
    """Replace `axis=1` by `axis=0`; mutmut itself adds one."""
    yield cst.parse_expression(repr(node.evaluated_value - 1))


def another_function(node: cst.Call) -> Iterator[cst.Call]:
    """Replace `np.maximum(0, Z)` by `np.minimum(0, Z)`, and other functions of `CONFUSED`."""
    name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    if isinstance(name, cst.Name) and name.value in CONFUSED:
        yield node.with_deep_changes(name, value=CONFUSED[name.value])


def call_missing(node: cst.Call) -> Iterator[cst.BaseExpression]:
    """Replace `np.copy(W)` by `W`."""
    if node.args and not node.args[0].star and node.args[0].keyword is None:
        yield node.args[0].value


def neighbors_swapped(node: cst.Tuple | cst.Call) -> Iterator[cst.CSTNode]:
    """Exchange neighbors in a tuple or in the arguments of a call."""
    field = "elements" if isinstance(node, cst.Tuple) else "args"
    items: Sequence[cst.Element | cst.Arg] = getattr(node, field)
    for i in range(len(items) - 1):
        one, other = items[i : i + 2]
        if all(getattr(item, "keyword", None) is None for item in (one, other)):
            swapped = [one.with_changes(value=other.value), other.with_changes(value=one.value)]
            yield node.with_changes(**{field: [*items[:i], *swapped, *items[i + 2 :]]})


def slice_open(node: cst.Slice) -> Iterator[cst.Slice]:
    """Replace `order[start:stop]` by `order[start:]`, and by `order[:stop]`."""
    for end in ("lower", "upper"):
        if getattr(node, end) is not None:
            yield node.with_changes(**{end: None})


def rounds_left_out(node: cst.For) -> Iterator[cst.For]:
    """Leave out the first round of a loop, the last, and all but the first."""
    for rounds in ("[1:]", "[:-1]", "[:1]"):
        some = cst.parse_expression(f"list({cst.Module([]).code_for_node(node.iter)}){rounds}")
        yield node.with_changes(iter=some)


def statement_missing(node: cst.SimpleStatementLine) -> Iterator[cst.SimpleStatementLine]:
    """Leave out a statement that is neither a docstring nor a return."""
    [statement, *_] = node.body
    docstring = isinstance(statement, cst.Expr) and isinstance(statement.value, cst.SimpleString)
    if not docstring and not isinstance(statement, cst.Return):
        yield node.with_changes(body=[cst.Pass()])


def renamed(function: cst.FunctionDef) -> Iterator[tuple[cst.Name, cst.Name]]:
    """Yield names with their replacement: `dA` becomes `dZ`, and every other name assigned to.

    It stands beside the operators, since mutmut shows them no argument of `len`.
    """
    keywords = {arg.keyword for arg in matchers.findall(function, matchers.Arg())}
    wrapper = MetadataWrapper(cst.Module([function]), unsafe_skip_copy=True)
    contexts = {
        name: context
        for name, context in wrapper.resolve(ExpressionContextProvider).items()
        if isinstance(name, cst.Name) and name not in keywords
    }
    bound = dict.fromkeys(n.value for n, c in contexts.items() if c is ExpressionContext.STORE)
    del bound[function.name.value]
    for name, context in contexts.items():
        if context is ExpressionContext.LOAD and name.value in bound:
            for other in bound:
                if other != name.value:
                    yield name, name.with_changes(value=other)


ARRAY_OPERATORS = (
    (cst.BinaryOperation, another_operator),
    (cst.BinaryOperation, sides_swapped),
    (cst.BinaryOperation, one_side_missing),
    (cst.BooleanOperation, one_side_missing),
    (cst.BinaryOperation, transposed),
    (cst.Attribute, not_transposed),
    (cst.ComparisonTarget, another_comparison),
    (cst.If, condition_negated),
    (cst.CompIf, condition_negated),
    (cst.Integer, one_less),
    (cst.Float, one_less),
    (cst.Call, another_function),
    (cst.Call, call_missing),
    (cst.Call, neighbors_swapped),
    (cst.Tuple, neighbors_swapped),
    (cst.Slice, slice_open),
    (cst.For, rounds_left_out),
    (cst.SimpleStatementLine, statement_missing),
)
