import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import { describe, expect, it } from "@effect/vitest"
import { commands, summary } from "../../src/cli/Commands.js"
import type { Help } from "../../src/cli/Help.js"
import { ofCommand, ofProgram, optionNames } from "../../src/cli/Help.js"
import { doctor } from "../../src/cli/commands/Doctor.js"
import { inspect } from "../../src/cli/commands/Inspect.js"
import { list } from "../../src/cli/commands/List.js"
import { pin, unpin } from "../../src/cli/commands/Pin.js"
import { run } from "../../src/cli/commands/Run.js"
import { show } from "../../src/cli/commands/Show.js"
import { verify } from "../../src/cli/commands/Verify.js"
import { check, separated, split } from "../../src/cli/Argv.js"

const wrong = (...words: ReadonlyArray<string>) => check("run", commands.run, words)?.message

describe("Words.split", () => {
  it("leaves to the pipeline what comes from -- on", () => {
    expect(split(["a", "--", "b", "--", "c"])).toEqual([["a"], ["--", "b", "--", "c"]])
    expect(split(["a"])).toEqual([["a"], []])
  })
})

describe("Words.separated", () => {
  it("parts a name from its value at the first =", () => {
    expect(separated(["--set=a.b=c=d", "x=y", "--config=", "--", "--set=z"])).toEqual([
      "--set",
      "a.b=c=d",
      "x=y",
      "--config",
      "",
      "--",
      "--set=z"
    ])
  })
})

describe("Words.check", () => {
  it("lets through what the parser knows", () => {
    expect(wrong("--quiet", "p.ts", "--set", "a=-1", "--config", "-", "x", "--", "--odd")).toBe(
      undefined
    )
  })

  it("finds an option that there is not, and what was meant", () => {
    expect(wrong("p.ts", "--resum", "x")).toBe(
      "there is no option --resum; did you mean --resume?\nsee holdfast run --help"
    )
    expect(wrong("-x")).toMatch(/^there is no option -x\n/)
  })

  it("finds a value that is missing", () => {
    expect(wrong("p.ts", "--set")).toMatch(/^--set needs a value\n/)
    expect(wrong("--config", "--quiet", "p.ts")).toMatch(/^--config needs a value\n/)
  })
})

describe("Help", () => {
  const plain = { ...CliConfig.defaultConfig, showBuiltIns: false }
  const parsers = {
    run: Command.getHelp(run, plain),
    show: Command.getHelp(show, plain),
    list: Command.getHelp(list, plain),
    inspect: Command.getHelp(inspect, plain),
    verify: Command.getHelp(verify, plain),
    pin: Command.getHelp(pin, plain),
    unpin: Command.getHelp(unpin, plain),
    doctor: Command.getHelp(doctor, plain)
  }

  for (const [name, parsed] of Object.entries(parsers)) {
    it(`tells of every option of ${name}, and of no other`, () => {
      const usage = HelpDoc.toAnsiText(parsed)
      const known = new Set([...(usage.match(/--[a-z-]+/g) ?? []), "--help"])
      const help: Help = commands[name as keyof typeof parsers]
      expect(new Set(optionNames(help))).toEqual(known)
    })
  }

  it("fits a terminal of 80 columns", () => {
    const texts = [
      ofProgram(summary, "10.10.10", commands),
      ...Object.values(commands).map(ofCommand)
    ]
    for (const line of texts.join("\n").split("\n")) expect(line.length).toBeLessThanOrEqual(80)
  })
})
