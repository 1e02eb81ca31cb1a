export const series: Readonly<Record<string, string>> = {
  "has {0} dimensions, where a series has steps and channels":
    "是 {0} 维数组，而序列只有时间步和通道两维",
  "has {0} channels, where {1} has {2}": "有 {0} 个通道，而 {1} 有 {2} 个",
  "has {0} channels, where channels names {1}": "有 {0} 个通道，而 channels 给出 {1} 个名称",
  "has {0} numbers, which is no multiple of {1} channels": "有 {0} 个数，不是通道数 {1} 的整数倍",
  "names no series": "没有给出序列",
  "names {0} twice": "{0} 出现了两次",
  "{0}, step {1}": "{0}，第 {1} 步",
  'holds no number for channel {0}; fill it in, or leave out the windows that would see it: missing: "skip"':
    '通道 {0} 缺少数值；请补上，或舍弃会用到它的窗口：missing: "skip"',
  "holds {0} for channel {1}, which no model learns from": "通道 {1} 的值是 {0}，模型无法从中学习",
  "is {0}; give a whole number of at least {1}": "是 {0}；应为不小于 {1} 的整数",
  "{0} steps leave no windows of {1} for {2} ({3}); divide otherwise, or make windows shorter":
    "共 {0} 步，{2} 中没有长度为 {1} 的窗口（{3}）；请改变划分，或缩短窗口",
  "names no channel": "没有给出通道",
  "{0} is no channel; they are {1}": "没有通道 {0}；现有通道：{1}",
  "does not divide by time, and windows overlap: what is tested on would be known from training; use Split.ordered":
    "不是按时间划分；窗口相互重叠，测试数据会出现在训练中；请使用 Split.ordered",
  "steps {0} to {1}": "第 {0} 至 {1} 步"
}
