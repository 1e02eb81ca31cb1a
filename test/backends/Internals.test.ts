import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import * as Internals from "../../src/backends/tfjs/Internals.js"
import * as Patches from "../../src/backends/tfjs/Patches.js"
import { use } from "./backends.js"

describe("Internals", () => {
  it.each(["wasm", "cpu"] as const)("finds every internal on %s", async (name) => {
    await use(name)
    expect(Internals.otherVersions()).toEqual([])
    expect(Internals.missing(name)).toEqual([])
  })

  it("names what is missing of the backend asked about, and of what all share", () => {
    const lost = Internals.internals.map((internal) => ({ ...internal, isThere: () => false }))
    const missing = Internals.missing("wasm", lost)
    expect(missing).toContain("wasm._malloc (wasm)")
    expect(missing).toContain("runKernel (core)")
    expect(missing.some((name) => name.endsWith("(cpu)"))).toBe(false)
  })

  it("names parts of another version", () => {
    expect(
      Internals.otherVersions({
        "@tensorflow/tfjs-core": "4.22.0",
        "@tensorflow/tfjs-layers": "4.21.0"
      })
    ).toEqual(["@tensorflow/tfjs-layers 4.21.0"])
  })

  it("are listed in the documentation", async () => {
    const file = fileURLToPath(new URL("../../docs/backends.md", import.meta.url))
    const rows = Internals.internals.map(({ of, name, use }) => `| ${of} | \`${name}\` | ${use} |`)
    const table = ["| part | internal | used to |", "|---|---|---|", ...rows].join("\n")
    const document = readFileSync(file, "utf8").replace(
      /(<!-- internals: .*? -->\n).*?(<!-- \/internals -->)/s,
      (_, start: string, end: string) => `${start}\n${table}\n\n${end}`
    )
    await expect(document).toMatchFileSnapshot(file)
  })
})

describe("Patches.install", () => {
  it("refuses another version of TensorFlow.js, and says how to get the right one", () => {
    expect(Patches.problemOf(["@tensorflow/tfjs-core 4.21.0"], [])?.message).toBe(
      "TensorFlow.js 4.22.0 is required, but @tensorflow/tfjs-core 4.21.0 is installed; in the " +
        "project's folder, run: npm install @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-layers@4.22.0"
    )
  })

  it("refuses a TensorFlow.js that lacks what it patches", () => {
    expect(Patches.problemOf([], ["runKernel (core)"])?.why).toBe(
      "TensorFlow.js 4.22.0 has been changed: it lacks runKernel (core)"
    )
    expect(Patches.problemOf([], [])).toBeNull()
  })
})
