import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Random } from "holdfast"
import {
  Best,
  CheckpointMeta,
  DatasetIdentity,
  Divergence,
  Position
} from "../../src/checkpointing/Checkpoint.js"
import { Field, LabelField } from "../../src/data/Layout.js"
import * as CheckpointFile from "../support/checkpointFile.js"
import * as JsonText from "../../src/io/JsonText.js"
import { content, sample } from "../checkpointing/sample.js"
import { projectFile } from "../support/child.js"

const page = readFileSync(projectFile("docs/format.md"), "utf8")
const reader = /^```python\n([^]*?)^```/m.exec(page)![1]!

const fixtures = projectFile("test/checkpointing/fixtures")
const fixtureFiles = readdirSync(fixtures).map((name) => join(fixtures, name))

const python = spawnSync("python3", ["--version"])

/** Runs Python that can import the reader of the page; gives what it prints, parsed. */
const run = (program: string, ...args: ReadonlyArray<string>): unknown => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-format-"))
  writeFileSync(join(folder, "reader.py"), reader)
  writeFileSync(join(folder, "main.py"), program)
  const { status, stderr, stdout } = spawnSync("python3", [join(folder, "main.py"), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  return Either.getOrThrow(JsonText.parse(stdout))
}

/** Prints the fields and tensors of files, special numbers as `$number`. */
const dump = `
import json, math, sys
import reader

def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, float):
        special = "NaN" if math.isnan(value) else "-0" if str(value) == "-0.0" else None
        special = {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, special)
        return value if special is None else {"$number": special}
    return value

def read(path):
    fields, tensors = reader.read(path)
    del fields["tensor_digests"]
    named = sorted((name, *one) for name, one in tensors.items() if not name.startswith("train_history."))
    return {
        "meta": fields,
        "tensors": [{"name": name, "dtype": dtype, "shape": shape, "bytes": data.hex()} for name, dtype, shape, data in named],
    }

print(json.dumps(plain([read(path) for path in sys.argv[1:]])))
`

/** Damages each file in many ways, and prints how many there were, and those that went unnoticed. */
const damage = `
import json, sys
import reader

tried, unnoticed = 0, []

def expect_damage(what, data):
    global tried
    tried += 1
    try:
        reader.parse(bytes(data))
    except reader.Damaged:
        return
    unnoticed.append(what)

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        data = file.read()
    header = 8 + int.from_bytes(data[:8], "little")
    places = [*range(min(header, 3000)), *range(header, len(data), (len(data) - header) // 40 + 1), len(data) - 1]
    for at in places:
        flipped = bytearray(data)
        flipped[at] ^= 1 << at % 8
        expect_damage(f"{path}: byte {at} flipped", flipped)
    for length in [0, 7, 8, header - 1, header, len(data) - 1]:
        expect_damage(f"{path}: cut to {length}", data[:length])
    expect_damage(f"{path}: a byte more", data + b"\\0")
print(json.dumps({"tried": tried, "unnoticed": unnoticed}))
`

const history = (epochs: number) =>
  Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    learning_rate: 0.01,
    seconds: 1,
    val_loss: i % 3 === 0 ? NaN : 1 / (i + 1),
    ...(i % 5 === 0 && { f1: -Infinity })
  }))

const best = { metric: "f1", mode: "max", value: Infinity, epoch: 3 } as const

/** Checkpoints as a save writes them now: short and long histories, every optional field. */
const fresh = Effect.gen(function* () {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-format-"))
  const variants = {
    plain: {},
    long: { train_history: history(2050) },
    optional: {
      step: 3,
      position: {
        stage: "trainEpoch",
        example: 24,
        sums: { loss: NaN },
        metric_states: { auc: { positive: [1, -0], best: Infinity } },
        metrics: { f1: -Infinity },
        seconds: 0.5
      },
      best_val_loss: Infinity,
      best,
      bests: { best_f1: best },
      divergence: { rate_factor: 0.5, restores: 1, skips: 0, skipped_examples: 0 },
      finite: false,
      backend: "wasm, 中文 and \u{1f33f}"
    }
  }
  return yield* Effect.forEach(Object.entries(variants), ([name, changes]) => {
    const path = join(folder, `${name}.safetensors`)
    return Effect.as(CheckpointFile.write(path, sample(3, 0.25, changes)), path)
  })
}).pipe(Effect.provide(NodeFileSystem.layer))

