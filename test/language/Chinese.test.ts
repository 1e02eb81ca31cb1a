import { describe, expect, it } from "@effect/vitest"
import { chinese } from "../../src/language/Chinese.js"
import { chinese as descriptions } from "../../scripts/parameters.zh.js"
import { texts } from "./sources.js"

const found = texts("src").filter(({ file }) => !file.includes("/language/"))
const keysOf = (tag: string) => [
  ...new Set(found.filter((one) => one.tag === tag).map(({ text }) => text))
]

/** Where English stays: text for other programs, errors of kernels, descriptions in schemas. */
const exempt =
  /testing\/|src\/testing\/|backends\/(kernels|tfjs|wasm|webgpu)\/|cli\/(process\/|commands\/)?(Completions|ImportFailure|WatchdogThread|Invocation)|config\/TrainingConfig\.ts|io\/Thread\.ts|SpeakerData\.ts|sweep\/(Definition|space\/Parameter|search\/|postgres\/)|data\/(Split|table\/(Column|TableOptions)|text\/(Tokens|TextOptions))\.ts|page\/vite\.config\.ts/

/** Words that look like a sentence. */
const exemptTexts = new Set([
  "cd {0}",
  "HOLDFAST_DATABASE=postgres://me@db/sweeps holdfast worker --exit-when-done",
  "npm install",
  "npm start",
  "npm test",
  "npx holdfast",
  "npx holdfast run pipelines/speaker.ts",
  "Unknown system error",
  "cannot open shared object file",
  "tfjs_binding.node) can not be found",
  "Synthetic voices, made by Holdfast: no person said this.",
  "in use",
  "vitest run",
  "lr {0}",
  "hook {0}",
  "node {0}",
  "img-src 'self' data: blob:",
  "public, max-age=31536000, immutable",
  "retry: 1000\n\n",
  "event: {0}\ndata: {1}\n\n"
])

const holes = (text: string) => new Set(text.match(/\{\d+\}/g))

describe("Chinese", () => {
  it("has every text, and no other", () => {
    expect(Object.keys(chinese.texts).sort()).toEqual(keysOf("t").sort())
    expect(Object.keys(chinese.stored).sort()).toEqual(keysOf("english").sort())
  })

  it("is Chinese, and names all that the English names", () => {
    for (const [key, text] of Object.entries({ ...chinese.texts, ...chinese.stored })) {
      expect(holes(text), key).toEqual(holes(key))
      const words = key.replaceAll(/\{\d+\}/g, "")
      if (/[a-z]{2}/i.test(words) && /[a-z]/i.test(text))
        expect(text, key).toMatch(/\p{Script=Han}/u)
    }
  })

  it("finds no sentence in the sources that is not translated", () => {
    const sentence = /(^|[ }])[a-z]{2,}[,;:.]? ./
    const left = found.filter(
      ({ file, tag, text }) =>
        tag === null &&
        sentence.test(text) &&
        !/^holdfast |^--/.test(text) &&
        !exempt.test(file) &&
        !(text in descriptions) &&
        !exemptTexts.has(text)
    )
    expect(left.map(({ file, text }) => `${file}: ${text}`)).toEqual([])
  })
})
