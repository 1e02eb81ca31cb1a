import { createContext } from "preact"
import { useContext } from "preact/hooks"
import type { Theme } from "../lib/palette.js"

export type Language = "en" | "zh"

/** What the reader has chosen; null: as the system has it. */
export interface Choice {
  readonly theme: Theme | null
  readonly language: Language | null
}

/** What is in force. */
export interface Settings {
  readonly theme: Theme
  readonly language: Language
  readonly choose: (choice: Partial<Choice>) => void
}

export const SettingsContext = createContext<Settings>(null as unknown as Settings)

export const useSettings = (): Settings => useContext(SettingsContext)

const key = "holdfast"

/** What was chosen on an earlier visit. A browser may keep nothing: that is no error. */
export const readChoice = (): Choice => {
  try {
    const { language, theme } = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Choice>
    return {
      theme: theme === "light" || theme === "dark" ? theme : null,
      language: language === "en" || language === "zh" ? language : null
    }
  } catch {
    return { theme: null, language: null }
  }
}

export const writeChoice = (choice: Choice): void => {
  try {
    localStorage.setItem(key, JSON.stringify(choice))
  } catch {
    // It holds for this visit only.
  }
}

/** The first language of the reader that the page speaks. */
export const languageOf = (languages: ReadonlyArray<string>): Language =>
  languages
    .map((one) => one.toLowerCase().slice(0, 2))
    .find((one) => one === "zh" || one === "en") === "zh"
    ? "zh"
    : "en"
