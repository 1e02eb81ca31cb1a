/** The memory of a WebAssembly module. `buffer` is another one after the memory has grown. */
export interface Memory {
  readonly buffer: ArrayBuffer
}

/** A memory that several threads see. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
}

/** What is used of WebAssembly: Node's types leave it out, and those of browsers bring much else. */
export const WebAssembly = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Memory: {
        new (size: { readonly initial: number }): Memory
        new (size: {
          readonly initial: number
          readonly maximum: number
          readonly shared: true
        }): SharedMemory
      }
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (
        module: object,
        imports: { readonly env: { readonly memory: Memory | SharedMemory } }
      ) => { readonly exports: unknown }
      instantiate: (bytes: unknown, imports?: unknown) => Promise<unknown>
    }
  }
).WebAssembly
