/**
 * Records a run that is stopped by Ctrl+C and resumed, on a real terminal, and draws it as the
 * README's picture, docs/assets/resume.svg: npm run readme:svg
 */
import * as Pty from "@lydell/node-pty"
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

const columns = 92
const picture = resolve("docs/assets/resume.svg")
const command = "npx holdfast run pipelines/speaker.ts"
const options = ["--set", "training.num_epochs=6"]

/** A line of the picture, and the seconds from the start at which it appears. */
interface Line {
  readonly text: string
  readonly at: number
}

/** A folder that looks like a fresh clone, with the voices and features of this one if they exist. */
const project = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-readme-"))
  cpSync("config.json", join(folder, "config.json"))
  mkdirSync(".cache", { recursive: true })
  for (const name of ["pipelines", ".cache"]) symlinkSync(resolve(name), join(folder, name))
  return folder
}

/** Runs the command in `folder`; `react` gets everything shown so far after each output. */
const record = (folder: string, react: (shown: string, keys: (keys: string) => void) => void) =>
  new Promise<string>((done) => {
    const terminal = Pty.spawn(
      process.execPath,
      [resolve("dist/cli/bin.js"), ...command.split(" ").slice(2), ...options],
      {
        cols: columns,
        rows: 50,
        cwd: folder,
        // So that the closing message shows the command as it is typed.
        env: { ...process.env, LC_ALL: "C.UTF-8", TERM: "xterm", npm_command: "exec" }
      }
    )
    let shown = ""
    terminal.onData((text) => {
      shown += text
      react(shown, (keys) => terminal.write(keys))
    })
    terminal.onExit(() => done(shown))
  })

/** What stays of a line after its redraws, but for the progress that Ctrl+C interrupted. */
const settled = (line: string): ReadonlyArray<string> => {
  const drawn = line.split("\r").map((text) => text.trimEnd())
  const interrupted = drawn.find((text) => text.endsWith("^C"))
  const last = drawn.findLast((text) => text !== "") ?? ""
  return [...(interrupted !== undefined && interrupted !== last ? [interrupted] : []), last]
}

const lines = (shown: string): ReadonlyArray<string> =>
  shown
    .split("\r\n")
    .flatMap(settled)
    .filter((line) => line !== "")

/** How long each kind of line takes to appear, in seconds. */
const pause = (text: string): number =>
  text.startsWith("$") ? 1 : /^epoch|^saved/.test(text) ? 0.45 : 0.25

const colour = (text: string): string =>
  text.startsWith("$")
    ? "prompt"
    : text.endsWith("^C")
      ? "live"
      : /^(stopped|resume|Found|Resume|resuming|finished|test,)/.test(text)
        ? "bright"
        : text.startsWith("epoch")
          ? "plain"
          : "dim"

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const draw = (all: ReadonlyArray<Line>): string => {
  const [size, height, left, top] = [13, 19, 18, 58]
  const width = Math.ceil(columns * size * 0.602) + 2 * left
  const total = top + all.length * height + 8
  const texts = all.map(
    ({ at, text }, i) =>
      `  <text class="${colour(text)}" style="animation-delay:${at.toFixed(2)}s" x="${left}" y="${top + i * height}">${escape(text)}</text>`
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" role="img" aria-label="A training run is stopped with Ctrl+C inside an epoch and resumes at the same step">
  <style>
    text { font: ${size}px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; white-space: pre; fill: #c9d1d9; animation: appear 0.2s both }
    .prompt { fill: #7ee787 } .bright { fill: #ffffff } .dim { fill: #8b949e } .live { fill: #79c0ff }
    @keyframes appear { from { opacity: 0 } to { opacity: 1 } }
    @media (prefers-reduced-motion: reduce) { text { animation: none } }
  </style>
  <rect width="${width}" height="${total}" rx="10" fill="#0d1117"/>
  <circle cx="22" cy="22" r="6" fill="#ff5f57"/><circle cx="42" cy="22" r="6" fill="#febc2e"/><circle cx="62" cy="22" r="6" fill="#28c840"/>
${texts.join("\n")}
</svg>
`
}

const folder = project()
let pressed = false
const first = await record(folder, (shown, keys) => {
  if (pressed || !/epoch 4\/6 {2}\[=+> /.test(shown)) return
  pressed = true
  keys("\u0003")
})
let answered = false
const second = await record(folder, (shown, keys) => {
  if (answered || !shown.includes("[Y/n]")) return
  answered = true
  setTimeout(() => keys("\r"), 300)
})
rmSync(folder, { recursive: true })

let at = 0
const shown = [
  `$ ${command}`,
  ...lines(first).map((line) => line.replace(` ${options.join(" ")}`, "")),
  `$ ${command}`,
  ...lines(second)
].map((text): Line => {
  at += pause(text)
  return { text, at }
})
mkdirSync(resolve(picture, ".."), { recursive: true })
writeFileSync(picture, draw(shown))
console.log(shown.map(({ text }) => text).join("\n"))
