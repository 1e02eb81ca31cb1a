/** The bytes of the arrays that a batch holds, by name or not. */
export const bytesOf = (batch: unknown): number =>
  ArrayBuffer.isView(batch)
    ? batch.byteLength
    : typeof batch === "object" && batch !== null
      ? Object.values(batch).reduce((sum: number, part) => sum + bytesOf(part), 0)
      : 0
