import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { gradientsOn, largestError, slopesInDoubles, slopesOf } from "./gradientCheck.js"
import { layerCases } from "./layerCases.js"
import { refusal, subjectOf, titleOf } from "./layerCheck.js"

const backends = ["wasm", "cpu"] as const

/** The rows of the table: layer, use, and what became of it on each backend. */
const rows: Array<string> = []

describe("gradients, by central differences in double precision", () => {
  for (const given of layerCases) {
    const title = titleOf(given)
    it(title, async () => {
      const states: Array<string> = []
      let slopes: Awaited<ReturnType<typeof slopesInDoubles>> | undefined
      for (const backend of backends) {
        const refused = await refusal(backend, given)
        states.push(refused === undefined ? "trains" : "refused")
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
    const file = fileURLToPath(new URL("../../docs/backends.md", import.meta.url))
    const table = [`| layer | use | ${backends.join(" | ")} |`, "|---|---|---|---|", ...rows].join(
      "\n"
    )
    const document = readFileSync(file, "utf8").replace(
      /(<!-- layers: .*? -->\n).*?(<!-- \/layers -->)/s,
      (_, start: string, end: string) => `${start}\n${table}\n\n${end}`
    )
    await expect(document).toMatchFileSnapshot(file)
  })
})
