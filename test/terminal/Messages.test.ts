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
  it("takes Enter as yes", () => {
    expect(
      ["", "  ", "y", "YES\r", "n", "No", "nope", "q"].map((word) => Messages.answer(word))
    ).toEqual([true, true, true, true, false, false, null, null])
  })

  it("understands Chinese", () => {
    expect(["是", "否"].map((word) => Messages.answer(word))).toEqual([true, false])
  })
})

describe("Messages", () => {
  it("asks with everything that the choice depends on", async () => {
    expect(Messages.resumePrompt(candidate)).toBe(
      "Found an earlier run: c/latest.safetensors\n" +
        "  at epoch 4, step 12, saved 2026-03-01 09:05:07\n" +
        "  best validation loss 0.25\n" +
        "Resume from it? [Y/n] "
    )
    await use("zh")
    expect(Messages.resumePrompt(candidate)).toBe(
      "发现之前的训练：c/latest.safetensors\n" +
        "  第 4 轮第 12 步，保存于 2026-03-01 09:05:07\n" +
        "  最佳验证损失 0.25\n" +
        "从该检查点恢复训练吗？[Y/n] "
    )
  })

  it("describes a run without a finished epoch", () => {
    const text = Messages.resumePrompt({ ...candidate, epoch: 0, step: 1, bestValLoss: null })
    expect(text).toMatch(/\n {2}at epoch 1, step 1, saved .*\n {2}not validated yet\n/)
  })

  it("says what was saved and how to resume", async () => {
    const options = {
      position: { epoch: 3, step: 0 },
      path: "c/latest.safetensors",
      signal: "SIGTERM",
      command: "holdfast run p.ts --resume latest"
    }
    expect(Messages.saved(options)).toBe(
      "stopped by SIGTERM after epoch 3; saved c/latest.safetensors\n" +
        "resume with: holdfast run p.ts --resume latest"
    )
    await use("zh")
    expect(Messages.saved({ ...options, signal: null })).toBe(
      "已在完成 3 轮后停止，已保存 c/latest.safetensors\n恢复训练：holdfast run p.ts --resume latest"
    )
  })

  it("says why there is nothing left to train", async () => {
    const over = { epoch: 25, epochs: 25, stopped: null, stopped_by: null }
    expect(Messages.alreadyFinished(over)).toBe(
      "already finished after epoch 25: training.num_epochs is 25\n" +
        "to continue, raise training.num_epochs, or return to the best epoch with other settings: --resume best"
    )
    const early = { ...over, epoch: 7, stopped: "enough", stopped_by: "earlyStopping" }
    expect(Messages.alreadyFinished(early)).toContain(
      "after epoch 7: enough\nto continue, raise the patience of earlyStopping or training.num_epochs, or"
    )
    await use("zh")
    expect(Messages.alreadyFinished(over)).toContain(
      "训练已在第 25 轮后结束：training.num_epochs 为 25\n要继续训练，请调大 training.num_epochs；"
    )
    expect(Messages.alreadyFinished({ ...early, stopped: "够了" })).toContain(
      "训练已在第 7 轮后结束：够了\n要继续训练，请调大 earlyStopping 的 patience 或 training.num_epochs；"
    )
  })

  it("names the best epoch at the end, if any", () => {
    const best = { metric: "val_loss", value: 0.125, epoch: 4 }
    const end = { epoch: 5, stopped: null, seconds: 65, best }
    expect(Messages.finished(end)).toBe(
      "finished after epoch 5, 1 min 5 s; best val loss 0.125 in epoch 4"
    )
    expect(Messages.finished({ ...end, best: null })).toBe("finished after epoch 5, 1 min 5 s")
    expect(Messages.finished({ ...end, stopped: "enough" })).toBe(
      "finished after epoch 5, 1 min 5 s, stopped early: enough; best val loss 0.125 in epoch 4"
    )
  })
})
