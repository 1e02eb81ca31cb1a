import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import * as Line from "../../src/observe/Line.js"

const pattern =
  /^epoch +(?<epoch>\d+)\/(?<epochs>\d+) +loss (?<loss>\S+)\/(?<valLoss>\S+) +accuracy (?<accuracy>\S+)\/(?<valAccuracy>\S+) % +lr (?<rate>\S+) +(?<seconds>\S+) s(?<best> +best)?$/

it.each(["README.md", "README.zh-CN.md"])("%s shows epochs as a run prints them", (file) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")
  const lines = text.split("\n").filter((line) => /^epoch +\d+\/\d+ /.test(line))
  expect(lines.length).toBeGreaterThan(4)
  for (const line of lines) {
    const shown = pattern.exec(line)?.groups
    expect(shown, line).toBeDefined()
    const number = (name: string) => Number(shown![name])
    // On a terminal that is wide enough.
    const printed = Line.epoch(
      {
        _tag: "EpochFinished",
        epochs: number("epochs"),
        isBest: shown!["best"] !== undefined,
        record: {
          epoch: number("epoch"),
          learning_rate: number("rate"),
          seconds: number("seconds"),
          train_loss: number("loss"),
          train_accuracy: number("accuracy") / 100,
          val_loss: number("valLoss"),
          val_accuracy: number("valAccuracy") / 100
        }
      },
      110
    )
    expect(printed).toBe(line)
  }
})
