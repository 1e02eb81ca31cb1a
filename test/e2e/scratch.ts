/**
 * Has all that the tests of a file make, and the processes that they start, lie in one folder: it is
 * removed when every test has passed; else it stays, and is named.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "holdfast-e2e-"))
process.env["TMPDIR"] = folder

let failed = false
afterEach(({ task }) => {
  failed ||= task.result?.state === "fail"
})

afterAll(() => {
  if (failed) process.stderr.write(`what failed has left ${folder}\n`)
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})
