/** `holdfast runs`, `compare`, `plot` and `report`. */
export const runs = {
  ", smoothed by {0}": "，平滑 {0}",
  "--follow draws on a terminal, and this is none; leave it out":
    "--follow 需要在终端上绘图，而当前不是终端；请去掉该选项",
  "--max-size is {0}; give a number of megabytes greater than 0":
    "--max-size 为 {0}；请给出大于 0 的兆字节数",
  "--smooth is {0}; give a number from 0 to 0.99": "--smooth 为 {0}；请给出 0 到 0.99 之间的数",
  "--status is {0}; choose one of {1}": "--status 为 {0}；可选值：{1}",
  "--where is {0}; give a condition such as best<0.3 or training.learning_rate=0.01":
    "--where 为 {0}；请给出条件，如 best<0.3 或 training.learning_rate=0.01",
  "--x is {0}; choose one of {1}": "--x 为 {0}；可选值：{1}",
  "As wide as the terminal. A column that has several points is drawn from the lowest to the highest, so that no peak is lost; smoothed, as their mean. holdfast ui shows the same in a browser.":
    "图与终端同宽。一列包含多个点时，从最小值画到最大值，不丢失任何尖峰；平滑后只画均值。holdfast ui 在浏览器中显示同样的曲线。",
  "Compare runs: config, metrics, curves and checkpoints": "比较多次运行：配置、指标、曲线和检查点",
  "Draw the curves of a run in the terminal": "在终端中绘制一次运行的曲线",
  "The trials of a sweep are one row, unless --trials, a condition or the folder of the sweep asks for them. Fields are name, folder, status, tags, notes, parent, sweep, pipeline, backend, host, epoch, epochs, global_step, best, seconds, started, updated, warnings, each field of the config by its path, and each metric, of which it is the last value. Quote conditions: the shell takes < for itself.":
    "一个超参数搜索的所有试验合为一行；用 --trials、给出条件或指定该搜索的文件夹时，每个试验各占一行。可用字段：name、folder、status、tags、notes、parent、sweep、pipeline、backend、host、epoch、epochs、global_step、best、seconds、started、updated、warnings，以路径表示的各配置字段，以及各指标（取最后一个值）。条件请加引号，否则 shell 会解释 <。",
  "List the runs in a folder and below it, newest first": "列出目录及其子目录中的运行，最新的在前",
  "Of the config, what differs is shown; of metrics, the last value of each run, and what the second has more than the first.":
    "配置只显示不同的字段；指标显示每次运行的最后一个值，以及第二次减第一次的差。",
  "The file has the pages of holdfast ui, with all that they show: curves, config, checkpoints, confusion matrix, and the worst-classified examples with their recordings and spectrograms, the worst first, as many as fit. A browser opens it without a server and without a network. It names the machine and the paths of the run.":
    "文件包含 holdfast ui 页面的全部内容：曲线、配置、检查点、混淆矩阵，以及分类最差的样本及其录音和频谱图（从最差的开始，直到达到大小上限）。浏览器可直接打开，无需服务器和网络。其中含有运行所在的机器名和路径。",
  "Write a run or a sweep as one HTML file, to send to somebody":
    "把一次运行或超参数搜索写成单个 HTML 文件，便于发送给他人",
  "a column for each field of the config in which the runs differ":
    "为各次运行取值不同的每个配置字段增加一列",
  "a column more for each of these fields, with commas between them":
    "为这些字段各增加一列，以逗号分隔",
  "a file of at most 5 MB": "文件不超过 5 MB",
  "again and again while it trains": "训练期间持续刷新",
  "by their names, with one curve": "以名称指定，只画一条指标曲线",
  "compare it with this run, too; may be repeated": "同时与这次运行比较；可重复给出",
  "compared with another run": "与另一次运行比较",
  "config: all fields are the same": "配置：所有字段相同",
  curve: "曲线",
  "draw again while the run trains, until it has ended; Ctrl+C ends this, not the run":
    "训练期间持续刷新，直到训练结束；Ctrl+C 只结束绘图，不影响训练",
  "draw the curves of this metric; may be repeated; default: loss, and what validation measures":
    "绘制该指标的曲线；可重复给出；默认为 loss 和验证指标",
  "draw this run, too; may be repeated": "同时绘制这次运行；可重复给出",
  "draw values on a logarithmic scale": "纵轴使用对数坐标",
  folder: "目录",
  "for programs": "供程序使用",
  host: "主机",
  "in the opposite order": "按相反顺序",
  "left out: {0}": "未包含：{0}",
  "list the runs below this folder": "列出当前目录下的运行",
  metric: "指标",
  "metrics, last values": "指标（最后的值）",
  "metrics: none is recorded yet": "指标：尚无记录",
  "more runs": "更多运行",
  "name the file to write, such as -o report.html": "请指定要写入的文件，如 -o report.html",
  "no run has a field {0}{1}\nthe fields are {2}": "没有运行包含字段 {0}{1}\n可用字段：{2}",
  "none of {0} runs is as asked": "{0} 次运行中没有符合条件的",
  "nothing is recorded of {0} yet: its folder has no events.ndjson, or no step in it":
    "{0} 尚无记录：其目录中没有 events.ndjson，或其中还没有任何一步",
  "one metric, smoothed, by powers of ten": "单个指标，平滑，对数坐标",
  "only the good ones, the best first": "只列出较好的，最好的在前",
  "only those that train now": "只列出正在训练的",
  "only those with such a field: name=base*, best<0.3, training.batch_size>=64; may be repeated":
    "只列出字段符合条件的运行：name=base*、best<0.3、training.batch_size>=64；可重复给出",
  "only those with this tag; may be repeated": "只列出带有该标签的运行；可重复给出",
  "only those: {0}": "只列出该状态的运行：{0}",
  pipeline: "流水线",
  "print the differences as JSON": "以 JSON 输出差异",
  "print the points of the curves as JSON": "以 JSON 输出曲线上的点",
  "print the runs as JSON, with all of their fields": "以 JSON 输出各次运行的全部字段",
  remarks: "备注",
  "replace the file if it exists": "文件已存在时覆盖",
  "smooth curves by a moving average: from 0 to 0.99; default: 0":
    "以滑动平均平滑曲线：0 到 0.99；默认为 0",
  "sort by this field, those without it last": "按该字段排序，没有该字段的排在最后",
  started: "开始时间",
  status: "状态",
  "step, epoch or time, which is that of training; default: step":
    "step、epoch 或 time（训练时间）；默认为 step",
  tags: "标签",
  "the file to write; default: report.html": "要写入的文件；默认为 report.html",
  "the folder of a run, or the name of a run below this folder":
    "运行的目录，或当前目录下某次运行的名称",
  "the folder; default: this one": "目录；默认为当前目录",
  "the height in lines; default: 16": "图的高度（行数）；默认为 16",
  "the largest file to write, in megabytes; default: 20": "文件大小上限，单位兆字节；默认为 20",
  "the losses of training and validation": "训练损失和验证损失",
  "the metrics; default: loss and val_loss": "指标；默认为 loss 和 val_loss",
  "the page is not built: {0} is missing. Install Holdfast again or, in its repository, run npm run build":
    "页面尚未构建：缺少 {0}。请重新安装 Holdfast；在源码仓库中请运行 npm run build",
  "the report takes {0} even with coarse curves and without recordings, more than the {1} of --max-size; raise it, or compare fewer runs":
    "即使减少曲线的点数并去掉录音，报告也需要 {0}，超过 --max-size 的 {1}；请调大该值，或减少比较的运行",
  "the run to compare it with": "与之比较的运行",
  "there are no checkpoints": "没有检查点",
  "there are no runs in {0}: no folder there has events.ndjson or checkpoints. Train one with holdfast run, or name another folder":
    "{0} 中没有运行：没有任何目录包含 events.ndjson 或检查点。请先用 holdfast run 训练，或指定其他目录",
  "there is no positive value to draw yet": "尚无可绘制的正值",
  "there is no run {0} in {1}{2}\nname a folder of checkpoints, or a run by its name: holdfast runs lists them":
    "{1} 中没有运行 {0}{2}\n请指定检查点目录或运行的名称；holdfast runs 列出所有运行",
  "there is no value to draw yet": "尚无可绘制的值",
  "two runs by their folders": "以目录指定两次运行",
  "two runs in one chart": "在一张图中绘制两次运行",
  "warning: {0} has more runs than these; name a folder in it":
    "警告：{0} 中还有更多运行未列出；请指定其中的目录",
  warnings: "警告",
  "where the x axis begins; seconds of time": "横轴的起点；横轴为时间时以秒计",
  "where the x axis ends": "横轴的终点",
  "with a field of the config and the last value of a metric": "附加一个配置字段和一个指标的最后值",
  "with the config fields in which they differ": "附加取值不同的配置字段",
  "writes report.html": "写入 report.html",
  "wrote {0}, {1}; open it in a browser": "已写入 {0}，{1}；请用浏览器打开",
  "{0} by {1}": "{0}，横轴为{1}",
  "{0} exists; name another file with -o, or replace it with --force":
    "{0} 已存在；请用 -o 指定其他文件，或用 --force 覆盖",
  "{0} has no metric {1}{2}\nit has {3}": "{0} 没有指标 {1}{2}\n已有指标：{3}",
  "{0} is a file; name the folder of the run": "{0} 是文件；请指定运行的目录",
  "{0} is more than one run; name one of these folders: {1}":
    "{0} 对应多次运行，请指定其中一个目录：{1}",
  "{0} recordings, for which there is no room (--max-size)": "{0} 段录音，受 --max-size 限制",
  "{0} recordings, which cannot be read from this folder": "{0} 段录音，从当前目录无法读取",
  "{0}, {1} ago": "{0}（{1}前）",
  "a row for each trial of a sweep": "超参数搜索的每个试验各占一行",
  "of a sweep, with its best trial": "超参数搜索的报告，附其最佳试验",
  search: "搜索",
  "the folder of a run or of a sweep, or the name of one below this folder":
    "运行或超参数搜索的文件夹，或当前文件夹下某个的名称",
  "the trials of a sweep, the best first, with their parameters":
    "超参数搜索的试验及其参数，最佳的在前",
  "trial {0}": "试验 {0}",
  trials: "试验",
  "{0} failed": "{0} 个失败"
}
