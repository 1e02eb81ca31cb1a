import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { parse, split } from "../../src/cli/Argv.js"

describe("Argv.split", () => {
  it("leaves to the pipeline what follows --", () => {
    expect(split(["a", "--", "b", "--", "c"])).toEqual([["a"], ["--", "b", "--", "c"]])
    expect(split(["a"])).toEqual([["a"], []])
  })
})

describe("Argv.parse", () => {
  const parsed = (...words: ReadonlyArray<string>) =>
    Either.merge(
      parse(words, { "--set": "values", "--config": "value", "--quiet": "flag", "-q": "flag" })
    )
  const invalid = (message: string) => ({ _tag: "Invalid", message })

  it("takes options and arguments in any order, and every word after -- as an argument", () => {
    expect(parsed("--quiet", "p.ts", "--config", "-", "x", "--", "--odd", "--")).toEqual({
      arguments: ["p.ts", "x", "--odd", "--"],
      options: { "--quiet": ["--quiet"], "--config": ["-"] }
    })
  })

  it("separates a name from its value at the first =", () => {
    expect(parsed("--set=a.b=c=d", "x=y", "--config=", "--set", "a=-1", "--set=b=1\n2")).toEqual({
      arguments: ["x=y"],
      options: { "--set": ["a.b=c=d", "a=-1", "b=1\n2"], "--config": [""] }
    })
  })

  it("refuses an unknown option, and suggests the nearest", () => {
    expect(parsed("p.ts", "--confg=x")).toEqual({
      _tag: "UnknownOption",
      name: "--confg",
      nearest: "--config"
    })
    expect(parsed("-x")).toMatchObject({ _tag: "UnknownOption", name: "-x" })
    expect(parsed("--__proto__")).toMatchObject({ _tag: "UnknownOption" })
  })

  it("refuses an option without its value, and a flag with one", () => {
    expect(parsed("p.ts", "--set")).toEqual(invalid("--set needs a value"))
    expect(parsed("--config", "--quiet", "p.ts")).toEqual(invalid("--config needs a value"))
    expect(parsed("--config", "--", "p.ts")).toEqual(invalid("--config needs a value"))
    expect(parsed("--quiet=yes")).toEqual(invalid("--quiet takes no value"))
  })

  it("refuses two values where one counts", () => {
    expect(parsed("--config", "a", "--config=b")).toEqual(
      invalid("--config is given more than once")
    )
    expect(parsed("--quiet", "--quiet")).toMatchObject({ arguments: [] })
  })
})
