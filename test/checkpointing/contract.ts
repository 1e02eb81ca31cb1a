import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { CheckpointStore } from "holdfast"
import { storeContract } from "holdfast/testing"

/** Tests an implementation of the store; `folder` makes a fresh one. */
export const contract = <E>(
  name: string,
  layer: Layer.Layer<CheckpointStore, E>,
  folder: Effect.Effect<string>
) => {
  describe(`CheckpointStore: ${name}`, () => {
    for (const one of storeContract(folder)) {
      it.scopedLive(one.name, () => Effect.provide(one.run, layer))
    }
  })
}
