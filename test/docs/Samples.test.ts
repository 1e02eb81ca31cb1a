import { readFileSync } from "node:fs"
import { afterEach, expect, it } from "vitest"
import { use } from "../../src/language/Language.js"
import * as RenderEvent from "../../src/terminal/RenderEvent.js"

afterEach(() => use("en"))

const pattern =
  /^(epoch|第) +(?<epoch>\d+)\/(?<epochs>\d+)( 轮)? +loss (?<loss>\S+)\/(?<valLoss>\S+) +accuracy (?<accuracy>\S+)\/(?<valAccuracy>\S+) % +lr (?<rate>\S+) +(?<seconds>\S+) (s|秒)(?<best> +(best|最佳))?$/

it.each([
  ["README.md", "en"],
  ["README.zh-CN.md", "zh"]
] as const)("%s shows epochs as a run prints them", async (file, language) => {
  await use(language)
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")
  const lines = text.split("\n").filter((line) => /^(epoch|第) +\d+\/\d+ /.test(line))
  expect(lines.length).toBeGreaterThan(4)
  for (const line of lines) {
    const shown = pattern.exec(line)?.groups
    expect(shown, line).toBeDefined()
    const number = (name: string) => Number(shown![name])
    // On a terminal that is wide enough.
    const printed = RenderEvent.epoch(
      {
        _tag: "EpochFinished",
        epochs: number("epochs"),
        global_step: 1,
        is_best: shown!["best"] !== undefined,
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
