/** Messages about the log of a run. */
export const runlog = {
  "{0} does not exist; a run writes it as soon as it trains, unless training.run_log is false":
    "{0} 不存在；训练一开始就会写入该日志，除非 training.run_log 为 false",
  "{0} cannot be read: {1}": "{0} 无法读取：{1}",
  "{0} is not the log of a run: no line of it is one that a run writes":
    "{0} 不是训练日志：其中没有一行是训练写入的",
  "{0} is of version {1}, this release reads version {2}; update holdfast":
    "{0} 的版本为 {1}，当前版本的 Holdfast 只能读取版本 {2}；请升级 holdfast",
  "the log of the run cannot be written: {0}. Training continues; the log is tried again, and lacks the oldest steps if that takes long":
    "无法写入训练日志：{0}。训练继续；稍后会重试，若时间过长，日志会缺少最早的若干步",
  "another process has written to {0}, so this run writes no more to it. Training continues":
    "另一个进程写入了 {0}，因此本次运行不再写入该日志。训练继续"
}
