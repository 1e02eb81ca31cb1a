import { useLayoutEffect, useRef } from "preact/hooks"
import type { RefObject } from "preact"
import { colorOf } from "../lib/colorOf.js"
import { useSettings } from "../state/Settings.js"

/** Draws on a canvas of so many pixels of the page, again when one of `inputs`, its size or the theme changes. */
export const useCanvas = (
  width: number,
  height: number,
  draw: (context: CanvasRenderingContext2D, color: (name: string) => string) => void,
  inputs: ReadonlyArray<unknown>
): RefObject<HTMLCanvasElement | null> => {
  const { theme } = useSettings()
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const element = canvas.current
    if (element === null || width === 0) return
    element.width = Math.round(width * devicePixelRatio)
    element.height = Math.round(height * devicePixelRatio)
    element.style.width = `${width}px`
    element.style.height = `${height}px`
    const context = element.getContext("2d")
    if (context !== null) draw(context, colorOf(element))
  }, [width, height, theme, ...inputs])
  return canvas
}
