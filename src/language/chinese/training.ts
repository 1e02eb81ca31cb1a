/** What is said of training, models and their errors. */
export const training = {
  "{0}. Restored {1}, after epoch {2}; the learning rate is multiplied by {3} from here on":
    "{0}。已恢复 {1}（第 {2} 轮之后）；此后学习率乘以 {3}",
  "The batch from {0} already holds values that are not finite": "来自 {0} 的批次中已有非有限值",
  "The first weight out of range is {0}": "首个超出范围的权重是 {0}",
  "The first gradient out of range is that of {0}": "首个超出范围的梯度属于 {0}",
  "epoch {0}": "第 {0} 轮",
  "epoch {0}, step {1}": "第 {0} 轮第 {1} 步",
  "training diverged in {0}: {1} is {2}": "训练在{0}发散：{1} 为 {2}",
  "{0} steps in a row were skipped before": "此前已连续跳过 {0} 步",
  "the run was restored {0} times before": "此前已恢复 {0} 次",
  "Look for NaN and infinite values in the data": "请检查数据中的 NaN 和无穷大",
  "Lower training.learning_rate (the rate was {0}), let it warm up (training.warmup_steps), limit the gradients (training.gradient_clip), or look for extreme values in the data":
    "请调低 training.learning_rate（当时为 {0}），设置预热（training.warmup_steps），裁剪梯度（training.gradient_clip），或检查数据中的极端值",
  'Lower training.learning_rate (the rate was {0}), let it warm up (training.warmup_steps), limit the gradients (training.gradient_clip), look for extreme values in the data, or set training.on_divergence to "restore" or "skip"':
    '请降低 training.learning_rate（当时为 {0}），使用预热（training.warmup_steps），裁剪梯度（training.gradient_clip），检查数据中的极端值，或把 training.on_divergence 设为 "restore" 或 "skip"',
  " So far, {0}.": "{0}。",
  ", and ": "，",
  "\n{0}.\nNothing of the diverged state is saved; ": "\n{0}。\n发散的状态不会保存；",
  "there is no earlier checkpoint.": "没有更早的检查点。",
  "the last good checkpoint is {0}.": "最后一个正常的检查点是 {0}。",
  unexpected: "多余",
  missing: "缺失",
  "other shape": "形状不同",
  "{0} holds another model than the config describes:\n\n{1}\n\nSet the model section of the config back to that of the checkpoint (holdfast inspect {2} shows it), or start this model from scratch with --resume never, which moves the earlier checkpoints aside.":
    "{0} 中的模型与配置所述不同：\n\n{1}\n\n请把配置的 model 部分改回检查点中的（用 holdfast inspect {2} 查看），或用 --resume never 从头训练此模型，之前的检查点会移入 archive。",
  "the checkpoint does not hold these weights of the model, or not in their shapes:\n\n{0}\n\nLoad fewer of them, by the option only of Weights.load":
    "检查点中没有模型的下列权重，或形状不同：\n\n{0}\n\n请用 Weights.load 的 only 选项少加载一些",
  tensor: "张量",
  "in the checkpoint": "在检查点中",
  "its shape": "其形状",
  "the model's": "模型的形状",
  "the function model of restoreOrInit returns a promise; return an effect: Effect.promise(() => …)":
    "restoreOrInit 的 model 函数返回了 promise；请返回 Effect：Effect.promise(() => …)",
  'a model cannot be called "{0}": use letters, digits, "-" and "_"':
    "模型名不能是 “{0}”：只能用字母、数字、“-”和“_”",
  "the model is built by another copy of TensorFlow.js than the one that Holdfast trains with, {0} in {1}. Find the copies with npm ls @tensorflow/tfjs-layers, and keep one: npm install @tensorflow/tfjs-core@{2} @tensorflow/tfjs-layers@{3}, then npm dedupe":
    "模型由另一份 TensorFlow.js 构建，而 Holdfast 训练用的是 {1} 中的 {0}。请用 npm ls @tensorflow/tfjs-layers 查找，并只保留一份：npm install @tensorflow/tfjs-core@{2} @tensorflow/tfjs-layers@{3}，然后 npm dedupe",
  "the function model of restoreOrInit returns no layers model; make one by tf.sequential or tf.model":
    "restoreOrInit 的 model 函数没有返回 LayersModel；请用 tf.sequential 或 tf.model 构建",
  "the model has {0} inputs, {1}, but {2} has one without a name; declare each in Dataset.inputs":
    "模型有 {0} 个输入（{1}），而 {2} 只有一个未命名的输入；请在 Dataset.inputs 中逐一声明",
  "the model's inputs are {0}, but those of {1} are {2}; give the input layers these names: tf.input({ name, shape })":
    "模型的输入为 {0}，而 {1} 的输入为 {2}；请为输入层取相同的名称：tf.input({ name, shape })",
  "the model takes int32 inputs, but those of {0} are float32; declare their dtype as int32 or uint8":
    "模型接受 int32 输入，而 {0} 的输入为 float32；请将其 dtype 声明为 int32 或 uint8",
  "{0} declares no labels for the objective; declare labelShape and classes, or labels by name":
    "{0} 没有为训练目标声明标签；请声明 labelShape 和 classes，或按名称声明 labels",
  "Objective.{0} trains one output on one label, but the model has {1} ({2}) and {3} has {4}; use Objective.multi":
    "Objective.{0} 用一个标签训练一个输出，但模型有 {1} 个输出（{2}），{3} 有 {4} 个标签；请使用 Objective.multi",
  "Objective.multi trains the outputs {0}, but those of the model are {1}; give the output layers these names":
    "Objective.multi 训练的输出为 {0}，而模型的输出为 {1}；请为输出层取相同的名称",
  "Objective.multi trains {0}, but {1} has no label of that name, only {2}":
    "Objective.multi 训练 {0}，但 {1} 没有该名称的标签，只有 {2}",
  "Objective.{0} cannot weigh or mask labels, as those of {1} are; give it losses, the loss of each label":
    "Objective.{0} 无法对标签加权或使用掩码，而 {1} 的标签带有权重或掩码；请为其提供 losses，即每个标签的损失",
  "two metrics are called {0}; give one another name: Metric.f1({ name })":
    "有两个指标名为 {0}；请为其中一个另取名称：Metric.f1({ name })",
  "Objective.{0} has {1} class weights, but {2} has {3} classes":
    "Objective.{0} 有 {1} 个类别权重，但 {2} 有 {3} 个类别",
  "the checkpoint holds other states of the metrics {0}: in this epoch they measure only what follows":
    "检查点中指标 {0} 的状态不同：本轮中它们只统计此后的样本",
  "the model takes inputs of shape [{0}], but those of {1} are [{2}]":
    "模型的输入形状为 [{0}]，而 {1} 的为 [{2}]",
  any: "任意",
  "the stateful layer {0} {1}": "有状态层 {0} {1}",
  "keeps a state that checkpoints cannot hold; keep it in a weight, made by addWeight with trainable false":
    "的状态无法存入检查点；请用 addWeight（trainable 为 false）把它存为权重",
  "takes batches of {0}, but training.batch_size is {1}; build the model with batchInputShape: [config.training.batch_size, …]":
    "的批大小为 {0}，而 training.batch_size 为 {1}；请用 batchInputShape: [config.training.batch_size, …] 构建模型",
  "takes batches of {0}, but the last one of the {1} split has {2}; choose a training.batch_size that divides the size of every split, or leave examples out":
    "的批大小为 {0}，而 {1} 集的最后一批有 {2} 个样本；请选择能整除各集大小的 training.batch_size，或去掉一些样本",
  " (model.num_classes is {0})": "（model.num_classes 为 {0}）",
  "{0} was trained to tell apart the classes of {1}, {2}, but {3} has {4}. Restore the data, keep this run in another training.checkpoint_dir, or start from scratch with --resume never, which moves the earlier checkpoints aside.":
    "{0} 训练时的类别来自 {1}：{2}，而 {3} 有 {4}。请恢复原来的数据，为此训练另设 training.checkpoint_dir，或用 --resume never 从头训练，之前的检查点会移入 archive。",
  name: "名称",
  classes: "类别",
  train: "训练集",
  validation: "验证集",
  test: "测试集",
  fingerprint: "指纹",
  "{0} was trained on other data, or on another split of it:\n\n{1}\n\nRestore the data, train on with --allow-dataset-change (no longer exact: the current epoch starts again), or start from scratch with --resume never.":
    "{0} 训练时的数据或其划分与现在不同：\n\n{1}\n\n请恢复原来的数据，用 --allow-dataset-change 继续训练（不再精确：当前轮重新开始），或用 --resume never 从头训练。",
  dataset: "数据集",
  before: "当时",
  now: "现在",
  "the model ends in {0} (layer {1}), but Objective.{2} takes logits and applies {3} itself: with both, the gradients nearly vanish. Leave the activation out":
    "模型以 {0} 结尾（层 {1}），而 Objective.{2} 接受 logit 并自行应用 {3}：重复应用会使梯度几乎消失。请去掉该激活函数",
  "{0} monitors {1}, which {2} measures after it; put {3} before it":
    "{0} 监控 {1}，而 {2} 在其之后才计算；请把 {3} 放到前面",
  "{0} monitors {1}, which no stage before it measures; ": "{0} 监控 {1}，但之前没有阶段计算它；",
  "measured are: {0}": "已计算的有：{0}",
  none: "无",
  "did you mean {0}? (measured are: {1})": "是否想输入 {0}？（已计算的有：{1}）",
  '"min" or "max"': '"min" 或 "max"',
  "{0} now monitors {1} instead of {2}: it starts over, and what was best before does not count":
    "{0} 改为监控 {1}，之前是 {2}：重新开始比较，之前的最佳值作废",
  "{0} (lower is better)": "{0}（越低越好）",
  "{0} (higher is better)": "{0}（越高越好）",
  "Objective.classification needs the names of the classes, but those of {0} are []. Name them in Dataset.classes; for labels that are quantities, use Objective.regression":
    "Objective.classification 需要类别名称，而 {0} 的为 []。请在 Dataset.classes 中列出；若标签是数值，请用 Objective.regression",
  "the model has one output for each label, but Objective.classification takes a logit for each class of {0}, {1}. Use Objective.binary, which takes one logit, or give the last layer 2 units and no activation":
    "模型对每个标签只有一个输出，而 Objective.classification 需要 {0} 每个类别一个 logit：{1}。请改用只需一个 logit 的 Objective.binary，或让最后一层有 2 个单元且无激活函数",
  "the model tells {0} classes apart, but {1} has {2}. Give its last layer {3} units":
    "模型区分 {0} 个类别，而 {1} 有 {2}。请让最后一层有 {3} 个单元",
  "the model's outputs are of shape {0}, but labels of shape {1} in {2} classes take logits of shape {3}":
    "模型的输出形状为 {0}，而形状为 {1} 的 {2} 类标签需要形状为 {3} 的 logit",
  "Objective.binary tells two classes apart, but {0} has {1}. Name two in Dataset.classes, that of label 0 first":
    "Objective.binary 区分两个类别，而 {0} 有 {1}。请在 Dataset.classes 中列出两个，标签 0 的在前",
  "; for more, use Objective.classification": "；类别更多时请用 Objective.classification",
  "the model's outputs are of shape {0}, but Objective.binary takes one logit for each label of {1}, whose shape is {2}":
    "模型的输出形状为 {0}，而 Objective.binary 需要 {1} 每个标签一个 logit，标签形状为 {2}",
  "a link of the optimizer's chain draws random numbers: give apply a generator":
    "优化器链中有一环要用随机数：请给 apply 传入随机数生成器",
  "a list of {0}, one more than the boundaries": "{0} 个数的列表，比 boundaries 多一个",
  "false, or true with a momentum above 0 and without dampening":
    "false，或在 momentum 大于 0 且不用 dampening 时为 true",
  "it has no {0}": "其中没有 {0}",
  "numbers in rising order": "按升序排列的数",
  "rows whose first numbers are in rising order": "首个数按升序排列的各行",
  "the average {0}": "平均值 {0}",
  "the optimizer {0} has no weight_decay, which training.parameter_groups sets; leave it out there":
    "优化器 {0} 没有 weight_decay，而 training.parameter_groups 设置了它；请在那里去掉",
  "training.parameter_groups leaves no weight to train: all are frozen":
    "training.parameter_groups 没有留下可训练的权重：全部被冻结",
  "training.parameter_groups names {0}, but no weight of the model has such a name; they are {1}{2}":
    "training.parameter_groups 指定了 {0}，但模型中没有这样命名的权重；权重有 {1}{2}",
  "training.warmup.length is {0} epochs and training.num_epochs is {1}: the learning rate rises to the end, and never reaches training.learning_rate":
    "training.warmup.length 为 {0} 轮，training.num_epochs 为 {1}：学习率一直上升到结束，达不到 training.learning_rate",
  "{0} is [{1}], the weight is [{2}]": "{0} 的形状是 [{1}]，而权重的形状是 [{2}]",
  "training.scheduler.warmup_epochs is {0} and training.num_epochs is {1}: the learning rate rises to the end, and never reaches training.learning_rate":
    "training.scheduler.warmup_epochs 为 {0}，training.num_epochs 为 {1}：学习率一直上升到结束，达不到 training.learning_rate",
  ". Give the last layer 1 unit and no activation": "。请让最后一层有 1 个单元且无激活函数",
  "the model's outputs are of shape {0}, but the labels of {1} are of shape {2}; give them the same":
    "模型的输出形状为 {0}，而 {1} 的标签形状为 {2}；两者须相同",
  "the optimizer {0}": "优化器 {0}",
  "{0}.{1} is [{2}], the weight is [{3}]": "{0}.{1} 为 [{2}]，权重为 [{3}]",
  "{0}; it is tried again with the next save": "{0}；下次保存时重试",
  "a training step failed midway, so its state is not saved": "一个训练步中途失败，其状态不保存",
  "{0}. This state is not saved; the checkpoint before it is kept":
    "{0}。此状态不保存；保留之前的检查点",
  "argument {0} of {1} is {2}, not a stage; make one with Stage.make":
    "{1} 的第 {0} 个参数是 {2}，不是阶段；请用 Stage.make 创建",
  "{0} needs {1}; put {2} before it": "{0} 需要{1}；请把 {2} 放到前面",
  "{0} takes {1}, so it cannot be a stage of epochs, which take a run; put it into the pipeline":
    "{0} 接受{1}，因此不能作为 epochs 的阶段（它们接受训练）；请放到流水线中",
  'two stages of the epoch are called {0}; a checkpoint tells stages apart by name, so rename one: Stage.named("another name", stage)':
    '本轮有两个阶段都叫 {0}；检查点按名称区分阶段，请改名：Stage.named("another name", stage)',
  "{0} and {1} would share one state in the checkpoints; give one a name of its own, by its option name":
    "{0} 和 {1} 在检查点中会共用同一状态；请用选项 name 为其中之一另取名称",
  '{0} cannot be called "{1}": use letters, digits, "-" and "_", and neither model nor best_model':
    '{0} 不能命名为 "{1}"：请用字母、数字、"-" 和 "_"，且不能是 model 或 best_model',
  "{0} must come before {1} in the epoch; swap them": "每轮中 {0} 必须在 {1} 之前；请交换两者",
  "{0} needs a stage before it in the epoch that {1}": "{0} 之前需要有{1}的阶段",
  "{0} needs a stage of the epoch that {1}": "{0} 需要每轮中有{1}的阶段",
  "{0} of {1} is {2}; allowed: {3}": "{1} 的 {0} 为 {2}；允许：{3}",
  "{0} is {1}, which has no effect here: no stage of the epoch {2}. Add one, or remove the field from the config; a stage that wraps such a one lists it as its children":
    "{0} 为 {1}，在此不起作用：每轮中没有{2}的阶段。请添加，或从配置中删除该字段；包装此类阶段的阶段须在 children 中列出它",
  "trains (Stages.trainEpoch)": "训练（Stages.trainEpoch）",
  "validates (Stages.validate)": "验证（Stages.validate）",
  "tracks the best epoch (Stages.trackBest)": "跟踪最佳轮次（Stages.trackBest）",
  "stops the run early (Stages.earlyStopping)": "早停（Stages.earlyStopping）",
  "steps the scheduler (Stages.stepScheduler)": "更新学习率调度器（Stages.stepScheduler）",
  "saves checkpoints (Stages.checkpoint)": "保存检查点（Stages.checkpoint）",
  'provides "{0}"': '提供 "{0}"',
  "the stage {0}": "阶段 {0}",
  "the state of {0} in the checkpoint cannot be restored: {1}": "无法恢复检查点中{0}的状态：{1}",
  "the state of {0} does not fit its schema, and cannot be saved: {1}":
    "{0}的状态不符合其 schema，无法保存：{1}",
  "two links of the optimizer's chain keep something under the name {0}; rename one, since a checkpoint tells them apart by name":
    "优化器链中有两个环节都用名称 {0} 保存状态；检查点按名称区分，请为其中之一改名",
  "the run has no phase called {0}; it has {1}": "没有名为 {0} 的子步；现有：{1}",
  "the phase {0} trains no weight; in trains, name one of the models ({1}) or accept the names of weights, and check that they are trainable":
    "子步 {0} 不训练任何权重；请在 trains 中填写某个模型的名称（{1}），或接受权重的名称，并确认这些权重可训练",
  "Objective.phases needs at least one phase": "Objective.phases 至少需要一个子步",
  "two phases of Objective.phases are called {0}; rename one, since a checkpoint tells their optimizers apart by name":
    "Objective.phases 中有两个子步都叫 {0}；检查点按名称区分它们的优化器，请给其中一个改名",
  "no tensor in it has the name of a weight": "其中没有与任何权重同名的张量",
  "it is for labels that are classes: Objective.classification and Objective.binary":
    "只适用于标签为类别的 Objective.classification 和 Objective.binary",
  "it needs one label for each example, whose classes Dataset.classes names":
    "需要每个样本有一个标签，且类别名列在 Dataset.classes 中",
  "label smoothing is {0}; give a number of at least 0 and less than 1":
    "标签平滑为 {0}；应不小于 0 且小于 1",
  "no step is left: there are {0} training examples, and training.batch_size is {1}":
    "一步也不剩：训练样本有 {0} 个，而 training.batch_size 为 {1}",
  "the input {0} holds integers, which cannot be mixed; declare a normalization, or remove the field":
    "输入 {0} 为整数，无法混合；请声明 normalization，或去掉该字段",
  "the labels are no classes: Dataset.classes names none": "标签不是类别：Dataset.classes 为空",
  "the labels of the objective {0} cannot be smoothed: it has no smoothing":
    "训练目标 {0} 的标签无法平滑：它没有 smoothing",
  "the metric {0} is for {1}, and this is Objective.{2}":
    "指标 {0} 适用于 {1}，而这里是 Objective.{2}",
  "the model has one output without a name; give a list": "模型只有一个无名输出；请给出列表",
  "the model has several outputs; give a list for each by its name: {0}":
    "模型有多个输出；请按名称各给一个列表：{0}",
  "the model has several outputs; weight the classes of one in code: Objective.withClassWeights":
    "模型有多个输出；请在代码中用 Objective.withClassWeights 为其中之一设置类别权重",
  "the phases of the objective compute their losses and metrics themselves; do it there, or remove the field":
    "训练目标的各子步自行计算损失和指标；请在那里实现，或去掉该字段",
  "the sampler {0} gives {1} indices for {2} examples; an epoch takes as many as there are":
    "采样器 {0} 给出 {1} 个索引，而样本有 {2} 个；一轮的索引数须与样本数相同",
  "there are {0} classes: {1}": "类别共 {0} 个：{1}",
  "there is no class {0}; the data has {1}": "没有类别 {0}；数据中有 {1}",
  "there is no output {0}; the objective has {1}": "没有输出 {0}；训练目标有 {1}",
  "{0} is {1}: {2}": "{0} 为 {1}：{2}",
  "stop when training.early_stopping says so": "按 training.early_stopping 的设置停止",
  "a number greater than 0": "大于 0 的数",
  "a number greater than from": "大于 from 的数",
  "an integer of at least 10": "不小于 10 的整数",
  "an integer of at least from": "不小于 from 的整数",
  "a rehearsal saves nothing": "试运行不保存任何内容",
  "the loss never fell in {0} steps of rising learning rates: begin lower or end higher (--from, --to), and check with --overfit 1 that the model can learn at all":
    "学习率升高的 {0} 步中损失从未下降：请从更低处开始或到更高处结束（--from、--to），并用 --overfit 1 检查模型到底能否学习",
  "the loss went from {0} to {1} in {2} steps on the same {3} batches, which is not near zero. Look at the labels (are they those of the inputs?), the learning rate (holdfast find-lr), layers that are frozen or end in the wrong activation, and dropout or penalties that hold the model back":
    "在同样的 {3} 个批次上训练 {2} 步，损失从 {0} 到 {1}，并未接近零。请检查标签（是否与输入对应）、学习率（holdfast find-lr）、是否有层被冻结或末尾激活函数不对，以及 dropout 或正则项是否过强",
  "the objective has several phases, whose losses need not fall together; a single phase or objective is needed":
    "训练目标有多个子步，它们的损失不一定同时下降；这里需要单个子步或目标",
  "the pipeline trains by a step of its own (Stages.trainEpochWith({ step })), which is not known outside of its epochs":
    "该流水线使用自定义训练步（Stages.trainEpochWith({ step })），在各轮之外无法得知",
  "the pipeline {0} trains nothing: it has no stage restoreOrInit; name a pipeline that trains":
    "流水线 {0} 不训练任何东西：其中没有阶段 restoreOrInit；请指定一个会训练的流水线",
  "there are no training examples": "没有训练样本",
  "{0} is {1}; allowed: {2}": "{0} 为 {1}；允许：{2}",
  "epoch {0}/{1}, step {2}/{3}: ": "第 {0}/{1} 轮第 {2}/{3} 步：",
  "there are no validation examples": "没有验证样本",
  "there is no intact {0} checkpoint in {1}; train first, or name one with --checkpoint PATH":
    "{1} 中没有完好的 {0} 检查点；请先训练，或用 --checkpoint PATH 指定一个",
  "describe of the {0} split has failed, so that its examples are shown by their index: {1}":
    "划分 {0} 的 describe 出错，其样本以序号显示：{1}",
  "a batch has training.batch_size = {0} examples, and a shard needs at least one; lower training.shards":
    "一个批次有 training.batch_size = {0} 个样本，而每个分片至少需要一个；请调低 training.shards",
  "{0} of the batch holds {1} numbers for {2} examples; training.shards cuts batches, whose arrays need as many numbers for each example":
    "批次的 {0} 有 {1} 个数，而样本有 {2} 个；training.shards 会切分批次，数组中每个样本的数字个数必须相同",
  "{0} of the batch is a list of {1} for {2} examples; training.shards cuts batches, whose lists need an entry for each example":
    "批次的 {0} 是含 {1} 项的列表，而样本有 {2} 个；training.shards 会切分批次，列表必须每个样本一项",
  "{0} of the batch is a {1}, which training.shards cannot cut; use typed arrays, lists, or records of them":
    "批次的 {0} 是 {1}，training.shards 无法切分；请使用类型化数组、列表，或由它们组成的记录",
  "the batch normalization {0} sees the examples of a shard, and training.shards = {1} leaves it {2} of them: below {3} the model gets worse. Lower training.shards, or raise training.batch_size":
    "批归一化 {0} 只看到一个分片的样本，而 training.shards = {1} 使每个分片只有 {2} 个：少于 {3} 个时模型会变差。请调低 training.shards，或调高 training.batch_size",
  "keeps a state for each example of a batch, which training.shards = {0} would cut; set training.shards to 1":
    "为批次中的每个样本保存状态，而 training.shards = {0} 会切分批次；请将 training.shards 设为 1",
  "{0} workers compute the steps as soon as they have started":
    "{0} 个工作线程启动后即由它们计算各步",
  "{0} workers compute the steps: a step takes {1} ms with them, {2} ms without":
    "由 {0} 个工作线程计算各步：使用它们时每步 {1} 毫秒，不使用时 {2} 毫秒",
  "the main thread computes the steps: a step takes {0} ms with {1} workers, {2} ms without":
    "由主线程计算各步：使用 {1} 个工作线程时每步 {0} 毫秒，不使用时 {2} 毫秒",
  "{0}: this thread computes, not workers": "{0}：由当前线程而不是工作线程计算",
  "the gradients of {0} shards take more than 4 GiB: this thread computes, not workers":
    "{0} 个分片的梯度超过 4 GiB：由当前线程而不是工作线程计算",
  "workers compute on the backends wasm and cpu, and this run on {0}":
    "工作线程只能在 wasm 和 cpu 后端上计算，而本次运行使用 {0}",
  "the stateful layer {0} keeps its states on one thread":
    "有状态的层 {0} 的状态只能保存在一个线程中",
  "data workers ({0}) prepare the batches: a step takes {1} ms with them, {2} ms without":
    "由 {0} 个数据工作线程准备批次：使用它们时每步 {1} 毫秒，不使用时 {2} 毫秒",
  "the main thread prepares the batches: a step takes {0} ms with data workers ({1}), {2} ms without":
    "由主线程准备批次：使用 {1} 个数据工作线程时每步 {0} 毫秒，不使用时 {2} 毫秒",
  "the main thread prepares the batches; data workers are tried, {0} at most":
    "由主线程准备批次；将试用数据工作线程，最多 {0} 个",
  "the main thread computes the steps; in a run of more than two minutes {0} workers are tried":
    "由主线程计算各步；运行预计超过两分钟时会试用 {0} 个工作线程",
  "the main thread computes the steps, as training.shards is 1: one worker is no faster, and several need a shard each":
    "由主线程计算各步，因为 training.shards 为 1：一个工作线程并不更快，多个工作线程各需一个分片",
  "the main thread computes the steps: this process has one core":
    "由主线程计算各步：此进程只有一个核心",
  "the custom step of trainEpoch computes on the main thread, as workers know the losses of the objective only; workers evaluate, and compute what it gives to TrainStep.phases":
    "trainEpoch 的自定义训练步在主线程中计算，因为工作线程只知道目标函数的损失；工作线程负责评估，以及它交给 TrainStep.phases 的计算",
  "a worker has ended{0}; another one takes its place, and the bits stay the same":
    "一个工作线程已结束{0}；由另一个代替，结果逐位不变",
  "the workers cannot compute{0}; this thread computes instead, and the bits stay the same":
    "工作线程无法计算{0}；改由当前线程计算，结果逐位不变",
  "no worker is left": "已没有工作线程",
  "it did not answer": "没有响应",
  "its default export is not a pipeline": "其默认导出不是流水线",
  "its pipeline trains no model": "其流水线不训练模型",
  "it builds another model than that of the run": "它构建的模型与本次运行的不同",
  "this module runs its pipeline when it is loaded, and workers load it; export the pipeline from a module of its own, and give its URL as workers.module":
    "该模块一加载就运行流水线，而工作线程会加载它；请在单独的模块中导出流水线，并以其 URL 作为 workers.module"
}
