/** The backends. In a module that loads nothing, since help names them. */
export const backendNames = ["tensorflow", "webgpu", "wasm", "cpu"] as const
export type BackendName = (typeof backendNames)[number]

/** Whether `name` is the name of a backend. */
export const isBackendName = (name: string): name is BackendName =>
  (backendNames as ReadonlyArray<string>).includes(name)
