import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Figure } from "./figures.js"
import { mib, ms } from "./figures.js"
import type { Measured } from "./training.js"
import { median } from "../median.js"

const program = fileURLToPath(new URL("training.ts", import.meta.url))

/** What saving costs a run, measured in a process of its own. */
export const figures = (folder: string): ReadonlyArray<Figure> => {
  const printed = execFileSync(process.execPath, ["--import", "tsx", program, folder], {
    encoding: "utf8"
  })
  const { pauses, copies, state, background, inPlace } = JSON.parse(printed) as Measured
  const pause = median(pauses) / median(copies)
  return [
    {
      name: "pause of training by a save",
      ours: ms(median(pauses)),
      reference: `a copy of the state: ${ms(median(copies))}`,
      value: `${pause.toFixed(2)} times`,
      bar: "at most 1.5",
      isMet: pause <= 1.5
    },
    {
      name: "memory for a save while training continues",
      ours: mib(background),
      reference: `the state: ${mib(state)}`,
      value: `${(background / state).toFixed(2)} times`,
      bar: "at most 1.1",
      isMet: background <= 1.1 * state
    },
    {
      name: "memory for a save while it waits",
      ours: mib(inPlace),
      reference: "–",
      value: "–",
      bar: "at most 16 MiB",
      isMet: inPlace <= 2 ** 24
    }
  ]
}
