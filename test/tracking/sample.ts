import * as EventFile from "../../src/tracking/tensorboard/EventFile.js"
import { histogram } from "../../src/tracking/tensorboard/Histogram.js"
import * as HParams from "../../src/tracking/tensorboard/HParams.js"
import * as Summary from "../../src/tracking/tensorboard/Summary.js"

/** When the sample begins: seconds since 1970. */
const begin = 1_700_000_000

/**
 * An event file with one of everything but pictures, whose bytes depend on the version of zlib: six
 * steps; a process that was killed after the fourth and resumed after the third.
 *
 * `test/tracking/fixtures/events.out.tfevents.sample` holds these bytes. `npm run test:tracking --
 * --write` writes it, once TensorBoard from PyPI has read in it what is in `expected`.
 */
export const sample = (): Uint8Array => {
  const event = (seconds: number, step: number, what: EventFile.Event["what"]) =>
    EventFile.encode({ wallTime: begin + seconds, step, what })
  const row = EventFile.scalars(["step/loss", "step/gradient_norm"])
  return Buffer.concat([
    event(0, 0, EventFile.version),
    event(0, 1, EventFile.sessionStart),
    event(0, 0, EventFile.summary(HParams.started({ rate: 0.5, name: "adam", flag: true }, begin))),
    ...[1, 2, 3, 4].map((step) => row(begin + step, step, [1 / step, step])),
    event(5, 4, EventFile.summary(Summary.scalar("metrics/val_loss", 0.25))),
    event(6, 4, EventFile.sessionStart),
    ...[4, 5, 200].map((step) => row(begin + 6 + step, step, [2 / step, NaN])),
    event(
      300,
      200,
      EventFile.summary(
        Summary.histogram("weights/dense.kernel", histogram([-1, 0, 0, 1, 1, 1, NaN], 4)),
        Summary.text("validation/per_class", "| class |\n| --- |\n| ä |")
      )
    ),
    event(301, 0, EventFile.summary(HParams.ended("success", begin + 301)))
  ])
}

/** What a reader finds in it. */
export const expected = {
  scalars: {
    "step/loss": [
      [1, 1],
      [2, 0.5],
      [3, 1 / 3],
      [4, 0.5],
      [5, 0.4],
      [200, 0.01]
    ],
    "metrics/val_loss": []
  },
  histograms: { "weights/dense.kernel": [[200, 6, 2, 4]] },
  texts: { "validation/per_class": [[200, "| class |\n| --- |\n| ä |"]] },
  hparams: { rate: 0.5, name: "adam", flag: true }
} as const
