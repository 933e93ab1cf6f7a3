"""The words of a rule's `when`: findings joined by and, or, not; ages and durations compared; read once, never executed as code.

`age` is in years, `age_months` in months, `hours` and `days` are how long it has lasted. `not x` is "x is not known to be so".
`possible(x)` is "x is not known not to be so". A comparison with something unknown does not hold.
"""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

NUMBERS = ("age", "age_months", "hours", "days")
SEXES = {"male": "m", "female": "f"}
_COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[float, float], bool]]] = {
    ast.Lt: ("<", lambda one, other: one < other),
    ast.LtE: ("≤", lambda one, other: one <= other),
    ast.Gt: (">", lambda one, other: one > other),
    ast.GtE: ("≥", lambda one, other: one >= other),
}


class BadCondition(ValueError):
    """A condition that cannot be read; the message names what is wrong with it."""


@dataclass(frozen=True)
class Facts:
    """What conditions are asked of: findings with all that follows from them, numbers where known."""

    present: frozenset[str]
    absent: frozenset[str]
    numbers: Mapping[str, float]
    sex: str | None


class Condition:
    """One parsed `when`."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        """`known` are the finding ids; any other word is a `BadCondition`."""
        self.text = text
        try:
            self._tree = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            raise BadCondition(f"cannot be read: {text!r}") from error
        self.findings = frozenset(_checked(self._tree, known))

    def __repr__(self) -> str:
        return f"Condition({self.text!r})"

    def holds(self, facts: Facts) -> bool:
        """True if it is so by what is known."""
        return _holds(self._tree, facts)

    def in_words(self, name: Callable[[str], str], words: Mapping[str, str]) -> str:
        """For a person: findings by `name`, the joining words and the numbers by `words`."""
        return _worded(self._tree, name, words)


def _checked(node: ast.expr, known: Collection[str]) -> Iterator[str]:
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _checked(value, known)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _checked(operand, known)
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=int() | float())]):
            if name not in NUMBERS or type(op) not in _COMPARISONS:
                raise BadCondition(f"cannot compare {name!r}: only {', '.join(NUMBERS)} with <, <=, >, >=")
        case ast.Call(func=ast.Name(id="possible"), args=[ast.Name(id=name)], keywords=[]):
            yield _known(name, known)
        case ast.Name(id=name) if name in SEXES:
            return
        case ast.Name(id=name):
            yield _known(name, known)
        case _:
            raise BadCondition(f"not understood: {ast.unparse(node)!r}")


def _known(name: str, known: Collection[str]) -> str:
    if name not in known:
        raise BadCondition(f"unknown finding {name!r}")
    return name


def _holds(node: ast.expr, facts: Facts) -> bool:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_holds(value, facts) for value in values)
        case ast.BoolOp(values=values):
            return any(_holds(value, facts) for value in values)
        case ast.UnaryOp(operand=operand):
            return not _holds(operand, facts)
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=bound)]):
            number = facts.numbers.get(name)
            return number is not None and _COMPARISONS[type(op)][1](number, float(str(bound)))
        case ast.Call(args=[ast.Name(id=name)]):
            return name not in facts.absent
        case ast.Name(id=name) if name in SEXES:
            return facts.sex == SEXES[name]
        case ast.Name(id=name):
            return name in facts.present
    raise AssertionError(f"checked before: {ast.dump(node)}")


def _worded(node: ast.expr, name: Callable[[str], str], words: Mapping[str, str]) -> str:
    match node:
        case ast.BoolOp(op=op, values=values):
            joint = words["and" if isinstance(op, ast.And) else "or"]
            return f" {joint} ".join(
                f"({_worded(value, name, words)})" if isinstance(value, ast.BoolOp) else _worded(value, name, words)
                for value in values
            )
        case ast.UnaryOp(operand=operand):
            inner = _worded(operand, name, words)
            return f"{words['not']} ({inner})" if isinstance(operand, ast.BoolOp) else f"{words['not']} {inner}"
        case ast.Compare(left=ast.Name(id=number), ops=[op], comparators=[ast.Constant(value=bound)]):
            return f"{words[number]} {_COMPARISONS[type(op)][0]} {bound!r}"
        case ast.Call(args=[ast.Name(id=finding)]):
            return words["possible"].replace("{finding}", name(finding))
        case ast.Name(id=finding):
            return words[finding] if finding in SEXES else name(finding)
    raise AssertionError(f"checked before: {ast.dump(node)}")
