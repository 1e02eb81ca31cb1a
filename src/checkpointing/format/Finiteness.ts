import type { TensorInfo } from "../../io/safetensors/Header.js"

/** What of a checkpoint must be finite: a slot of an optimizer may well hold an infinity. */
const isWeight = (name: string, { dtype }: TensorInfo): boolean =>
  dtype === "F32" && name.startsWith("model_state_dict.")

// The exponent of NaN and of the infinities, and of nothing else, has all its bits set.
const exponent = 0x7f800000

/**
 * Whether `bytes`, which begin `offset` bytes into a tensor, hold finite numbers only, as far as that
 * matters. Numbers that are cut by the beginning or the end are not looked at: no file of ours has any.
 */
export const isFinite = (
  name: string,
  info: TensorInfo,
  bytes: Uint8Array,
  offset: number
): boolean => {
  if (!isWeight(name, info)) return true
  const cut = (4 - (offset % 4)) % 4
  const whole = bytes.subarray(cut, cut + 4 * Math.floor(Math.max(0, bytes.length - cut) / 4))
  const { buffer, byteLength, byteOffset } = whole.byteOffset % 4 === 0 ? whole : whole.slice()
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4)
  for (let i = 0; i < words.length; i++) {
    if ((words[i]! & exponent) === exponent) return false
  }
  return true
}
