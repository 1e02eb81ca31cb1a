import { register as registerHooks } from "node:module"

const loaded = new Map<string, Promise<unknown>>()

/** Imports a module, translating its TypeScript and that of its imports. */
export const importTypescript = (url: string): Promise<unknown> => {
  const known = loaded.get(url)
  if (known !== undefined) return known
  const imported = translated(url)
  loaded.set(url, imported)
  return imported
}

const translated = async (url: string): Promise<unknown> => {
  const { register } = await import("tsx/esm/api")
  // Before the translator, which then asks this hook: from a file that it considers CommonJS it
  // does not follow imports to other TypeScript files.
  registerHooks("./typescriptModules.js", import.meta.url)
  // Ignore the user's tsconfig, whose paths could map `holdfast` to sources.
  const unregister = register({ tsconfig: false })
  try {
    return await import(url)
  } finally {
    await unregister()
    // tsx turns this off, but errors in the pipeline still need their source lines.
    process.setSourceMapsEnabled(true)
  }
}
