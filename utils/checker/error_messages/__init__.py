"""Explanations of exceptions for a student, by kind of exception.

A row of `EXPLAINERS` holds a kind of exception, a pattern for its text, and an `Explanation` or a
function that returns one, or None if the cause is another. The first explanation is used, so the
rows are ordered from certain to likely: kinds with a single cause; an operand that is no array,
which explains any complaint of the operation; texts with a single cause; last, texts with many
causes.
"""

from __future__ import annotations

from collections.abc import Callable

from utils.checker.cases import Explanation
from utils.checker.error_messages import calls, indices, kinds, names, shapes
from utils.checker.error_messages.trouble import Trouble

__all__ = ["EXPLAINERS"]

Told = Explanation | Callable[[Trouble], Explanation | None]
Kinds = type[BaseException] | tuple[type[BaseException], ...]

EXPLAINERS: tuple[tuple[Kinds, str, Told], ...] = (
    # kinds with a single cause
    (NameError, r"not associated with a value", names.no_value_yet),
    (NameError, r"", names.not_defined),
    (NotImplementedError, r"", names.blank),
    (
        RecursionError,
        r"",
        lambda trouble: Explanation(f"{trouble.frame.f_code.co_name} calls itself without end."),
    ),
    (
        OverflowError,
        r"range exceeds valid bounds",
        Explanation(
            "a range for random draws has no finite width: an end of it is infinite, or nan.",
            "Which end is it? The logarithm of 0 is −inf, and that of a negative number nan.",
        ),
    ),
    (
        OverflowError,
        r"",
        Explanation(
            "this comes out too large for one of Python's own floats.",
            "Where Python stops, NumPy's function of the same name gives inf and goes on.",
        ),
    ),
    (
        SystemExit,
        r"",
        Explanation("exit() ends the program.", "A function gives its result with return."),
    ),
    (
        MemoryError,
        r"",
        Explanation(
            "this asks for more memory than there is.", "Which size or number here is so large?"
        ),
    ),
    (
        ZeroDivisionError,
        r"",
        Explanation(
            "this divides by zero (ZeroDivisionError).", "What stands below the line is 0 here."
        ),
    ),
    (
        RuntimeError,
        r"changed size during iteration",
        Explanation(
            "the dictionary gets or loses keys while the loop goes through it.",
            "Put what is new into a dictionary of its own.",
        ),
    ),
    (
        FileNotFoundError,
        r"",
        Explanation(
            "there is no file or folder of this name.",
            "A folder must be there before a file can be put into it.",
        ),
    ),
    (ModuleNotFoundError, r"this course does not use", names.package_not_used),
    (ModuleNotFoundError, r"No module named", names.no_such_package),
    (AssertionError, r"", kinds.failed_assert),
    (KeyError, r"", indices.no_such_key),
    # operations: first the operator, then each operand, then both operands together
    (
        TypeError,
        r"bitwise_xor|for \^",
        Explanation(
            "`^` is no power in Python.", "`**` is; and for powers of e NumPy has a function."
        ),
    ),
    (
        TypeError,
        r"can only concatenate str|must be str, not int|for \+=?: '\w+' and 'str'"
        r"|'add' did not contain a loop .*<U",
        kinds.text_joined,
    ),
    ((TypeError, ValueError), r"", kinds.operand),
    (ValueError, r"Output operand 0 has a mismatch|non-broadcastable output", shapes.no_room),
    (ValueError, shapes.MISFIT, shapes.do_not_fit),
    (
        TypeError,
        r"multiply sequence by non-int",
        Explanation(
            "a list does not calculate entry by entry.", "np.array makes an array of a list."
        ),
    ),
    (TypeError, r"not supported between", kinds.not_comparable),
    (TypeError, r"operand type", kinds.no_such_operation),
    # assignments
    ((TypeError, ValueError), r"to unpack|cannot unpack", shapes.unpacked),
    (
        (TypeError, ValueError),
        r"boolean array indexing assignment|mask is true",
        Explanation(
            "on the left some places are picked, and on the right stands a value for others too.",
            "Both sides need the same places.",
        ),
    ),
    (
        ValueError,
        r"read-only",
        Explanation(
            "this writes into an array that came in as an argument.",
            "The caller's data must stay as they were: make a new array.",
        ),
    ),
    # truth values, ranges and raise
    (
        ValueError,
        r"truth value",
        Explanation(
            "this asks one yes-or-no question of a whole array.",
            "Every entry has its own answer: NumPy has functions that treat all entries at once.",
        ),
    ),
    (
        ValueError,
        r"high - low < 0|low >= high",
        Explanation(
            "the lower end of this range is not below the upper one.",
            "Which of the two is smaller?",
        ),
    ),
    (
        TypeError,
        r"exceptions must derive",
        Explanation(
            "only an exception can be raised, and this is none.",
            "After raise comes the kind of exception; its sentence goes into parentheses.",
        ),
    ),
    # square brackets
    (TypeError, r"not subscriptable", indices.no_brackets),
    (
        (TypeError, IndexError),
        r"indices must be|only integers, slices",
        indices.no_such_place,
    ),
    (IndexError, r"", indices.out_of_bounds),
    # calls: NumPy has many texts for np.zeros(2, 3), and even more for np.array([…], […])
    (TypeError, r"object is not callable", calls.not_a_function),
    (TypeError, r"has no len|unsized", calls.no_length),
    (TypeError, r"", calls.rows_side_by_side),
    (
        TypeError,
        r"can be converted to Python scalars|0-dimensional",
        calls.one_number_wanted,
    ),
    (
        TypeError,
        r"cannot be interpreted as an integer|integer, got '[\d.e+]+'|only integer scalar",
        calls.whole_number_wanted,
    ),
    (
        (TypeError, AttributeError),
        r"data type|sequence of integers|Unsupported dtype|takes from .* positional"
        r"|'int' object (is not iterable|has no attribute)",
        calls.size_as_one_tuple,
    ),
    (TypeError, r"must be of ArrayType", calls.too_many_for_a_ufunc),
    (TypeError, r"(positional|keyword|exactly one) argument", calls.wrong_arguments),
    # texts with many causes
    ((TypeError, AttributeError), r"", kinds.argument),
    (ValueError, r"inhomogeneous", calls.uneven_parts),
    (ValueError, r"inhomogeneous", kinds.argument),
    ((TypeError, ValueError), r"setting an array element", calls.array_into_one_place),
    (AttributeError, r"", names.no_such_attribute),
)
