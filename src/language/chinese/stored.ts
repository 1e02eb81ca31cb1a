/** Texts that files contain in English. */
export const stored = {
  "a run": "训练",
  "a trained model": "训练好的模型",
  "the config": "配置",
  "the config and the data": "配置和数据",
  "{0}: {1} parameters, batches of {2}": "{0}：{1} 个参数，每批 {2} 个",
  "{0}: {1} parameters, batches of {2} in {3} shards":
    "{0}：{1} 个参数，每批 {2} 个，分为 {3} 个分片",
  "data workers ({0})": "数据工作线程（{0} 个）",
  "{0} workers": "{0} 个工作线程",
  "{0}: batches of {1}, prepared": "{0}：准备批次，每批 {1} 个",
  "main thread": "主线程",
  "synthetic voices": "合成语音",
  "{0} has not fallen for {1} epochs": "{0} 已连续 {1} 轮未下降",
  "{0} has not risen for {1} epochs": "{0} 已连续 {1} 轮未上升",
  "gradient norm": "梯度范数",
  "weight norm": "权重范数"
}
