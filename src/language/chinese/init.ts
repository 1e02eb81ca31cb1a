/** The texts of `holdfast init`. */
export const init = {
  "Make a new project: a pipeline that runs at once, its config and its tests":
    "新建项目：可立即运行的流水线、配置和测试",
  "a project in a new folder, to tell speakers apart": "在新文件夹中新建项目，识别说话人",
  "from a CSV file": "从 CSV 文件训练",
  "list the templates": "列出模板",
  "with Holdfast from a tarball of npm pack": "使用 npm pack 打包的 Holdfast",
  "a new or empty folder; default: this one": "新文件夹或空文件夹；默认为当前文件夹",
  "what to start from; default: {0}; --list shows all": "使用的模板；默认为 {0}；--list 列出全部",
  "the version of Holdfast in package.json, or the path of a tarball; default: the one that runs this":
    "写入 package.json 的 Holdfast 版本，或 tarball 的路径；默认为当前运行的 Holdfast",
  "list the templates, and make nothing": "只列出模板，不新建项目",
  "print what was made as JSON": "以 JSON 输出新建的内容",
  "do not run npm install, which needs the network": "不运行需要网络的 npm install",
  Templates: "模板",
  "A folder that is not empty is refused, and no file is replaced. Exit code 1: no project was made, or npm install failed in it.":
    "文件夹非空时拒绝执行，不会覆盖任何文件。退出码 1：未能新建项目，或其中的 npm install 失败。",
  "there is no template {0}{1}\nthe templates are {2}": "没有模板 {0}{1}\n可用的模板：{2}",
  "who is talking, from recordings in folders named after their speakers; makes synthetic voices until you have some":
    "说话人识别：录音按说话人分文件夹存放；没有录音时自动生成合成语音",
  "a number from the columns of a CSV file: categories and missing cells":
    "表格回归：由 CSV 文件的各列预测一个数值，支持类别和缺失值",
  "the class of the rows of a CSV file": "表格分类：为 CSV 文件的每一行分类",
  "whether two recordings are of one speaker, by embeddings and their equal error rate":
    "说话人验证：用嵌入向量判断两段录音是否出自同一人，给出等错误率",
  "handwritten digits of MNIST by a convolutional network, 99 % right after a minute":
    "用卷积网络识别 MNIST 手写数字，一分钟后正确率 99 %",
  "a forecast from the last day of a long series, by an LSTM, beside the naive one":
    "时间序列：用 LSTM 由最近一天的数据预测，与朴素预测对照",
  "in which of 53 languages a text is, by an LSTM over its characters":
    "文本分类：用 LSTM 逐字符阅读，判断文本属于 53 种语言中的哪一种",
  "a small GPT that learns to write like Shakespeare, character by character":
    "语言模型：小型 GPT，逐字符学习莎士比亚的文风",
  "images compressed to codes of 32 numbers, and drawn again":
    "自编码器：把图像压缩成 32 个数的编码，再重建",
  "a new head on the frozen layers of a model that another pipeline has trained":
    "微调：在另一条流水线训练好的冻结层上训练新的输出层",
  "the class of images in folders, with augmentation":
    "图像分类：图像按类别分文件夹存放，带数据增强",
  "classes of points in arrays in memory: the shortest start for your data":
    "内存数组中点的分类：使用自有数据的最短起点",
  "{0} is not empty: {1}; name a new folder, as in holdfast init my-project":
    "{0} 不是空文件夹，其中有 {1}；请指定新文件夹，例如 holdfast init my-project",
  "{0} is a file; name a new folder, as in holdfast init my-project":
    "{0} 是文件；请指定新文件夹，例如 holdfast init my-project",
  "the project cannot be written to {0}: {1}": "无法把项目写入 {0}：{1}",
  "the templates are not built: {0} is missing. Install Holdfast again or, in its repository, run npm run build":
    "模板尚未构建：缺少 {0}。请重新安装 Holdfast；在其仓库中则运行 npm run build",
  "--holdfast names {0}, which is not there; give a version, or the path of a tarball that npm pack made":
    "--holdfast 指定的 {0} 不存在；请给出版本号，或 npm pack 生成的 tarball 的路径",
  "the project in {0} is made, but npm install failed: {1}. Run npm install there again; --holdfast names another Holdfast than the one that it asks for":
    "项目已建在 {0}，但 npm install 失败：{1}。请在其中重新运行 npm install；--holdfast 可指定其他版本的 Holdfast",
  "exit code {0}": "退出码 {0}",
  "made a project in {0}, with {1} files": "已在 {0} 新建项目，共 {1} 个文件",
  "installing its packages: npm install": "正在安装依赖：npm install",
  "next:": "接下来："
}
