import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Event } from "holdfast"
import { readdirSync, readFileSync, statSync, truncateSync } from "node:fs"
import { join } from "node:path"
import * as EventFile from "../../src/tracking/tensorboard/EventFile.js"
import { session, temporaryFolder } from "../support/session.js"

/** The points of a folder's event files, "step tag", as TensorBoard has them after reading all. */
const pointsIn = (folder: string): ReadonlyArray<string> => {
  let points: Array<{ readonly step: number; readonly tag: string }> = []
  for (const name of readdirSync(folder)
    .filter((one) => one.includes("tfevents"))
    .sort()) {
    EventFile.visit(readFileSync(join(folder, name)), (step, tags) => {
      if (tags === null) points = points.filter((one) => one.step < step)
      else for (const tag of tags) points.push({ step, tag })
    })
  }
  return points.map(({ step, tag }) => `${step} ${tag}`).sort()
}

const training = {
  save_interval: "3 steps",
  observers: [{ name: "tensorboard", histogram_freq: 2 }],
  metrics: ["confusion"]
}

const isStep = (epoch: number, step: number) => (event: Event) =>
  event._tag === "StepFinished" &&
  event.phase === "train" &&
  event.epoch === epoch &&
  event.step === step

describe("tensorboard", () => {
  it.scopedLive("has each point once after a kill and an interruption", () =>
    Effect.gen(function* () {
      const [disturbed, undisturbed] = [yield* temporaryFolder, yield* temporaryFolder]
      yield* session({ folder: undisturbed, training, log: true })
      yield* session({ folder: disturbed, log: true, training, killAt: isStep(3, 3) })
      yield* session({ folder: disturbed, log: true, training, interruptAt: isStep(4, 2) })
      yield* session({ folder: disturbed, log: true, training })
      const points = pointsIn(`${undisturbed}/checkpoints`)
      expect(points).toContain("16 step/loss")
      expect(points).toContain("8 weights/dense_1.kernel")
      expect(points).toContain("8 gradients/dense_1.kernel")
      expect(points).toContain("12 validation/confusion")
      expect(points).toContain("16 metrics/val_loss")
      expect(points).toContain("16 metrics/test_loss")
      expect(pointsIn(`${disturbed}/checkpoints`)).toStrictEqual(points)
    })
  )

  it.scopedLive("takes from the log what its files lack: cut off, or not asked for so far", () =>
    Effect.gen(function* () {
      const [disturbed, undisturbed] = [yield* temporaryFolder, yield* temporaryFolder]
      const { observers: _, ...silent } = training
      const plain = { ...silent, observers: ["tensorboard"] }
      yield* session({ folder: undisturbed, training: plain, log: true })
      yield* session({ folder: disturbed, training: silent, log: true, interruptAt: isStep(2, 3) })
      yield* session({ folder: disturbed, training: plain, log: true, interruptAt: isStep(3, 3) })
      const folder = `${disturbed}/checkpoints`
      const [name] = readdirSync(folder).filter((one) => one.includes("tfevents"))
      truncateSync(join(folder, name!), statSync(join(folder, name!)).size - 700)
      yield* session({ folder: disturbed, training: plain, log: true })
      // Evaluates again, and trains nothing.
      yield* session({ folder: disturbed, training: plain, log: true })
      expect(pointsIn(folder)).toStrictEqual(pointsIn(`${undisturbed}/checkpoints`))
    })
  )

  it.scopedLive("has a finished run that wrote none from its log, and each point once", () =>
    Effect.gen(function* () {
      const [late, early] = [yield* temporaryFolder, yield* temporaryFolder]
      const { observers: _, ...silent } = training
      const plain = { ...silent, observers: ["tensorboard"], num_epochs: 2 }
      yield* session({ folder: early, training: plain, log: true })
      yield* session({ folder: late, training: { ...silent, num_epochs: 2 }, log: true })
      yield* session({ folder: late, training: plain, log: true })
      expect(pointsIn(`${late}/checkpoints`)).toContain("8 step/loss")
      const withoutEnd = (points: ReadonlyArray<string>) =>
        points.filter((point) => !point.includes("_hparams_"))
      expect(withoutEnd(pointsIn(`${late}/checkpoints`))).toStrictEqual(
        withoutEnd(pointsIn(`${early}/checkpoints`))
      )
    })
  )
})
