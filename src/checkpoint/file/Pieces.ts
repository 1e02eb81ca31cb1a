// One call of the operating system takes less than 2 GiB.
const pieceLength = 1 << 26

/** `bytes` cut into pieces that can be read or written at once, without a copy. */
export function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceLength) {
    yield bytes.subarray(at, at + pieceLength)
  }
}
