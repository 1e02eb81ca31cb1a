import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { commands } from "../../src/cli/Commands.js"
import * as Command from "../../src/cli/Command.js"
import * as Help from "../../src/cli/Help.js"
import { printed } from "./command.js"

const copy = {
  name: "copy",
  arguments: {
    from: Command.argument("the source"),
    to: Command.optionalArgument("the target"),
    more: Command.rest("others")
  },
  options: {
    set: Command.values("PATH=VALUE", "a field"),
    mode: Command.value("MODE", "the mode"),
    "dry-run": Command.flag("only show")
  }
}

const parsed = (...words: ReadonlyArray<string>) => Command.parse(copy, words, {})
const wrong = (...words: ReadonlyArray<string>) =>
  Either.match(parsed(...words), { onLeft: ({ message }) => message, onRight: () => null })

describe("Command.parse", () => {
  it("gives each argument and option its value", () => {
    expect(Either.getOrThrow(parsed("a", "--dry-run", "b", "c", "d", "--set=x=1"))).toEqual({
      from: "a",
      to: Option.some("b"),
      more: ["c", "d"],
      set: ["x=1"],
      mode: Option.none(),
      "dry-run": true
    })
    expect(Either.getOrThrow(parsed("a"))).toMatchObject({ to: Option.none(), "dry-run": false })
  })

  it("refuses a missing argument and one too many", () => {
    expect(wrong()).toBe("missing argument <from>\nsee holdfast copy --help")
    const { more: _, ...two } = copy.arguments
    const result = Command.parse({ ...copy, arguments: two }, ["a", "b", "c"], {})
    expect(Either.getOrThrow(Either.flip(result)).message).toMatch(/^unexpected argument c\n/)
  })

  it("suggests the option that was probably meant", () => {
    expect(wrong("a", "--dryrun")).toBe(
      "there is no option --dryrun; did you mean --dry-run?\nsee holdfast copy --help"
    )
  })
})

describe("the commands", () => {
  it.effect("read HOLDFAST_BACKEND where --backend is not given", () =>
    Effect.gen(function* () {
      const run = commands.get("run")!
      const failing = (words: ReadonlyArray<string>, name: string) =>
        Effect.map(printed(run, words, { HOLDFAST_BACKEND: name }), ({ error }) => String(error))
      expect(yield* failing(["none.ts"], "abacus")).toContain("HOLDFAST_BACKEND is abacus")
      expect(yield* failing(["none.ts", "--backend=cpu"], "abacus")).not.toContain("abacus")
      expect(yield* failing(["none.ts"], "")).not.toContain("HOLDFAST_BACKEND")
    })
  )

  it("have help that fits a terminal of 80 columns", () => {
    const texts = [Help.ofProgram(commands), ...[...commands.values()].map(Help.ofCommand)]
    for (const line of texts.join("\n").split("\n")) expect(line.length).toBeLessThanOrEqual(80)
  })

  it("have a usage line, and name every option in their help", () => {
    const text = Help.ofCommand(commands.get("run")!)
    expect(text).toContain("\nUsage: holdfast run [options] <pipeline> [args…]\n")
    expect(text).toMatch(/^ {2}--set PATH=VALUE +set a config field/m)
    expect(Help.ofCommand(commands.get("pin")!)).toContain("\nUsage: holdfast pin <checkpoint>\n")
    for (const command of commands.values()) {
      for (const name of Object.keys(command.options)) {
        expect(Help.ofCommand(command)).toContain(`--${name}`)
      }
    }
  })
})
