import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { checkExactness } from "holdfast/testing"
import pipeline from "../../pipelines/speaker.js"

const folder = mkdtempSync(join(tmpdir(), "holdfast-augment-"))
const config = {
  training: {
    checkpoint_dir: "checkpoints",
    num_epochs: 2,
    batch_size: 5,
    learning_rate: 0.01,
    seed: 1,
    data_workers: 1
  },
  model: {
    architecture: "tdnn",
    num_classes: null,
    filters: 2,
    dense_units: 4,
    dropout: 0.2
  },
  data: {
    synthetic: { speakers: 2, utterances: 6, folder: join(folder, "voices") },
    frames: 20,
    mels: 8,
    augment: {
      speed: [0.9, 1.1],
      reverberation: { rt60_max: 0.2 },
      noise: { source: "pink" },
      spec_augment: {}
    },
    cache_dir: join(folder, "cache")
  }
}

describe("a run on recordings that are augmented", () => {
  it.scopedLive(
    "ends with the same bits wherever it was interrupted while a thread prepares its batches",
    () =>
      Effect.gen(function* () {
        yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
        const { different, stops } = yield* checkExactness(pipeline, {
          config,
          folder: "checkpoints",
          stopEvery: 5
        })
        expect(stops.length).toBeGreaterThan(2)
        expect(different).toStrictEqual([])
      })
  )
})
