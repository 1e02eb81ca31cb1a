import { describe, expect, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bin, start } from "./holdfast.js"

const folder = mkdtempSync(join(tmpdir(), "holdfast-ui-"))
mkdirSync(join(folder, "noise"))
writeFileSync(join(folder, "noise", "events.ndjson"), "no log")

/** A server that has printed its address. */
const serving = async (...words: ReadonlyArray<string>) => {
  const server = start([bin, "ui", folder, ...words])
  await server.shows("?token=")
  server.kill("SIGINT")
  return server.ended
}

describe("holdfast ui", () => {
  it("shows runs until Ctrl+C, on the next port where one is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => other.once("listening", resolve))
    const { port } = other.address() as AddressInfo
    const { code, err, out } = await serving("--port", String(port))
    other.close()
    expect(code).toBe(130)
    expect(err).toContain(`port ${port} is in use; listening on ${port + 1}`)
    expect(out).toMatch(new RegExp(`http://127.0.0.1:${port + 1}/\\?token=[\\w-]{24}\n`))
  })

  it("says that others can look, where they can", async () => {
    const { err } = await serving("--port", "0", "--host", "0.0.0.0")
    expect(err).toContain("the page cannot act on runs")
  })

  it("refuses a folder that is not there, and a port that is none", async () => {
    const ended = await Promise.all([
      start([bin, "ui", join(folder, "none")]).ended,
      start([bin, "ui", folder, "--port", "many"]).ended
    ])
    expect(ended.map(({ code }) => code)).toEqual([1, 2])
    expect(ended[0]!.err).toContain("does not exist")
    expect(ended[1]!.err).toContain("--port takes a number from 0 to 65535, not many")
  })
})
