import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Run } from "holdfast"
import { CheckpointStore } from "holdfast"
import * as Digest from "../../src/checkpointing/format/Digest.js"
import type { Figure } from "./figures.js"
import { ms, table } from "./figures.js"
import * as Peers from "./peers.js"
import * as Raw from "./raw.js"
import { snapshot } from "./run.js"
import { median } from "../median.js"
import { inTurn, ratio, timed, type Times } from "./turns.js"

const promised = (program: () => Promise<unknown>) => timed(Effect.promise(program))

/** A save of `run` to `folder`, and the same bytes as plain memory. */
const prepare = Effect.fnUntraced(function* (run: Run.Run, folder: string) {
  const store = yield* CheckpointStore
  const open = yield* store.open(join(folder, "checkpoints"))
  const save = Effect.scoped(
    Effect.flatMap(snapshot(run), ({ checkpoint }) => timed(open.save(checkpoint, "latest")))
  )
  const { checkpoint } = yield* snapshot(run)
  const { path } = yield* open.save(checkpoint, "latest")
  const bytes = yield* Effect.promise(() => readFile(path))
  return { store, save, checkpoint, path, bytes }
})

/** Saving and loading 96 MiB, with peers. */
export const large = Effect.fnUntraced(function* (run: Run.Run, folder: string, rounds: number) {
  const { store, save, checkpoint, path, bytes } = yield* prepare(run, folder)
  const rawSave = promised(() => Raw.write(join(folder, "raw"), [bytes]))
  const rawLoad = promised(() => readFile(path))
  // By themselves: what the peers leave to the garbage collector would burden ours.
  const saves = yield* inTurn(rounds, { raw: rawSave, ours: save })
  const loads = yield* inTurn(rounds, { raw: rawLoad, ours: timed(store.load(path)) })

  const tfjs = yield* Peers.tfjs(checkpoint, join(folder, "tfjs.bin"))
  const torch = yield* Peers.torch(checkpoint, join(folder, "torch.pt"))
  const none = Effect.succeed(Number.NaN)
  const peerSaves = yield* inTurn(rounds, {
    raw: rawSave,
    tfjs: timed(tfjs.save),
    "tfjs plain": timed(tfjs.savePlain),
    torch: torch?.save ?? none,
    "torch plain": torch?.savePlain ?? none
  })
  const peerLoads = yield* inTurn(rounds, {
    raw: rawLoad,
    reused: promised(() => Raw.readInto(path, bytes)),
    "in order": promised(() => Raw.readAndHash(path)),
    "sha256 alone": promised(async () => createHash("sha256").update(bytes).digest()),
    "digest alone": promised(async () => Digest.ofBytes(bytes)),
    tfjs: timed(tfjs.load),
    torch: torch?.load ?? none
  })
  const speed = 1 / ratio(saves, "ours", "raw")
  const load = ratio(loads, "ours", "raw")
  const figures: ReadonlyArray<Figure> = [
    {
      name: "durable save of 96 MiB",
      ours: ms(median(saves.ours)),
      reference: `write, fsync, rename, fsync: ${ms(median(saves.raw))}`,
      value: `${speed.toFixed(2)} of its speed`,
      bar: "at least 0.80",
      isMet: speed >= 0.8
    },
    {
      name: "verified load of 96 MiB",
      ours: ms(median(loads.ours)),
      reference: `fs.promises.readFile: ${ms(median(loads.raw))}`,
      value: `${load.toFixed(2)} times`,
      bar: "at most 1.30",
      isMet: load <= 1.3
    }
  ]
  const saved = <Name extends string>(times: Times<Name | "raw">, name: Name | "raw") => [
    ms(median(times[name])),
    (1 / ratio<Name | "raw">(times, name, "raw")).toFixed(2)
  ]
  const loaded = <Name extends string>(times: Times<Name | "raw">, name: Name | "raw") => [
    ms(median(times[name])),
    ratio<Name | "raw">(times, name, "raw").toFixed(2)
  ]
  const dashes = ["–", "–"]
  const peers = table(
    ["96 MiB", "save", "of raw speed", "load", "times raw"],
    [
      ["ours: durable, every byte verified", ...saved(saves, "ours"), ...loaded(loads, "ours")],
      ["raw: one write and fsync; readFile", ...saved(saves, "raw"), ...loaded(loads, "raw")],
      ["read into memory in use", ...dashes, ...loaded(peerLoads, "reused")],
      ["readFile, then sha256", ...dashes, ...loaded(peerLoads, "in order")],
      ["sha256 of it in memory", ...dashes, ...loaded(peerLoads, "sha256 alone")],
      ["our digest of it in memory", ...dashes, ...loaded(peerLoads, "digest alone")],
      ["TensorFlow.js, with fsync", ...saved(peerSaves, "tfjs"), ...loaded(peerLoads, "tfjs")],
      ["TensorFlow.js as it is", ...saved(peerSaves, "tfjs plain"), ...loaded(peerLoads, "tfjs")],
      ...(torch === undefined
        ? []
        : [
            ["PyTorch, with fsync", ...saved(peerSaves, "torch"), ...loaded(peerLoads, "torch")],
            ["PyTorch as it is", ...saved(peerSaves, "torch plain"), ...loaded(peerLoads, "torch")]
          ])
    ]
  )
  return { figures, peers }
}, Effect.scoped)

/** Saving less than 1 MiB. */
export const small = Effect.fnUntraced(function* (run: Run.Run, folder: string, rounds: number) {
  const { save, bytes } = yield* prepare(run, folder)
  const saves = yield* inTurn(10 * rounds, {
    raw: promised(() => Raw.write(join(folder, "raw"), [bytes])),
    ours: save
  })
  const value = ratio(saves, "ours", "raw")
  const figure: Figure = {
    name: `durable save of ${(bytes.length / 2 ** 20).toFixed(2)} MiB`,
    ours: ms(median(saves.ours)),
    reference: `write, fsync, rename, fsync: ${ms(median(saves.raw))}`,
    value: `${value.toFixed(1)} times`,
    bar: "at most 6",
    isMet: value <= 6 && bytes.length < 2 ** 20
  }
  return figure
}, Effect.scoped)
