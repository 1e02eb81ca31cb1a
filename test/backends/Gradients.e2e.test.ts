import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { gradientsOn, largestError, slopesInDoubles, slopesOf } from "./gradientCheck.js"
import { layerCases } from "./layerCases.js"
import { refusal, subjectOf, titleOf } from "./layerCheck.js"
import { testBackends } from "../support/backend.js"

const columns = ["wasm", "tensorflow", "cpu"] as const

const file = fileURLToPath(new URL("../../docs/backends.md", import.meta.url))
const document = readFileSync(file, "utf8")

/** What the documentation says of a case, by column: kept for the backends that are not tested here. */
const documented = ({ layer, used }: (typeof layerCases)[number]): ReadonlyArray<string> => {
  const row = document.split("\n").find((line) => line.startsWith(`| ${layer} | ${used} | `))
  return (
    row
      ?.split("|")
      .slice(3, -1)
      .map((cell) => cell.trim()) ?? []
  )
}

/** The rows of the table: layer, use, and what became of it on each backend. */
const rows: Array<string> = []

describe("gradients, by central differences in double precision", () => {
  for (const given of layerCases) {
    const title = titleOf(given)
    it(title, async () => {
      const states = columns.map((_, i) => documented(given)[i] ?? "untried")
      let slopes: Awaited<ReturnType<typeof slopesInDoubles>> | undefined
      for (const backend of testBackends) {
        const refused = await refusal(backend, given)
        states[columns.indexOf(backend as "wasm")] = refused === undefined ? "trains" : "refused"
        if (refused !== undefined) continue
        slopes ??= await slopesInDoubles(subjectOf(given))
        const gradients = await gradientsOn(backend, subjectOf(given))
        const error = largestError(slopesOf(gradients), slopes, gradients)
        expect(error, `${title} on ${backend}`).toBeLessThan(1e-5)
      }
      rows.push(`| ${given.layer} | ${given.used} | ${states.join(" | ")} |`)
    })
  }

  it("are as the documentation says", async ({ skip }) => {
    skip(rows.length < layerCases.length, "not all layers were checked")
    const head = [`| layer | use | ${columns.join(" | ")} |`, "|---|---|---|---|---|"]
    const table = [...head, ...rows].join("\n")
    const expected = document.replace(
      /(<!-- layers: .*? -->\n).*?(<!-- \/layers -->)/s,
      (_, start: string, end: string) => `${start}\n${table}\n\n${end}`
    )
    await expect(expected).toMatchFileSnapshot(file)
  })
})
