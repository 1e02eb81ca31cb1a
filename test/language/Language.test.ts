import { afterEach, describe, expect, it } from "@effect/vitest"
import { language, ofCommand, use } from "../../src/language/Language.js"
import { english, stored, t } from "../../src/language/Text.js"

afterEach(() => use("en"))

describe("Language.language", () => {
  it("is what LC_ALL, else LC_MESSAGES, else LANG says", () => {
    expect(language({})).toBe("en")
    expect(language({ LANG: "zh_CN.UTF-8" })).toBe("zh")
    expect(language({ LANG: "ZH" })).toBe("zh")
    expect(language({ LANG: "zh_CN.UTF-8", LC_MESSAGES: "de_DE.UTF-8" })).toBe("en")
    expect(language({ LANG: "C", LC_MESSAGES: "C", LC_ALL: "zh_TW" })).toBe("zh")
    expect(language({ LANG: "zh_CN.UTF-8", LC_ALL: "", LC_MESSAGES: "" })).toBe("zh")
  })
})

describe("Language.ofCommand", () => {
  it("is English for programs", () => {
    const environment = { LANG: "zh_CN.UTF-8" }
    expect(ofCommand(["list"], environment)).toBe("zh")
    expect(ofCommand(["list", "--json"], environment)).toBe("en")
    expect(ofCommand(["run", "p.ts", "--", "--json"], environment)).toBe("zh")
  })
})

describe("Text", () => {
  it("fills in values where the language has them", async () => {
    const saved = () => t`stopped by ${"SIGINT"} ${"x"}; saved ${"{0}"}`
    expect(saved()).toBe("stopped by SIGINT x; saved {0}")
    await use("zh")
    expect(saved()).toBe("收到 SIGINT，已在x停止，已保存 {0}")
    expect(t`a text that no catalogue has: ${1}`).toBe("a text that no catalogue has: 1")
  })

  it("keeps in English what is saved, and shows it in Chinese", async () => {
    await use("zh")
    const reason = english`${"val_loss"} has not fallen for ${3} epochs`
    expect(reason).toBe("val_loss has not fallen for 3 epochs")
    expect(stored(reason)).toBe("val_loss 已连续 3 轮未下降")
    expect(stored("someone said so")).toBe("someone said so")
  })
})
