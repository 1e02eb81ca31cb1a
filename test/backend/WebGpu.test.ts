import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { gradientsOn, largestError, slopesInDoubles, slopesOf, valueOn } from "./gradientCheck.js"
import { layerCases } from "./layerCases.js"
import { refusal, subjectOf, titleOf } from "./layerCheck.js"

const isAsked = process.env["HOLDFAST_TEST_WEBGPU"] === "1"

/** The rows of the table: the layers that are refused, and why. */
const refusals: Array<string> = []
let checked = 0

describe.skipIf(!isAsked)("on WebGPU (run with HOLDFAST_TEST_WEBGPU=1)", () => {
  for (const given of layerCases) {
    it(
      titleOf(given),
      async () => {
        const refused = await refusal("webgpu", given)
        checked += 1
        if (refused !== undefined) {
          refusals.push(`| ${given.layer} | ${given.used} | ${refused.detail} |`)
          return
        }
        const value = await valueOn("cpu", subjectOf(given))
        expect(await valueOn("webgpu", subjectOf(given))).toBeCloseTo(value, 3)
        const slopes = await slopesInDoubles(subjectOf(given))
        const gradients = await gradientsOn("webgpu", subjectOf(given))
        expect(largestError(slopesOf(gradients), slopes, gradients)).toBeLessThan(1e-5)
      },
      120_000
    )
  }

  it("is as the documentation says", async ({ skip }) => {
    skip(checked < layerCases.length, "not all layers were checked")
    const file = fileURLToPath(new URL("../../docs/backends.md", import.meta.url))
    const table = ["| layer | use | refused, for |", "|---|---|---|", ...refusals].join("\n")
    const document = readFileSync(file, "utf8").replace(
      /(<!-- webgpu: .*? -->\n).*?(<!-- \/webgpu -->)/s,
      (_, start: string, end: string) =>
        `${start}\n${checked - refusals.length} of ${checked} train. These do not:\n\n${table}\n\n${end}`
    )
    await expect(document).toMatchFileSnapshot(file)
  })
})
