import { t } from "../language/Text.js"
import { refuse } from "./FormatError.js"

/** A class or function of Python, which a pickle names: never anything that runs. */
export class Global {
  constructor(readonly name: string) {}
}

/** What a pickle may name, and what is made of a call to it. */
export interface Allowed {
  /** Makes the value of a call to the global; undefined: it is not allowed. */
  readonly call: (global: string) => ((args: ReadonlyArray<unknown>) => unknown) | undefined
  /** Whether the global may be a value, without a call: an element type. */
  readonly value: (global: string) => boolean
  /** What a persistent id stands for. */
  readonly persistent: (id: unknown) => unknown
}

/** A pickle's value, and the byte after it. */
export interface Unpickled {
  readonly value: unknown
  readonly end: number
}

/** More instructions than those of any checkpoint: each makes at most one value. */
const maxInstructions = 4_000_000

const mark = Symbol("mark")

/**
 * Reads a pickle of Python, protocol 1 to 5, at a byte of a file. Nothing of it is executed: classes and
 * functions are names, and a call to one makes a value by `allowed`, or is refused. Dicts become maps,
 * tuples and lists arrays, sets arrays, bytes `Uint8Array`s.
 *
 * Throws a `FormatError` that names the byte. The instructions are those of Python's pickletools.
 */
