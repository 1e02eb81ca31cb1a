/** What is said of the files of sweeps. */
export const sweep = {
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
