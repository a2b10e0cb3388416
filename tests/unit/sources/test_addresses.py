"""Compiled code takes the address only of arrays that somebody holds to its end."""

from __future__ import annotations

import ast
from pathlib import Path

import rempart

SOURCES = sorted(Path(rempart.__file__).parent.rglob("*.py"))


def addressed(function: ast.FunctionDef) -> set[str]:
    """Names whose ``.ctypes.data`` is taken."""
    return {
        node.value.value.id
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and node.attr == "data"
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "ctypes"
        and isinstance(node.value.value, ast.Name)
    }


def used_in_the_loop(function: ast.FunctionDef, name: str) -> bool:
    """Whether the array itself is used inside a loop, which holds it until the last round."""
    return any(
        isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == name
        for loop in ast.walk(function)
        if isinstance(loop, ast.For | ast.While)
        for node in ast.walk(loop)
    )


def test_no_address_outlives_its_array() -> None:
    """numba lets go of a local array behind its last use, whoever still writes to where it was."""
    found = 0
    for path in SOURCES:
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef) and any(
                "njit" in ast.unparse(d) for d in function.decorator_list
            ):
                held = {argument.arg for argument in function.args.args}
                for name in addressed(function):
                    found += 1
                    assert name in held or used_in_the_loop(function, name), (
                        f"{path.name}: {function.name}: {name}"
                    )
    assert found > 5
