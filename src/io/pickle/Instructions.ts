import { t } from "../../language/Text.js"
import { build, called, named, type Allowed } from "./Globals.js"
import type { PickleBytes } from "./PickleBytes.js"
import type { PickleStack } from "./PickleStack.js"

/** What an instruction reads, and the values that it changes. */
export interface Machine {
  readonly bytes: PickleBytes
  readonly stack: PickleStack
  readonly allowed: Allowed
}

/** An instruction of a pickle. */
export type Instruction = (machine: Machine) => void

/** Pushes one value, which the bytes after the instruction say. */
const literal =
  (read: (bytes: PickleBytes) => unknown): Instruction =>
  ({ bytes, stack }) =>
    stack.push(read(bytes))

const literals: Readonly<Record<number, Instruction>> = {
  /* NONE */ 0x4e: literal(() => null),
  /* NEWTRUE */ 0x88: literal(() => true),
  /* NEWFALSE */ 0x89: literal(() => false),
  /* INT */ 0x49: literal((bytes) => {
    const digits = bytes.line()
    return digits === "01" ? true : digits === "00" ? false : bytes.decimal(digits)
  }),
  /* LONG */ 0x4c: literal((bytes) => bytes.decimal(bytes.line().replace(/L$/, ""))),
  /* BININT */ 0x4a: literal((bytes) => bytes.i32()),
  /* BININT1 */ 0x4b: literal((bytes) => bytes.u8()),
  /* BININT2 */ 0x4d: literal((bytes) => bytes.u16()),
  /* LONG1 */ 0x8a: literal((bytes) => bytes.integer(bytes.u8())),
  /* LONG4 */ 0x8b: literal((bytes) => bytes.integer(bytes.u32())),
  /* FLOAT */ 0x46: literal((bytes) => Number(bytes.line())),
  /* BINFLOAT */ 0x47: literal((bytes) => bytes.f64()),
  /* SHORT_BINSTRING */ 0x55: literal((bytes) => bytes.text(bytes.u8())),
  /* BINSTRING */ 0x54: literal((bytes) => bytes.text(bytes.u32())),
  /* SHORT_BINBYTES */ 0x43: literal((bytes) => bytes.raw(bytes.u8())),
  /* BINBYTES */ 0x42: literal((bytes) => bytes.raw(bytes.u32())),
  /* BINBYTES8 */ 0x8e: literal((bytes) => bytes.raw(bytes.u64())),
  /* BYTEARRAY8 */ 0x96: literal((bytes) => bytes.raw(bytes.u64())),
  /* UNICODE */ 0x56: literal((bytes) => bytes.line()),
  /* SHORT_BINUNICODE */ 0x8c: literal((bytes) => bytes.text(bytes.u8())),
  /* BINUNICODE */ 0x58: literal((bytes) => bytes.text(bytes.u32())),
  /* BINUNICODE8 */ 0x8d: literal((bytes) => bytes.text(bytes.u64()))
}

const append: Instruction = ({ stack }) => stack.append(stack.popMarked())
const marked: Instruction = ({ stack }) => stack.push(stack.popMarked())

/** Pushes a tuple of the `length` values on top. */
const tuple =
  (length: number): Instruction =>
  ({ stack }) =>
    stack.push(Array.from({ length }, () => stack.pop()).reverse())

const collections: Readonly<Record<number, Instruction>> = {
  /* EMPTY_LIST */ 0x5d: literal(() => []),
  /* EMPTY_TUPLE */ 0x29: literal(() => []),
  /* EMPTY_SET */ 0x8f: literal(() => []),
  /* EMPTY_DICT */ 0x7d: literal(() => new Map()),
  /* LIST */ 0x6c: marked,
  /* TUPLE */ 0x74: marked,
  /* FROZENSET */ 0x91: marked,
  /* TUPLE1 */ 0x85: tuple(1),
  /* TUPLE2 */ 0x86: tuple(2),
  /* TUPLE3 */ 0x87: tuple(3),
  /* DICT */ 0x64: ({ stack }) => {
    const values = stack.popMarked()
    stack.push(new Map())
    stack.setItems(values)
  },
  /* APPEND */ 0x61: ({ stack }) => stack.append([stack.pop()]),
  /* APPENDS */ 0x65: append,
  /* ADDITEMS */ 0x90: append,
  /* SETITEM */ 0x73: ({ stack }) => {
    const value = stack.pop()
    stack.setItems([stack.pop(), value])
  },
  /* SETITEMS */ 0x75: ({ stack }) => stack.setItems(stack.popMarked())
}

const moves: Readonly<Record<number, Instruction>> = {
  /* MARK */ 0x28: ({ stack }) => stack.mark(),
  /* POP */ 0x30: ({ stack }) => stack.drop(),
  /* POP_MARK */ 0x31: ({ stack }) => void stack.popMarked(),
  /* DUP */ 0x32: ({ stack }) => stack.push(stack.top()),
  /* GET */ 0x67: ({ bytes, stack }) => stack.recall(Number(bytes.line())),
  /* BINGET */ 0x68: ({ bytes, stack }) => stack.recall(bytes.u8()),
  /* LONG_BINGET */ 0x6a: ({ bytes, stack }) => stack.recall(bytes.u32()),
  /* PUT */ 0x70: ({ bytes, stack }) => stack.memoize(Number(bytes.line())),
  /* BINPUT */ 0x71: ({ bytes, stack }) => stack.memoize(bytes.u8()),
  /* LONG_BINPUT */ 0x72: ({ bytes, stack }) => stack.memoize(bytes.u32()),
  /* MEMOIZE */ 0x94: ({ stack }) => stack.memoize()
}

const call: Instruction = ({ allowed, bytes, stack }) => {
  const args = stack.pop()
  stack.push(called(bytes, allowed, stack.pop(), args))
}

const globals: Readonly<Record<number, Instruction>> = {
  /* GLOBAL */ 0x63: ({ allowed, bytes, stack }) => {
    const module = bytes.line()
    stack.push(named(bytes, allowed, module, bytes.line()))
  },
  /* STACK_GLOBAL */ 0x93: ({ allowed, bytes, stack }) => {
    const name = stack.pop()
    stack.push(named(bytes, allowed, stack.pop(), name))
  },
  /* REDUCE */ 0x52: call,
  /* NEWOBJ */ 0x81: call,
  /* BUILD */ 0x62: ({ stack }) => {
    const state = stack.pop()
    build(stack.top(), state)
  },
  /* BINPERSID */ 0x51: ({ allowed, stack }) => stack.push(allowed.persistent(stack.pop()) ?? null)
}

/** All instructions that a state dict needs, by their codes, but for the last: those of pickletools. */
export const instructions: Readonly<Record<number, Instruction>> = {
  ...literals,
  ...collections,
  ...moves,
  ...globals,
  /* PROTO */ 0x80: ({ bytes }) => {
    const protocol = bytes.u8()
    if (protocol > 5) bytes.refuse("Unsupported", t`is a pickle of protocol ${protocol}`)
  },
  /* FRAME */ 0x95: ({ bytes }) => void bytes.take(8)
}
