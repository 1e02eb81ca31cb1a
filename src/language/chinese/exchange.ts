/** Texts of exporting models and of predicting with them. */
export const exchange = {
  "--best is for a folder of checkpoints, and {0} is none":
    "--best 用于检查点文件夹，而 {0} 不是文件夹",
  "--top is {0}; give a whole number greater than 0": "--top 为 {0}；请给出大于 0 的整数",
  "An example is an array of numbers of the shape of the input, or an object of arrays if inputs have names; for a model of tables, an object of cells by column; for one of texts, a text, each line being one. A line may hold several. What cannot be read is reported, and the rest continues; the exit code is then 1.":
    "一个样本是与输入形状一致的数字数组；若输入有名称，则是由数组组成的对象；表格模型则是以列名为键的对象；文本模型则是文本，每行一条。一行可以包含多个样本。无法读取的内容会被报告，其余继续处理，此时退出码为 1。",
  "Beside the model a JSON file says how to use it: inputs, preprocessing, outputs and classes. Files of Keras need the package h5wasm: npm install h5wasm@0.10.3.":
    "模型旁的 JSON 文件说明如何使用它：输入、预处理、输出和类别。写 Keras 文件需要 h5wasm 包：npm install h5wasm@0.10.3。",
  "Export a trained model for TensorFlow.js, ONNX, Keras or PyTorch":
    "导出已训练模型，供 TensorFlow.js、ONNX、Keras 或 PyTorch 使用",
  "Predict with a trained model, from files or standard input":
    "用已训练模型预测，输入来自文件或标准输入",
  "a checkpoint, or a folder of checkpoints": "检查点，或检查点文件夹",
  "a folder": "文件夹",
  "a folder with model.json, for browsers": "含 model.json 的文件夹，供浏览器使用",
  "a layer of the model does not say what it is made of: give each custom layer getConfig, and no name that TensorFlow.js gives itself":
    "模型中有一层没有说明自身的构成：请为每个自定义层实现 getConfig，并且不要使用 TensorFlow.js 自动生成的名称",
  "a layout is for safetensors: {0} has its own": "layout 仅用于 safetensors：{0} 有自己的布局",
  "a line of JSON an example": "每行 JSON 一个样本",
  "default: what the end of PATH says; a folder is tfjs":
    "默认：由 PATH 的扩展名决定；文件夹即 tfjs",
  "example {0} {1}": "样本 {0} {1}",
  "files: WAV, FLAC, MP3 or Ogg for a model of recordings, PNG or JPEG for one of images, .csv or .parquet for one of tables, these, .jsonl or .txt for one of texts, else .json or lines of JSON; - or none: standard input":
    "文件：录音模型用 WAV、FLAC、MP3 或 Ogg，图像模型用 PNG 或 JPEG，表格模型用 .csv 或 .parquet；文本模型用这些或 .jsonl、.txt；其他模型用 .json 或逐行 JSON；- 或不给出：标准输入",
  "for Keras 3": "供 Keras 3 使用",
  "for ONNX Runtime": "供 ONNX Runtime 使用",
  "from standard input, as JSON": "来自标准输入，以 JSON 输出",
  "has no counterpart in PyTorch; export in the layout of Keras":
    "在 PyTorch 中没有对应的层；请按 Keras 的布局导出",
  "has the activation gelu_new, which Keras 3 lacks; use gelu":
    "使用 Keras 3 没有的激活函数 gelu_new；请改用 gelu",
  "has the activation {0}, which cannot be written as ONNX here":
    "使用激活函数 {0}，此处无法将其写为 ONNX",
  "has the cell {0}, which cannot be written as ONNX here": "使用单元 {0}，此处无法将其写为 ONNX",
  "has the channels first; use channelsLast": "通道在前；请使用 channelsLast",
  "holds a number that is not of the type {0}": "含有不属于 {0} 类型的数字",
  "holds something that is no number": "含有不是数字的内容",
  "holds {0} numbers, where an input of shape [{1}] has {2}":
    "含有 {0} 个数字，而形状为 [{1}] 的输入有 {2} 个",
  "how many classes to print, the likeliest first; default: 1, with --json all":
    "输出多少个类别，按概率从高到低；默认 1 个，使用 --json 时为全部",
  "int8 is for tfjs and onnx: {0} has no scales": "int8 仅用于 tfjs 和 onnx：{0} 没有缩放系数",
  "is a hard sigmoid, whose slope is another one in Keras 3; make it the activation of the layer before":
    "是 hard sigmoid，其斜率在 Keras 3 中不同；请把它设为前一层的激活函数",
  "is bilinear, which Keras 3 computes otherwise; use nearest, or export as ONNX":
    "使用双线性插值，Keras 3 的计算方式不同；请改用 nearest，或导出为 ONNX",
  "is no object with the inputs {0}": "不是包含输入 {0} 的对象",
  "is stateful; build it without stateful to export it": "是有状态的层；导出时请不要设置 stateful",
  "its end says no format; give one of {0}": "无法由扩展名判断格式；请给出 {0} 之一",
  "layer {0} {1}": "层 {0} {1}",
  "makes a tensor of the size of the batch, which cannot be traced":
    "生成了大小等于批次的张量，无法跟踪",
  "merges inputs of different ranks": "合并了秩不同的输入",
  "merges masked sequences": "合并了带掩码的序列",
  "name what to write: -o model.onnx, -o model.keras, -o weights.safetensors, or a folder for tfjs":
    "请指明输出：-o model.onnx、-o model.keras、-o weights.safetensors，或用于 tfjs 的文件夹",
  "needs the length of each axis, of which one may be any here":
    "需要每个轴的长度，而此处有一个轴的长度不定",
  "of a folder: the best checkpoint; default: the latest": "对文件夹：取最佳检查点；默认取最新的",
  "only the weights, named and shaped as in PyTorch": "仅权重，名称和形状与 PyTorch 一致",
  "print a line of JSON for each prediction": "每个预测输出一行 JSON",
  "print what was written as JSON": "以 JSON 输出写了哪些文件",
  "replace files that exist": "覆盖已有文件",
  "returns its state; leave out returnState": "会返回状态；请不要设置 returnState",
  "runs the kernel {0}, which cannot be written as ONNX here; use operations such as mean, matMul, concat, exp":
    "运行内核 {0}，此处无法将其写为 ONNX；请使用 mean、matMul、concat、exp 等运算",
  "stacks cells over a masked sequence": "在带掩码的序列上堆叠单元",
  "store the larger weights as 8-bit integers; tfjs and onnx":
    "将较大的权重存为 8 位整数；用于 tfjs 和 onnx",
  "takes an initial state as an input": "以初始状态作为输入",
  "has the activation gelu_new, which TensorFlow.js cannot load; use gelu, or export as ONNX":
    "使用 TensorFlow.js 无法载入的激活函数 gelu_new；请改用 gelu，或导出为 ONNX",
  "resets after the product, which TensorFlow.js itself lacks; export as ONNX":
    "在矩阵乘法之后应用重置门，而 TensorFlow.js 本身不支持；请导出为 ONNX",
  "has causal padding, which TensorFlow.js itself lacks; export as ONNX":
    "使用因果填充，而 TensorFlow.js 本身不支持；请导出为 ONNX",
  "normalizes over another axis than the last, which TensorFlow.js itself gets wrong; export as ONNX":
    "在最后一个轴以外的轴上归一化，而 TensorFlow.js 本身的计算有误；请导出为 ONNX",
  "the dataset does not declare the inputs of this model, as with custom batches; use the model in code":
    "数据集没有声明该模型的输入（例如使用自定义批次）；请在代码中使用该模型",
  "the file to write, or the folder of tfjs": "要写的文件，或 tfjs 的文件夹",
  "the model of {0} cannot be built from what it says: {1}": "无法按 {0} 中的描述构建模型：{1}",
  "the model of {0} has the layer {1}, which TensorFlow.js does not have":
    "{0} 的模型含有 TensorFlow.js 没有的层 {1}",
  "the model takes more than 2 GiB, which a file of ONNX cannot hold; export it with int8, or as safetensors":
    "模型超过 2 GiB，ONNX 文件无法容纳；请用 int8 导出，或导出为 safetensors",
  "the pipeline that trained the model, if it has custom layers or the checkpoint is of a release before 0.3":
    "训练该模型的流水线；模型含自定义层，或检查点来自 0.3 之前的版本时需要",
  "the same in a quarter of the size": "同上，大小约为四分之一",
  "there is no intact best checkpoint; leave out --best for the latest":
    "没有完好的最佳检查点；去掉 --best 则使用最新的",
  "there is no intact checkpoint in this folder": "该文件夹中没有完好的检查点",
  "there is no model {0} in the checkpoint; it has {1}": "检查点中没有模型 {0}；其中有 {1}",
  "this file exists; name another with -o, or replace it with --force":
    "文件已存在；请用 -o 指定其他文件，或用 --force 覆盖",
  "this package, which writes files of Keras, is not installed; run npm install {0}@{1}":
    "写 Keras 文件所需的这个包未安装；请运行 npm install {0}@{1}",
  "use the weights that this state holds, such as ema; own: those of the model, even if the run has kept an average":
    "使用该状态中保存的权重，例如 ema；own：模型自身的权重，即使运行中保存了平均值",
  "which model, of several; default: the first": "有多个模型时使用哪个；默认第一个",
  "who is talking, by the speaker model": "用说话人模型判断是谁在说话",
  "whose names and shapes weights have; safetensors; default: keras":
    "权重的名称和形状采用哪个框架的约定；用于 safetensors；默认 keras",
  "{0} ({1} %)": "{0}（{1} %）",
  "{0} and {1} more": "{0} 等，另有 {1} 个",
  "{0} does not say how its model is built: it is of an earlier release, or has a layer that cannot say it":
    "{0} 没有说明模型如何构建：它来自较早的版本，或者含有无法描述自身的层",
  "{0} has no stage restoreOrInit or restoreModel, which would build the model":
    "{0} 没有用于构建模型的阶段 restoreOrInit 或 restoreModel",
  "{0} is {1}; choose one of {2}": "{0} 为 {1}；请从 {2} 中选择",
  "{0} is {1}; name it so": "{0} 应为 {1}；请如此命名",
  "{0} of {1} inputs could not be read": "{1} 个输入中有 {0} 个无法读取",
  "{0}, trained for {1} epochs:": "{0}，已训练 {1} 个 epoch：",
  "{0}; name the pipeline that trained it: --pipeline FILE":
    "{0}；请指明训练它的流水线：--pipeline FILE"
}
