/** The Chinese of each description in config.schema.json, by its English. */
export const chinese: Readonly<Record<string, string>> = {
  "How to train, when to save, and where to resume from.": "如何训练、何时保存、从何处恢复。",
  "The folder for checkpoints, relative to the working directory, made when missing; or s3://bucket/prefix.":
    "检查点文件夹，相对于工作目录，不存在时自动创建；或 s3://bucket/prefix。",
  "A second folder, on another disk, or s3://bucket/prefix, that checkpoints are copied to in the background; a run resumes from whichever has the newest. null: none.":
    "另一个文件夹（例如在另一块磁盘上）或 s3://bucket/prefix，检查点会在后台复制到那里；恢复时取两处中最新的。null：无。",
  "For how many seconds the end of a run, or of one that is stopped, waits until checkpoint_mirror has the last checkpoint; after SIGTERM no longer than --grace.":
    "训练结束或被停止时，最多等待多少秒，直到 checkpoint_mirror 中有最后一个检查点；收到 SIGTERM 后不超过 --grace。",
  'When to save the latest checkpoint: every n epochs, or "500 steps", "10 minutes", "2 hours", also inside an epoch; of a list, whichever comes first. The end and an interruption save anyway.':
    '何时保存最新检查点：每隔多少轮，或 "500 steps"（步）、"10 minutes"（分钟）、"2 hours"（小时），轮中也会保存；给出列表时，以先到者为准。训练结束和被中断时总会保存。',
  "What to do when the loss, the gradient or the weights become NaN, infinite or absurdly large.":
    "损失、梯度或权重变为 NaN、无穷大或大得离谱时怎么办。",
  "An error ends the run, which names the step, the layer and the last good checkpoint.":
    "报错并结束训练，指出是哪一步、哪一层，以及最后一个完好的检查点。",
  "A loss, or a norm of the gradient or of a weight, that is greater than this has diverged, as NaN has; 1e19 is about the greatest whose square float32 holds.":
    "损失、梯度范数或权重范数超过此数即视为发散，NaN 亦然；1e19 大约是平方后仍能用 float32 表示的最大值。",
  "The step changes nothing, and training continues with the next batch. Computes the norm of the gradient in every step, not in every 16th.":
    "跳过这一步，不作任何更新，接着训练下一批。每一步都计算梯度范数，而不是每 16 步一次。",
  "The run stops when more steps than this diverge in a row.": "连续发散的步数超过此数时停止训练。",
  "The run returns to the end of the epoch before and continues from there at a lower learning rate. Saves after every epoch.":
    "回到上一轮结束时的状态，以更低的学习率从那里继续训练。每轮结束都会保存。",
  "What the learning rate is multiplied by, from then on.": "此后学习率乘以此数。",
  "The run stops when it diverges again after this many.":
    "恢复这么多次之后若再次发散，则停止训练。",
  "Training continues with whatever comes, and saves it.": "不作检查，照常训练并保存。",
  "How many checkpoints to keep: the latest, and those before it.":
    "保留多少个检查点：最新的一个，以及它之前的。",
  "How many of the best checkpoints to keep.": "保留多少个最佳检查点。",
  "The metric by which the best checkpoints are kept; null: the one that the pipeline tracks, val_loss.":
    "按哪个指标保留最佳检查点；null：按流水线所跟踪的指标，即 val_loss。",
  "Keep permanently each checkpoint that ends an epoch whose number is a multiple of this; null: none.":
    "轮数为此数整倍数时，该轮结束时的检查点永久保留；null：不这样保留。",
  'Where to resume from: null looks for an earlier run and asks; "auto" resumes it without asking; "latest", "best", "never" or the path of a checkpoint decide, too.':
    '从何处恢复：null 会寻找之前的训练并询问；"auto" 不询问，直接恢复；"latest"、"best"、"never" 或检查点的路径也直接决定。',
  'The compute backend, unless --backend or HOLDFAST_BACKEND requests one; "auto": that of the checkpoint, else the one that is faster for the network.':
    '计算后端；--backend 或 HOLDFAST_BACKEND 另有指定时以其为准。"auto"：检查点所用的后端，没有检查点则选对该网络更快的一个。',
  "Epochs in all, those before a resume included; in one epoch each training example is used once.":
    "总轮数，包括恢复之前已完成的；一轮即把训练数据用一遍。",
  "Examples a training step; an epoch's last step may have fewer.":
    "每个训练步的样本数；一轮的最后一步可能较少。",
  "The step size of the optimizer, which the scheduler starts from.":
    "优化器的学习率，调度器以此为起点。",
  "Where every random draw starts: initial weights, shuffling, dropout, augmentation. The same seed, configuration, data and backend give the same model to the bit.":
    "一切随机数的起点：初始权重、打乱顺序、dropout、数据增强。种子、配置、数据和后端都相同，得到的模型逐位相同。",
  'When to end the run early, in place of what the pipeline says (Stages.earlyStopping); "off": never, null: as the pipeline says.':
    '何时提前结束训练，取代流水线中的设置（Stages.earlyStopping）；"off"：从不；null：按流水线的设置。',
  "When to validate inside an epoch as well: every n steps, counted through all epochs, or after each such part of an epoch (0.25: three times, and at the end as ever). null: not at all.":
    "一轮之中何时也做验证：每 n 步（按总步数计），或每完成一轮的这一部分（0.25：三次，轮末照常）。null：轮中不验证。",
  "Seconds without a renewal of the lock, of which there are six in that time, after which a process on another host or in another container takes the checkpoint folder over.":
    "其他主机或容器上的进程接管检查点文件夹之前，须等待的无续期时间（秒）；在此时间内锁会续期六次。",
  "Whether the run writes its log, events.ndjson in checkpoint_dir: every step, epoch, save and warning.":
    "是否写训练日志（checkpoint_dir 中的 events.ndjson）：每一步、每一轮、每次保存和每条警告。",
  "Steps between two norms of the gradient in the log; null: every 16th, which on_divergence looks at anyway. To measure one takes some 1 ms for a million weights.":
    "日志中两次梯度范数之间的步数；null：每 16 步，即 on_divergence 本来就检查的那些。每百万权重测一次约需 1 毫秒。",
  'How many threads decode and augment data ahead of the step, where the dataset has work for them; 0: none, the main thread does. "auto": one for each core but one, four at most, where steps are measured to be faster with them. The bits are the same.':
    '在训练步之前解码和增强数据的线程数（数据集有此类工作时）；0：不用线程，由主线程完成。"auto"：比处理器核数少一个，最多四个，仅当实测表明使用线程时每步更快。逐比特结果相同。',
  "Whether an epoch leaves out its last step where that has fewer examples than batch_size; which examples it leaves out changes with their order.":
    "一轮的最后一步若不足 batch_size 个样本，是否舍去；舍去哪些样本随每轮的顺序而变。",
  "How much of the weight of a label is spread evenly over all classes, in training and validation; 0 is off.":
    "标签平滑：标签的权重中有多少平均分给所有类别，训练和验证时都生效；0 为关闭。",
  "Mixes each training example with another of its batch, inputs and losses, in a share from the distribution Beta(a, a) of this a; 0 is off. Metrics see the label of the greater share.":
    "mixup：把每个训练样本与同批的另一个样本混合（输入和损失），比例取自 Beta(a, a) 分布，a 即此数；0 为关闭。指标按占比较大者的标签计算。",
  'How much labels of each class count in the loss: a list, by label; numbers by the names of classes, 1 for the others; "balanced": inversely to how many training examples the class has. null: those of the objective.':
    '各类别的标签在损失中的权重：按标签顺序的列表；按类别名给出的数，其余为 1；"balanced"：与该类训练样本数成反比。null：用训练目标自带的。',
  "What is measured beside the loss and the objective's own metrics, in training and validation: metrics by name; for a model with several outputs, a list for each by its name.":
    "除损失和训练目标自带的指标外，训练和验证时还测量什么：指标名的列表；多输出模型则按输出名各给一个列表。",
  "The share of labels whose class has the largest logit.": "logit 最大的类别即为标签的比例。",
  "The share of labels whose class is among the k largest logits, measured as top_5_accuracy, for instance.":
    "标签在 logit 最大的 k 个类别之中的比例，例如记为 top_5_accuracy。",
  "How many logits.": "取多少个 logit。",
  "The share of guesses of a class that are right.": "精确率：判为某类的样本中判对的比例。",
  "The share of labels of a class that are found.": "召回率：某类的样本中被找出的比例。",
  "The harmonic mean of precision and recall.": "F1：精确率与召回率的调和平均。",
  "How the figures of the classes become one: the mean over classes, all labels together, the mean by how many labels a class has; or the figure of the one class of this label.":
    "各类的数值如何合为一个：对类别取平均（macro）、所有标签一起算（micro）、按各类标签数加权平均（weighted）；或只取该标签所指的那一类。",
  "Another name for it, after train_ and val_; null: that of the metric.":
    "换一个名称，前面会加 train_ 和 val_；null：用指标本身的名称。",
  "The confusion matrix: the test shows it, observers get that of each epoch; in the history its accuracy.":
    "混淆矩阵：测试时显示，观察者每轮都会收到；训练历史中记录其准确率。",
  "The area under the ROC curve; of several classes, the mean of each against all others.":
    "ROC 曲线下面积；多类时取各类对其余类的平均。",
  "e to the mean cross-entropy of the labels.": "困惑度：e 的平均交叉熵次方。",
  "The mean absolute error.": "平均绝对误差。",
  "The coefficient of determination, R².": "决定系数 R²。",
  "The score from which on trials are accepted at the equal error rate, of speaker verification.":
    "说话人确认的等错误率阈值：得分不低于它即判为同一说话人。",
  "The equal error rate over trials, of speaker verification.":
    "说话人确认中各次比对的等错误率（EER）。",
  "The least detection cost over trials, minDCF, of speaker verification.":
    "说话人确认中各次比对的最小检测代价（minDCF）。",
  "What is a trial: each example of a binary objective, its label 1 for the same speaker and its output the score; or each pair of examples, by whether their labels are equal and by the cosine of their outputs.":
    "什么算一次比对：二分类目标的每个样本，标签 1 表示同一说话人，输出即得分；或每两个样本，标签相同即为同一说话人，得分为两者输出的余弦。",
  'With "examples", the greatest magnitude of a score; scores are rounded to 1/2048 of it.':
    '用 "examples" 时得分绝对值的上限；得分按其 1/2048 取整。',
  'With "pairs", how many examples of an epoch at most are paired, the first ones.':
    '用 "pairs" 时一轮中最多取多少个样本配对，取最先的若干个。',
  "How likely a trial of the same speaker is.": "比对双方为同一说话人的先验概率。",
  "The cost of rejecting the same speaker.": "拒绝同一说话人的代价。",
  "The cost of accepting another speaker.": "接受另一说话人的代价。",
  "Which examples an epoch trains on, and in what order.": "一轮训练哪些样本，按什么顺序。",
  "Each example once, in a new random order.": "每个样本一次，每轮重新打乱。",
  "As many examples of each class, to within one, in a random order: those of rare classes are repeated, some of frequent ones left out. An epoch stays as long as with shuffle.":
    "各类样本数相同（至多差一个），顺序随机：少数类的样本会重复，多数类的会舍去一些。一轮的长度与 shuffle 相同。",
  "What turns gradients into updates of the weights.": "如何由梯度更新权重。",
  "Adam (Kingma and Ba, 2015).": "Adam（Kingma 与 Ba，2015）。",
  "Decay of the running mean of the gradient.": "梯度滑动平均的衰减率。",
  "Decay of the running mean of the squared gradient.": "梯度平方滑动平均的衰减率。",
  "Added to the denominator, against division by zero.": "加在分母上，避免除以零。",
  "L2 penalty: this times the weight is added to its gradient; 0 is off.":
    "L2 惩罚：此数乘以权重，加到其梯度上；0 为关闭。",
  "Adam with decoupled weight decay (Loshchilov and Hutter, 2019).":
    "权重衰减解耦的 Adam（Loshchilov 与 Hutter，2019）。",
  "Decoupled decay: each step takes learning_rate times this times the weight off it; 0 is off.":
    "解耦的衰减：每一步从权重中减去 learning_rate × 此数 × 权重；0 为关闭。",
  "Stochastic gradient descent.": "随机梯度下降。",
  "How much of the last update is kept; 0 is plain gradient descent.":
    "保留上一次更新的多少；0 为普通梯度下降。",
  "Nesterov's form of momentum; needs a momentum above 0.":
    "Nesterov 形式的动量；momentum 须大于 0。",
  "How much of the last update is kept; 0 is off.": "保留上一次更新的多少；0 为关闭。",
  "How the learning rate changes over the run.": "训练过程中学习率如何变化。",
  "The same learning rate in every epoch.": "每轮学习率相同。",
  "Half a cosine from learning_rate down, over num_epochs.":
    "在 num_epochs 轮内，从 learning_rate 起按半个余弦下降。",
  "Epochs in which the rate first rises to learning_rate.":
    "开头若干轮，学习率先升到 learning_rate。",
  "The learning rate at the end of the last epoch.": "最后一轮结束时的学习率。",
  "A drop every step_size epochs.": "每 step_size 轮下降一次。",
  "What the rate is multiplied by at each drop.": "每次下降时学习率所乘的数。",
  "The same factor after every epoch.": "每轮之后乘以同一个数。",
  "A drop whenever a metric has stopped improving.": "指标不再改善时下降。",
  "The metric of an epoch that is monitored.": "所监控的指标。",
  "Whether lower or higher is better.": "越低越好，还是越高越好。",
  "What the rate is multiplied by when the metric has stopped improving.":
    "指标不再改善时学习率所乘的数。",
  "Epochs without improvement that are allowed before that.": "在此之前容许多少轮没有改善。",
  "The learning rate never goes below this.": "学习率不会低于此数。",
  "Rises to learning_rate and falls far below it, step by step, over the whole run.":
    "在整个训练过程中逐步升到 learning_rate，再降到远低于它。",
  "The share of all steps in which the rate rises.": "学习率上升阶段占全部步数的比例。",
  "The first step's rate is learning_rate divided by this.":
    "第一步的学习率为 learning_rate 除以此数。",
  "The last step's rate is the first's divided by this.": "最后一步的学习率为第一步的除以此数。",
  "The model of another program whose weights a new run starts with; a run that is resumed does not read it again. null: none.":
    "新的训练以哪个其他框架的模型权重开始；恢复训练时不再读取。null：不使用。",
  "The file: model.json, .keras, .h5, .pth, .pt or .safetensors, relative to the working directory.":
    "文件：model.json、.keras、.h5、.pth、.pt 或 .safetensors，相对于工作目录。",
  "Which state dict of a PyTorch checkpoint, where it holds several; null: model_state_dict, or the only one.":
    "PyTorch 检查点含有多个 state dict 时选用哪一个；null：model_state_dict，或唯一的那个。",
  "Which modules of the file are which layers, by full names or their beginnings; null leaves a module out.":
    "文件中的模块对应模型的哪些层，可写全名或其开头；null 表示忽略该模块。",
  "Whether weights may be missing, of other shapes or left over; those of the model keep their initial values.":
    "是否允许权重缺失、形状不符或多余；未加载的权重保持初始值。",
  "Whether the loaded weights stay as they are; or the patterns of those that do.":
    "是否冻结已加载的权重；或要冻结的权重的名称模式。",
  "Whether the optimizer starts with the state in a PyTorch checkpoint, of its Adam, AdamW or SGD.":
    "优化器是否从 PyTorch 检查点中 Adam、AdamW 或 SGD 的状态开始。",
  "Steps whose gradients are averaged for one update of the weights. They are counted through all epochs: what an epoch leaves over counts toward the first update of the next.":
    "梯度累积步数：每这么多步的梯度取平均后更新一次权重。步数跨轮累计：一轮结束时未用完的梯度计入下一轮的第一次更新。",
  "Into how many shards a batch is cut: their gradients are computed one after the other, in less memory, or by several workers (holdfast run --workers), and added for one update. Layers that look at a whole batch, such as batch normalization, see a shard.":
    "一个批次切成多少个分片：各分片的梯度依次计算（占用更少内存），或由多个工作线程计算（holdfast run --workers），相加后更新一次。批归一化等查看整个批次的层只看到一个分片。",
  "How to limit the gradients of an update, after those of gradient_accumulation_steps are averaged; null: not at all.":
    "如何裁剪更新所用的梯度（在按 gradient_accumulation_steps 取平均之后）；null：不裁剪。",
  "One factor for all gradients, by their norm taken together.":
    "按所有梯度的总范数，用同一系数缩放。",
  "The norm of all gradients together is at most this.": "所有梯度的总范数不超过此数。",
  "A factor for each weight's gradient, by its own norm.": "按各权重梯度自身的范数，分别缩放。",
  "The norm of each gradient is at most this.": "每个梯度的范数不超过此数。",
  "Each element by itself.": "逐元素裁剪。",
  "No element is greater than this in magnitude.": "各元素的绝对值不超过此数。",
  "The network.": "网络。",
  "tdnn: two convolutions over time, the mean and deviation of each channel, two dense layers.":
    "tdnn：两层时间卷积，每个通道的均值与标准差，两层全连接。",
  "How many speakers to tell apart; a run refuses data with another number. null: as many as the data has.":
    "要区分多少个说话人；数据的人数不同则拒绝训练。null：与数据相同。",
  "Channels of each convolution.": "每层卷积的通道数。",
  "Units of the dense layer before the output.": "输出前全连接层的单元数。",
  "The share of units that dropout silences in training; 0 is off.":
    "训练时 dropout 关闭的单元比例；0 为不用。",
  "Which recordings to learn from, and how.": "从哪些录音学习，如何学习。",
  "The folder that holds one folder of recordings a speaker (WAV, FLAC, MP3, Ogg), in folders of sessions or not; null: synthetic voices, made by Holdfast itself.":
    "数据文件夹，其中每个说话人一个录音文件夹（WAV、FLAC、MP3、Ogg），可再按会话分文件夹；null：由 Holdfast 自己生成的合成语音。",
  "How many of the examples, as a share.": "应用于多大比例的样本。",
  "`simulated`, or a folder of impulse responses, one a recording, of which one is drawn.":
    "`simulated`，或冲激响应的文件夹，每个录音一个冲激响应，随机取一个。",
  "The least seconds within which simulated reverberation falls by 60 dB.":
    "模拟混响衰减 60 dB 所需秒数（RT60）的最小值。",
  "The most of these seconds.": "该秒数的最大值。",
  "`white`, `pink`, or a folder of recordings, of which a part is drawn.":
    "`white`（白噪声）、`pink`（粉红噪声），或录音文件夹，从中随机取一段。",
  "The least ratio of speech to noise, in decibels of their powers.":
    "信噪比的最小值，以功率之比的分贝计。",
  "The highest ratio.": "信噪比的最大值。",
  "How many stretches of frames are masked.": "遮挡多少段时间帧。",
  "The most frames of one.": "每段最多多少帧。",
  "How many ranges of mel bands are masked.": "遮挡多少段 mel 频带。",
  "The most bands of one.": "每段最多多少个频带。",
  "How many frames a point in time moves at most, with what is before and after it stretched; 0 is off.":
    "时间轴上某点最多移动多少帧，其前后部分相应伸缩；0 为不用。",
  "Factors of the speed, and of the pitch, of which one is drawn for each example: [0.9, 1, 1.1]; empty is off.":
    "速度（及音高）的倍数，每个样本随机取一个：[0.9, 1, 1.1]；空列表为不用。",
  "Puts examples into a room; null is off, {} has the defaults.":
    "为样本加混响；null 为不用，{} 取默认值。",
  "Adds noise; null is off, {} has the defaults.": "加噪声；null 为不用，{} 取默认值。",
  "Masks parts of the spectrogram (SpecAugment); null is off, {} has the defaults.":
    "遮挡频谱图的一部分（SpecAugment）；null 为不用，{} 取默认值。",
  "How recordings are divided into training, validation and test; the name alone stands for its defaults.":
    "录音如何划分为训练、验证和测试集；只写名称即取其默认值。",
  "A regular expression on `speaker/file`, in the syntax of RE2: recordings of which it matches the same text (its first group, where it has one) stay in one split. `^[^/]+/[^/]+` is the folder of a session, `^[^/]+` the speaker. For named splits but by_recording and ordered.":
    "匹配“说话人/文件”的正则表达式，采用 RE2 语法：匹配到相同文本（有捕获组时取第一个组）的录音留在同一个集合。`^[^/]+/[^/]+` 为会话文件夹，`^[^/]+` 为说话人。用于 by_recording 和 ordered 之外按名称给出的划分。",
  "By a hash of speaker and file name, with every speaker to train on: where the fractions would leave a split empty or a speaker untrained, recordings move. These fields may be given without a name.":
    "按说话人与文件名的哈希划分，每个说话人都有训练数据：若按比例会使某个集合为空或某个说话人没有训练数据，则移动录音。这些字段可以不写名称。",
  "Exact shares, drawn at random by the seed. Where examples are added, others may move to another split.":
    "按种子随机抽取，比例精确。增加样本时，其他样本可能移到另一个集合。",
  "A fraction, or a number of examples from 1 on.": "比例，或样本数（1 起）。",
  "Divides each class by itself, so that every split has the same part of it.":
    "各类别分别划分，使每个集合中各类别所占比例相同。",
  "Another seed divides otherwise.": "种子不同，划分不同。",
  "By a hash of each example's key, or of its group: the shares are met approximately, and examples that are added or removed move no other.":
    "按每个样本的键或其分组的哈希划分：比例近似，增删样本不会移动其他样本。",
  "The part that validates, about.": "验证集的大致比例。",
  "The part that tests, about.": "测试集的大致比例。",
  "Cross-validation: of as many folds of equal size, as far as groups allow, one is the test split, the next one validates, the others train. A run for each fold tests every example once.":
    "交叉验证：在分组允许的范围内划分为大小相同的若干折，一折测试，下一折验证，其余训练。每折运行一次，则每个样本都被测试一次。",
  "How many, 3 or more.": "折数，至少为 3。",
  "Which one tests, from 0.": "用哪一折测试，从 0 起。",
  "In the order of the examples: the first train, then come those that validate, and the last ones test. For time series.":
    "按样本的顺序：前面的训练，随后的验证，最后的测试。用于时间序列。",
  "By patterns of the examples' names, such as their files and folders; what no pattern takes is divided by a hash of its name, or of its group.":
    "按样本名称（如文件和文件夹）的模式划分；没有模式匹配的，按其名称或分组的哈希划分。",
  "A regular expression in the syntax of RE2: what it matches somewhere is tested on. Or a fraction.":
    "RE2 语法的正则表达式：名称中有匹配的用于测试。也可以是比例。",
  "The same for what validates; the test goes first.": "验证集同理；测试集优先。",
  "How many voices.": "说话人数。",
  "Recordings of each voice, about 1.2 seconds long; named 0_voice01_0.wav to 0_voice01_49.wav, then 1_voice01_0.wav and so on.":
    "每个说话人的录音数，每段约 1.2 秒；依次命名为 0_voice01_0.wav 至 0_voice01_49.wav，再是 1_voice01_0.wav，以此类推。",
  "Which voices; the same seed makes the same recordings to the byte.":
    "哪些嗓音；种子相同，录音逐字节相同。",
  "The folder for them, relative to the working directory; each choice of the other fields gets a folder of its own inside.":
    "存放它们的文件夹，相对于工作目录；其他字段的每种取值在其中各有自己的文件夹。",
  "In Hz; recordings at another rate are resampled.": "单位 Hz；采样率不同的录音会被重采样。",
  "Mel bands of a frame.": "每帧的 mel 频带数。",
  "The length of a frame, in milliseconds.": "帧长，毫秒。",
  "From the beginning of one frame to that of the next, in milliseconds.": "帧移，毫秒。",
  "Frames of an example: longer recordings are cropped (at random in training, centred otherwise), shorter ones repeated.":
    "每个样本的帧数：较长的录音被截取（训练时随机，其余居中），较短的则重复。",
  "A regular expression on file names (without folders), in the syntax of RE2, without lookaheads and backreferences: what it matches is the test split. Where it is null or matches no file of the data, test_fraction decides.":
    "匹配文件名（不含文件夹）的正则表达式，采用 RE2 语法，不支持环视和反向引用：匹配者为测试集。为 null 或没有文件匹配时，由 test_fraction 决定。",
  "The part of what is not test data that measures progress, by a hash of speaker and file name: files that are added or removed move no other.":
    "非测试数据中用作验证集的比例，按说话人与文件名的哈希划分：增删文件不会移动其他文件。",
  "The part of all recordings kept for the final test, by the same hash; not used where test_pattern matches.":
    "留作最终测试的录音比例，按同一哈希划分；test_pattern 有匹配时不用。",
  "The folder where computed features are kept, relative to the working directory; it may be deleted at any time. Training holds 256 MiB of them in memory and reads the rest from there: a hundred hours of speech take 6 GB of it, and 12 GB more where augment changes samples.":
    "存放已算特征的文件夹，相对于工作目录；随时可以删除。训练时最多在内存中保留 256 MiB 特征，其余从这里按需读取：一百小时语音约占 6 GB；若 augment 改变采样，则另占 12 GB。",
  "Whether the schedule counts epochs or steps; the rate changes once in each.":
    "以轮（epoch）还是步（step）计；每过一个单位，学习率变化一次。",
  "Whether to divide by the greatest squared mean so far (Reddi et al., 2018).":
    "是否除以迄今最大的平方均值（AMSGrad，Reddi 等，2018）。",
  "Epochs or steps until the last rate, which then stays; null: the whole run.":
    "经过多少轮或多少步到达最终学习率，此后不变；null：整个训练过程。",
  "Whether weight_decay acts on the weights, as in AdamW, instead of on the gradient.":
    "weight_decay 是否像 AdamW 那样直接作用于权重，而不是加到梯度上。",
  "Whether to divide by the running variance of the gradient, not by its running square.":
    "是否除以梯度的滑动方差，而不是梯度平方的滑动平均。",
  "Whether the rate moves in a straight line from row to row; false: it changes at each row.":
    "两行之间是否线性插值；false：到每一行时才改变。",
  "Whether the rate moves by half a cosine or in a straight line.":
    "学习率按半个余弦（cos）还是按直线（linear）变化。",
  "What the sum of the squared gradients starts from; Keras has 0.1.":
    "梯度平方和的初值；Keras 为 0.1。",
  "What the rate is multiplied by after each epoch, or step.":
    "每过一轮（或一步），学习率乘以此数。",
  "What learning_rate is multiplied by before the first boundary, and from each boundary on.":
    "在第一个边界之前以及从每个边界起，learning_rate 所乘的数。",
  "This times the weight is added to the direction, before its norm is taken; 0 is off.":
    "在取范数之前，将权重乘以此数加到更新方向上；0 表示不用。",
  "The rates of a table.": "按表格给出学习率。",
  "The power: 1 is a straight line, a higher one falls faster at first.":
    "幂次：1 为直线，越大则开始时下降越快。",
  "The learning rate that each cycle falls to.": "每个周期降到的学习率。",
  "The learning rate of update t is divided by 1 + (t − 1) times this.":
    "第 t 次更新的学习率除以 1 + (t − 1) × 此数。",
  "The learning rate at the end.": "结束时的学习率。",
  "The last rate is learning_rate times this.": "最终学习率为 learning_rate 乘以此数。",
  "The first rate is learning_rate times this.": "起始学习率为 learning_rate 乘以此数。",
  "The epochs, or steps, from which the next factor applies, in rising order.":
    "从哪些轮（或步）起改用下一个因子，按升序排列。",
  "Steps over which the learning rate rises linearly to that of the scheduler, counted from the start of the run. The scheduler runs meanwhile; with warmup, it begins afterwards.":
    "从训练开始算起，学习率线性上升到调度器所给数值的步数。其间调度器照常推进；若用 warmup，则调度器在预热之后才开始。",
  "Rows of two numbers, in rising order: an epoch, or step, from 0, and what learning_rate is multiplied by there. The first and the last hold before and after.":
    "每行两个数，按升序排列：从 0 算起的轮（或步），以及该处 learning_rate 所乘的数。首行之前与末行之后分别保持首行与末行的值。",
  "RMSProp (Hinton, 2012).": "RMSProp（Hinton，2012）。",
  "One rate up to each boundary, and another from there on.": "分段常数：到每个边界换一个学习率。",
  "Lion (Chen et al., 2023): the sign of a momentum; takes a tenth of Adam's rate.":
    "Lion（Chen 等，2023）：取动量的符号；学习率约为 Adam 的十分之一。",
  "LAMB (You et al., 2020): Adam for large batches, each weight by its norm.":
    "LAMB（You 等，2020）：适合大批量的 Adam，每个权重按其范数缩放。",
  "Keeps the exponential moving average of the weights: validated, saved and restored as the best in place of the weights, which training continues with; null: none.":
    "维护权重的指数滑动平均（EMA）：验证、保存最佳模型和恢复时用它代替权重，训练则继续使用权重本身；null：不用。",
  "How much of the momentum enters the update.": "动量在更新中所占的比例。",
  "How much of the gradient the momentum leaves out, from the second update on.":
    "从第二次更新起，计入动量的梯度所减去的比例。",
  "How many times as long each further cycle is.": "后一个周期的长度是前一个的多少倍。",
  "How fast the momentum comes to beta_1.": "动量趋近 beta_1 的快慢。",
  "How certain weights are trained, by the patterns of their names. A weight may be in several groups: a later one overrides an earlier one, field by field.":
    "按名称模式规定某些权重如何训练。一个权重可以属于多个组：后面的组逐字段覆盖前面的组。",
  "Half a cosine down, again and again.": "反复按半个余弦下降（余弦重启）。",
  "Falls with a power of what is left of the run.": "按剩余训练量的幂下降（多项式衰减）。",
  "Epochs, or steps, until the first restart.": "到第一次重启的轮数或步数。",
  "Epochs, or steps, between two drops.": "两次下降之间的轮数或步数。",
  "Decay of the running means of the squared gradient and change.":
    "梯度平方与更新量平方的滑动平均的衰减率。",
  "Decay of the momentum.": "动量的衰减率。",
  "Decay of the greatest gradient.": "最大梯度的衰减率。",
  "Averages the weights of the last epochs (stochastic weight averaging): validated, saved and restored as the best in place of the weights, as soon as there is an average; null: none.":
    "对最后若干轮的权重取平均（随机权重平均，SWA）：一旦有了平均值，验证、保存最佳模型和恢复时用它代替权重；null：不用。",
  "Adds Gaussian noise to the gradients of an update, after gradient_clip, drawn from the run's seed; null: none.":
    "在 gradient_clip 之后，给更新所用的梯度加上由训练种子产生的高斯噪声；null：不加。",
  "Added under both roots.": "加在两个根号之内。",
  "Adam with Nesterov momentum (Dozat, 2016).": "带 Nesterov 动量的 Adam（Dozat，2016）。",
  "Adam by the greatest gradient instead of the mean square (Kingma and Ba, 2015).":
    "以最大梯度代替均方的 Adam（Kingma 与 Ba，2015）。",
  "Adagrad (Duchi et al., 2011): suits rare features.": "Adagrad（Duchi 等，2011）：适合稀疏特征。",
  "Adadelta (Zeiler, 2012); its learning rate is about 1.":
    "Adadelta（Zeiler，2012）；学习率约为 1。",
  "A straight line down, or up, over the run.": "在整个训练过程中沿直线下降（或上升）。",
  "A linear warm-up in front of the scheduler, which runs over what is left of the run; null: none.":
    "在调度器之前线性预热，调度器作用于余下的训练过程；null：不预热。",
  "How much of the average stays at each update of the weights.":
    "每次更新权重时，平均值保留的比例。",
  "Whether the decay of update n is at most (1 + n) / (10 + n), so that the average follows faster at first.":
    "第 n 次更新的衰减率是否不超过 (1 + n) / (10 + n)，使平均值在开始时跟得更快。",
  "How many epochs come before those that count; below 1, the share of num_epochs.":
    "计入平均的轮次之前有多少轮；小于 1 时为占 num_epochs 的比例。",
  "Steps between two models that count; null: one at the end of each epoch.":
    "每隔多少步计入一次；null：每轮结束时一次。",
  "The learning rate that the epochs that count come to, instead of the scheduler's; null: the scheduler's.":
    "计入平均的各轮最终采用的学习率，代替调度器的学习率；null：仍用调度器的。",
  "Epochs in which the learning rate comes to it, by half a cosine.":
    "学习率按半个余弦过渡到该值所用的轮数。",
  "The variance of the noise in the first update.": "第一次更新时噪声的方差。",
  "How fast the variance falls: in update t it is eta / t^gamma.":
    "方差下降的快慢：第 t 次更新时为 eta / t^gamma。",
  'A pattern of the names of weights, or several; * stands for any characters: "encoder_*", "*.bias".':
    '权重名称的一个或多个模式；* 代表任意字符："encoder_*"、"*.bias"。',
  "What their learning rate is multiplied by; null: 1, or as an earlier group says.":
    "这些权重的学习率所乘的数；null：1，或以前面的组为准。",
  "Their weight decay; null: that of the optimizer, or as an earlier group says.":
    "这些权重的权重衰减；null：以优化器或前面的组为准。",
  "Whether they stay as they are: no gradients are computed for them; null: no, or as an earlier group says.":
    "是否冻结：不为它们计算梯度，权重保持不变；null：否，或以前面的组为准。",
  "How many steps, or epochs, the warm-up takes.": "预热多少步或多少轮。",
  "Whether the warm-up counts steps or epochs; the rate changes once in each.":
    "预热以步（step）还是轮（epoch）计；每过一个单位，学习率变化一次。",
  "What the scheduler's first rate is multiplied by in the first step.":
    "第一步时，调度器的起始学习率所乘的数。",
  "A metric of an epoch, such as val_accuracy.": "一轮的某个指标，例如 val_accuracy。",
  "The metric of an epoch to monitor.": "要监测的每轮指标。",
  "How many epochs without an improvement end the run.": "多少轮没有改善就结束训练。",
  "How much better a value must be to be an improvement.": "数值要好多少才算改善。",
  "Whether the model that the epochs hand on has the weights of the best epoch.":
    "训练结束后交出的模型是否采用最佳一轮的权重。",
  "What records the run beside its log: observers by name.":
    "除运行日志外，还由什么记录运行：按名称列出观察者。",
  "Writes event files for TensorBoard (events.out.tfevents.*) into the folder of checkpoints: step and epoch metrics, the confusion matrix, the config.":
    "在检查点文件夹中写 TensorBoard 事件文件（events.out.tfevents.*）：每步和每轮的指标、混淆矩阵、配置。",
  "Steps between two points of a step's loss and speed.": "每隔多少步记录一次单步的损失和速度。",
  "Epochs between two histograms of each weight and its gradient, which are those of the epoch's last step; 0: none.":
    "每隔多少轮为每个权重及其梯度画一次直方图，取该轮最后一步的值；0：不画。",
  "Whether to draw confusion matrices.": "是否绘制混淆矩阵。",
  "Records the run on an MLflow tracking server, over HTTP: config, metrics, how it ended. A resumed run continues the same MLflow run.":
    "通过 HTTP 把运行记录到 MLflow 跟踪服务器：配置、指标和结束状态。恢复的运行会接着写同一个 MLflow 运行。",
  "The address of the server, such as http://localhost:5000; null: that of MLFLOW_TRACKING_URI, else http://127.0.0.1:5000.":
    "服务器地址，例如 http://localhost:5000；null：取 MLFLOW_TRACKING_URI 的值，否则为 http://127.0.0.1:5000。",
  "The experiment, made when missing; null: that of MLFLOW_EXPERIMENT_NAME, else the pipeline's name.":
    "实验名，不存在时自动创建；null：取 MLFLOW_EXPERIMENT_NAME 的值，否则用流水线的名称。",
  "Whether to upload the config and, when the run ends, the best checkpoint.":
    "是否上传配置，并在运行结束时上传最佳检查点。"
}
