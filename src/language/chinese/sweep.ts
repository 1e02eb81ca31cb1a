/** What is said of sweeps, on one machine and on several. */
export const sweep = {
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
    "{0} 没有第 {1} 轮的完好检查点，而有试验要从它开始；请恢复它，或以另一个名称开始超参搜索",
  "{0} holds a sweep of this name whose {1} is {2}, not {3}: change it back to resume that sweep, or give this one another name":
    "{0} 中已有同名的超参搜索，其 {1} 为 {2}，而不是 {3}：要恢复它请改回原值，否则请给这个超参搜索另起名称",
  "{0} holds no sweep; name the folder of one: checkpoints/ and the sweep's name, unless its checkpoint_dir says otherwise":
    "{0} 中没有超参搜索；请指定它的文件夹：checkpoints/ 加上其名称，除非 checkpoint_dir 另有指定",
  "{0}, line {1}: {2}": "{0} 第 {1} 行：{2}",
  "{0}: line {1} cannot be read, and is left out": "{0}：第 {1} 行无法读取，已略去",
  "four at once": "同时训练四个",
  "not the folder of the sweep {0}; start the worker in the project's folder, as the sweep was, and put checkpoint_dir where all machines see it: on a shared folder or in a bucket":
    "不是超参搜索 {0} 的文件夹；请与提交搜索时一样在项目文件夹中启动工作进程，并把 checkpoint_dir 放在所有机器都能访问的位置：共享文件夹或存储桶",
  "save the trials and give them to other workers; again, a second later: quit at once":
    "保存各试验并交给其他工作进程；一秒后再次发送：立即退出",
  "Start it in the project's folder, on as many machines as you like: each needs the same files, and the folder or bucket of the sweep's checkpoints. The password is best in PGPASSWORD or ~/.pgpass. holdfast sweep --database submits a sweep.":
    "在项目文件夹中启动，机器数量不限：每台机器都需要相同的文件，并能访问搜索的检查点文件夹或存储桶。密码最好放在 PGPASSWORD 或 ~/.pgpass 中。用 holdfast sweep --database 提交搜索。",
  "the PostgreSQL database by which several machines share sweeps, such as postgres://USER@HOST:5432/NAME; default: HOLDFAST_DATABASE":
    "多台机器共享超参搜索所用的 PostgreSQL 数据库，例如 postgres://USER@HOST:5432/NAME；默认取 HOLDFAST_DATABASE",
  "the database answers again": "数据库恢复响应",
  "the database {0} cannot be reached: {1}. Check that the server runs and that this machine may connect to it":
    "无法连接数据库 {0}：{1}。请确认服务器正在运行，并允许本机连接",
  "the database {0} refuses: {1}": "数据库 {0} 拒绝：{1}",
  "the sweeps in the database {0} are of a newer Holdfast ({1}); install it here as well":
    "数据库 {0} 中的搜索来自更新版本的 Holdfast（{1}）；请在本机也安装该版本",
  "Train trials of the sweeps in a database, on this machine": "在本机训练数据库中各超参搜索的试验",
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
