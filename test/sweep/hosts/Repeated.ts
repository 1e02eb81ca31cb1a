import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

/**
 * The file in a trial's folder to which its pipeline appends a line for each step that it takes, and "from N"
 * where a process begins. The order of lines is that of time: hosts' clocks are set.
 */
export const stepsFile = "steps.log"

/** What the processes of a trial have done again. */
export interface Repeated {
  /** For each process after the first, how many steps it took that others had taken. */
  readonly steps: ReadonlyArray<number>
  /** The processes that resumed from before a save that was recorded when they began. */
  readonly tooEarly: ReadonlyArray<string>
}

interface Line {
  readonly event: string
  readonly global_step: number
}

const linesOf = (file: string): ReadonlyArray<string> =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : []

/** Reads in a trial's folder what its processes have done again. */
export const repeatedIn = (folder: string): Repeated => {
  const steps: Array<number> = []
  let reached = 0
  linesOf(join(folder, stepsFile)).forEach((line, i) => {
    const step = Number(line.replace("from ", ""))
    if (!line.startsWith("from ")) reached = Math.max(reached, step)
    else if (i > 0) steps.push(Math.max(0, reached - step))
  })
  const tooEarly: Array<string> = []
  let saved = 0
  for (const line of linesOf(join(folder, "output.log"))) {
    if (!line.startsWith(`{"event":`)) continue
    const { event, global_step } = JSON.parse(line) as Line
    if (event === "CheckpointSaved") saved = Math.max(saved, global_step)
    if (event === "RunStarted" && global_step < saved) {
      tooEarly.push(`from step ${global_step}, although ${saved} was saved`)
    }
  }
  return { steps, tooEarly }
}
