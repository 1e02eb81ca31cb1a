/** What `--help` says. */
export const help = {
  "Training with TensorFlow.js that stops at any moment and goes on exactly":
    "可随时停止并精确恢复的 TensorFlow.js 训练",
  "{0}.": "{0}。",
  "{0}:": "{0}：",
  "Usage: {0}": "用法：{0}",
  "Usage: holdfast <command> …": "用法：holdfast <command> …",
  Examples: "示例",
  Arguments: "参数",
  Options: "选项",
  Signals: "信号",
  Commands: "命令",
  "the pipeline's file, TypeScript or JavaScript": "流水线文件，TypeScript 或 JavaScript",
  "print {0} as JSON": "以 JSON 输出{0}",
  "this help": "本帮助",
  "Run a pipeline, going on from where an earlier run was stopped":
    "运行流水线，并从之前停止处恢复训练",
  "train; Ctrl+C saves and stops": "训练；按 Ctrl+C 保存并停止",
  "go on without being asked": "不询问，直接恢复训练",
  "change the config": "修改配置",
  "arguments for the pipeline": "传给流水线的参数",
  "what the pipeline is to be told, files say; options only after --":
    "传给流水线的参数，例如文件；选项须放在 -- 之后",
  "the configuration, by default config.json here, else the one beside the pipeline or in a folder above it":
    "配置文件；默认为当前文件夹的 config.json，否则为流水线旁或其上级文件夹中的",
  "set a field of the configuration; may be repeated": "设置一个配置项；可重复使用",
  "latest, best or a path: go on from that checkpoint; never: start from scratch; ask: as without the option":
    "latest、best 或路径：从该检查点恢复训练；never：从头训练；ask：与不带此选项相同",
  "go on with data other than the checkpoint's": "数据与检查点不同也继续训练",
  "compute on {0}; by default what HOLDFAST_BACKEND says, or the fastest there is but webgpu":
    "计算后端：{0}；默认取 HOLDFAST_BACKEND，否则为除 webgpu 外最快的",
  "stop within so many after SIGTERM, by default 25; then the process ends, whatever is still going on":
    "收到 SIGTERM 后须在该秒数内停止，默认 25；超时则立即结束进程",
  "take over a folder of checkpoints from another host's process at once, if you know it to be gone; else that is done when it has not renewed its lock for 30 seconds":
    "立即接管另一台主机的进程占用的检查点文件夹，须确知该进程已不存在；否则在其锁 30 秒未续期后自动接管",
  "show warnings and results only": "只显示警告和结果",
  "print a JSON object an event": "每个事件输出一个 JSON 对象",
  "save and stop; again, a second later: quit at once": "保存并停止；一秒后再次收到：立即退出",
  "save after this training step, and go on": "在当前训练步之后保存，并继续训练",
  "npx and npm do not pass SIGTERM on: start node_modules/.bin/holdfast itself in services and containers.":
    "npx 和 npm 不转发 SIGTERM：在服务和容器中请直接启动 node_modules/.bin/holdfast。",
  "Draw the stages of a pipeline without running any": "显示流水线的各个阶段，不运行",
  "the tree of its stages": "阶段树",
  "the tree": "阶段树",
  "List the checkpoints in a folder, the newest first": "列出文件夹中的检查点，最新的在前",
  "the checkpoints of config.json's default folder": "config.json 默认文件夹中的检查点",
  "the folder, by default checkpoints": "文件夹，默认为 checkpoints",
  "the list": "列表",
  "It reads no more than their headers: verify looks at every byte.":
    "只读取文件头；verify 检查每个字节。",
  "Show what is in a checkpoint: position, metrics, tensors, config":
    "显示检查点的内容：位置、指标、张量、配置",
  "what is in it": "其内容",
  "the same, for programs": "同上，供程序使用",
  "the checkpoint's file": "检查点文件",
  "everything but the tensors' values": "除张量数值外的全部内容",
  "Check every byte of a checkpoint, or of each in a folder":
    "逐字节校验一个检查点，或文件夹中的每一个",
  "each checkpoint in the folder": "文件夹中的每个检查点",
  "this one": "这一个",
  "a checkpoint's file, or a folder of them": "检查点文件，或其所在文件夹",
  "what was found": "结果",
  "It exits with 1 if any is damaged or cannot be read.": "若有损坏或无法读取的，退出码为 1。",
  "Keep a checkpoint for ever, whatever keep_last and the like say":
    "永久保留一个检查点，不受 keep_last 等规则影响",
  "what is the best now": "当前的最佳模型",
  "the checkpoint's file, by any of its names": "检查点文件，可用其任一名称",
  "Let a pinned checkpoint go when its time has come": "取消固定检查点，使其重新受保留规则约束",
  "that one": "该检查点",
  "Check the available backends: correctness of gradients, and speed":
    "检查可用的后端：梯度是否正确，速度如何",
  "the backends of this machine, and the one chosen": "本机的后端，以及所选的后端",
  "whether this one can be had": "该后端是否可用",
  "the backend to ask for: {0}; by default what HOLDFAST_BACKEND says":
    "要使用的后端：{0}；默认取 HOLDFAST_BACKEND",
  "It takes up to ten seconds, and exits with 1 if the backend that a run would take computes wrong gradients or cannot be had.":
    "最多需要十秒；若训练将使用的后端梯度有误或不可用，退出码为 1。",
  "Show the help on a command": "显示命令的帮助",
  "the same as holdfast run --help": "等同于 holdfast run --help",
  "the command; without one, all of them": "命令；省略则列出全部命令",
  "Print the version": "显示版本",
  "the same as holdfast --version": "等同于 holdfast --version",
  "Print a script that completes commands and options in a shell":
    "输出 shell 的命令与选项补全脚本",
  "for bash": "用于 bash",
  "for zsh, after compinit": "用于 zsh，放在 compinit 之后",
  "for fish": "用于 fish",
  "bash, zsh or fish": "bash、zsh 或 fish"
}