export const unpickle = (
  bytes: Uint8Array,
  begin: number,
  file: string,
  allowed: Allowed
): Unpickled => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stack: Array<unknown> = []
  const memo = new Map<number, unknown>()
  let at = begin
  let started = begin

  const place = () => t`${file}, byte ${started}`
  const damaged = (detail: string) => refuse("Damaged", place(), detail)

  /** The position of the next `length` bytes, which the file must have. */
  const take = (length: number): number => {
    if (length < 0 || at + length > bytes.length) {
      return refuse(
        "Truncated",
        place(),
        t`needs ${length} bytes, and the file has ${bytes.length - at} more`
      )
    }
    at += length
    return at - length
  }
  const u8 = () => view.getUint8(take(1))
  const u16 = () => view.getUint16(take(2), true)
  const u32 = () => view.getUint32(take(4), true)
  const i32 = () => view.getInt32(take(4), true)
  const u64 = () => {
    const value = view.getBigUint64(take(8), true)
    return value > BigInt(bytes.length)
      ? refuse("Truncated", place(), t`declares ${value} bytes`)
      : Number(value)
  }
  const raw = (length: number) => {
    const from = take(length)
    return bytes.subarray(from, from + length)
  }
  const text = (length: number) => new TextDecoder().decode(raw(length))
  const line = () => {
    const stop = bytes.indexOf(0x0a, at)
    if (stop < 0) return refuse("Truncated", place(), t`has a line without an end`)
    const found = text(stop - at)
    at += 1
    return found
  }
  const integer = (length: number): number | bigint => {
    if (length > 256) return refuse("TooLarge", place(), t`has an integer of ${length} bytes`)
    const digits = raw(length)
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]!)
    if (length > 0 && digits[length - 1]! > 127) value -= 1n << BigInt(8 * length)
    return asNumber(value)
  }

  const pop = (): unknown => {
    const value = stack.pop()
    return value === undefined || value === mark
      ? damaged(t`takes a value where there is none`)
      : value
  }
  const top = (): unknown => {
    const value = stack.at(-1)
    return value === undefined || value === mark
      ? damaged(t`takes a value where there is none`)
      : value
  }
  const popMarked = (): Array<unknown> => {
    const from = stack.lastIndexOf(mark)
    if (from < 0) return damaged(t`takes values where there are none`)
    const values = stack.splice(from)
    values.shift()
    return values
  }
  const list = (): Array<unknown> => {
    const value = top()
    return Array.isArray(value) ? (value as Array<unknown>) : damaged(t`appends to what is no list`)
  }
  const set = (values: ReadonlyArray<unknown>) => {
    const target = top()
    if (!(target instanceof Map) || values.length % 2 !== 0) {
      return damaged(t`sets items of what is no dict`)
    }
    for (let i = 0; i < values.length; i += 2) target.set(values[i], values[i + 1])
  }
  const recalled = (index: number) =>
    memo.has(index) ? memo.get(index) : damaged(t`recalls value ${index}, which there is not`)

  const forbidden = (name: string) =>
    refuse(
      "Forbidden",
      place(),
      t`names ${name}, which would run code of Python: nothing of it is run`
    )
  const named = (module: unknown, name: unknown): Global => {
    if (typeof module !== "string" || typeof name !== "string") return damaged(t`names no global`)
    const global = `${module}.${name}`
    return allowed.call(global) !== undefined || allowed.value(global)
      ? new Global(global)
      : forbidden(global)
  }
  const called = (callable: unknown, args: unknown): unknown => {
    if (!(callable instanceof Global) || !Array.isArray(args))
      return damaged(t`calls what is no global`)
    const made = allowed.call(callable.name)
    return made === undefined ? forbidden(callable.name) : (made(args) ?? null)
  }
  /** Gives an object its state: what is made of calls takes it if it has use for it. */
  const build = (state: unknown) => {
    const target = top()
    if (hasState(target)) target.setState(state)
  }

  for (let count = 0; ; count++) {
    if (count === maxInstructions) {
      return refuse("TooLarge", place(), t`has more than ${maxInstructions} instructions`)
    }
    started = at
    const code = u8()
    switch (code) {
      case 0x80: {
        const protocol = u8()
        if (protocol > 5)
          return refuse("Unsupported", place(), t`is a pickle of protocol ${protocol}`)
        break
      }
      case 0x95: // FRAME
        take(8)
        break
      case 0x2e: // STOP
        return { value: pop(), end: at }
      case 0x28: // MARK
        stack.push(mark)
        break
      case 0x30: // POP
        if (stack.pop() === undefined) damaged(t`takes a value where there is none`)
        break
      case 0x31: // POP_MARK
        popMarked()
        break
      case 0x32: // DUP
        stack.push(top())
        break
      case 0x4e: // NONE
        stack.push(null)
        break
      case 0x88: // NEWTRUE
        stack.push(true)
        break
      case 0x89: // NEWFALSE
        stack.push(false)
        break
      case 0x49: {
        // INT
        const digits = line()
        stack.push(digits === "01" ? true : digits === "00" ? false : decimal(digits, damaged))
        break
      }
      case 0x4c: // LONG
        stack.push(decimal(line().replace(/L$/, ""), damaged))
        break
      case 0x4a: // BININT
        stack.push(i32())
        break
      case 0x4b: // BININT1
        stack.push(u8())
        break
      case 0x4d: // BININT2
        stack.push(u16())
        break
      case 0x8a: // LONG1
        stack.push(integer(u8()))
        break
      case 0x8b: // LONG4
        stack.push(integer(u32()))
        break
      case 0x46: // FLOAT
        stack.push(Number(line()))
        break
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8), false))
        break
      case 0x55: // SHORT_BINSTRING
      case 0x43: // SHORT_BINBYTES
        stack.push(code === 0x55 ? text(u8()) : raw(u8()))
        break
      case 0x54: // BINSTRING
      case 0x42: // BINBYTES
        stack.push(code === 0x54 ? text(u32()) : raw(u32()))
        break
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        stack.push(raw(u64()))
        break
      case 0x56: // UNICODE
        stack.push(line())
        break
      case 0x58: // BINUNICODE
        stack.push(text(u32()))
        break
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(u8()))
        break
      case 0x8d: // BINUNICODE8
        stack.push(text(u64()))
        break
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        stack.push([])
        break
      case 0x7d: // EMPTY_DICT
        stack.push(new Map())
        break
      case 0x61: {
        // APPEND
        const value = pop()
        list().push(value)
        break
      }
      case 0x65: // APPENDS
      case 0x90: {
        // ADDITEMS
        const values = popMarked()
        const target = list()
        for (const value of values) target.push(value)
        break
      }
      case 0x6c: // LIST
      case 0x74: // TUPLE
      case 0x91: // FROZENSET
        stack.push(popMarked())
        break
      case 0x85: // TUPLE1
        stack.push([pop()])
        break
      case 0x86: {
        // TUPLE2
        const second = pop()
        stack.push([pop(), second])
        break
      }
      case 0x87: {
        // TUPLE3
        const third = pop()
        const second = pop()
        stack.push([pop(), second, third])
        break
      }
      case 0x64: {
        // DICT
        const values = popMarked()
        stack.push(new Map())
        set(values)
        break
      }
      case 0x73: {
        // SETITEM
        const value = pop()
        set([pop(), value])
        break
      }
      case 0x75: // SETITEMS
        set(popMarked())
        break
      case 0x67: // GET
        stack.push(recalled(Number(line())))
        break
      case 0x68: // BINGET
        stack.push(recalled(u8()))
        break
      case 0x6a: // LONG_BINGET
        stack.push(recalled(u32()))
        break
      case 0x70: // PUT
        memo.set(Number(line()), top())
        break
      case 0x71: // BINPUT
        memo.set(u8(), top())
        break
      case 0x72: // LONG_BINPUT
        memo.set(u32(), top())
        break
      case 0x94: // MEMOIZE
        memo.set(memo.size, top())
        break
      case 0x63: {
        // GLOBAL
        const module = line()
        stack.push(named(module, line()))
        break
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = pop()
        stack.push(named(pop(), name))
        break
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const args = pop()
        stack.push(called(pop(), args))
        break
      }
      case 0x62: // BUILD
        build(pop())
        break
      case 0x51: // BINPERSID
        stack.push(allowed.persistent(pop()) ?? null)
        break
      default:
        return refuse(
          "Unsupported",
          place(),
          t`has the instruction 0x${code.toString(16)}, which no state dict needs`
        )
    }
  }
}

/** A value made by a call that later gets a state. */
export interface WithState {
  readonly setState: (state: unknown) => void
}

const hasState = (value: unknown): value is WithState =>
  typeof value === "object" && value !== null && "setState" in value

const asNumber = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value

const decimal = (digits: string, damaged: (detail: string) => never): number | bigint =>
  /^[-+]?\d{1,600}$/.test(digits) ? asNumber(BigInt(digits)) : damaged(t`has no integer`)
