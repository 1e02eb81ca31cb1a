import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { t } from "../../language/Text.js"
import { InitError } from "./InitError.js"

/**
 * Runs `npm install` in a new project. What npm prints goes to the standard error, so that the standard output
 * stays one of ours. Fails where npm does; the project stays.
 */
export const install = (folder: string): Effect.Effect<void, InitError> =>
  Effect.async((resume) => {
    const child = spawn("npm", ["install", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: ["ignore", 2, 2],
      // On Windows npm is a script, which only a shell runs.
      shell: process.platform === "win32"
    })
    const fail = (detail: string) =>
      resume(
        Effect.fail(new InitError({ reason: "NotInstalled", path: folder, there: [], detail }))
      )
    child.on("error", ({ message }) => fail(message))
    child.on("exit", (code, signal) =>
      code === 0 ? resume(Effect.void) : fail(signal ?? t`exit code ${String(code)}`)
    )
    return Effect.sync(() => void child.kill())
  })
