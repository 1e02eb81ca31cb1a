import type { Spectrogram } from "../../Api.js"
import { colorOf } from "./colormap.js"

/** A spectrogram as pixels, a frame a column, the lowest frequency at the bottom; the loudest 80 dB have a colour each. */
export const spectrogramPixels = ({
  frames,
  mels,
  values
}: Pick<Spectrogram, "frames" | "mels" | "values">): {
  readonly data: Uint8ClampedArray<ArrayBuffer>
  readonly width: number
  readonly height: number
} => {
  const loudest = values.reduce((high, value) => Math.max(high, value), -Infinity)
  const quietest = values.reduce((low, value) => Math.min(low, value), Infinity)
  const floor = Math.max(quietest, loudest - 80)
  const data = new Uint8ClampedArray(frames * mels * 4)
  for (let frame = 0; frame < frames; frame++) {
    for (let mel = 0; mel < mels; mel++) {
      const share = (values[frame * mels + mel]! - floor) / (loudest - floor || 1)
      const at = ((mels - 1 - mel) * frames + frame) * 4
      data.set([...colorOf(share), 255], at)
    }
  }
  return { data, width: frames, height: mels }
}
