/** The texts of `--help`. */
export const help = {
  "Training with TensorFlow.js that stops at any moment and resumes exactly.":
    "可随时中断、精确恢复的 TensorFlow.js 训练。",
  "{0}.": "{0}。",
  "{0}:": "{0}：",
  "Usage: {0}": "用法：{0}",
  "Usage: holdfast <command> …": "用法：holdfast <command> …",
  Examples: "示例",
  Arguments: "参数",
  Options: "选项",
  Signals: "信号",
  Commands: "命令",
  "show this help": "显示本帮助",
  "show this help; after a command, the help on it": "显示本帮助；放在命令之后则显示该命令的帮助",
  "print the version": "显示版本号",
  "the pipeline file, TypeScript or JavaScript": "流水线文件，TypeScript 或 JavaScript",
  "print each event as a line of JSON": "每个事件输出一行 JSON",
  "print the tree as JSON": "以 JSON 输出阶段树",
  "print the list as JSON": "以 JSON 输出列表",
  "print the result as JSON": "以 JSON 输出结果",
  "print everything but the tensors' values as JSON": "以 JSON 输出除张量数值以外的全部内容",
  "Run a pipeline, resuming from its latest checkpoint": "运行流水线，从最新的检查点恢复",
  "train; Ctrl+C saves and stops": "训练；按 Ctrl+C 保存并停止",
  "resume without asking": "不询问，直接恢复",
  "change the config": "修改配置",
  "arguments for the pipeline, such as files; put its options after --":
    "传给流水线的参数，例如文件；流水线自己的选项放在 -- 之后",
  "the config file; default: config.json here, else beside the pipeline or in a folder above it":
    "配置文件；默认依次查找当前目录、流水线所在目录及其上级目录中的 config.json",
  "set a config field; may be repeated": "设置一个配置项；可重复使用",
  "latest, best or a path: resume from that checkpoint; auto: from the latest, if there is one; never: start from scratch; ask: the default":
    "latest、best 或路径：从该检查点恢复；auto：若有最新检查点则从它恢复；never：从头训练；ask：询问（默认）",
  "resume even if the data differs from the checkpoint's": "即使数据与检查点的不同也恢复训练",
  "compute on {0}; default: HOLDFAST_BACKEND, else that of training.backend or of the checkpoint, else the faster one (webgpu only on request)":
    "用 {0} 计算；默认：HOLDFAST_BACKEND，其次为 training.backend 或检查点所用的后端，再次为较快的一个（webgpu 须明确指定）",
  "exit within this many seconds of SIGTERM, even if work is unfinished; default: 25":
    "收到 SIGTERM 后最多等待的秒数，超时立即退出；默认 25",
  "exit with 75 instead of 143 when SIGTERM stops the run, so that a scheduler which goes by the exit code starts it again":
    "被 SIGTERM 停止时以 75 而不是 143 退出，让按退出码判断的调度器重新启动训练",
  "take over the checkpoint folder at once from a process whose state cannot be checked (other host or container); use only if it is dead. Without this, the lock is taken over 30 seconds after its last renewal":
    "立即接管被其他主机或容器的进程占用、且无法确认其状态的检查点目录；仅在确定该进程已退出时使用。不加此选项时，锁在最后一次续期 30 秒后自动接管",
  "show only warnings and results": "只显示警告和结果",
  "save and stop; again, a second later: quit at once": "保存并停止；一秒后再次收到则立即退出",
  "save after the current step, and continue": "完成当前步后保存，并继续训练",
  "npx and npm do not forward SIGTERM: start node_modules/.bin/holdfast directly in services and containers.":
    "npx 和 npm 不会转发 SIGTERM：在服务和容器中请直接启动 node_modules/.bin/holdfast。",
  "Draw the stages of a pipeline without running it": "显示流水线的各个阶段，但不运行",
  "draw the tree of stages": "显示阶段树",
  "List the checkpoints in a folder, newest first": "列出目录中的检查点，最新的在前",
  "list the checkpoints in checkpoints/": "列出 checkpoints/ 中的检查点",
  "the folder; default: checkpoints": "目录；默认为 checkpoints",
  "list reads only headers; verify reads every byte.": "list 只读取文件头；verify 读取每个字节。",
  "Show what is in a checkpoint: position, metrics, tensors, config":
    "显示检查点的内容：训练位置、指标、张量、配置",
  "show its contents": "显示其内容",
  "the same, for programs": "同上，供程序使用",
  "the checkpoint file": "检查点文件",
  "Verify every byte of a checkpoint, or of all in a folder":
    "逐字节校验一个检查点，或目录中的所有检查点",
  "verify every checkpoint in the folder": "校验目录中的所有检查点",
  "verify one checkpoint": "校验一个检查点",
  "a checkpoint file, or a folder of checkpoints": "检查点文件，或检查点目录",
  "The exit code is 1 if any checkpoint is damaged or unreadable.":
    "若有检查点损坏或无法读取，退出码为 1。",
  "Keep a checkpoint permanently, exempt from retention": "永久保留一个检查点，不被自动清理",
  "keep the current best": "保留当前的最佳模型",
  "the checkpoint file, by any of its names": "检查点文件，可用其任一文件名",
  "Let retention delete a pinned checkpoint again": "取消固定，检查点重新参与自动清理",
  "unpin this checkpoint": "取消固定该检查点",
  "Check the available backends: correctness of gradients, and speed":
    "检查可用的计算后端：梯度是否正确，速度如何",
  "compute the same bits whatever the number of cores, and on GPUs, which takes longer; wasm always does":
    "无论核数多少、在 GPU 上也计算出逐比特相同的结果，耗时更长；wasm 始终如此",
  "check every backend, and show which one runs would use": "检查所有后端，并显示训练将使用哪一个",
  "check that this backend is available": "检查该后端是否可用",
  "The check takes up to ten seconds. The exit code is 1 if the backend that runs would use is unavailable or computes wrong gradients, or the storage cannot keep checkpoints.":
    "检查最多需要十秒。若训练将使用的后端不可用或梯度错误，或存储无法保存检查点，退出码为 1。",
  "Show the help on a command": "显示命令的帮助",
  "the same as holdfast run --help": "等同于 holdfast run --help",
  "the command; default: list all of them": "命令；默认列出全部命令",
  "Print the version": "显示版本号",
  "the same as holdfast --version": "等同于 holdfast --version",
  "Print a shell script that completes commands and options": "输出补全命令和选项的 shell 脚本",
  "for bash": "用于 bash",
  "for zsh, after compinit": "用于 zsh，放在 compinit 之后",
  "for fish": "用于 fish",
  "bash, zsh or fish": "bash、zsh 或 fish",
  "Find a batch size: time steps with larger and larger batches":
    "寻找批大小：用越来越大的批次计时",
  "Find a learning rate: train with rising ones, and see where the loss falls":
    "寻找学习率：逐步升高学习率，看损失在何处下降",
  "Stops where memory is short, or larger batches are slower. Trains from scratch in memory: no checkpoint is read or written; Ctrl+C ends it at any time.":
    "内存不足或更大的批次更慢时停止。在内存中从头训练：不读写任何检查点，随时可用 Ctrl+C 结束。",
  "Trains from scratch in memory, up to four times the lowest loss. No checkpoint is read or written; Ctrl+C ends it at any time.":
    "在内存中从头训练，直到损失达到最低值的四倍。不读写任何检查点，随时可用 Ctrl+C 结束。",
  "between 32 and 512": "在 32 到 512 之间",
  "draw the loss by the learning rate, and suggest one": "画出损失随学习率的变化，并给出建议",
  "more steps, up to 1": "更多步，直到 1",
  "print the suggestion and every size as JSON": "以 JSON 输出建议和每个批大小",
  "print the suggestion and every step as JSON": "以 JSON 输出建议和每一步",
  "run two steps of everything, saving and resuming included, in a temporary folder; then say what the run will take: steps, time, memory, disk":
    "在临时文件夹中把每个环节各跑两步，包括保存和恢复；然后给出这次训练所需的步数、时间、内存和磁盘",
  "see whether the model can learn one batch": "看模型能否学会一个批次",
  "show speed and memory by batch size, and suggest one": "列出各批大小的速度和内存，并给出建议",
  "steps from the first to the last; default: 100": "从最低到最高共多少步；默认 100",
  "the first batch size, doubled from then on; default: 8": "最初的批大小，之后逐次加倍；默认 8",
  "the first learning rate; default: 1e-7": "最低学习率；默认 1e-7",
  "the largest batch size; default: all training examples": "最大的批大小；默认为全部训练样本",
  "the last learning rate; default: 10": "最高学习率；默认 10",
  "timed steps of each size; default: 3": "每个批大小计时的步数；默认 3",
  "train on the same N batches in memory, and report whether the loss gets near zero; exit code 1 if not":
    "在内存中反复训练同样的 N 个批次，报告损失是否接近零；否则退出码为 1",
  "try two steps of everything, and estimate the run": "每个环节试跑两步，并估算整次训练",
  "Draw the learning rates of a run, without training": "画出一次训练的学习率，不作训练",
  "by its config and its data": "按其配置与数据",
  "with another schedule": "换一种调度",
  "by a config alone, without a pipeline and its data": "只凭配置，不用流水线及其数据",
  "the pipeline file; without it, the config is read with the built-in schedules":
    "流水线文件；不给时按内置调度读取配置",
  "steps of an epoch, instead of loading the data; without a pipeline, default: 100":
    "每轮的步数，给出后不加载数据；没有流水线时默认为 100",
  "print the rates as JSON, of at most 1000 steps": "以 JSON 输出学习率，至多 1000 步",
  "A schedule that goes by a metric, such as plateau, is drawn as if the metric always improved.":
    "按指标调整的调度（如 plateau）按指标一直改善来画。",
  "assumed: 100 steps an epoch; give --steps-per-epoch, or the pipeline":
    "假定每轮 100 步；请用 --steps-per-epoch 指定，或给出流水线",
  first: "起始",
  highest: "最高",
  lowest: "最低",
  last: "最后",
  "learning rate by epoch: {0}, {1} epochs of {2} steps":
    "各轮的学习率：{0}，共 {1} 轮，每轮 {2} 步",
  "{0} goes by {1}: drawn as if it always improved": "{0} 依 {1} 调整：此处按其一直改善来画",
  "train, validation or test; default: validation": "train、validation 或 test；默认 validation",
  "--split is {0}; choose one of {1}": "--split 为 {0}；可选 {1}",
  "Measure a checkpoint on a split, or each that a run saves":
    "在某个划分上评估检查点，或评估训练保存的每个检查点",
  "measure the best model on the test split": "在测试集上评估最佳模型",
  "validate each checkpoint of a run in another terminal": "验证另一个终端中训练保存的每个检查点",
  "latest, best or a path; default: best": "latest、best 或路径；默认 best",
  "wait for checkpoints of a run in another process, and measure each, until it has ended":
    "等待另一进程中的训练保存检查点并逐个评估，直到训练结束",
  "print each measurement as a line of JSON": "每次评估输出一行 JSON",
  "Trains nothing, and changes no checkpoint. A watching process computes on a core of its own.":
    "不训练，也不改动任何检查点。等待检查点的进程在自己的核上计算。",
  "what to call the run in lists and curves; kept when it is resumed without one":
    "该次运行的名称，显示在列表和曲线中；恢复时不写则沿用",
  "--{0} is empty; give a word or leave it out": "--{0} 为空；请给出内容，或去掉该选项",
  "--name, --tag and --notes are for a real run, which has a log; leave out --dry-run and --overfit":
    "--name、--tag 和 --notes 用于有日志的真实运行；请去掉 --dry-run 和 --overfit",
  "a word to find the run by; may be repeated": "用于查找该次运行的标签；可重复",
  "a note about the run, such as what it is to show": "关于该次运行的说明，例如它要验证什么",
  "give the run a name and tags, by which lists and curves show it":
    "给运行起名并加标签，列表和曲线据此显示",
  "--workers is for a real run, whose time --profile cannot see in other threads; leave out --dry-run, --overfit and --profile":
    "--workers 只用于真正的运行，而且 --profile 看不到其他线程中的时间；请去掉 --dry-run、--overfit 和 --profile",
  "--workers is {0}; give a number of threads up to 64, or auto":
    "--workers 为 {0}；请给出不超过 64 的线程数，或 auto",
  "compute the steps in N worker threads, which leaves the main thread free; auto: as many as there are shards and cores, where they are faster. See training.shards":
    "由 N 个工作线程计算各步，主线程保持空闲；auto：线程数不超过分片数和核数，并且只在更快时使用。参见 training.shards",
  "train on two cores; the bits are those of one": "用两个核训练；结果与单核逐位相同"
}
