"""Many bytes looked at in one instruction, for the compiled readers.

Gives: :data:`masks_at` and :data:`equal_mask` (64 bytes), :data:`word_at` (8 bytes), :data:`first_bit`, and
single numbers. Arrays may be given by the address of their first byte: the small functions of a
scanner are called so often that the counting of references to an array would be most of their time.
What is read must lie inside the array: callers put padding behind their bytes and keep the array alive.
Needs no processor in particular: LLVM spreads the wide step over what the machine has.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WIDTH = 64
_BYTE, _WORD = ir.IntType(8), ir.IntType(64)
_BYTES = ir.VectorType(_BYTE, WIDTH)


def _pointer(context, builder, signature, args, kind):
    if isinstance(signature.args[0], types.Array):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
    else:
        data = builder.inttoptr(args[0], _BYTE.as_pointer())
    return builder.bitcast(builder.gep(data, [args[1]]), kind.as_pointer())


def _load(context, builder, signature, args):
    return builder.load(_pointer(context, builder, signature, args, _BYTES), align=1)


def _constant(value):
    return ir.Constant(_BYTES, [value] * WIDTH)


def _is(builder, loaded, byte):
    return builder.icmp_unsigned("==", loaded, _constant(byte))


def _load_masks(context, builder, signature, args):
    loaded = _load(context, builder, signature, args)
    folded = builder.or_(loaded, _constant(32))
    marks = builder.or_(_is(builder, folded, 123), _is(builder, folded, 125))
    marks = builder.or_(marks, builder.or_(_is(builder, loaded, 58), _is(builder, loaded, 44)))
    odd = builder.icmp_signed("<", loaded, _constant(32))
    masks = [_is(builder, loaded, 34), _is(builder, loaded, 92), odd, marks]
    words = [builder.bitcast(mask, _WORD) for mask in masks]
    return context.make_tuple(builder, signature.return_type, words)


def _load_equal(context, builder, signature, args):
    loaded = _load(context, builder, signature, args)
    byte = builder.trunc(args[2], _BYTE)
    wide = builder.shuffle_vector(
        builder.insert_element(ir.Constant(_BYTES, ir.Undefined), byte, ir.Constant(ir.IntType(32), 0)),
        ir.Constant(_BYTES, ir.Undefined),
        ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH),
    )
    return builder.bitcast(builder.icmp_unsigned("==", loaded, wide), _WORD)


def _load_word(context, builder, signature, args):
    return builder.load(_pointer(context, builder, signature, args, _WORD), align=1)


def _count_zeros(_context, builder, _signature, args):
    return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))


def _load_as(bits, extend):
    kind = ir.IntType(bits)

    def load(_context, builder, _signature, args):
        pointer = builder.inttoptr(args[0], kind.as_pointer())
        item = builder.load(builder.gep(pointer, [args[1]]), align=1)
        return getattr(builder, extend)(item, _WORD) if bits < 64 else item

    def typed(_typing, _address, _at):
        return types.int64(types.int64, types.int64), load

    return typed


def _store_word(context, builder, _signature, args):
    pointer = builder.bitcast(
        builder.gep(builder.inttoptr(args[0], _BYTE.as_pointer()), [args[1]]), _WORD.as_pointer()
    )
    builder.store(args[2], pointer, align=1)
    return context.get_dummy_value()


def _put_bytes(_typing, _address, _at, _word):
    return types.void(types.int64, types.int64, types.uint64), _store_word


def _store_as(bits):
    kind = ir.IntType(bits)

    def store(context, builder, _signature, args):
        pointer = builder.inttoptr(args[0], kind.as_pointer())
        item = builder.trunc(args[2], kind) if bits < 64 else args[2]
        builder.store(item, builder.gep(pointer, [args[1]]), align=1)
        return context.get_dummy_value()

    def typed(_typing, _address, _at, _item):
        return types.void(types.int64, types.int64, types.int64), store

    return typed


def _count_ones(_context, builder, _signature, args):
    return builder.ctpop(args[0])


def _count_bits(_typing, _mask):
    return types.int64(types.uint64), _count_ones


def _masks_at(_typing, data, at):
    return types.UniTuple(types.uint64, 4)(data, at), _load_masks


def _equal_mask(_typing, data, at, byte):
    return types.uint64(data, at, byte), _load_equal


def _word_at(_typing, data, at):
    return types.uint64(data, at), _load_word


def _first_bit(_typing, _mask):
    return types.int64(types.uint64), _count_zeros


masks_at: Any = intrinsic(_masks_at)
"""``masks_at(data, at)``: four uint64 whose bit k tells that byte ``at + k`` is a quote, is a backslash, is a
control or no ASCII, is one of JSON's marks ``{}[]:,`` (k < 64)."""
equal_mask: Any = intrinsic(_equal_mask)
"""``equal_mask(data, at, byte)``: bit k tells that byte ``at + k`` equals the int64 ``byte`` (k < 64)."""
byte_at: Any = intrinsic(_load_as(8, "zext"))
"""``byte_at(address, k)``: byte k from an address on."""
place_at: Any = intrinsic(_load_as(32, "sext"))
"""``place_at(address, k)``: int32 number k from an address on."""
number_at: Any = intrinsic(_load_as(64, "zext"))
"""``number_at(address, k)``: int64 number k from an address on."""
put_place: Any = intrinsic(_store_as(32))
"""``put_place(address, k, number)``: write int32 number k from an address on."""
put_number: Any = intrinsic(_store_as(64))
"""``put_number(address, k, number)``: write int64 number k from an address on."""
put_bytes: Any = intrinsic(_put_bytes)
"""``put_bytes(address, at, word)``: write the eight bytes of a uint64 from byte ``at`` on."""
word_at: Any = intrinsic(_word_at)
"""``word_at(data, at)``: the eight bytes from ``at`` as a little-endian uint64."""
count_bits: Any = intrinsic(_count_bits)
"""``count_bits(mask)``: how many bits of a uint64 are set."""
first_bit: Any = intrinsic(_first_bit)
"""``first_bit(mask)``: the number of the lowest bit set of a uint64 that is not 0."""
