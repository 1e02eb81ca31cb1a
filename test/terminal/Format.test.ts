import { describe, expect, it } from "@effect/vitest"
import * as Format from "../../src/terminal/Format.js"

describe("Format", () => {
  it("groups counts", () => {
    expect([0, 999, 1000, 1234567.4].map(Format.count)).toEqual(["0", "999", "1,000", "1,234,567"])
  })

  it("writes numbers with four digits", () => {
    expect(
      [0.123456, 1234.56, 0.001, 1.23456e-7, Number.NaN, Infinity].map((x) => Format.number(x))
    ).toEqual(["0.1235", "1235", "0.001", "1.235e-7", "NaN", "Infinity"])
  })

  it("writes percentages", () => {
    expect(Format.percent(0.95249)).toBe("95.2 %")
    expect(Format.percent(Number.NaN)).toBe("NaN")
  })

  it("writes seconds as on a clock", () => {
    expect([-1, 0, 7.4, 59.6, 754, 3723].map(Format.clock)).toEqual([
      "0:00",
      "0:00",
      "0:07",
      "1:00",
      "12:34",
      "1:02:03"
    ])
  })

  it("writes durations in fitting units, without 60 s or 1000 ms", () => {
    expect([0.34, 0.9996, 4.06, 59.96, 200, 3599.6, 3720].map(Format.duration)).toEqual([
      "340 ms",
      "1.0 s",
      "4.1 s",
      "1 min 0 s",
      "3 min 20 s",
      "1 h 0 min",
      "1 h 2 min"
    ])
  })

  it("writes sizes in fitting units", () => {
    expect([0, 512, 999, 1000, 2_130_000, 5e12].map(Format.bytes)).toEqual([
      "0 B",
      "512 B",
      "999 B",
      "1.0 kB",
      "2.1 MB",
      "5.0 TB"
    ])
  })

  it("writes ages in their largest unit", () => {
    expect([-3, 0, 59.9, 60, 7199, 86_400, 4e6].map(Format.age)).toEqual([
      "0 s",
      "0 s",
      "59 s",
      "1 min",
      "1 h",
      "1 d",
      "46 d"
    ])
  })

  it("shows accuracies in per cent", () => {
    expect(Format.metric("val_accuracy", 0.5)).toBe("val accuracy 50.0 %")
    expect(Format.metric("top_5_accuracy", 0.5)).toBe("top 5 accuracy 50.0 %")
    expect(Format.metric("train_loss", 0.5)).toBe("train loss 0.5")
    expect(Format.metric("inaccuracy", 0.5)).toBe("inaccuracy 0.5")
  })

  it("writes times in the local zone, and other text as it is", () => {
    const local = new Date(2026, 2, 1, 9, 5, 7)
    expect(Format.time(local.toISOString())).toBe("2026-03-01 09:05:07")
    expect(Format.time("yesterday")).toBe("yesterday")
  })

  it("writes values on one line", () => {
    expect(["text", { a: [1] }, null, undefined].map(Format.value)).toEqual([
      "text",
      '{"a":[1]}',
      "null",
      "(none)"
    ])
  })
})
