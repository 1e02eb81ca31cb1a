import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as RunFields from "../../../src/cli/runs/RunFields.js"
import { summary } from "../../ui/fixtures.js"

const runs = Array.from({ length: 8 }, (_, i) => summary(i))
const all = { status: null, tags: [], where: [], sort: null, reverse: false }

const selected = (selection: Partial<RunFields.Selection>) =>
  Either.getOrThrow(RunFields.select(runs, { ...all, ...selection })).map(({ name }) => name)

const where = (...texts: ReadonlyArray<string>) =>
  selected({ where: Either.getOrThrow(Either.all(texts.map(RunFields.parseCondition))) })

describe("RunFields.select", () => {
  it("keeps all runs in their order without conditions", () => {
    expect(selected({})).toEqual(runs.map(({ name }) => name))
    expect(selected({ reverse: true })).toEqual(runs.map(({ name }) => name).reverse())
  })

  it("keeps runs of a status, and of all tags", () => {
    expect(selected({ status: "interrupted" })).toEqual(["mixup 3"])
    expect(selected({ tags: ["night"] })).toEqual(["wide 1", "ema 4", "low lr 7"])
    expect(selected({ tags: ["night", "baseline"] })).toEqual([])
  })

  it("compares fields of the config and metrics as numbers", () => {
    expect(where("training.learning_rate=1e-2")).toEqual(["low lr 2", runs[5]!.name])
    expect(where("training.batch_size>=64", "best<0.2")).toEqual(["low lr 2"])
    expect(where("training.batch_size!=16", "training.batch_size!=64")).toEqual(
      runs.filter((_, i) => i % 3 === 1).map(({ name }) => name)
    )
  })

  it("compares text by a pattern, whatever its case", () => {
    expect(where("name=WIDE*")).toEqual(["wide 1", "wide 6"])
    expect(where("tags=abl*", "backend=tensorflow", "status=stopped")).toEqual(["ema 4"])
    expect(where("started>2026-11-27T08")).toEqual([runs[0]!.name])
  })

  it("sorts by a field, runs without it last in either order", () => {
    const unmeasured = { ...runs[1]!, best: null, name: "unmeasured" }
    const names = (reverse: boolean) =>
      Either.getOrThrow(
        RunFields.select([unmeasured, runs[0]!, runs[2]!], { ...all, sort: "best", reverse })
      ).map(({ name }) => name)
    expect(names(false)).toEqual(["low lr 2", "baseline 0", "unmeasured"])
    expect(names(true)).toEqual(["baseline 0", "low lr 2", "unmeasured"])
  })

  it("names the field that was probably meant", () => {
    const of = (selection: Partial<RunFields.Selection>) =>
      Either.merge(Either.flip(RunFields.select(runs, { ...all, ...selection })))
    expect(of({ sort: "val_los" })).toMatchObject({ reason: "NoSuchField", name: "val_los" })
    expect(String(of({ sort: "val_los" }))).toContain("did you mean val_loss?")
    const condition = Either.getOrThrow(RunFields.parseCondition("learning_rte<1"))
    expect(String(of({ where: [condition] }))).toContain("did you mean learning_rate?")
    expect(Either.isRight(RunFields.select([], { ...all, sort: "anything" }))).toBe(true)
  })
})

describe("RunFields.parseCondition", () => {
  it("splits at the operator", () => {
    expect(Either.getOrThrow(RunFields.parseCondition("a.b<=0.3"))).toEqual({
      field: "a.b",
      operator: "<=",
      value: "0.3"
    })
    expect(Either.getOrThrow(RunFields.parseCondition("notes=a=b"))).toMatchObject({ value: "a=b" })
  })

  it("refuses text without one", () => {
    for (const text of ["", "best", "<3", "=x"]) {
      expect(Either.isLeft(RunFields.parseCondition(text))).toBe(true)
    }
  })
})

describe("RunFields.differingFields", () => {
  it("finds fields of which not all runs have the same", () => {
    expect(RunFields.differingFields([runs[0]!, runs[6]!])).toEqual(["training.seed"])
    expect(RunFields.differingFields([runs[0]!, { ...runs[0]!, config: {} }])).toHaveLength(6)
    expect(RunFields.differingFields([runs[0]!])).toEqual([])
  })
})
