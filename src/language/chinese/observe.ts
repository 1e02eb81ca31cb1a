/** What the terminal shows of a run. */
export const observe = {
  "an observer has failed: {0}": "观察者出错：{0}",
  "an observer was too slow: it has not seen the last {0} events":
    "观察者太慢，最后 {0} 个事件未处理",
  "{0} ms": "{0} 毫秒",
  "{0} s": "{0} 秒",
  "{0} min {1} s": "{0} 分 {1} 秒",
  "{0} h {1} min": "{0} 小时 {1} 分",
  "{0} min": "{0} 分钟",
  "{0} h": "{0} 小时",
  "{0} d": "{0} 天",
  unknown: "未知",
  "epoch {0}/{1}": "第 {0}/{1} 轮",
  "warning: {0}": "警告：{0}",
  "backend {0}: {1}": "计算后端 {0}：{1}",
  "{0} classes, ": "{0} 个类别，",
  "dataset {0}: {1}{2} training, {3} validation and {4} test examples":
    "数据集 {0}：{1}训练集 {2} 个样本，验证集 {3} 个，测试集 {4} 个",
  "{0}: {1} in the checkpoint, {2} in the config; using the config":
    "{0}：检查点中为 {1}，配置中为 {2}；以配置为准",
  "{0}: {1} in the checkpoint, {2} in the config; using the checkpoint":
    "{0}：检查点中为 {1}，配置中为 {2}；以检查点为准",
  "{0} epochs of {1} steps, {2} parameters": "共 {0} 轮，每轮 {1} 步，{2} 个参数",
  "training from scratch: {0}": "从头训练：{0}",
  "training: {0}": "训练：{0}",
  "metrics of each epoch: training/validation": "各轮指标：训练集/验证集",
  "saved {0} ({1}, {2} ms)": "已保存 {0}（{1}，{2} 毫秒）",
  "{0}, labels by guesses:": "{0}，行为标签，列为预测：",
  "{0}, weights of epoch {1}: ": "{0}，第 {1} 轮的权重：",
  validating: "验证中",
  testing: "测试中",
  "loss {0}": "损失 {0}",
  "ETA {0}": "剩余 {0}",
  "ETA {0}, run {1}": "剩余 {0}，全程 {1}",
  "after epoch {0}": "完成 {0} 轮后",
  "at epoch {0}, step {1}": "第 {0} 轮第 {1} 步",
  "Found an earlier run: {0}": "发现之前的训练：{0}",
  "{0}, saved {1}": "{0}，保存于 {1}",
  "not validated yet": "尚未验证",
  "best validation loss {0}": "最佳验证损失 {0}",
  "its weights are NaN or infinite: training cannot recover from them":
    "其权重含 NaN 或无穷大：从这里继续训练没有意义",
  "Resume from it? [Y/n] ": "从该检查点恢复训练吗？[Y/n] ",
  "Please answer y or n. [Y/n] ": "请回答 y（是）或 n（否）。[Y/n] ",
  "no terminal to ask on: resuming from {0}, {1}": "没有终端可供询问，直接从 {0} 恢复训练，{1}",
  "resuming from {0}, {1}": "从 {0} 恢复训练，{1}",
  "moved the earlier checkpoints to {0}": "之前的检查点已移至 {0}",
  "resumed {0}; moved the later checkpoints to {1}": "已恢复到{0}；之后的检查点已移至 {1}",
  "stopping after this step, then saving; press Ctrl+C again to quit without saving":
    "完成当前步后保存并停止；再按一次 Ctrl+C 则不保存，立即退出",
  "npx has ended and does not forward SIGTERM: stopping and saving, as on SIGTERM\nin services and containers, start node_modules/.bin/holdfast directly":
    "npx 已退出且不转发 SIGTERM：按收到 SIGTERM 处理，保存并停止\n在服务和容器中请直接启动 node_modules/.bin/holdfast",
  "the {0} s of --grace are over: exiting with unfinished work":
    "--grace 规定的 {0} 秒已到，尚未完成，立即退出",
  "stopped {0}; saved {1}": "已在{0}停止，已保存 {1}",
  "stopped by {0} {1}; saved {2}": "收到 {0}，已在{1}停止，已保存 {2}",
  "resume with: {0}": "恢复训练：{0}",
  "stopped before training began; nothing to save": "在训练开始前停止，无需保存",
  "stopped by {0} before training began; nothing to save": "收到 {0}，在训练开始前停止，无需保存",
  "run it again with: {0}": "重新运行：{0}",
  "training.num_epochs is {0}": "training.num_epochs 为 {0}",
  "already finished after epoch {0}: {1}": "训练已在第 {0} 轮后结束：{1}",
  "to continue, raise training.num_epochs, or return to the best epoch with other settings: --resume best":
    "要继续训练，请调大 training.num_epochs；或修改其他设置，用 --resume best 回到最佳轮次",
  "to continue, raise the patience of {0} or training.num_epochs, or return to the best epoch with other settings: --resume best":
    "要继续训练，请调大 {0} 的 patience 或 training.num_epochs；或修改其他设置，用 --resume best 回到最佳轮次",
  "finished after epoch {0}, {1}": "训练完成，共 {0} 轮，用时 {1}",
  ", stopped early: {0}": "，提前结束：{0}",
  "; best {0} in epoch {1}": "；最佳 {0}，第 {1} 轮"
}
