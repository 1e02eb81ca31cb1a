import type { TensorInfo } from "../../io/safetensors/Header.js"

/** Only weights must be finite: a slot of an optimizer may hold an infinity. */
const isWeight = (name: string, { dtype }: TensorInfo): boolean =>
  dtype === "F32" && name.startsWith("model_state_dict.")

// The exponent of NaN and of the infinities, and of nothing else, has all its bits set.
const exponent = 0x7f800000

/**
 * Whether `bytes`, from `offset` bytes into a tensor, are finite numbers, as far as that
 * matters. Numbers cut off at either end are ignored: a piece of our files never has any.
 */
export const isFinite = (
  name: string,
  info: TensorInfo,
  bytes: Uint8Array,
  offset: number
): boolean => {
  if (!isWeight(name, info)) return true
  const cut = (4 - (offset % 4)) % 4
  const numbers = bytes.subarray(cut, cut + 4 * Math.floor(Math.max(0, bytes.length - cut) / 4))
  const { buffer, byteLength, byteOffset } =
    numbers.byteOffset % 4 === 0 ? numbers : numbers.slice()
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4)
  for (let i = 0; i < words.length; i++) {
    if ((words[i]! & exponent) === exponent) return false
  }
  return true
}
