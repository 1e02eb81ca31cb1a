/** What the stages of a pipeline say. */
export const stages = {
  "the function {0}": "函数 {0}",
  "save the run, and the best model, when it is time to": "按时保存训练和最佳模型",
  "{0} has weights that are NaN or infinite": "{0} 的权重为 NaN 或无穷大",
  "stop when {0} has not fallen for {1} epochs": "{0} 连续 {1} 轮未下降则早停",
  "stop when {0} has not risen for {1} epochs": "{0} 连续 {1} 轮未上升则早停",
  "there is no best model to restore: the weights are those of the last epoch":
    "没有可恢复的最佳模型：权重为最后一轮的",
  "the weights of epoch {0}, the best, are restored": "已恢复最佳的第 {0} 轮权重",
  "an integer of at least 1": "整数 ≥ 1",
  "a number of at least 0": "数字 ≥ 0",
  "repeat for every epoch": "每轮重复",
  "the run had been stopped ({0}), which {1} would not do now: it resumes":
    "训练曾提前停止（{0}），按 {1} 现在的设置不会停止：继续训练",
  "the checkpoint was saved before the stage {0}, which the pipeline no longer has; put it back, or start from scratch with --resume never":
    "检查点停在阶段 {0} 之前，而流水线已没有该阶段；请加回，或用 --resume never 从头训练",
  "measure the best model on the {0} split": "在 {0} 集上评估最佳模型",
  "read and check the configuration": "读取并检查配置",
  "load and split the data": "加载并划分数据",
  "restore the best model": "恢复最佳模型",
  "resume an earlier run, or start a new one": "恢复之前的训练，或开始新的训练",
  "the data has changed: the current epoch starts again, and the run is no longer exact":
    "数据已改变：当前轮重新开始，结果不再与不中断时一致",
  "the checkpoint holds the state of another optimizer: {0} starts without one":
    "检查点中是另一优化器的状态：{0} 从初始状态开始",
  "the checkpoint holds no states that fit the stateful layer {0}: it starts with zeros, and the run is no longer exact":
    "检查点中没有适合有状态层 {0} 的状态：从零开始，结果不再与不中断时一致",
  "the run had been stopped ({0}); it resumes to the new training.num_epochs":
    "训练曾提前停止（{0}）；将继续到新的 training.num_epochs",
  "the number of threads was {0} for the checkpoint and is {1} now, which changes the results of {2}: the run is no longer exact to the bit, unless TF_NUM_INTRAOP_THREADS={3} is set":
    "检查点以 {0} 个线程计算，现在为 {1} 个线程，这会改变 {2} 的计算结果：除非设置 TF_NUM_INTRAOP_THREADS={3}，训练不再逐比特一致",
  "the checkpoint was computed deterministically, and without --deterministic this run is not: it is no longer exact to the bit":
    "检查点的计算是可复现的，而本次运行未加 --deterministic，不再可复现：训练不再逐比特一致",
  "the checkpoint is from the backend {0}, this is {1}: the run is no longer exact to the bit":
    "检查点来自后端 {0}，当前为 {1}：结果不再逐位一致",
  "the scheduler {0}": "学习率调度器 {0}",
  "advance the state of the learning rate schedule": "更新学习率调度器的状态",
  "note when {0} is the lowest so far": "记录 {0} 的最低值",
  "note when {0} is the highest so far": "记录 {0} 的最高值",
  "train on every example once, in a new order": "以新的顺序训练每个样本一次",
  "step {0} of epoch {1} has diverged and is skipped": "第 {1} 轮第 {0} 步发散，已跳过",
  "measure the loss and the metrics on the validation split": "在验证集上计算损失和指标",
  "{0}, with the weights of {1}": "{0}（使用 {1} 的权重）"
}
