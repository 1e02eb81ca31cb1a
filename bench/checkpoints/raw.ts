import { createHash } from "node:crypto"
import { open, readFile, rename } from "node:fs/promises"
import { dirname } from "node:path"

/** Writes all of `bytes` into an open file. */
const writeAll = async (path: string, parts: ReadonlyArray<Uint8Array>, durable: boolean) => {
  const file = await open(path, "w")
  for (const part of parts) {
    for (let at = 0; at < part.length; ) at += (await file.write(part, at)).bytesWritten
  }
  if (durable) await file.sync()
  await file.close()
}

const syncFolder = async (folder: string) => {
  const opened = await open(folder)
  await opened.sync()
  await opened.close()
}

/** What a durable save takes at the least: create, write, fsync, rename, fsync of the folder. */
export const write = async (path: string, parts: ReadonlyArray<Uint8Array>): Promise<void> => {
  await writeAll(`${path}.tmp`, parts, true)
  await rename(`${path}.tmp`, path)
  await syncFolder(dirname(path))
}

/** What most programs do: neither durable nor all or nothing. */
export const writePlain = (path: string, parts: ReadonlyArray<Uint8Array>): Promise<void> =>
  writeAll(path, parts, false)

/** Reads a file into memory that is there already. */
export const readInto = async (path: string, buffer: Uint8Array): Promise<void> => {
  const file = await open(path)
  for (let at = 0; at < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, at, buffer.length - at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  await file.close()
}

/** Reads a file, then hashes what was read. */
export const readAndHash = async (path: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex")
