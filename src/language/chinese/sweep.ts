/** What is said of sweeps, on one machine and on several. */
export const sweep = {
  "all of the first {0} trials failed, so the sweep ends; the first with: {1}\nwhat each has printed is in its output.log. To start over, remove the folder of the sweep":
    "前 {0} 个试验全部失败，超参数搜索到此结束；第一个的错误：{1}\n各试验的输出在其 output.log 中。要重新开始，请删除超参数搜索的文件夹",
  "no trial in {0} has a value yet; see holdfast sweep status {1}":
    "{0} 中还没有试验得出数值；请查看 holdfast sweep status {1}",
  "where every draw of the search starts, instead of the seed in the file":
    "搜索中所有随机抽取的种子，代替文件中的 seed",
  "--seed is {0}; give an integer": "--seed 为 {0}；请给出整数",
  "Search hyperparameters: train many trials of a pipeline, and compare them":
    "超参数搜索：训练一个流水线的多个试验并比较",
  "train the trials; Ctrl+C saves and stops, the same again resumes":
    "训练各试验；Ctrl+C 保存并停止，再次运行同一命令即可继续",
  "two trials at once; the outcomes are those of one": "同时训练两个试验；结果与逐个训练相同",
  "list the trials and how far each is": "列出各试验及其进度",
  "show the best trial, and how to train it on": "显示最佳试验，以及如何继续训练它",
  "have it save and stop, from another terminal": "从另一个终端让它保存并停止",
  "train trials 3 and 7, which were stopped early, to their last epoch":
    "把提前停止的试验 3 和 7 训练到最后一轮",
  "the sweep's file, TypeScript or JSON; or status, best, stop or revive, followed by the folder of a sweep":
    "超参数搜索的文件，TypeScript 或 JSON；或 status、best、stop、revive，后跟超参数搜索的文件夹",
  "the folder of the sweep, or its address s3://bucket/prefix; and for revive the numbers of trials":
    "超参数搜索的文件夹，或其地址 s3://bucket/prefix；revive 还需试验编号",
  "how many trials to train at once; default: the cores of this machine, at most the sweep's parallel, and with --database none: that only submits the sweep":
    "同时训练多少个试验；默认为本机核数，不超过超参数搜索的 parallel；使用 --database 时默认为零，即只提交搜索",
  "submit it for the workers of several machines, see holdfast worker":
    "提交给多台机器的工作进程，见 holdfast worker",
  "a search or scheduler of its own is for one machine: the workers of a database do not have it; leave out --database, or choose one of Holdfast's":
    "自定义的搜索算法或调度器只能在一台机器上使用：数据库的工作进程没有它；请去掉 --database，或选用 Holdfast 自带的",
  "sweep {0} is finished: holdfast sweep status {1}\n":
    "超参数搜索 {0} 已完成：holdfast sweep status {1}\n",
  "sweep {0} is in the database {1}; start workers with: holdfast worker --database {2}\n":
    "超参数搜索 {0} 已在数据库 {1} 中；启动工作进程：holdfast worker --database {2}\n",
  "has no sweep {0}; submit it with holdfast sweep --database":
    "没有超参数搜索 {0}；请用 holdfast sweep --database 提交",
  "no such file here, and the sweep {0} trains it; start the worker in the project's folder, as the sweep was":
    "此处没有该文件，而超参数搜索 {0} 要训练它；请与提交搜索时一样在项目文件夹中启动工作进程",
  "the sweep {0} of this database did not begin there; name another checkpoint_dir":
    "该数据库中的超参数搜索 {0} 并非从那里开始；请另指定 checkpoint_dir",
  "this machine has no records of a sweep in {0}, which would be in {1}: name its database with --database, or ask in the folder and on the machine that it runs from":
    "本机没有 {0} 中超参数搜索的记录（应在 {1}）：请用 --database 指定其数据库，或在运行它的机器和文件夹中查询",
  "how many trials, instead of those in the file; more of them extend a sweep":
    "试验数，代替文件中的值；增大它可扩展已有的超参数搜索",
  "take over the folder at once from a process whose state cannot be checked (other host or container); use only if it is dead":
    "从无法检查其状态的进程（其他主机或容器）立即接管文件夹；仅在它已终止时使用",
  "print each event as a line of JSON; of status and best, the result":
    "将每个事件打印为一行 JSON；对 status 和 best 则打印结果",
  "have every trial save, and stop; again, a second later: quit at once":
    "让所有试验保存并停止；一秒后再次发送：立即退出",
  "A sweep is a function of its file and seed: whatever is killed, and however many workers there are, it resumes to the same trials with the same bits. Its folder is checkpoints/ and its name, with a run in a folder for each trial: holdfast ui, runs and compare show them.":
    "超参数搜索由其文件和种子完全决定：无论什么被终止、有多少工作进程，继续后都得到相同的试验，逐位一致。其文件夹为 checkpoints/ 加名称，每个试验是其中一个文件夹里的运行：可用 holdfast ui、runs 和 compare 查看。",
  "missing folder of the sweep": "缺少超参数搜索的文件夹",
  "{0} is not the number of a trial; give one or several, as holdfast sweep status shows them":
    "{0} 不是试验编号；请给出一个或多个编号，见 holdfast sweep status",
  "sweep {0}": "超参数搜索 {0}",
  "sweep {0}: resumed after {1} tickets": "超参数搜索 {0}：已完成 {1} 项，现在继续",
  "trials are in {0}, {1} trained at once; watch them: holdfast ui {2}":
    "试验在 {0} 中，同时训练 {1} 个；查看：holdfast ui {2}",
  ", from trial {0} after epoch {1}": "，从试验 {0} 第 {1} 轮之后开始",
  "trial {0} to epoch {1}{2}: {3}\n": "试验 {0} 训练到第 {1} 轮{2}：{3}\n",
  "trial {0} failed: {1}\n": "试验 {0} 失败：{1}\n",
  "trial {0} after epoch {1}: {2} {3}, best {4}": "试验 {0} 第 {1} 轮后：{2} {3}，最佳 {4}",
  "trial {0} is in use by another process; it is tried again\n":
    "试验 {0} 正被另一进程使用；稍后重试\n",
  "stopped; the same command resumes it\n": "已停止；同一命令可继续\n",
  "finished: {0} trials completed, {1} failed; the best one: holdfast sweep best {2}\n":
    "完成：{0} 个试验完成，{1} 个失败；最佳试验：holdfast sweep best {2}\n",
  "finished: {0} trials completed, {1} stopped early, {2} failed; the best one: holdfast sweep best {3}\n":
    "完成：{0} 个试验完成，{1} 个提前停止，{2} 个失败；最佳试验：holdfast sweep best {3}\n",
  "the pipeline reads no config (Stages.loadConfig), so a sweep has nothing to vary":
    "该流水线不读取配置（Stages.loadConfig），超参数搜索没有可变的内容",
  "the default export is {0}; a sweep's file ends with: export default Sweep.make({ name, pipeline, space, trials })":
    "默认导出{0}；超参数搜索的文件以 export default Sweep.make({ name, pipeline, space, trials }) 结尾",
  "not a sweep": "不是超参数搜索",
  "no such file; name a sweep's file, as in holdfast sweep sweep.ts, or one of status, best, stop and revive":
    "没有这个文件；请指定超参数搜索的文件，如 holdfast sweep sweep.ts，或 status、best、stop、revive 之一",
  "does not exist; see holdfast sweep status": "不存在；请查看 holdfast sweep status",
  "is {0}; only a trial that is paused can be revived":
    "的状态为 {0}；只有暂停（paused）的试验可以恢复训练",
  "is in use by another process; try again when that has ended":
    "正被另一进程使用；请在其结束后重试",
  "sweep {0}: {1}; search {2}, scheduler {3}; {4}, {5}\n":
    "超参数搜索 {0}：{1}；搜索算法 {2}，调度器 {3}；{4}，{5}\n",
  trial: "试验",
  state: "状态",
  "from trial {0}, epoch {1}": "从试验 {0} 第 {1} 轮开始",
  "trial {0}: {1} {2}, after {3} epochs": "试验 {0}：{1} {2}，共 {3} 轮",
  "checkpoint: {0}": "检查点：{0}",
  "train it for as many epochs again: {0}": "再训练同样的轮数：{0}",
  "sweep {0} saves its trials and stops\n": "超参数搜索 {0} 保存各试验并停止\n",
  "sweep {0} is not running; there is nothing to stop\n": "超参数搜索 {0} 没有在运行；无需停止\n",
  "end after epoch N: save, and exit with 0; the config, and so the schedule, stays that of the full run, which resumes exactly":
    "在第 N 轮结束后停止：保存并以 0 退出；配置和学习率计划仍是完整运行的，之后精确续训",
  "its process was ended by {0} {1} times at the same step: {2}":
    "其进程在同一步被 {0} 终止了 {1} 次：{2}",
  "train 5 epochs and save; without the option, the same run resumes later":
    "训练 5 轮并保存；之后不带此选项即可续训同一次运行",
  "--until-epoch is for a real run, which resumes later; leave out --dry-run and --overfit":
    "--until-epoch 用于之后会续训的真实运行；请去掉 --dry-run 和 --overfit",
  "{0} is finite in none of its epochs": "{0} 在所有轮中都不是有限值",
  'a name of a folder: letters, digits, ".", "_" and "-", at most 100':
    '文件夹名称：字母、数字、"."、"_" 和 "-"，最多 100 个字符',
  "damaged; remove the line, and what it recorded is computed again from the trials' checkpoints":
    "已损坏；请删除这一行，其中记录的内容会根据试验的检查点重新计算",
  "the epochs of trial {0} have no finite {1}; metric can be one of {2}":
    "试验 {0} 的各轮没有有限的 {1}；metric 可以是 {2} 之一",
  "trial {0} {1}": "试验 {0} {1}",
  "{0} has no intact checkpoint of epoch {1}, from which a trial is to start; restore it, or start the sweep under another name":
    "{0} 没有第 {1} 轮的完好检查点，而有试验要从它开始；请恢复它，或以另一个名称开始超参数搜索",
  "{0} holds a sweep of this name whose {1} is {2}, not {3}: change it back to resume that sweep, or give this one another name":
    "{0} 中已有同名的超参数搜索，其 {1} 为 {2}，而不是 {3}：要恢复它请改回原值，否则请给这个超参数搜索另起名称",
  "{0} holds no sweep; name the folder of one: checkpoints/ and the sweep's name, unless its checkpoint_dir says otherwise":
    "{0} 中没有超参数搜索；请指定它的文件夹：checkpoints/ 加上其名称，除非 checkpoint_dir 另有指定",
  "{0}, line {1}: {2}": "{0} 第 {1} 行：{2}",
  "{0}: line {1} cannot be read, and is left out": "{0}：第 {1} 行无法读取，已略去",
  "four at once": "同时训练四个",
  "not the folder of the sweep {0}; start the worker in the project's folder, as the sweep was, and make checkpoint_dir a folder that all machines see, or a bucket: s3://bucket/prefix":
    "不是超参数搜索 {0} 的文件夹；请与提交搜索时一样在项目文件夹中启动工作进程，并把 checkpoint_dir 设为所有机器都能访问的文件夹，或存储桶：s3://bucket/prefix",
  "save the trials and give them to other workers; again, a second later: quit at once":
    "保存各试验并交给其他工作进程；一秒后再次发送：立即退出",
  "Start it in the project's folder, on as many machines as you like: each needs the same files, and the folder, or bucket, of the sweep's checkpoints. The password is best in PGPASSWORD or ~/.pgpass. holdfast sweep --database submits a sweep.":
    "在项目文件夹中启动，机器数量不限：每台机器都需要相同的文件，并能访问搜索的检查点文件夹或存储桶。密码最好放在 PGPASSWORD 或 ~/.pgpass 中。用 holdfast sweep --database 提交搜索。",
  "the PostgreSQL database by which several machines share sweeps, such as postgres://USER@HOST:5432/NAME; default: HOLDFAST_DATABASE":
    "多台机器共享超参数搜索所用的 PostgreSQL 数据库，例如 postgres://USER@HOST:5432/NAME；默认取 HOLDFAST_DATABASE",
  "the database answers again": "数据库恢复响应",
  "the database {0} cannot be reached: {1}. Check that the server runs and that this machine may connect to it":
    "无法连接数据库 {0}：{1}。请确认服务器正在运行，并允许本机连接",
  "the database {0} refuses: {1}": "数据库 {0} 拒绝：{1}",
  "the sweeps in the database {0} are of a newer Holdfast ({1}); install it here as well":
    "数据库 {0} 中的搜索来自更新版本的 Holdfast（{1}）；请在本机也安装该版本",
  "Train trials of the sweeps in a database, on this machine":
    "在本机训练数据库中各超参数搜索的试验",
  "train one trial after the other; Ctrl+C saves, and others resume it":
    "逐个训练试验；Ctrl+C 保存，由其他工作进程继续",
  "worker {0} of {1}: waits for trials, one at a time": "工作进程 {0}（{1}）：等待试验，每次一个",
  "worker {0} of {1}: waits for trials, {2} at a time":
    "工作进程 {0}（{1}）：等待试验，同时 {2} 个",
  "end when all sweeps are finished, as in a job of Slurm or Kubernetes":
    "所有搜索完成后退出，适用于 Slurm 或 Kubernetes 作业",
  "exit when no sweep of the database is left to work on, instead of waiting for one":
    "数据库中没有可训练的搜索时退出，而不是继续等待",
  "how long a trial is left to this worker when it no longer answers, from 3; default: 7":
    "本工作进程停止响应后，其试验保留多少秒，最少 3；默认 7",
  "how many trials to train at once; default: 1": "同时训练多少个试验；默认 1",
  "--claim-timeout is {0}; give a number of seconds from 3 to 86400":
    "--claim-timeout 为 {0}；请给出 3 到 86400 之间的秒数",
  "--database is missing; give the address of the sweeps' PostgreSQL database, such as postgres://USER@HOST:5432/NAME, there or in HOLDFAST_DATABASE":
    "缺少 --database；请用它或 HOLDFAST_DATABASE 给出搜索所在 PostgreSQL 数据库的地址，例如 postgres://USER@HOST:5432/NAME",
  "--database needs the package {0}, which is not installed. In the project's folder, run: npm install {1}@{2}":
    "--database 需要 {0} 包，但尚未安装。请在项目文件夹中运行：npm install {1}@{2}",
  "--workers is {0}; give a number of trials from 1 to 999":
    "--workers 为 {0}；请给出 1 到 999 之间的试验数",
  "{0} is not the address of a PostgreSQL database; give one such as postgres://USER@HOST:5432/NAME, its password in PGPASSWORD or ~/.pgpass":
    "{0} 不是 PostgreSQL 数据库的地址；请给出如 postgres://USER@HOST:5432/NAME 的地址，密码放在 PGPASSWORD 或 ~/.pgpass 中",
  "{0}: trial {1} failed": "{0}：试验 {1} 失败",
  "{0}: trial {1} finished its epochs: {2}": "{0}：试验 {1} 已完成其轮次：{2}",
  "{0}: trial {1} is in use by another process; tried again":
    "{0}：试验 {1} 正被另一进程使用；稍后重试",
  "{0}: trial {1} saved, and given back": "{0}：试验 {1} 已保存并交还",
  "{0}: trial {1} started, until epoch {2}": "{0}：试验 {1} 开始，训练到第 {2} 轮",
  "{0}: trial {1} stopped, because its claim was not renewed in time; whoever comes first resumes it":
    "{0}：试验 {1} 已停止，因为未能及时续约；由最先到来的工作进程继续",
  "{0}: trial {1} taken over from a worker that no longer answers, until epoch {2}":
    "{0}：从停止响应的工作进程接管试验 {1}，训练到第 {2} 轮",
  "{0}; tried again every half second": "{0}；每半秒重试一次"
}
