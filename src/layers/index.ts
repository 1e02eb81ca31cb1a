/**
 * Layers that TensorFlow.js lacks, to be used beside its own: attention, positions, tied embeddings, the block
 * of a transformer, and masks. Nothing of it needs Node, so that a page in a browser loads models with them.
 */
export * from "./ApplyMask.js"
export * from "./MaskedPooling.js"
export * from "./MultiHeadAttention.js"
export * from "./PositionalEncoding.js"
export * from "./ReversibleEmbedding.js"
export * from "./transformerBlock.js"