/** What our own reader reads. */
const ours = (path: string) =>
  CheckpointFile.read(path).pipe(Effect.flatMap(content), Effect.provide(NodeFileSystem.layer))

describe("docs/format.md", () => {
  const documented = new Set([...page.matchAll(/`([\w$]+)`|"(\w+)":/g)].map((m) => m[1] ?? m[2]))

  it.each(
    Object.entries({
      CheckpointMeta,
      Position,
      Best,
      DatasetIdentity,
      Field,
      LabelField,
      Divergence
    }).map(([name, schema]) => [name, Object.keys(schema.fields)] as const)
  )("specifies every field of %s", (_, fields) => {
    expect(fields.filter((field) => !documented.has(field))).toEqual([])
  })
})

describe.skipIf(python.status !== 0)("the reader in docs/format.md", () => {
  it.live("reads what our reader reads, of every version", () =>
    Effect.gen(function* () {
      const files = [...fixtureFiles, ...(yield* fresh)]
      const read = run(dump, ...files) as ReadonlyArray<{ readonly meta: object }>
      const expected = yield* Effect.forEach(files, ours)
      const versions = new Set(expected.map(({ meta }) => meta.format_version))
      expect([...versions].sort()).toEqual([1, 2, 3, 4])
      for (const [i, one] of read.entries()) {
        const { meta, tensors } = expected[i]!
        const { format_version, ...fields } = meta
        expect(one, files[i]).toEqual({ tensors, meta: fields })
        expect(readFileSync(files[i]!, "latin1")).toContain(`"format_version":"${format_version}"`)
      }
    })
  )

  it.live("notices every flipped bit, cut and appended byte", () =>
    Effect.gen(function* () {
      const { tried, unnoticed } = run(damage, ...fixtureFiles, ...(yield* fresh)) as {
        readonly tried: number
        readonly unnoticed: ReadonlyArray<string>
      }
      expect(tried).toBeGreaterThan(10_000)
      expect(unnoticed).toEqual([])
    })
  )

  it("draws the numbers that a run draws", () => {
    const purposes = [["init"], ["shuffle", 0], ["step", 12, 345], ["噪声", 1]]
    const texts = purposes.map((purpose) => `7/${purpose.join("/")}`)
    const program = `
import itertools, json, sys, reader
print(json.dumps([list(itertools.islice(reader.draws(text), 5)) for text in sys.argv[1:]]))
`
    const expected = purposes.map((purpose) => {
      const draw = Random.generator(Random.make(7), ...purpose)
      return Array.from({ length: 5 }, draw)
    })
    expect(run(program, ...texts)).toEqual(expected)
  })
})

describe("a checkpoint that a save writes", () => {
  it.live("begins and ends its metadata as docs/format.md says, and orders its tensors", () =>
    Effect.gen(function* () {
      for (const file of yield* fresh) {
        const bytes = readFileSync(file)
        const length = Number(bytes.readBigUInt64LE())
        const header = bytes.toString("utf8", 8, 8 + length)
        expect((8 + length) % 8).toBe(0)
        expect(header).toMatch(
          /^{"__metadata__":{"format":"holdfast","format_version":"[34]","summary":"{.*?}","summary_digest":"\w{64}","/
        )
        const { __metadata__, ...tensors } = JSON.parse(header) as Record<
          string,
          { readonly dtype: string }
        >
        expect(Object.keys(__metadata__!).at(-1)).toBe("header_digest")
        const sizes: Record<string, number> = { F64: 8, F32: 4, I32: 4, BOOL: 1, U8: 1 }
        const order = Object.entries(tensors).map(
          ([name, { dtype }]) => `${9 - sizes[dtype]!} ${name}`
        )
        expect(order).toEqual([...order].sort())
      }
    })
  )
})
