import { describe, expect, it } from "@effect/vitest"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import "./scratch.js"
import type { Chain } from "../support/abuse.js"
import { end, endure, undisturbed, violations } from "../support/abuse.js"
import { differences } from "../support/checkpoints.js"
import { eventsIn, start } from "../support/child.js"
import { speakerChain } from "../support/speakerChain.js"

/** A recording of each voice, as a path relative to the chain's folder. */
const recordings = ({ folder }: Chain): ReadonlyArray<string> => {
  const voices = join(".cache/voices", readdirSync(join(folder, ".cache/voices"))[0]!)
  return ["voice_01", "voice_02"].map((voice) => {
    const files = readdirSync(join(folder, voices, voice)).sort()
    return join(voices, voice, files.filter((name) => name.endsWith(".wav"))[10]!)
  })
}

describe("the speaker pipeline", () => {
  it("ends the same through SIGKILL and SIGINT, and its model knows who is talking", async () => {
    const chain = speakerChain()
    const [straight, sessions] = await Promise.all([
      undisturbed(speakerChain()),
      endure(chain, [
        { from: "making", signals: [[30, "SIGKILL"]] },
        { from: "a save", signals: [[0, "SIGKILL"]] },
        { from: "RunStarted", signals: [[250, "SIGINT"]] }
      ])
    ])
    expect(violations(sessions)).toEqual([])
    expect(differences(end(chain), straight)).toEqual([])

    const files = recordings(chain)
    const predict = ["predict", "checkpoints", "--best", "--json", "--top", "1"]
    const { out } = await start([...predict, ...files], chain.folder).ended
    const known = [
      { input: files[0], classes: [{ class: "voice_01" }] },
      { input: files[1], classes: [{ class: "voice_02" }] }
    ]
    expect(eventsIn(out)).toMatchObject(known)

    const [first, second] = files
    const some = [first!, "gone.wav", "config.json", second!]
    const ended = await start([...predict, ...some], chain.folder).ended
    expect(ended.code).toBe(1)
    expect(eventsIn(ended.out)).toMatchObject([
      known[0],
      { input: "gone.wav", error: "does not exist" },
      { input: "config.json", error: "is none of WAV, FLAC, MP3 and Ogg by its first bytes" },
      known[1],
      { event: "Failed", code: 1 }
    ])
    expect(ended.err).toContain("gone.wav, config.json: 2 of 4 inputs could not be read")
  }, 120_000)
})
