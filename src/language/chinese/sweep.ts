/** What is said of the files of sweeps. */
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
  "{0}: line {1} cannot be read, and is left out": "{0}：第 {1} 行无法读取，已略去"
}
