/** What is said of tables. */
export const tables = {
  'a label must be there: "error" or "skip"': '标签不能缺失：请用 "error" 或 "skip"',
  "and {0} more rows were skipped": "另有 {0} 行被跳过",
  "bytes {0} to {1} are asked for, of {2}": "要求读取第 {0} 至 {1} 字节，而文件只有 {2} 字节",
  "column {0} is empty": "列 {0} 为空",
  "column {0} {1}": "列 {0} {1}",
  "each row of a table": "表格的每一行",
  "has more than {0} different values, too many for a category":
    "有超过 {0} 个不同的值，不能作为类别",
  "has no column {0}; it has {1}{2}": "没有列 {0}；现有的列：{1}{2}",
  "has quotes that do not go together": "引号不匹配",
  "has several columns {0}": "有多个名为 {0} 的列",
  "has {0} bytes, where {1} rows have {2}": "有 {0} 字节，而 {1} 行应有 {2} 字节",
  "has {0} cells, where the header has {1}": "有 {0} 个单元格，而表头有 {1} 个",
  "holds no file whose name ends in {0}": "没有以 {0} 结尾的文件",
  "holds no row that can be used: {0}": "没有可用的行：{0}",
  "holds no rows": "没有数据行",
  "is damaged at row {0}": "第 {0} 行已损坏",
  "is no Parquet file that can be read: {0}": "不是可读取的 Parquet 文件：{0}",
  "is no object of cells by column": "不是以列名为键的对象",
  "is not UTF-8; set the encoding of the file": "不是 UTF-8；请设置文件的 encoding",
  "is {0}": "是 {0}",
  "is {0}, neither true nor false": "是 {0}，既不是真也不是假",
  "is {0}, no date such as 2026-11-27": "是 {0}，不是 2026-11-27 这样的日期",
  "is {0}, which is none of {1}": "是 {0}，不在 {1} 之中",
  "is {0}; allowed: {1}": "是 {0}；允许：{1}",
  "it declares {0} rows, and row groups of {1}": "声明有 {0} 行，而各行组共有 {1} 行",
  "its footer would have {0} bytes": "其页脚声明有 {0} 字节",
  "its header, line {0}, {1}": "表头（第 {0} 行）{1}",
  "its line {0} is longer than {1} characters: is it a CSV file, with lines that end in LF or CRLF?":
    "第 {0} 行超过 {1} 个字符：这是以 LF 或 CRLF 换行的 CSV 文件吗？",
  "line {0}": "第 {0} 行",
  "names no column": "没有给出列",
  "names no column as an input": "没有作为输入的列",
  "names no file": "没有给出文件",
  "reading {0} once, to be kept in {1}": "正在读取 {0}（仅此一次），保存在 {1}",
  "row {0}": "第 {0} 行",
  "rows cannot be kept there, and are too many for memory; make room, or change cache_dir ({0})":
    "行无法保存在该处，且内存放不下；请清理空间，或更换 cache_dir（{0}）",
  "rows {0} to {1} are {2} only": "第 {0} 至 {1} 行实际只有 {2} 行",
  "skipped {0}": "已跳过 {0}",
  "there is no encoding {0}; give one such as utf-8, latin1 or utf-16le":
    "没有编码 {0}；请使用 utf-8、latin1、utf-16le 等",
  "{0} is no column that columns declares; it declares {1}":
    "columns 没有声明列 {0}；已声明的有 {1}",
  "{0} is the label": "{0} 是标签",
  "{0} is {1}; a column is a number, a boolean, a date, a text or a union of texts":
    "{0} 是 {1}；列只能是数、布尔值、日期、文本或文本的联合",
  "{0}, {1}": "{0}，{1}",
  "{0}, {1}: {2}": "{0}，{1}：{2}",
  '{0}; correct it, or have damaged rows left out: damaged: "skip"':
    '{0}；请更正，或用 damaged: "skip" 跳过损坏的行',
  "{0}; remove it, and it is made again": "{0}；请删除它，之后会重新生成"
}
