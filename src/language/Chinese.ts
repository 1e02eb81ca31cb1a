import type { Catalogue } from "./Text.js"

/** Every text in Chinese. */
export const chinese: Catalogue = {}
