import * as tf from "../../../tf.js"
import { type Engine, engine } from "./Engine.js"

/** Has `tidy` cost less where it gives one tensor or none, as most do: no sets and no search for tensors. */
export const patch = (): void => {
  const target = engine()
  const { endScope, tidy } = target
  target.endScope = function (this: Engine, result) {
    if (result != null && !(result instanceof tf.Tensor)) return endScope.call(this, result)
    const { state } = this
    const scope = state.activeScope!
    for (const tensor of scope.track) {
      if (!tensor.kept && tensor !== result) tensor.dispose()
    }
    state.scopeStack.pop()
    state.activeScope = state.scopeStack.at(-1) ?? null
    if (result == null) return
    const { kept, scopeId } = result as (typeof scope.track)[number]
    if (!kept && scopeId === scope.id) this.track(result)
  }
  target.tidy = function <A>(this: Engine, nameOrBody: string | (() => A), body?: () => A): A {
    const run = body ?? nameOrBody
    if (typeof run !== "function" || (body !== undefined && typeof nameOrBody !== "string")) {
      return tidy.call(this, nameOrBody as string, body!) as A
    }
    this.startScope(typeof nameOrBody === "string" ? nameOrBody : undefined)
    let result: A
    try {
      result = run()
    } catch (error) {
      this.endScope()
      throw error
    }
    // It complains of promises.
    if (result instanceof Promise) result = tidy.call(this, () => result) as A
    this.endScope(result)
    return result
  }
}
