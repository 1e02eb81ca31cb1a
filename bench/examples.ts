// `npm run bench:examples [name …]`: examples at full size, beside the same model in PyTorch or Keras. Writes the
// table of docs/examples.md.
import { existsSync } from "node:fs"
import { loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { figuresOf, record, section } from "./examples/document.js"
import { examples } from "./examples/examples.js"
import { measure } from "./examples/measure.js"
import { render, writeDocuments } from "./peers/document.js"
import { python } from "./peers/peers.js"
import { setup } from "./peers/setup.js"

const names = Object.keys(examples)

const help = `Trains examples at full size by Holdfast, and the same models by PyTorch or Keras, in turn. Prints what both
measure on the test split and how long they took, and writes it into docs/examples.md.

  npm run bench:examples                       every example
  npm run bench:examples mnist                 some of them: ${names.join(", ")}
  npm run bench:examples mnist -- --dry-run    writes nothing

Options
  --rounds N    how often each trains; by default as often as bench/examples/examples.ts says
  --cores N     threads of each, by default 1
  --table       measures nothing, and writes the table again from bench/examples/figures.json
  --setup       makes .cache/peers again; without it that happens where it is missing
  --dry-run     prints the table, and writes neither it nor bench/examples/figures.json
  --help

The peers are bench/examples/NAME.py. Their Python is made as by npm run bench:peers -- --setup (Python 3.11 to
3.13 with packages from PyPI, 6 GB), or is what PEERS_PYTHON names.`

const fail = (message: string): never => {
  console.error(message)
  process.exit(2)
}

const parse = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: "string" },
        cores: { type: "string", default: "1" },
        table: { type: "boolean", default: false },
        setup: { type: "boolean", default: false },
        "dry-run": { type: "boolean", default: false },
        help: { type: "boolean", default: false }
      }
    })
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${help}`)
  }
}

const count = (option: string, text: string): number => {
  const value = Number(text)
  return Number.isInteger(value) && value > 0
    ? value
    : fail(`--${option} ${text}: an integer of at least 1`)
}

const { positionals, values: options } = parse()
if (options.help) {
  console.log(help)
  process.exit()
}
if (options.table) {
  await writeDocuments("examples", [section(await record())])
  process.exit()
}
const chosen = positionals.length === 0 ? names : positionals
for (const name of chosen) {
  if (!names.includes(name)) fail(`no example ${name} has a peer; these have: ${names.join(", ")}`)
  const program = fileURLToPath(new URL(`examples/${name}.py`, import.meta.url))
  if (!existsSync(program)) fail(`${name} has no peer: ${program} is missing`)
}
const cores = count("cores", options.cores)
const rounds = options.rounds === undefined ? undefined : count("rounds", options.rounds)

try {
  if (options.setup || python() === undefined) setup()
  const log = (line: string) => console.error(line)
  for (const name of chosen) {
    const example = examples[name]!
    const before = loadavg()[0]!
    const measured = measure(name, example, {
      python: python()!,
      cores,
      rounds: rounds ?? example.rounds,
      log
    })
    const load = [before, loadavg()[0]!].map((load) => Number(load.toFixed(1)))
    const figures = { [name]: figuresOf(example, measured, { cores, load: [load[0]!, load[1]!] }) }
    console.log(`\n${render(section(figures), "en")}`)
    // After each: what was measured is not lost with the next.
    if (!options["dry-run"]) await writeDocuments("examples", [section(await record(figures))])
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
