import { expect } from "@effect/vitest"
import pipeline from "../../examples/text-classification/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("text-classification", pipeline, {
  stopEvery: 4,
  training: { num_epochs: 1 },
  everywhere: { num_epochs: 4, learning_rate: 0.02, batch_size: 64 },
  data: { languages: ["fin", "fra"], characters: 40, file: ".cache/test-languages.jsonl" },
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.9)
  }
})
