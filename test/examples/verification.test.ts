import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Holdfast, Observer } from "holdfast"
import { compare } from "../../examples/verification/compare.js"
import pipeline from "../../examples/verification/pipeline.js"
import { configOf, evaluated, testExample } from "./example.js"

const folder = mkdtempSync(join(tmpdir(), "holdfast-verification-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const everywhere = { num_epochs: 6, batch_size: 16, learning_rate: 0.003 }
const data = {
  synthetic: { speakers: 12, utterances: 8, folder: join(folder, "voices") },
  cache_dir: join(folder, "features"),
  frames: 40
}

testExample("verification", pipeline, {
  stopEvery: 4,
  everywhere,
  training: { num_epochs: 2, batch_size: 32 },
  data,
  check: (outcome) => {
    // Of speakers that training has not heard; 0.5 is chance.
    expect(evaluated(outcome)["eer"]).toBeLessThan(0.35)
  }
})

describe("examples/verification/compare", () => {
  it.scopedLive("says whether two recordings are of one speaker", () =>
    Effect.gen(function* () {
      const own = configOf("verification")
      const checkpoints = join(folder, "checkpoints")
      const training = { ...own["training"], ...everywhere, checkpoint_dir: checkpoints }
      const config = { ...own, training, data: { ...own["data"], ...data } }
      yield* Holdfast.run(pipeline, {
        config,
        log: false,
        observer: Observer.make(() => Effect.void)
      })
      const [voices] = readdirSync(data.synthetic.folder)
      const recording = (speaker: string, index: number) =>
        join(data.synthetic.folder, voices!, `voice_${speaker}`, `0_voice${speaker}_${index}.wav`)
      const compared = (one: string, other: string) =>
        Effect.provide(compare(checkpoints, one, other), Holdfast.layer())
      const itself = yield* compared(recording("01", 0), recording("01", 0))
      expect(itself.score).toBeCloseTo(1, 6)
      expect(itself.isSame).toBe(true)
      const there = yield* compared(recording("01", 0), recording("02", 1))
      const back = yield* compared(recording("02", 1), recording("01", 0))
      expect(there.score).toBeLessThan(1)
      expect(back.score).toBeCloseTo(there.score, 12)
      expect(there.isSame).toBe(there.score >= there.threshold)
    })
  )
})
