/** Models of other programs: reading their files, and loading their weights. */
export const models = {
  "--map is {0}; write FILE=MODEL, as in --map features.0=conv_1":
    "--map 的值是 {0}；请写成 FILE=MODEL，例如 --map features.0=conv_1",
  "Nothing in the file is executed. The exit code is 1 where weights are missing, left over or of other shapes, unless --partial is given; no checkpoint is then written.":
    "文件中的任何内容都不会被执行。若有权重缺失、多余或形状不符，且未给出 --partial，退出码为 1，也不写检查点。",
  "Start a run from a model of PyTorch, Keras or TensorFlow.js":
    "以 PyTorch、Keras 或 TensorFlow.js 的模型开始训练",
  "a GRU with resetAfter has no dropout of its own; put a dropout layer before it":
    "带 resetAfter 的 GRU 没有自己的 dropout；请在它之前加一个 dropout 层",
  "a persistent id is no storage": "持久化标识不是存储（storage）",
  "a storage has no tensor": "某个存储没有对应的张量",
  "a tensor has an unknown element type": "某个张量的元素类型未知",
  "a tensor has no shape": "某个张量没有形状",
  "a tensor has no storage": "某个张量没有存储",
  "a tensor of [{0}] does not lie in its storage of {1} elements":
    "形状为 [{0}] 的张量超出了它的存储（{1} 个元素）",
  "appends to what is no list": "向非列表追加元素",
  "big-endian numbers": "大端序数字",
  "byte {0}": "第 {0} 字节",
  "calls what is no global": "调用了非全局名称",
  "cannot be imported": "无法导入",
  "copy or download it again": "请重新复制或下载",
  "declares {0} bytes": "声明了 {0} 字节",
  "declares {0} bytes, packed in {1}": "声明解压后有 {0} 字节，压缩数据却只有 {1} 字节",
  "declares {0} entries of at most {1}": "声明了 {0} 个条目，最多允许 {1} 个",
  "docs/import.md lists what can be": "可导入的内容见 docs/import.md",
  "does not begin as an HDF5 file": "开头不是 HDF5 文件",
  "does not begin as an entry": "开头不是条目",
  "does not lie in the archive": "不在归档之内",
  "does not match its checksum": "与校验和不符",
  "does not unpack to the {0} bytes that it declares": "解压后不是它声明的 {0} 字节",
  "dry run: nothing was written": "试运行：没有写入任何内容",
  "ends at byte {0} of {1}, which has {2}": "应在 {1} 的第 {0} 字节处结束，但该文件只有 {2} 字节",
  "entry {0} of the directory": "目录的第 {0} 个条目",
  "fine-tune: load what fits, and freeze the layers of the base":
    "微调：加载匹配的部分，并冻结基座的各层",
  "floating-point numbers of another kind": "其他格式的浮点数",
  "found by": "匹配方式",
  from: "来源",
  "has a dataspace of version {0}": "的 dataspace 版本为 {0}",
  "has a header in too many parts": "的文件头被分成太多段",
  "has a layout of version {0}": "的布局版本为 {0}",
  "has a line without an end": "有一行没有结尾",
  "has a link to another file or path: {0}": "含有指向其他文件或路径的链接：{0}",
  "has a message at byte {0} that is longer than its header": "第 {0} 字节处的消息超出了它的头部",
  "has a name outside of its names": "有一个名称不在名称表之内",
  "has a quantization that is not known": "的量化方式未知",
  "has a text that is not in the file": "引用的文本不在文件中",
  "has addresses of other than 8 bytes": "的地址不是 8 字节",
  "has an attribute at byte {0} that is longer than its message":
    "第 {0} 字节处的属性超出了它的消息",
  "has an attribute {0} that is longer than its message": "的属性 {0} 超出了它的消息",
  "has an integer of {0} bytes": "含有 {0} 字节的整数",
  "has groups more than {0} levels deep": "的组嵌套超过 {0} 层",
  "has more than {0} instructions": "的指令超过 {0} 条",
  "has no integer": "此处不是整数",
  "has no name of a file": "没有文件名",
  "has no name, shape and dtype that are known": "缺少可识别的名称、形状和 dtype",
  "has no object header at byte {0}": "在第 {0} 字节处没有对象头",
  "has no paths and weights": "没有 paths 和 weights",
  "has the element type {0}": "的元素类型是 {0}",
  "has the instruction 0x{0}, which no state dict needs": "含有指令 0x{0}，state dict 不需要它",
  "has version {0} of HDF5": "的 HDF5 版本为 {0}",
  "has {0} bytes but declares {1}": "有 {0} 字节，却声明为 {1} 字节",
  "has {0} bytes of at most {1}": "有 {0} 字节，最多允许 {1} 字节",
  "has {0} bytes of {1}": "只有 {0} 字节，应有 {1} 字节",
  "has {0} bytes": "有 {0} 字节",
  "has {0} bytes, and the weights take {1}": "有 {0} 字节，而权重占 {1} 字节",
  "holds no state dict; save one: torch.save(model.state_dict(), path)":
    "不含 state dict；请保存一个：torch.save(model.state_dict(), path)",
  "holds no weights of Keras": "不含 Keras 权重",
  "holds several state dicts; choose one by key: {0}":
    "含有多个 state dict；请用 key 选择一个：{0}",
  "holds text": "是文本",
  "holds {0}": "含有{0}",
  "if you trust it, save only the weights again with the program that made it":
    "若信任该文件，请用生成它的程序重新只保存权重",
  "if you trust it, save only the weights again, as by torch.save(model.state_dict(), path)":
    "若信任该文件，请重新只保存权重，例如 torch.save(model.state_dict(), path)",
  "integers of {0} bytes": "{0} 字节的整数",
  "is a folder; name the file in it, such as model.json":
    "是文件夹；请指定其中的文件，例如 model.json",
  "is a graph model, whose layers are gone; convert the original with --output_format tfjs_layers_model":
    "是 graph model，已没有层的信息；请用 --output_format tfjs_layers_model 转换原模型",
  "is a path that leads out of the archive": "是指向归档之外的路径",
  "is a pickle of protocol {0}": "是协议 {0} 的 pickle",
  "is a pickle, but none of PyTorch": "是 pickle，但不是 PyTorch 的",
  "is compressed by method {0}": "使用了压缩方法 {0}",
  "is compressed; save it without compression": "已压缩；请以不压缩的方式保存",
  "is encrypted": "已加密",
  "is in chunks; save it without compression": "是分块存储；请以不压缩的方式保存",
  "is listed, but missing": "已列出，但不存在",
  "is missing": "不存在",
  "is missing: no file of PyTorch": "不存在：不是 PyTorch 的文件",
  'is missing: no model of Keras 3; save one: model.save("model.keras")':
    '不存在：不是 Keras 3 的模型；请保存一个：model.save("model.keras")',
  "is missing: no model of TensorFlow.js": "不存在：不是 TensorFlow.js 的模型",
  "is missing: the file is cut off, or no ZIP archive": "不存在：文件被截断，或不是 ZIP 归档",
  "is missing: this is TorchScript; save the state dict: torch.save(model.state_dict(), path)":
    "不存在：这是 TorchScript；请保存 state dict：torch.save(model.state_dict(), path)",
  "is no model that Holdfast reads": "不是 Holdfast 能读取的模型",
  "is no state dict of the file; those are: {0}": "不是文件中的 state dict；文件中有：{0}",
  "is one of more than {0} objects": "所在文件的对象超过 {0} 个",
  "is refused": "被拒绝",
  "is refused, as it declares too much": "被拒绝：它声明的内容过大",
  "is stored in {0} bytes but declares {1}": "存储了 {0} 字节，却声明为 {1} 字节",
  "is there twice": "出现了两次",
  "it has no state of an optimizer": "它没有优化器状态",
  "it has no {0} of {1}, which {2} keeps": "它没有 {1} 的 {0}，而 {2} 需要它",
  "it holds none": "它不含优化器状态",
  "its first bytes are of no known format": "开头的字节不属于任何已知格式",
  "its optimizer has {0} of [{1}] where {2} is [{3}]":
    "其优化器的 {0} 形状为 [{1}]，而 {2} 为 [{3}]",
  "its optimizer updates {0} parameters, of {1} in the model":
    "其优化器更新 {0} 个参数，而模型有 {1} 个",
  "its structure is not consistent": "其结构前后矛盾",
  "keep loaded weights of these names as they are; * stands for any characters; may be repeated":
    "冻结名称匹配的已加载权重；* 代表任意字符；可重复",
  "keeps its attributes in a fractal heap; save the file with Keras or h5py and its usual options":
    "的属性存于 fractal heap；请用 Keras 或 h5py 以默认选项保存",
  "keeps its links in a fractal heap; save the file with Keras or h5py and its usual options":
    "的链接存于 fractal heap；请用 Keras 或 h5py 以默认选项保存",
  "lacks a message of type {0}": "缺少类型为 {0} 的消息",
  "leads out of the folder of model.json": "指向 model.json 所在文件夹之外",
  "leads to byte {0} again, in a circle": "又回到第 {0} 字节，形成循环",
  "lists of changing length": "变长列表",
  "load what fits; other weights keep their initial values": "加载匹配的部分；其余权重保持初始值",
  "make the first checkpoint of a run; holdfast run then trains on":
    "生成一次训练的首个检查点；之后用 holdfast run 继续训练",
  "map one of {0}": "请映射其中之一：{0}",
  "model.json, .keras, .h5, .pth, .pt or .safetensors":
    "model.json、.keras、.h5、.pth、.pt 或 .safetensors 文件",
  module: "模块",
  "move the checkpoints of an earlier run in the folder to archive/":
    "把文件夹中先前训练的检查点移到 archive/",
  "names no global": "没有指明全局名称",
  "names {0}, which would run code of Python: nothing of it is run":
    "引用了 {0}，它会运行 Python 代码：这里什么都没有运行",
  "needs {0} bytes, and the file has {1} more": "需要 {0} 字节，而文件只剩 {1} 字节",
  "not certain": "不确定",
  "note: {0}": "注意：{0}",
  "optimizer: cannot be mapped: {0}": "优化器：无法映射：{0}",
  "optimizer: {0}": "优化器：{0}",
  "overlaps with the entry before it": "与前一个条目重叠",
  "points to byte {0}, and the file ends at {1}": "指向第 {0} 字节，而文件在第 {1} 字节处结束",
  "points to no directory": "没有指向目录",
  problem: "问题",
  "recalls value {0}, which there is not": "引用了不存在的值 {0}",
  "report, and change nothing": "只报告，不改动任何内容",
  "say which layer is which, and take over the state of Adam or SGD":
    "指明各层的对应关系，并沿用 Adam 或 SGD 的状态",
  "says that its numbers are big-endian": "表明数字是大端序",
  "sets items of what is no dict": "对非字典设置元素",
  "show what a file holds": "查看文件内容",
  "show which weights of the model it gives, and change nothing":
    "查看它提供模型的哪些权重，不改动任何内容",
  "start the optimizer with the state in a PyTorch checkpoint, of its Adam, AdamW or SGD":
    "让优化器从 PyTorch 检查点中 Adam、AdamW 或 SGD 的状态开始",
  "takes a value where there is none": "在没有值处取值",
  "takes values where there are none": "在没有值处取多个值",
  "the end of the archive": "归档的结尾",
  "the file has no module {0}; did you mean {1}?": "文件中没有模块 {0}；是否指 {1}？",
  "the file has no module {0}; it has {1}": "文件中没有模块 {0}；有 {1}",
  "the file": "文件",
  "the folder already holds a run: {0}. Choose another one by --set training.checkpoint_dir=PATH, or move that run to archive/ by --replace":
    "文件夹中已有一次训练：{0}。请用 --set training.checkpoint_dir=PATH 另选文件夹，或用 --replace 把它移到 archive/",
  "the model has no layer {0} for {1}; did you mean {2}?":
    "模型没有与 {1} 对应的层 {0}；是否指 {2}？",
  "the model has no layer {0} for {1}; it has {2}": "模型没有与 {1} 对应的层 {0}；有 {2}",
  "the module FILE of the file is the layer MODEL, by full names or their beginnings; FILE= leaves it out; may be repeated":
    "文件中的模块 FILE 对应模型的层 MODEL，可写全名或其开头；FILE= 表示忽略；可重复",
  "the optimizer has the state of the file": "优化器沿用文件中的状态",
  "the pipeline file, whose model gets the weights; without it, the file is described":
    "流水线文件，其模型将获得这些权重；省略时只描述该文件",
  "the storage {0} takes {1} bytes": "存储 {0} 需要 {1} 字节",
  "the tensors of the pickle": "pickle 中的张量",
  "use model.json, .keras, .h5, .pth, .pt or .safetensors":
    "请使用 model.json、.keras、.h5、.pth、.pt 或 .safetensors 文件",
  "values that are neither numbers nor text": "既非数字也非文本的值",
  weight: "权重",
  "which state dict of a PyTorch checkpoint, where it holds several":
    "PyTorch 检查点含有多个 state_dict 时，选用哪一个",
  "{0} applies its reset gate before the product, PyTorch after it; build the layer with resetAfter: true":
    "{0} 在乘积之前应用重置门，而 PyTorch 在其后；请以 resetAfter: true 构建该层",
  "{0} bytes are expected, and the file ends at {1}":
    "此处应有 {0} 字节，而文件在第 {1} 字节处结束",
  "{0} cannot be mapped: {1}": "{0} 无法映射：{1}",
  "{0} does not fit the model:\n\n{1}\n\nMap the names that differ (--map FILE=MODEL, or map in the config), or load what fits (--partial, or partial): the other weights keep their initial values.":
    "{0} 与模型不匹配：\n\n{1}\n\n请映射不同的名称（--map FILE=MODEL，或配置中的 map），或只加载匹配的部分（--partial，或 partial）：其余权重保持初始值。",
  "{0} gives the optimizer no state: {1}. Leave out --optimizer (optimizer in the config): it then starts without one.":
    "{0} 没有可供优化器使用的状态：{1}。请去掉 --optimizer（配置中的 optimizer），优化器将从空状态开始。",
  "{0} has an epsilon of {1}; that of PyTorch is 0.00001 by default":
    "{0} 的 epsilon 为 {1}；PyTorch 默认为 0.00001",
  "{0} has no weight of the model:\n\n{1}\n\nBuild the layers of the file, or map the names that differ (--map FILE=MODEL, or map in the config).":
    "{0} 不含模型的任何权重：\n\n{1}\n\n请按文件构建各层，或映射不同的名称（--map FILE=MODEL，或配置中的 map）。",
  "{0} has the recurrentActivation {1}; that of PyTorch is sigmoid":
    "{0} 的 recurrentActivation 为 {1}；PyTorch 为 sigmoid",
  "{0} has {1} {2}; in the file it is {3}": "{0} 的 {1} 为 {2}；文件中为 {3}",
  "{0} is expected": "此处应为 {0}",
  "{0} is the first checkpoint of a run; train with: {1}":
    "{0} 是一次训练的首个检查点；开始训练：{1}",
  "{0} is {1}, {2} is expected": "{0} 为 {1}，应为 {2}",
  "{0} keeps none": "{0} 没有状态",
  "{0} missing": "{0} 个缺失",
  "{0} needs a pipeline: holdfast import {1} pipeline.ts {2}":
    "{0} 需要流水线文件：holdfast import {1} pipeline.ts {2}",
  "{0} not certain": "{0} 个不确定",
  "{0} of other shapes": "{0} 个形状不符",
  "{0} of them are frozen": "其中 {0} 个已冻结",
  "{0} trains no model: no stage of it is restoreOrInit":
    "{0} 不训练任何模型：其中没有 restoreOrInit 阶段",
  "{0} unexpected": "{0} 个多余",
  "{0} weights loaded from {1}": "从 {1} 加载了 {0} 个权重",
  "{0} {1} ({2})": "{0} {1}（{2}）",
  "{0} {1}: {2}{3} ({4})": "{0} {1}：{2}{3}（{4}）",
  "{0}, byte {1}": "{0}，第 {1} 字节",
  "{0}: {1}, {2}, {3} tensors": "{0}：{1}，{2}，{3} 个张量"
} as const
