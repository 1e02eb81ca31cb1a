import type { ResolveHook } from "node:module"

/**
 * A hook of Node's loader, which runs in its own thread. Without it, TypeScript files outside packages
 * of type "module" would count as CommonJS, which cannot share ES modules with the framework.
 */
export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context)
  return /\.m?tsx?(\?|$)/.test(resolved.url) && !resolved.url.includes("/node_modules/")
    ? { ...resolved, format: "module" }
    : resolved
}
