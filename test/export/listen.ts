import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Either from "effect/Either"
import * as Wav from "../../src/audio/Wav.js"
import { launch, serve } from "./browser.js"

/**
 * Trains a small speaker model, exports it beside examples/listen, and lets Chromium take recordings of
 * one of its voices for the microphone. Gives what the page says; and a screenshot in `folder`.
 */
export const listenInBrowser = async (folder: string) => {
  const project = process.cwd()
  const page = join(folder, "page")
  const holdfast = (...args: ReadonlyArray<string>) =>
    execFileSync(process.execPath, [join(project, "dist/cli/bin.js"), ...args], {
      cwd: folder,
      stdio: "pipe"
    })
  mkdirSync(page, { recursive: true })
  const settings = [
    "data.synthetic.speakers=4",
    "data.synthetic.utterances=100",
    "training.num_epochs=8",
    "training.learning_rate=0.005"
  ].flatMap((setting) => ["--set", setting])
  const config = join(project, "config.json")
  holdfast(
    "run",
    join(project, "pipelines/speaker.ts"),
    "--config",
    config,
    "--backend",
    "wasm",
    "--quiet",
    ...settings
  )
  holdfast("export", "checkpoints", "--best", "-o", join(page, "model"))
  execFileSync(process.execPath, [join(project, "examples/listen/build.mjs"), page], {
    cwd: project
  })

  const voice = "voice_03"
  const wav = join(folder, "microphone.wav")
  writeFileSync(wav, recordingOf(join(folder, ".cache/voices"), voice))
  const { server, url } = await serve(page)
  const browser = await launch({
    args: [
      "--use-fake-device-for-media-capture",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-audio-capture=${wav}`,
      "--autoplay-policy=no-user-gesture-required"
    ]
  })
  const problems: Array<string> = []
  try {
    const tab = await browser.newPage({ viewport: { width: 640, height: 560 } })
    tab.on("pageerror", (error) => problems.push(String(error)))
    tab.on("requestfailed", (request) => problems.push(request.url()))
    tab.on("request", (request) => {
      const isOwn = [url, "blob:", "data:"].some((start) => request.url().startsWith(start))
      if (!isOwn) problems.push(`loads ${request.url()}`)
    })
    await tab.goto(url + "/index.html")
    await tab.click("#listen")
    const said: Array<string> = []
    for (let i = 0; i < 40 && said.filter((name) => name === voice).length < 6; i++) {
      await tab.waitForTimeout(500)
      const text = (await tab.textContent("#speaker")) ?? ""
      if (text !== "" && text !== "…") said.push(text)
    }
    await tab.screenshot({ path: join(folder, "listen.png") })
    problems.push(
      ...((await tab.textContent("#note"))?.startsWith("The recording")
        ? []
        : [String(await tab.textContent("#note"))])
    )
    return { voice, said, problems, screenshot: join(folder, "listen.png") }
  } finally {
    await browser.close()
    server.close()
  }
}

/** Utterances of a voice, one after another. */
const recordingOf = (voices: string, voice: string): Uint8Array => {
  const folder = join(voices, readdirSync(voices)[0]!, voice)
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".wav"))
    .slice(0, 12)
  const all = files.map((file) => Either.getOrThrow(Wav.decode(readFileSync(join(folder, file)))))
  const samples = Float32Array.from(all.flatMap(({ samples }) => [...samples]))
  return Wav.encode(samples, all[0]!.sampleRate)
}
