/** What the commands say, other than of a run. */
export const cli = {
  "--backend or HOLDFAST_BACKEND is {0}; there are {1}":
    "--backend 或 HOLDFAST_BACKEND 为 {0}；可选 {1}",
  "runs would compute on {0}, whose gradients are wrong here; choose another with --backend NAME or HOLDFAST_BACKEND=NAME":
    "训练将使用 {0}，但它在本机的梯度有误；请用 --backend NAME 或 HOLDFAST_BACKEND=NAME 换用其他后端",
  "{0}, of which {1} can be had": "{0}，其中可用 {1}",
  "a step: of training a small time-delay network, on 8 examples":
    "每步：训练一个小型时延网络，8 个样本",
  "no run would start: backend {0} cannot be used": "训练无法启动：后端 {0} 不可用",
  "runs compute on {0}: {1}": "训练使用 {0}：{1}",
  "--backend NAME or HOLDFAST_BACKEND=NAME asks for another, which must then be there":
    "可用 --backend NAME 或 HOLDFAST_BACKEND=NAME 指定其他后端，指定的必须可用",
  platform: "平台",
  processor: "处理器",
  cores: "核心数",
  memory: "内存",
  "cut short": "被截断",
  damaged: "已损坏",
  "no checkpoint": "不是检查点",
  "other version": "其他版本",
  unreadable: "无法读取",
  whole: "完好",
  "header whole": "文件头完好",
  ", non-finite weights": "，权重非有限",
  "this help; after a command, the help on it": "本帮助；放在命令后则显示该命令的帮助",
  "the version": "版本",
  "{0} finished, {1} steps of the next done": "已完成 {0} 轮，下一轮已完成 {1} 步",
  "{0} in all": "共 {0} 步",
  "none yet": "暂无",
  "{0} in epoch {1}": "{0}，在第 {1} 轮",
  "{0}, {1} classes, {2}": "{0}，{1} 个类别，{2}",
  "{0} train, {1} validation, {2} test": "训练集 {0}，验证集 {1}，测试集 {2}",
  "there are no checkpoints in {0}": "{0} 中没有检查点",
  pinned: "已固定",
  epoch: "轮次",
  step: "步",
  age: "距今",
  size: "大小",
  file: "文件",
  health: "状态",
  saved: "保存时间",
  run: "训练",
  best: "最佳",
  data: "数据",
  backend: "后端",
  stopped: "停止原因",
  config: "配置",
  shape: "形状",
  digest: "摘要",
  "name one of the shells {0}{1}": "请指定 shell：{0}{1}",
  ", not {0}": "，而不是 {0}",
  "{0}\ndid you mean {1}?": "{0}\n是否想输入 {1}？",
  "holdfast needs the package {0}, which is not installed. {1}":
    "holdfast 需要包 {0}，但未安装。{1}",
  "holdfast works with {0} {1}, but would import {2}. {3}":
    "holdfast 需要 {0} {1}，但将导入的是 {2}。{3}",
  "it would import {0} {1}, but holdfast {2}; the two must be one copy. ":
    "它将导入 {0} {1}，而 holdfast 使用 {2}；两者必须是同一份。",
  ", then: npm dedupe": "，然后运行 npm dedupe",
  "In the project's folder, run: npm install {0}@{1}": "请在项目文件夹中运行：npm install {0}@{1}",
  "{0} (in {1})": "{0}（位于 {1}）",
  "pinned {0}: it is kept until holdfast unpin\n": "已固定 {0}：在 holdfast unpin 之前一直保留\n",
  "unpinned {0}: it goes when training.keep_last and the like no longer keep it\n":
    "已取消固定 {0}：不再被 training.keep_last 等规则保留时即删除\n",
  "there is no such file; name a pipeline's file, as in holdfast run pipelines/speaker.ts":
    "没有此文件；请指定流水线文件，例如 holdfast run pipelines/speaker.ts",
  "CommonJS TypeScript cannot be loaded; name the file .ts or .mts":
    "无法加载 CommonJS 的 TypeScript；请把文件命名为 .ts 或 .mts",
  'its default export is {0}; a pipeline\'s file ends in: export default Pipeline.make("name", stage, stage, …)':
    '其默认导出{0}；流水线文件的结尾应为：export default Pipeline.make("name", stage, stage, …)',
  "not a pipeline": "不是流水线",
  "the package holdfast cannot be found from there; npm install it in that folder or one above":
    "从该处找不到 holdfast 包；请在该文件夹或上级文件夹中用 npm install 安装",
  "{0}, which {1} imports": "{0}（由 {1} 导入）",
  "error: {0}": "错误：{0}",
  "error: this is a bug in holdfast or in your pipeline\n{0}":
    "错误：这是 holdfast 或您的流水线中的缺陷\n{0}",
  "--grace is {0}; it takes a number of seconds, more than 0": "--grace 为 {0}；应为大于 0 的秒数",
  "configuration {0}": "配置 {0}",
  "{0}\nsee {1}": "{0}\n参见 {1}",
  "; did you mean {0}?": "；是否想输入 {0}？",
  "there is no command {0}{1}": "没有命令 {0}{1}",
  "there is no option {0}{1}": "没有选项 {0}{1}",
  "{0} of {1} checkpoint is damaged or cannot be read": "{1} 个检查点中有 {0} 个已损坏或无法读取",
  "{0} of {1} checkpoints is damaged or cannot be read": "{1} 个检查点中有 {0} 个已损坏或无法读取",
  "{0} of {1} checkpoints are damaged or cannot be read": "{1} 个检查点中有 {0} 个已损坏或无法读取",
  "{0} needs a value": "{0} 需要一个值"
}
