import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { stringify } from "../events/JsonLines.js"
import { t } from "../language/Text.js"
import { parts, toTrace, type Part, type Profile } from "../profiling/Profile.js"
import * as Format from "../terminal/Format.js"
import { Output } from "../terminal/Output.js"
import { table } from "../terminal/Table.js"

/** Shows a profile at the end of a run, and writes its flame chart to the folder of checkpoints. */
export const showProfile = (options: { readonly json: boolean }) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const paths = yield* Path.Path
    const output = yield* Output
    return (profile: Profile): Effect.Effect<void> =>
      Effect.gen(function* () {
        const { segments: _segments, ...figures } = profile
        // Without a run there is nothing to see.
        if (profile.folder === null) return
        const path = paths.join(profile.folder, "profile.json")
        const problem = yield* files
          .makeDirectory(profile.folder, { recursive: true })
          .pipe(
            Effect.zipRight(files.writeFileString(path, JSON.stringify(toTrace(profile)))),
            Effect.match({ onSuccess: () => null, onFailure: ({ message }) => message })
          )
        yield* options.json
          ? output.out(`${stringify({ event: "Profile", path, ...figures })}\n`)
          : output.out(`${tables(profile)}\n`)
        if (problem !== null) {
          return yield* output.err(t`warning: the flame chart cannot be written: ${problem}` + "\n")
        }
        if (!options.json) yield* output.out(`${written(path, profile.dropped)}\n`)
      })
  })

const written = (path: string, dropped: number): string =>
  t`flame chart: ${path}; open it in ui.perfetto.dev, speedscope.app or chrome://tracing` +
  (dropped === 0 ? "" : t` (its first part: ${Format.count(dropped)} segments are left out)`)

const partNames: Readonly<Record<Part, string>> = {
  data: t`data`,
  forward: t`forward`,
  loss: t`loss`,
  backward: t`backward`,
  metrics: t`metrics and reading`,
  update: t`update`
}

const share = (part: number, total: number): string =>
  total === 0 ? "" : Format.percent(part / total)

/** Milliseconds with three digits. */
const millis = (milliseconds: number): string => Format.number(milliseconds, 3)

/** The profile as tables: stages, parts of a step, layers. */
export const tables = ({ layers, parts: totals, stages, steps }: Profile): string => {
  const total = stages
    .filter(({ depth }) => depth === 0)
    .reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const step = parts.reduce((sum, part) => sum + totals[part].milliseconds, 0)
  const ran = stages.filter(({ count }) => count > 0)
  const passes = layers.filter(({ backward, forward }) => forward + backward > 0)
  return [
    "",
    table(
      [t`stage`, t`times`, t`time`, t`share`],
      ran.map(({ count, depth, milliseconds, name }) => [
        `${"  ".repeat(depth)}${name}`,
        Format.count(count),
        Format.duration(milliseconds / 1000),
        share(milliseconds, total)
      ])
    ),
    ...(steps === 0
      ? []
      : [
          "",
          table(
            [t`part of a step`, t`ms a step`, t`share`],
            parts.map((part) => [
              partNames[part],
              millis(totals[part].milliseconds / steps),
              share(totals[part].milliseconds, step)
            ])
          ),
          "",
          table(
            [t`layer`, t`kind`, t`forward, ms`, t`backward, ms`, t`share`],
            passes.map(({ backward, forward, kind, layer }) => [
              layer,
              kind,
              millis(forward / steps),
              millis(backward / steps),
              share(forward + backward, step)
            ])
          )
        ])
  ].join("\n")
}
