import { expect } from "@effect/vitest"
import pipeline from "../../examples/character-model/pipeline.js"
import { evaluated, recordsOf, testExample } from "./example.js"

testExample("character-model", pipeline, {
  stopEvery: 3,
  everywhere: { num_epochs: 2, batch_size: 8, warmup: null },
  training: { num_epochs: 1 },
  data: { path: "SECURITY.md", length: 16, stride: 64 },
  model: { layers: 1, heads: 2, width: 16 },
  sections: { sample: { prompt: "the ", length: 8 } },
  check: (outcome) => {
    const losses = recordsOf(outcome).map((record) => record["train_loss"]!)
    expect(losses[1]).toBeLessThan(losses[0]!)
    const { bits_per_character: bits, loss } = evaluated(outcome)
    expect(bits).toBeCloseTo(loss! / Math.LN2, 4)
    const texts = outcome.events.flatMap((event) =>
      event._tag === "Notice" && event.message.startsWith("the model writes:")
        ? [event.message]
        : []
    )
    expect(texts).toHaveLength(2)
    expect(texts[0]).toMatch(/^the model writes:\nthe [^]{8}$/)
  }
})
