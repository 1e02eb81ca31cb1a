import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { ResumeFrom } from "../../src/checkpointing/resume/Resumption.js"
import { decide } from "../../src/checkpointing/resume/decide.js"
import { parse } from "../../src/checkpointing/resume/Resumption.js"

const latest = "runs/latest_checkpoint.safetensors"
const best = "runs/best_model.safetensors"

const decideFor = (options: {
  readonly flag?: ResumeFrom
  readonly configured?: string
  readonly found: boolean
  readonly terminal: boolean
}) =>
  Either.mapLeft(
    decide({
      flag: Option.fromNullable(options.flag),
      configured: options.configured ?? null,
      folder: "runs",
      latest: options.found ? Option.some(latest) : Option.none(),
      best: options.found ? Option.some(best) : Option.none(),
      terminal: options.terminal
    }),
    (error) => error.message
  )

const rules = ["ask", "auto", "latest", "best", "never", "somewhere/else.safetensors"]

/** What a rule means, by hand: the answer with an earlier run there, and without. */
const expected = (rule: string, found: boolean, terminal: boolean): unknown => {
  if (rule === "never") return { action: "fresh", reason: "Explicit" }
  if (rule === "somewhere/else.safetensors") {
    return { action: "load", path: rule, reason: "Explicit" }
  }
  if (rule === "ask" || rule === "auto") {
    if (!found) return { action: "fresh", reason: "NothingFound" }
    if (rule === "auto") return { action: "load", path: latest, reason: "Explicit" }
    return terminal
      ? { action: "ask", path: latest, reason: "EarlierRunFound" }
      : { action: "load", path: latest, reason: "NonInteractive" }
  }
  return found
    ? { action: "load", path: rule === "best" ? best : latest, reason: "Explicit" }
    : "missing"
}

describe("decide", () => {
  for (const found of [true, false]) {
    for (const terminal of [true, false]) {
      const where = `${found ? "an" : "no"} earlier run, ${terminal ? "a" : "no"} terminal`
      it(`asks, or continues where it cannot, by default: ${where}`, () => {
        expect(decideFor({ found, terminal })).toEqual(
          Either.right(expected("ask", found, terminal))
        )
      })
      for (const rule of rules) {
        const answer = expected(rule, found, terminal)
        const check = (
          given: { readonly flag?: ResumeFrom; readonly configured?: string },
          source: string
        ) => {
          const decision = decideFor({ ...given, found, terminal })
          if (answer === "missing") {
            expect(Either.getOrThrow(Either.flip(decision))).toBe(
              `${source} asks for the ${rule} checkpoint, but runs has no intact one; ` +
                `name a checkpoint's path, or start from scratch with --resume never`
            )
          } else expect(decision).toEqual(Either.right(answer))
        }
        it(`obeys the config's ${rule}: ${where}`, () =>
          check({ configured: rule }, "training.resume_from"))
        it(`obeys --resume ${rule} over any config: ${where}`, () => {
          for (const configured of rules) check({ flag: parse(rule), configured }, "--resume")
        })
      }
    }
  }
})

describe("Resumption.parse", () => {
  it("takes what names no rule for a path", () => {
    expect(rules.map(parse)).toEqual([
      "ask",
      "auto",
      "latest",
      "best",
      "never",
      { path: "somewhere/else.safetensors" }
    ])
    expect(parse("./latest")).toEqual({ path: "./latest" })
  })
})
