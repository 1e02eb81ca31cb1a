import { t } from "../language/Text.js"
import type { Allowed } from "./pickle/Globals.js"
import { instructions } from "./pickle/Instructions.js"
import { PickleBytes } from "./pickle/PickleBytes.js"
import { PickleStack } from "./pickle/PickleStack.js"

/** A pickle's value, and the byte after it. */
export interface Unpickled {
  readonly value: unknown
  readonly end: number
}

/** More instructions than those of any checkpoint: each makes at most one value. */
const maxInstructions = 4_000_000

/** The code of STOP: the value on top of the stack is that of the pickle. */
const stop = 0x2e

/**
 * Reads a pickle of Python, protocol 1 to 5, at a byte of a file. Nothing of it is executed: classes and
 * functions are names, and a call to one makes a value by `allowed`, or is refused. Dicts become maps,
 * tuples and lists arrays, sets arrays, bytes `Uint8Array`s.
 *
 * Throws a `FormatError` that names the byte. The instructions are those of Python's pickletools.
 */
export const unpickle = (
  file: Uint8Array,
  begin: number,
  name: string,
  allowed: Allowed
): Unpickled => {
  const bytes = new PickleBytes(file, begin, name)
  const stack = new PickleStack(bytes)
  const machine = { bytes, stack, allowed }
  for (let count = 0; count < maxInstructions; count++) {
    const code = bytes.instruction()
    if (code === stop) return { value: stack.pop(), end: bytes.at }
    const instruction = instructions[code]
    if (instruction === undefined) {
      return bytes.refuse(
        "Unsupported",
        t`has the instruction 0x${code.toString(16)}, which no state dict needs`
      )
    }
    instruction(machine)
  }
  return bytes.refuse("TooLarge", t`has more than ${maxInstructions} instructions`)
}
