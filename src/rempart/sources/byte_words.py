"""Many bytes looked at in one instruction, for the compiled readers.

Gives: :data:`stop_mask` (32 bytes), :data:`word_at` (8 bytes), :data:`first_bit`. What is read must lie
inside the array: callers put padding behind their bytes. Needs no processor in particular: LLVM
spreads the wide step over what the machine has.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WIDTH = 32
_BYTE, _WORD = ir.IntType(8), ir.IntType(64)
_BYTES = ir.VectorType(_BYTE, WIDTH)


def _pointer(context, builder, signature, args, kind):
    array = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.bitcast(builder.gep(array.data, [args[1]]), kind.as_pointer())


def _constant(value):
    return ir.Constant(_BYTES, [value] * WIDTH)


def _load_stops(context, builder, signature, args):
    loaded = builder.load(_pointer(context, builder, signature, args, _BYTES), align=1)
    quote = builder.icmp_unsigned("==", loaded, _constant(34))
    backslash = builder.icmp_unsigned("==", loaded, _constant(92))
    odd = builder.icmp_signed("<", loaded, _constant(32))
    return builder.bitcast(builder.or_(builder.or_(quote, backslash), odd), ir.IntType(WIDTH))


def _load_word(context, builder, signature, args):
    return builder.load(_pointer(context, builder, signature, args, _WORD), align=1)


def _count_zeros(_context, builder, _signature, args):
    return builder.zext(builder.cttz(args[0], ir.Constant(ir.IntType(1), 1)), _WORD)


def _stop_mask(_typing, data, at):
    return types.uint32(data, at), _load_stops


def _word_at(_typing, data, at):
    return types.uint64(data, at), _load_word


def _first_bit(_typing, _mask):
    return types.int64(types.uint32), _count_zeros


stop_mask: Any = intrinsic(_stop_mask)
"""``stop_mask(data, at)``: bit k tells that byte ``at + k`` is a quote, a backslash, a control or no
ASCII (k < 32)."""
word_at: Any = intrinsic(_word_at)
"""``word_at(data, at)``: the eight bytes from ``at`` as a little-endian uint64."""
first_bit: Any = intrinsic(_first_bit)
"""``first_bit(mask)``: the number of the lowest bit set of a uint32 that is not 0."""
