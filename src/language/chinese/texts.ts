/** What is said of texts and their tokens. */
export const texts = {
  "and {0} more texts were skipped": "另有 {0} 条文本被跳过",
  "has a NUL character: is it a text?": "含有 NUL 字符：它是文本吗？",
  "has a label that {0}": "的标签有误：{0}",
  "has a text of more than {0} characters": "的文本超过 {0} 个字符",
  "has a text that is none, but {0}": "的文本不是字符串，而是 {0}",
  "has an empty text": "的文本为空",
  "has no field {0}; it has {1}": "没有字段 {0}；它有 {1}",
  "has no label": "没有标签",
  "has no text": "没有文本",
  "has {0} bytes, more than {1}, which every checkpoint would hold; take a tokenizer of fewer tokens":
    "有 {0} 字节，超过 {1}，而每个检查点都要保存它；请换用词元更少的分词器",
  "has {0} bytes, {1} expected": "有 {0} 字节，应为 {1} 字节",
  "holds no .txt files in folders by class; of a table, name the columns text and label":
    "按类别划分的文件夹中没有 .txt 文件；如果是表格，请用 text 和 label 指明列名",
  "holds no text that can be used: {0}": "没有可用的文本：{0}",
  "holds no text": "不含文本",
  "is damaged at byte {0}": "在第 {0} 字节处损坏",
  "is longer than {0} characters": "超过 {0} 个字符",
  "is missing; name the column of labels": "缺失；请指明标签所在的列",
  "is missing; name the column of texts": "缺失；请指明文本所在的列",
  "is no JSON object": "不是 JSON 对象",
  "is no object of fields": "不是由字段组成的对象",
  "is no tokenizer that can be used: {0}": "不是可用的分词器：{0}",
  "is not text in UTF-8": "不是 UTF-8 文本",
  "is not that of texts, which Dataset.fromText and Dataset.fromCorpus make":
    "不是 Dataset.fromText 或 Dataset.fromCorpus 生成的文本预处理",
  "is {0}; give a whole number of tokens": "为 {0}；请给出词元个数（正整数）",
  "leaves no {0} tokens in a row for {1}; divide otherwise, take a smaller length, or add texts":
    "没有给 {1} 留下连续的 {0} 个词元；请换一种划分方式、减小 length，或增加文本",
  "makes {0} examples of {1}, of which there can be {2}; take a larger one":
    "会产生 {0} 个 {1} 样本，而最多只能有 {2} 个；请取更大的值",
  "reading {0} and {1} more files once, to be kept in {2}":
    "正在读取 {0} 及另外 {1} 个文件（仅此一次），结果保存在 {2}",
  "tokens cannot be kept there, and are too many for memory; make room, or change cache_dir ({0})":
    "词元无法保存在该处，且内存放不下；请清理空间，或更换 cache_dir（{0}）",
  "{0} of {1} texts have more than {2} tokens and are cut":
    "{1} 条文本中有 {0} 条超过 {2} 个词元，已被截断",
  "{0}, token {1}": "{0}，第 {1} 个词元",
  '{0}; correct it, or have damaged texts left out: damaged: "skip"':
    '{0}；请更正，或用 damaged: "skip" 跳过损坏的文本',
  'the mode of {0} is {1}; give "mean" or "max"': '{0} 的 mode 为 {1}；请用 "mean" 或 "max"',
  "{0} takes a sequence and its mask: [[batch, time, width], [batch, time]]":
    "{0} 接受一个序列及其掩码：[[batch, time, width], [batch, time]]",
  "takes the maximum of the steps that a mask leaves, which no layer of Keras 3 does; take the mean, or export as ONNX":
    "取掩码保留的各步的最大值，Keras 3 没有这样的层；请改用平均值，或导出为 ONNX",
  "a text, for a model of texts; may be repeated": "一条文本，用于文本模型；可重复给出",
  "a text, or --best letter.txt": "一条文本；也可用 --best letter.txt",
  "the model takes no texts": "该模型不接受文本"
}
