import { speak } from "./Text.js"

/** The languages that the command line speaks. */
export type Language = "en" | "zh"

/** The language of the environment: the first that is set of LC_ALL, LC_MESSAGES and LANG. */
export const language = (environment: Readonly<Record<string, string | undefined>>): Language =>
  ["LC_ALL", "LC_MESSAGES", "LANG"]
    .map((name) => environment[name] ?? "")
    .find((locale) => locale !== "")
    ?.toLowerCase()
    .startsWith("zh")
    ? "zh"
    : "en"

/** The language of a command: programs, which ask for `--json`, are answered in English. */
export const ofCommand = (
  words: ReadonlyArray<string>,
  environment: Readonly<Record<string, string | undefined>>
): Language => {
  const end = words.indexOf("--")
  return words.slice(0, end < 0 ? words.length : end).includes("--json")
    ? "en"
    : language(environment)
}

let current: Language = "en"

/** The language that this process speaks; one that it starts should speak the same. */
export const spoken = (): Language => current

/** Has this process speak a language. */
export const use = async (language: Language): Promise<void> => {
  current = language
  speak(language === "zh" ? (await import("./Chinese.js")).chinese : { texts: {}, stored: {} })
}
