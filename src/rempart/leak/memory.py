"""Reads of numbers at an address, for compiled code that walks many arrays at once.

A compiled function that takes a hundred arrays takes minutes to compile and seconds to call; it takes one
array of addresses instead (:func:`rempart.leak.side.addresses`). Who makes such a table keeps the arrays alive and
sees to their types; nothing checks bounds here, as nothing does in compiled code anyway.
"""
# ruff: noqa: ARG001
# mypy: disable-error-code="untyped-decorator,no-untyped-def,no-any-return"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _reader(given: Any, stored: Any) -> Any:
    """A compiled function (address, place) → the number of that type there."""

    @intrinsic
    def read(typingctx, address, place):
        def codegen(context, builder, signature, args):
            pointer = builder.inttoptr(args[0], stored.as_pointer())
            return builder.load(builder.gep(pointer, [args[1]]))

        return given(types.int64, types.int64), codegen

    return read


u8 = _reader(types.uint8, ir.IntType(8))
i8 = _reader(types.int8, ir.IntType(8))
i32 = _reader(types.int32, ir.IntType(32))
i64 = _reader(types.int64, ir.IntType(64))
u64 = _reader(types.uint64, ir.IntType(64))
f32 = _reader(types.float32, ir.FloatType())
