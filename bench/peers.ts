// `npm run bench:peers`: Holdfast beside the frameworks that people know, each in a process that stays
// alive and is asked in turn within each round. Prints the tables of docs/peers.md.
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { render, type Section, type Words, writeDocuments } from "./peers/document.js"
import { type Context, type PartName, partNames, parts } from "./peers/parts.js"
import { setup } from "./peers/setup.js"

const help = `Compares Holdfast with PyTorch, Lightning, Keras on TensorFlow and on JAX, Orbax and stock
TensorFlow.js, as far as they are there, and prints the tables of docs/peers.md.

  npm run bench:peers -- --setup         makes .cache/peers first (Python 3.11 to 3.13; 6 GB)
  npm run bench:peers                    all parts, about 12 minutes
  npm run bench:peers -- --part steps    one part; again for several
  npm run bench:peers -- --write         writes what it measures into docs/peers.md and docs/zh

Options
  --part NAME     ${partNames.join(", ")}
  --rounds N      measured rounds, by default 3
  --folder PATH   where files are written: on the disk to measure; by default the system's temporary folder
  --setup         installs the peers from PyPI, in pinned versions, and ends
  --write         writes the tables between their marks in the documentation
  --help

PEERS_PYTHON names another Python that has some of them. Where PyTorch's own index of packages for the CPU is
reachable, PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu saves --setup 3.5 GB. Native TensorFlow
takes part where it is installed (npm run native:build).`

const fail = (message: string): never => {
  console.error(message)
  process.exit(2)
}

const parse = () => {
  try {
    return parseArgs({
      options: {
        part: { type: "string", multiple: true },
        rounds: { type: "string", default: "3" },
        folder: { type: "string", default: tmpdir() },
        setup: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        help: { type: "boolean", default: false }
      }
    }).values
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${help}`)
  }
}

const options = parse()
const isPart = (name: string): name is PartName =>
  (partNames as ReadonlyArray<string>).includes(name)
const rounds = Number(options.rounds)
if (!Number.isInteger(rounds) || rounds < 1)
  fail(`--rounds ${options.rounds}: an integer of at least 1`)
const chosen = (options.part ?? partNames).map((name) =>
  isPart(name) ? name : fail(`--part ${name}: one of ${partNames.join(", ")}`)
)
if (options.help) {
  console.log(help)
  process.exit()
}
if (options.setup) {
  try {
    setup()
  } catch (error) {
    console.error(`the peers are not set up: ${(error as Error).message}`)
    process.exit(1)
  }
  process.exit()
}

/** When, where, and with what a part was measured. */
const provenance = ({ absent, met }: Context, load: string): ReadonlyArray<Words> => {
  const date = new Date()
  const machine = `${cpus()[0]!.model.trim()}, ${cpus().length}`
  const versions = [...met].map(([name, { library, version }]) => `${name} ${version} (${library})`)
  const missing = [...absent.keys()]
  const day = date.toLocaleDateString("en-GB", { dateStyle: "long" })
  return [
    {
      en: `${day}, ${machine} cores, Node ${process.versions.node}, ${rounds} rounds, load average ${load}.`,
      zh: `${date.toISOString().slice(0, 10)}，${machine} 核，Node ${process.versions.node}，${rounds} 轮，平均负载 ${load}。`
    },
    ...(versions.length === 0
      ? []
      : [{ en: `${versions.join("; ")}.`, zh: `${versions.join("；")}。` }]),
    ...(missing.length === 0
      ? []
      : [{ en: `Not there: ${missing.join(", ")}.`, zh: `未安装：${missing.join("、")}。` }])
  ]
}

const folder = mkdtempSync(join(options.folder, "holdfast-peers-"))
const absent = new Map<string, string>()
try {
  const sections: Array<Section> = []
  for (const part of chosen) {
    const context: Context = {
      rounds,
      folder: mkdtempSync(join(folder, `${part}-`)),
      log: (line) => console.error(line),
      met: new Map(),
      absent: new Map(absent)
    }
    const before = loadavg()[0]!
    const section = await parts[part](context)
    for (const [name, why] of context.absent) absent.set(name, why)
    const load = `${before.toFixed(1)} to ${loadavg()[0]!.toFixed(1)}`
    const done = { ...section, notes: [...section.notes, ...provenance(context, load)] }
    console.log(`\n${part}\n\n${render(done, "en")}`)
    sections.push(done)
    // After each: what was measured is not lost with the next.
    if (options.write) await writeDocuments("peers", [done])
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
// Peers that are still there end with this process.
process.exit()
