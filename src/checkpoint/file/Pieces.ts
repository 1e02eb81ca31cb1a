/** The longest stretch of bytes that is read, written or hashed without a pause for signals. */
export const pieceLength = 1 << 20

/** `bytes` cut into pieces, without a copy. */
export function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceLength) {
    yield bytes.subarray(at, at + pieceLength)
  }
}
