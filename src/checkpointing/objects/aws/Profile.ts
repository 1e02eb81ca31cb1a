import * as os from "node:os"
import * as path from "node:path"

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The settings of a profile, by their names in the files of AWS. */
export type Profile = ReadonlyMap<string, string>

/** Where the tools of AWS keep profiles. */
export const filesOf = (
  env: Environment
): { readonly credentials: string; readonly config: string } => {
  const folder = path.join(env["HOME"] || env["USERPROFILE"] || os.homedir(), ".aws")
  return {
    credentials: env["AWS_SHARED_CREDENTIALS_FILE"] || path.join(folder, "credentials"),
    config: env["AWS_CONFIG_FILE"] || path.join(folder, "config")
  }
}

export const nameOf = (env: Environment): string =>
  env["AWS_PROFILE"] || env["AWS_DEFAULT_PROFILE"] || "default"

/**
 * The sections of a file of AWS, each with its settings. Lines that are indented are nested settings, as
 * those of `s3 =`, and left out.
 */
export const parse = (text: string): ReadonlyMap<string, Profile> => {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  for (const line of text.split(/\r?\n/)) {
    const name = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1]
    if (name !== undefined) {
      section = sections.get(name) ?? new Map<string, string>()
      sections.set(name, section)
      continue
    }
    const [, key, value] = /^([^\s=#;[][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    // What follows a space and # or ; is a comment.
    if (key !== undefined) section?.set(key.toLowerCase(), value!.replace(/\s+[#;].*$/, ""))
  }
  return sections
}

/** A profile in the text of both files; undefined where neither has it. */
export const find = (
  { config, credentials }: { readonly credentials: string; readonly config: string },
  name: string
): Profile | undefined => {
  const inConfig = parse(config)
  const section = ["profile", name].join(" ")
  const found = [
    (name === "default" ? inConfig.get(name) : undefined) ?? inConfig.get(section),
    parse(credentials).get(name)
  ].filter((one) => one !== undefined)
  // The keys in the file of credentials come before those in the other.
  return found.length === 0 ? undefined : new Map(found.flatMap((one) => [...one]))
}
