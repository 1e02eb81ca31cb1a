import { useEffect, useRef } from "preact/hooks"
import { t } from "../../../language/Text.js"
import { useVisible } from "../charts/useVisible.js"
import { useLoaded, useStore } from "../data/hooks.js"
import { spectrogramPixels } from "../lib/spectrogramPixels.js"

/** The log-mel spectrogram of an example: time from left to right, low frequencies at the bottom. */
export const Spectrogram = ({
  id,
  index,
  name,
  split
}: {
  readonly id: string
  readonly split: string
  readonly index: number
  readonly name: string
}) => {
  const { source } = useStore()
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const { isVisible } = useVisible(box)
  const { error, value } = useLoaded(isVisible ? `${id}\n${split}\n${index}` : null, [], (signal) =>
    source.spectrogram({ id, split, index }, signal)
  )
  useEffect(() => {
    const context = canvas.current?.getContext("2d")
    if (value === null || context == null || value.frames === 0) return
    const { data, height, width } = spectrogramPixels(value)
    context.putImageData(new ImageData(data, width, height), 0, 0)
  }, [value])
  return (
    <div class="spectrogram" ref={box}>
      {error === null ? (
        <canvas
          ref={canvas}
          width={value?.frames ?? 1}
          height={value?.mels ?? 1}
          role="img"
          aria-label={t`spectrogram of ${name}`}
        />
      ) : (
        <span class="note">{t`no spectrogram`}</span>
      )}
    </div>
  )
}
