/** The texts between such tags of an answer. */
export const fields = (bytes: Uint8Array, name: string): ReadonlyArray<string> =>
  [...new TextDecoder().decode(bytes).matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(
    ([, text = ""]) => text
  )
