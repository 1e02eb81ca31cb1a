/** What is said of data and recordings. */
export const data = {
  "{0}, the stream of {1}": "{0} 的 {1} 流",
  "it ended after {0} examples, where its length says {1}":
    "在 {0} 个样本之后结束，而 length 声明为 {1}",
  "is {0}; give a whole number of examples": "为 {0}；请给出整数个样本",
  "it holds no examples": "没有样本",
  "there are no examples in this split": "此划分没有样本",
  "it is read in order; what chooses examples by index, such as another sampler, needs another dataset":
    "只能按顺序读取；按索引选取样本（例如使用其他采样器）需要其他数据集",
  "{0} gives no example again: the run continues with the next ones, and is not exact":
    "{0} 不会再次给出同样的样本：运行从后续样本继续，不是精确恢复",
  "it chooses examples by index, and those of a stream come in order":
    "它按索引选取样本，而流中的样本只能按顺序读取",
  "it counts the labels of all examples; give the weights of a stream as numbers":
    "它要统计所有样本的标签；对流请直接给出数值权重",
  "nobody knows how long an epoch of this stream is; give a number of steps, or the stream a length":
    "此流一轮的长度未知；请给出步数，或为流声明 length",
  "its learning rate goes by the steps of an epoch, and nobody knows how many this stream has; give the stream a length, or choose a schedule that goes by epochs":
    "其学习率取决于一轮的步数，而此流的步数未知；请为流声明 length，或选择按轮变化的调度",
  "the function {0} of {1}": "{1} 的函数 {0}",
  "{0} is not exported as a function": "没有导出名为 {0} 的函数",
  "threw an error: {0}": "抛出错误：{0}",
  "cannot be called in a thread: {0}": "无法在线程中调用：{0}",
  "ran out of memory in its thread": "使其线程内存耗尽",
  "ended its thread: {0}": "使其线程终止：{0}",
  "ended its thread with code {0}": "使其线程以退出码 {0} 结束",
  "has not returned in {0} seconds": "{0} 秒内没有返回",
  "{0}, {1} example {2}": "{0}，{1} 的第 {2} 个样本",
  "{0}, a batch of {1}": "{0}，{1} 的一个批次",
  "it has no {0}, which the dataset declares": "缺少数据集所声明的 {0}",
  "{0} is a {1}, but the dataset declares {2}, a {3}": "{0} 是 {1}，而数据集声明为 {2}，即 {3}",
  "{0} holds {1} numbers, {2} expected ({3} × [{4}])":
    "{0} 有 {1} 个数，应为 {2} 个（{3} × [{4}]）",
  "it has {0}, which would be ignored: declare weighted: true with the label":
    "带有 {0}，但会被忽略：请在标签声明中加上 weighted: true",
  "it has {0}, which would be ignored: declare masked: true with the label":
    "带有 {0}，但会被忽略：请在标签声明中加上 masked: true",
  "{0} must be finite and not negative": "{0} 必须是有限的非负数",
  "its label {0} is {1}, but there are {2} classes, from 0":
    "标签 {0} 为 {1}，但只有 {2} 个类别（从 0 开始）",
  "its label is {0}, but there are {1} classes, from 0":
    "标签为 {0}，但只有 {1} 个类别（从 0 开始）",
  "holds samples that are not numbers": "含有非数值的采样",
  "is silent, or nearly so": "无声或近乎无声",
  "is shorter than one frame of {0} ms": "短于一帧（{0} 毫秒）",
  "was truncated while it was read": "读取过程中被截断",
  "{0} is not used and will be made again: {1}": "{0} 不再使用，将重新生成：{1}",
  "features could not be kept in {0} and will be computed again: {1}":
    "特征无法保存在 {0}，将重新计算：{1}",
  "features cannot be kept there, and are too many for memory; make room, or change data.cache_dir ({0})":
    "特征无法保存在该处，且内存放不下；请清理空间，或更换 data.cache_dir（{0}）",
  "{0} could not be tidied: {1}": "{0} 无法清理：{1}",
  "it is no file of features": "不是特征文件",
  "it is damaged": "已损坏",
  "its index makes no sense": "索引无效",
  "it holds the features of other parameters": "其中的特征使用了其他参数",
  "{0}/{1} to {2}": "{0}/{1} 移至 {2}",
  ", and {0} more": " 等，另有 {0} 个",
  "the fractions of data.split leave a split empty or a speaker untrained, so these recordings move: {0}{1}":
    "按 data.split 的比例会有空的划分或没有训练录音的说话人，因此移动以下录音：{0}{1}",
  "{0} of {1} bands would be too narrow to hold any frequency; use fewer, or a longer data.window_ms":
    "{1} 个频带中有 {0} 个过窄，不含任何频率；请减少频带，或增大 data.window_ms",
  "features can no longer be read from there; run again, and they are computed again ({0})":
    "无法再从该处读取特征；重新运行即会重新计算（{0}）",
  "{0}; lookaheads, lookbehinds and backreferences are left out, as matching them can take hours":
    "{0}；不支持前瞻、后顾和反向引用，因为匹配可能耗时数小时",
  "computing features, to be kept in {0}": "正在计算特征，保存在 {0}",
  "skipped {0}: it {1}": "已跳过 {0}：{1}",
  "none of its {0} recordings can be used ({1}); fix or remove the folder":
    "其 {0} 个录音均不可用（{1}）；请修复或移除该文件夹",
  "and {0} more files were skipped": "另有 {0} 个文件被跳过",
  " and of 1 more file": " 及另外 1 个文件",
  " and of {0} more files": " 及另外 {0} 个文件",
  "the channels of {0}{1} cancel each other out: the loudest is used instead of their mean":
    "{0}{1} 的各声道相互抵消：改用最响的声道，而不是平均值",
  "is not a file": "不是文件",
  "skipped {0}: it holds no recordings ({1})": "已跳过 {0}：没有录音（{1}）",
  "holds one speaker only, {0}": "只有一位说话人 {0}",
  "holds no recordings": "没有录音",
  "; at least two folders of recordings ({0}), one a speaker, are needed":
    "；至少需要两个录音文件夹（{0}），每位说话人一个",
  "there is no such folder; set data.root to a folder of speakers, or to null for synthetic voices":
    "没有此文件夹；请把 data.root 设为说话人文件夹，或设为 null 以使用合成语音",
  "is a link that leads nowhere": "是失效的链接",
  "may not be read: permission is denied": "无法读取：权限不足",
  "cannot be read: {0}": "无法读取：{0}",
  "{0}; write a regular expression, or null": "{0}；请填写正则表达式或 null",
  "leaves no training recordings of speaker {0}; change it, or add recordings":
    "使说话人 {0} 没有训练录音；请修改，或增加录音",
  "{0} recordings of {1} speakers are too few: each speaker needs one to train on, and validation {2} more. Add recordings, so that there are at least {3}":
    "{1} 位说话人的 {0} 个录音太少：每位说话人需要一个用于训练，验证集{2}。请增加录音，至少达到 {3} 个",
  "needs one": "还需要一个",
  "and test need one each": "和测试集还各需要一个",
  " beside those that data.split.test_pattern matches":
    "（不含 data.split.test_pattern 匹配的录音）",
  "synthetic voices cannot be kept there; change data.synthetic.folder ({0})":
    "合成语音无法保存在该处；请更换 data.synthetic.folder（{0}）",
  "is not a folder of synthetic voices: it has no {0}; move it away, or change data.synthetic.folder":
    "不是合成语音文件夹：缺少 {0}；请移走它，或更换 data.synthetic.folder",
  "the synthetic voices in {0} were changed and are made again":
    "{0} 中的合成语音被改动过，将重新生成",
  "making {0} recordings of each of {1} synthetic voices in {2}":
    "正在 {2} 中为 {1} 个合成语音各生成 {0} 个录音",
  "holds no samples": "没有采样",
  "but what would be padding is not zero": "但填充位不为零",
  "declares no channels": "声道数为零",
  "declares a sample rate of {0} Hz; from {1} to {2} can be read":
    "采样率为 {0} Hz；可读取 {1} 至 {2}",
  "has {0} chunks, and none with samples among them": "有 {0} 个块，但都不含采样",
  "has an incomplete fmt chunk": "fmt 块不完整",
  "has no fmt chunk": "没有 fmt 块",
  "has no data chunk": "没有 data 块",
  "an AIFF file": "AIFF 文件",
  "a big-endian RIFX file": "大端序 RIFX 文件",
  "a Wave64 file": "Wave64 文件",
  "a NIST SPHERE file": "NIST SPHERE 文件",
  "is empty": "为空",
  "Microsoft ADPCM": "微软 ADPCM",
  "{0}-bit samples of format {1}": "格式 {1} 的 {0} 位采样",
  "holds {0}: convert it to 16-bit PCM": "内容为 {0}：请转换为 16 位 PCM",
  "which do not go together": "两者不相符",
  "1 channel of {0} bits": "1 个 {0} 位声道",
  "{0} channels of {1} bits": "{0} 个 {1} 位声道",
  "declares {0}, {1} bytes a block and {2} a second, {3}: convert it to 16-bit PCM":
    "声明为 {0}，每块 {1} 字节，每秒 {2} 字节，{3}：请转换为 16 位 PCM",
  "has no single array of labels, which training.sampler and training.class_weights look at":
    "没有单一的标签数组，而 training.sampler 和 training.class_weights 要用到它",
  "a fraction from 0 to 1, or a whole number of examples": "0 到 1 之间的比例，或样本数（整数）",
  "there are {0} folds, from 0 to {1}": "共有 {0} 折，编号从 0 到 {1}",
  "keeps the order, so leave out the groups": "按顺序划分，不能同时使用分组",
  "names {0} splits for {1} examples": "给出了 {0} 个划分名，而样本有 {1} 个",
  "names the split {0}; there are {1}": "划分名 {0} 不存在；可用的有 {1}",
  "leaves no examples for {0} ({1}); divide otherwise, or add examples":
    "使 {0} 没有样本（{1}）；请更换划分方式，或增加样本",
  "{0}: {1}": "{0}：{1}",
  "stratify is for labels that are classes": "stratify 只适用于类别标签",
  "stratify would divide groups: leave out one of the two": "stratify 会拆开分组：二者只能用其一",
  "has length {0}, where the first has {1}": "长度为 {0}，而第一个为 {1}",
  "is {0}, where the first is a list": "是 {0}，而第一个元素是列表",
  "is {0}, no integer": "是 {0}，不是整数",
  "is {0}, no number": "是 {0}，不是数",
  "a list, where the first is a number": "列表，而第一个元素是数",
  "holds no numbers": "不含数值",
  "has {0} numbers, where the shape [{1}] has {2}": "有 {0} 个数，而形状 [{1}] 应有 {2} 个",
  "holds {0} at {1}, more than an int32 can": "第 {1} 个数为 {0}，超出 int32 的范围",
  "is a {0}; give float32, int32 or uint8": "是 {0}；请使用 float32、int32 或 uint8",
  "has another shape or type than that of train": "形状或类型与 train 的不同",
  "names no arrays": "没有给出数组",
  "y has no such array": "y 中没有这个数组",
  "holds no examples": "没有样本",
  "has {0} examples, where {1} has {2}": "有 {0} 个样本，而 {1} 有 {2} 个",
  "has {0} numbers, which is no multiple of {1} examples": "有 {0} 个数，不是样本数 {1} 的整数倍",
  "has {0} names for {1} examples": "有 {0} 个名称，而样本有 {1} 个",
  "names {0} groups for {1} examples": "给出了 {0} 个分组，而样本有 {1} 个",
  "{0}, example {1}": "{0} 的第 {1} 个样本",
  "holds {0}, which no model learns from; fill in what is missing, or leave the example out":
    "含有 {0}，无法用于训练；请填补缺失值，或去掉该样本",
  "has {0} entries for {1} labels": "有 {0} 项，而标签有 {1} 个",
  "its label is {0}": "标签为 {0}",
  "must be one number for each example, finite and not negative": "必须每个样本一个有限的非负数",
  "is of the class {0}, but the classes are {1}": "类别为 {0}，而已有的类别是 {1}",
  "is for a single input of float32": "只适用于单个 float32 输入"
}
