/** Layers beside those of TensorFlow.js. */
export const layers = {
  "is in a sequential model, where Keras cannot call it; make the model with tf.model":
    "位于顺序模型中，Keras 无法在那里调用它；请用 tf.model 构建模型",
  "takes its mask as an input, which Keras takes otherwise; export as ONNX":
    "把掩码作为输入，而 Keras 的传入方式不同；请导出为 ONNX",
  "the dropout of {0} is {1}; give at least 0 and less than 1":
    "{0} 的 dropout 是 {1}；请给出大于等于 0 且小于 1 的数",
  "the keys of {0} are masked by a layer before it, of which it sees only the mask of its queries; give the mask as last input, and set useAttentionMask":
    "{0} 的键（key）被前面的层掩码，而它只能看到查询（query）的掩码；请把掩码作为最后一个输入，并设置 useAttentionMask",
  "the width of {0}'s input, {1}, is no multiple of its {2} heads; give keyDim, or another number of heads":
    "{0} 的输入宽度 {1} 不能被它的 {2} 个头整除；请给出 keyDim，或换一个头数",
  "{0} needs inputs whose last length is known": "{0} 要求输入最后一维的长度已知",
  "{0} of multiHeadAttention is {1}; give an integer of at least 1":
    "multiHeadAttention 的 {0} 是 {1}；请给出不小于 1 的整数",
  "{0} takes [query, mask], [query, value, mask] or [query, value, key, mask], not {1} inputs":
    "{0} 的输入应为 [query, mask]、[query, value, mask] 或 [query, value, key, mask]，而不是 {1} 个输入",
  "{0} takes query, [query, value] or [query, value, key], not {1} inputs; for a mask, set useAttentionMask":
    "{0} 的输入应为 query、[query, value] 或 [query, value, key]，而不是 {1} 个输入；要用掩码请设置 useAttentionMask",
  "{0} takes sequences of up to {1}, [batch, time, width], not inputs of shape [{2}]":
    "{0} 接受长度不超过 {1} 的序列 [批次, 时间, 宽度]，而不是形状为 [{2}] 的输入",
  "{0} takes sequences, [batch, time, width], not inputs of shape [{1}]":
    "{0} 接受序列 [批次, 时间, 宽度]，而不是形状为 [{1}] 的输入",
  "{0} takes tokens, [batch, time], or vectors, [batch, time, {1}], not inputs of shape [{2}]":
    "{0} 接受词元 [批次, 时间] 或向量 [批次, 时间, {1}]，而不是形状为 [{2}] 的输入"
}
