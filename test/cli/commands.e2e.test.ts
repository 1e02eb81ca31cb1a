import { describe, expect, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { backendNames } from "../../src/backends/BackendName.js"
import { holdfast, pipeline } from "./holdfast.js"
import { inProcess } from "./inProcess.js"

describe("holdfast", () => {
  it("prints plain help, without loading the platform or TensorFlow.js", async () => {
    const { code, out } = await holdfast(["--help"])
    expect(code).toBe(0)
    expect(out).toMatch(/^holdfast \d+\.\d+\.\d+\n[ -~…\n]*\n {2}inspect {2,}[ -~…\n]*$/)
    const helped = await holdfast(["--help"], {
      env: { NODE_DEBUG: "esm" }
    })
    expect(helped.err).toContain("effect/dist/esm/Effect.js")
    expect(helped.err).not.toMatch(
      /NodeFileSystem|node-file-system|effect\/dist\/esm\/Schema\.js|tensorflow|tfjs/
    )
  })

  it("prints the help of a command wherever --help stands", async () => {
    const { out } = await inProcess(["run", "some.ts", "--help"])
    expect(out).toContain("--allow-dataset-change")
  })

  it("prints its version", async () => {
    expect((await holdfast(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await inProcess(["version"])).toEqual(await inProcess(["--version"]))
  })

  it("has a command help", async () => {
    expect(await inProcess(["help"])).toEqual(await inProcess(["--help"]))
    expect(await inProcess(["help", "run"])).toEqual(await inProcess(["run", "--help"]))
    const { code, err } = await inProcess(["help", "rnu"])
    expect({ code, err }).toEqual({
      code: 2,
      err: "error: there is no command rnu; did you mean run?\nsee holdfast --help\n"
    })
  })

  it("completes commands and options in bash", async () => {
    const { out } = await inProcess(["completions", "bash"])
    const completed = (...words: ReadonlyArray<string>) =>
      execFileSync(
        "bash",
        [
          "-c",
          'eval "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _holdfast; echo "${COMPREPLY[@]}"',
          "bash",
          out,
          ...words
        ],
        { encoding: "utf8" }
      ).trim()
    expect(completed("holdfast", "ver")).toBe("verify version")
    expect(completed("holdfast", "run", "--res")).toBe("--resume")
    expect(completed("holdfast", "list", "--res")).toBe("")
    expect(completed("holdfast", "help", "ins")).toBe("inspect")
    expect(completed("holdfast", "run", "pipelines/speaker.")).toBe("pipelines/speaker.ts")
    expect((await inProcess(["completions", "csh"])).err).toBe(
      "error: csh is not a supported shell; choose one of bash, zsh, fish\nsee holdfast completions --help\n"
    )
  })

  it("also prints an error as an event with --json", async () => {
    const { code, err, out } = await holdfast(["list", "checkpints", "--json"])
    const message = "checkpints does not exist (check the path)\ndid you mean checkpoints?"
    expect({ code, err }).toEqual({ code: 1, err: `error: ${message}\n` })
    expect(JSON.parse(out)).toEqual({
      event: "Failed",
      time: expect.any(String),
      code: 1,
      error: "CheckpointError",
      message
    })
  })

  it("prints what is wrong with a command line once, and exits with 2", async () => {
    const wrong = async (...args: ReadonlyArray<string>) => {
      const { code, err, out } = await inProcess(args, { HOLDFAST_BACKEND: "abacus" })
      expect({ code, out }).toEqual({ code: 2, out: "" })
      return err
    }
    expect(await wrong("insect", "x")).toBe(
      "error: there is no command insect; did you mean inspect?\nsee holdfast --help\n"
    )
    expect(await wrong("show")).toBe(
      "error: missing argument <pipeline>\nsee holdfast show --help\n"
    )
    expect(await wrong("run", "x", "--backend", "cpu", "--grace", "0")).toBe(
      "error: --grace is 0; give a number of seconds greater than 0\nsee holdfast run --help\n"
    )
    expect(await wrong("run", "x")).toBe(
      `error: --backend or HOLDFAST_BACKEND is abacus; choose one of ${backendNames.join(", ")}\n` +
        "see holdfast run --help\n"
    )
  })

  it("gives the pipeline the arguments after its file, and options after --", async () => {
    const { code, err, out } = await holdfast(
      ["run", pipeline("toy"), "1", "--quiet", "ok", "a", "--backend=cpu", "--", "--json", "b"],
      { env: { HOLDFAST_BACKEND: "abacus" } }
    )
    expect({ code, err, out }).toEqual({ code: 0, err: "", out: "left: a --json b\n" })
  })

  it("draws the stages of a pipeline without running them", async () => {
    expect(await holdfast(["show", pipeline("toy")])).toEqual({
      code: 0,
      err: "",
      out:
        "toy\n" +
        "├─ begin     read the arguments\n" +
        "└─ work      step by step\n" +
        "   └─ inner  a part of it\n"
    })
  })

  it("checks the machine, with nothing from drivers on standard error", async () => {
    const { code, err, out } = await holdfast(["doctor"])
    expect({ code, err }).toEqual({ code: 0, err: "" })
    expect(out).toMatch(/^webgpu: /m)
    expect(out).toMatch(/^wasm: gradients right/m)
  })
})
