import type { ResolveHook } from "node:module"

/**
 * Node's loader, in a thread of its own, asks this where a module is. TypeScript files outside of
 * packages that say otherwise would count as CommonJS, which cannot share the ES modules that a
 * pipeline and the framework have in common.
 */
export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context)
  return /\.m?tsx?(\?|$)/.test(resolved.url) && !resolved.url.includes("/node_modules/")
    ? { ...resolved, format: "module" }
    : resolved
}
