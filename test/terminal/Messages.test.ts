import { afterEach, describe, expect, it } from "@effect/vitest"
import { use } from "../../src/language/Language.js"
import * as Messages from "../../src/terminal/Messages.js"

const saved = new Date(2026, 2, 1, 9, 5, 7).toISOString()
const candidate = {
  path: "c/latest.safetensors",
  epoch: 3,
  step: 12,
  bestValLoss: 0.25,
  savedAt: saved
}

afterEach(() => use("en"))

describe("Messages.answer", () => {
  it("takes Enter for yes", () => {
    expect(
      ["", "  ", "y", "YES\r", "n", "No", "nope", "q"].map((word) => Messages.answer(word))
    ).toEqual([true, true, true, true, false, false, null, null])
  })

  it("understands Chinese", () => {
    expect(["是", "否"].map((word) => Messages.answer(word))).toEqual([true, false])
  })
})

describe("Messages", () => {
  it("asks with all that the choice depends on", async () => {
    expect(Messages.goOn(candidate)).toBe(
      "An earlier run was found: c/latest.safetensors\n" +
        "  after epoch 3 and 12 steps more, saved 2026-03-01 09:05:07\n" +
        "  best validation loss 0.25\n" +
        "Go on from there? [Y/n] "
    )
    await use("zh")
    expect(Messages.goOn(candidate)).toBe(
      "发现之前的训练：c/latest.safetensors\n" +
        "  已完成 3 轮又 12 步，保存于 2026-03-01 09:05:07\n" +
        "  最佳验证损失 0.25\n" +
        "从该处恢复训练吗？[Y/n] "
    )
  })

  it("speaks of a run without a validated or a finished epoch", () => {
    const text = Messages.goOn({ ...candidate, epoch: 0, step: 1, bestValLoss: null })
    expect(text).toMatch(/\n {2}after 1 step of the first epoch, saved .*\n {2}not validated yet\n/)
  })

  it("says what was saved and how to go on", async () => {
    const options = {
      place: { epoch: 3, step: 0 },
      path: "c/latest.safetensors",
      signal: "SIGTERM",
      command: "holdfast run p.ts --resume latest"
    }
    expect(Messages.saved(options)).toBe(
      "stopped by SIGTERM after epoch 3; saved in c/latest.safetensors\n" +
        "go on with: holdfast run p.ts --resume latest"
    )
    await use("zh")
    expect(Messages.saved({ ...options, signal: null })).toBe(
      "已停止，已完成 3 轮；已保存到 c/latest.safetensors\n恢复训练：holdfast run p.ts --resume latest"
    )
  })

  it("says why there is nothing left to train", async () => {
    const over = { epoch: 25, epochs: 25, stopped: null, stoppedBy: null }
    expect(Messages.alreadyFinished(over)).toBe(
      "already at the end, after epoch 25: training.num_epochs is 25\n" +
        "to train on, raise training.num_epochs, or go back to the best epoch with other settings: --resume best"
    )
    const early = { ...over, epoch: 7, stopped: "enough", stoppedBy: "earlyStopping" }
    expect(Messages.alreadyFinished(early)).toContain(
      "after epoch 7: enough\nto train on, raise the patience of earlyStopping or training.num_epochs, or"
    )
    await use("zh")
    expect(Messages.alreadyFinished(over)).toContain(
      "训练已在第 25 轮之后结束：training.num_epochs 为 25\n要继续训练，请调大 training.num_epochs，"
    )
    expect(Messages.alreadyFinished({ ...early, stopped: "够了" })).toContain(
      "训练已在第 7 轮之后结束：够了\n要继续训练，请调大 earlyStopping 的 patience 或 training.num_epochs，"
    )
  })

  it("names the best epoch at the end, where there is one", () => {
    const best = { metric: "val_loss", value: 0.125, epoch: 4 }
    const end = { epoch: 5, stopped: null, seconds: 65, best }
    expect(Messages.finished(end)).toBe(
      "finished after epoch 5, 1 min 5 s; best val loss 0.125 in epoch 4"
    )
    expect(Messages.finished({ ...end, best: null })).toBe("finished after epoch 5, 1 min 5 s")
    expect(Messages.finished({ ...end, stopped: "enough" })).toBe(
      "finished after epoch 5, 1 min 5 s, early: enough; best val loss 0.125 in epoch 4"
    )
  })
})
