import * as Invocation from "../process/Invocation.js"

/**
 * The command line that resumes a run from a checkpoint; `argv` is the script of its process and the
 * arguments. Null: nothing says how it was started.
 */
export const resumeCommand = (
  argv: ReadonlyArray<string> | undefined,
  checkpoint: string
): string | null => {
  const [script, ...args] = argv ?? []
  if (script === undefined) return null
  const isCommand = /[\\/](holdfast|bin\.js)$/.test(script)
  return Invocation.resume(
    {
      argv: ["node", script, ...args],
      environment: isCommand ? { npm_command: "exec" } : {},
      script
    },
    checkpoint
  )
}
