/** The memory of a WebAssembly module. `buffer` is another one after the memory has grown. */
export interface Memory {
  readonly buffer: ArrayBuffer
}

/** What is used of WebAssembly: Node's types leave it out, and those of browsers bring much else. */
export const WebAssembly = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Memory: new (size: { readonly initial: number }) => Memory
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (
        module: object,
        imports: { readonly env: { readonly memory: Memory } }
      ) => { readonly exports: unknown }
      instantiate: (bytes: unknown, imports: unknown) => Promise<unknown>
    }
  }
).WebAssembly
