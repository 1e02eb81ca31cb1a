/** What the commands print, except about a run. */
export const cli = {
  "--backend or HOLDFAST_BACKEND is {0}; choose one of {1}":
    "--backend 或 HOLDFAST_BACKEND 的值 {0} 无效；可选：{1}",
  "runs would use the backend {0}, whose gradients are wrong on this machine; choose another with --backend NAME or HOLDFAST_BACKEND=NAME":
    "训练将使用后端 {0}，但它在本机的梯度有误；请用 --backend NAME 或 HOLDFAST_BACKEND=NAME 换用其他后端",
  "{0}, {1} available": "{0}，可用 {1}",
  "step: training a small time-delay network on 8 examples":
    "每步：用 8 个样本训练一个小型时延网络",
  "runs would not start: backend {0} is unavailable": "训练无法启动：后端 {0} 不可用",
  "runs use the backend {0}: {1}": "训练使用后端 {0}：{1}",
  "--backend NAME or HOLDFAST_BACKEND=NAME requests that backend, and fails if it is unavailable":
    "可用 --backend NAME 或 HOLDFAST_BACKEND=NAME 指定后端，若不可用则报错",
  platform: "平台",
  processor: "处理器",
  cores: "核心数",
  memory: "内存",
  truncated: "被截断",
  damaged: "已损坏",
  "not a checkpoint": "不是检查点",
  "unsupported version": "版本不支持",
  unreadable: "无法读取",
  intact: "完好",
  "header intact": "文件头完好",
  ", non-finite weights": "，权重含 NaN 或无穷大",
  "{0} finished, {1} steps into the next": "已完成 {0} 轮，下一轮已训练 {1} 步",
  "{0} in total": "共 {0} 步",
  "none yet": "暂无",
  "{0} in epoch {1}": "{0}，第 {1} 轮",
  "{0}, {1}{2}": "{0}，{1}{2}",
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
  deterministic: "可复现",
  yes: "是",
  no: "否",
  "yes, with {0}": "是，以{0}计算",
  stopped: "停止原因",
  config: "配置",
  shape: "形状",
  digest: "摘要",
  "{0} is not a supported shell; choose one of {1}": "不支持 shell {0}；可选：{1}",
  "{0}\ndid you mean {1}?": "{0}\n是否想输入 {1}？",
  "holdfast needs the package {0}, which is not installed. {1}":
    "holdfast 需要 {0} 包，但尚未安装。{1}",
  "holdfast works with {0} {1}, but would import {2}. {3}":
    "holdfast 需要 {0} {1}，但将导入的是 {2}。{3}",
  "it would import {0} {1}, but holdfast {2}; the two must be one copy. ":
    "它将导入 {0} {1}，而 holdfast 使用 {2}；两者必须是同一份。",
  ", then: npm dedupe": "，然后运行 npm dedupe",
  "In the project's folder, run: npm install {0}@{1}": "请在项目目录中运行：npm install {0}@{1}",
  "{0} (in {1})": "{0}（位于 {1}）",
  "pinned {0}: kept until holdfast unpin\n": "已固定 {0}：在 holdfast unpin 之前不会被清理\n",
  "unpinned {0}: retention may delete it again\n": "已取消固定 {0}：重新参与自动清理\n",
  "no such file; name a pipeline file, as in holdfast run pipelines/speaker.ts":
    "文件不存在；请指定流水线文件，例如 holdfast run pipelines/speaker.ts",
  "CommonJS TypeScript is not supported; rename the file to .ts or .mts":
    "不支持 CommonJS 的 TypeScript；请把文件扩展名改为 .ts 或 .mts",
  'the default export is {0}; a pipeline file ends with: export default Pipeline.make("name", stage, stage, …)':
    '默认导出{0}；流水线文件的结尾应为：export default Pipeline.make("name", stage, stage, …)',
  "not a pipeline": "不是流水线",
  "the package holdfast is not installed there; run npm install holdfast in that folder or one above":
    "该处未安装 holdfast 包；请在该目录或其上级目录中运行 npm install holdfast",
  "{0}, imported by {1}": "{0}（由 {1} 导入）",
  "error: {0}": "错误：{0}",
  "error: this is a bug in holdfast or in your pipeline\n{0}":
    "错误：这是 holdfast 或您的流水线的 bug\n{0}",
  "--grace is {0}; give a number of seconds greater than 0":
    "--grace 的值 {0} 无效；应为大于 0 的秒数",
  "config file {0}": "配置文件 {0}",
  "{0}\nsee {1}": "{0}\n参见 {1}",
  "; did you mean {0}?": "；是否想输入 {0}？",
  "there is no command {0}{1}": "没有命令 {0}{1}",
  "there is no option {0}{1}": "没有选项 {0}{1}",
  "missing argument <{0}>": "缺少参数 <{0}>",
  "unexpected argument {0}": "多余的参数 {0}",
  "{0} needs a value": "{0} 缺少值",
  "{0} takes no value": "{0} 不接受值",
  "{0} is given more than once": "{0} 重复出现",
  "{0} of {1} checkpoint is damaged or unreadable": "{1} 个检查点中有 {0} 个损坏或无法读取",
  "{0} of {1} checkpoints is damaged or unreadable": "{1} 个检查点中有 {0} 个损坏或无法读取",
  "{0} of {1} checkpoints are damaged or unreadable": "{1} 个检查点中有 {0} 个损坏或无法读取",
  ", ": "，",
  "--dry-run and --overfit do not go together; give one of them":
    "--dry-run 与 --overfit 不能同时使用；请只给其一",
  "--resume has no meaning for --dry-run and --overfit, which start from scratch; leave it out":
    "--dry-run 和 --overfit 从头开始，--resume 对它们没有意义；请去掉",
  "--{0} is {1}; give a number": "--{0} 为 {1}；请给出一个数",
  "a larger size would need more memory than there is": "更大的批次所需内存超过可用内存",
  "a step": "每步",
  "about {0} ({1})": "约 {0}（{1}）",
  "batch size": "批大小",
  disk: "磁盘",
  "dry run: two steps of everything, saved in a temporary folder, and resumed after step {0}":
    "试运行：每个环节两步，保存在临时文件夹中，并在第 {0} 步后恢复",
  "dry run: two steps of everything, saved in a temporary folder; there was nothing to resume":
    "试运行：每个环节两步，保存在临时文件夹中；没有可恢复的内容",
  "examples/s": "样本/秒",
  "larger sizes are slower": "更大的批次更慢",
  "loss by learning rate": "损失随学习率的变化",
  "no larger size was asked for, or there are no more training examples":
    "已到指定的最大值，或训练样本已用完",
  steps: "步数",
  "suggestion: {0}, the smallest that is within 5 % of the fastest":
    "建议：{0}，即速度与最快者相差不到 5% 的最小批大小",
  "suggestion: {0}, where the loss falls, well below {1}, where it is lowest":
    "建议：{0}，损失在此下降，且远低于损失最低处的 {1}",
  "test {0}": "测试 {0}",
  "the loss went from {0} to {1} in {2} steps on the same {3} batches: the model can learn them. Nothing is saved":
    "在同样的 {3} 个批次上训练 {2} 步，损失从 {0} 降到 {1}：模型能够学会。没有保存任何内容",
  "the run will take": "这次训练将需要",
  time: "时间",
  "training {0}": "训练 {0}",
  "validation {0}": "验证 {0}",
  "{0}: at most {1} checkpoints of {2} in {3}": "{0}：最多 {1} 个检查点，每个 {2}，位于 {3}",
  "{0}: {1} epochs of {2}, {3} each": "{0}：{1} 轮，每轮 {2} 步，每步 {3}",
  "--{0} is {1}; give an integer of at least 1": "--{0} 为 {1}；请给出不小于 1 的整数"
}
