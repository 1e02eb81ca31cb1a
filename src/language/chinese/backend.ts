/** What the backends say. */
export const backend = {
  "choose one of {0}": "请从 {0} 中选择",
  "backend {0} cannot be used": "后端 {0} 不可用",
  "layer {0} cannot be trained here": "层 {0} 无法在此训练",
  "backend {0} is out of memory": "后端 {0} 内存不足",
  "backend {0} has failed; its latest results are invalid": "后端 {0} 出错，其最后的计算结果无效",
  "{0} more are needed, tensors hold {1}, and the limit is {2}":
    "还需要 {0}，张量已占用 {1}，上限为 {2}",
  "{0} bytes": "{0} 字节",
  "{0}: {1}": "{0}：{1}",
  "{0}; {1}": "{0}；{1}",
  "{0}: not available: {1}": "{0}：不可用：{1}",
  "gradients right": "梯度正确",
  "GRADIENTS WRONG": "梯度错误",
  "{0}: {1} ({2} % off the measured slope), {3} ms a step":
    "{0}：{1}（与实测斜率相差 {2} %），每步 {3} 毫秒",
  "`npm install @tensorflow/tfjs-node-gpu@4.22.0` (or `@tensorflow/tfjs-node@4.22.0`) downloads it; where it cannot, `node node_modules/holdfast/scripts/native-build.mjs` builds it":
    "可用 `npm install @tensorflow/tfjs-node-gpu@4.22.0`（或 `@tensorflow/tfjs-node@4.22.0`）下载；无法下载时，可用 `node node_modules/holdfast/scripts/native-build.mjs` 自行编译",
  "native TensorFlow, which is optional, is not installed": "未安装原生 TensorFlow（可选）",
  "{0} is installed without its native addon": "{0} 已安装，但缺少原生插件",
  "{0} belongs to another copy of TensorFlow.js": "{0} 属于另一份 TensorFlow.js",
  "install version 4.22.0 of it": "请安装其 4.22.0 版本",
  "{0} does not load: {1}": "{0} 加载失败：{1}",
  "start a process with TF_NUM_INTRAOP_THREADS={0} in its environment":
    "请在设置了环境变量 TF_NUM_INTRAOP_THREADS={0} 的进程中运行",
  "native TensorFlow runs with {0} threads in this process already, which changes its results":
    "本进程中的原生 TensorFlow 已以 {0} 个线程运行，线程数会影响计算结果",
  "the number of threads of native TensorFlow cannot be set in a worker":
    "无法在工作线程中设置原生 TensorFlow 的线程数",
  "it is not deterministic; choose wasm, tensorflow or cpu, or leave out --deterministic":
    "它不保证结果可复现；请选择 wasm、tensorflow 或 cpu，或去掉 --deterministic",
  "requested; it runs on {0}": "由用户指定，运行于 {0}",
  requested: "由用户指定",
  "the pipeline brings it": "由流水线提供",
  "its start registers no backend of this name that can be used": "其 start 未注册同名的可用后端",
  "; ": "；",
  "the fastest for small networks; training tries native TensorFlow as well":
    "小网络用它最快；训练时还会试用原生 TensorFlow",
  "as training.backend says": "由 training.backend 指定",
  "the checkpoint is from it": "检查点由它算出",
  "NVIDIA's driver is there": "已安装 NVIDIA 驱动",
  "NVIDIA's driver is not there (libcuda.so.1): without it native TensorFlow computes on the processor":
    "缺少 NVIDIA 驱动（libcuda.so.1）：没有它，原生 TensorFlow 在处理器上计算",
  "which CUDA libraries this TensorFlow loads is not known": "不清楚此 TensorFlow 需要哪些 CUDA 库",
  "the CUDA libraries that TensorFlow {0} loads are all there": "TensorFlow {0} 所需的 CUDA 库齐全",
  "CUDA libraries that TensorFlow {0} loads and that are missing: {1}":
    "TensorFlow {0} 所需但缺少的 CUDA 库：{1}",
  "some are where the loader does not look; start with LD_LIBRARY_PATH={0}":
    "有些库不在加载器的查找路径中；请以 LD_LIBRARY_PATH={0} 启动",
  "from NVIDIA's Debian repository: apt-get install {0}":
    "来自 NVIDIA 的 Debian 软件源：apt-get install {0}",
  "or from PyPI: pip install {0}, with the lib folders of these packages in LD_LIBRARY_PATH":
    "或来自 PyPI：pip install {0}，并把这些包的 lib 文件夹加入 LD_LIBRARY_PATH",
  "trials of networks on this machine, newest first:": "本机对各网络的试用结果，最新的在前：",
  "{0} ms a step": "每步 {0} 毫秒",
  "{0} cannot train it: {1}": "{0} 无法训练：{1}",
  "{0}; measured on {1}": "{0}（{1} 测得）",
  "{0}; the run is too short to try {1}": "{0}；训练很短，不值得试用 {1}",
  "{0}; use another layer": "{0}；请换用其他层",
  "the backend {0} has no kernel {1}; use another layer, or another backend":
    "后端 {0} 没有 {1} 内核；请换用其他层或其他后端",
  "no gradient reaches its weight {0}": "其权重 {0} 得不到梯度",
  "this processor has no SIMD for WebAssembly": "此处理器不支持 WebAssembly SIMD",
  "use the backend cpu": "请改用后端 cpu",
  "the memory of the WebAssembly backend has run out in this process":
    "本进程中 WebAssembly 后端的内存已耗尽",
  "start another process": "请重新启动进程",
  "the WebAssembly backend does not start": "WebAssembly 后端无法启动",
  "reinstall holdfast, or use the backend cpu": "请重新安装 holdfast，或改用后端 cpu",
  "in the project's folder, run: npm install @tensorflow/tfjs-core@{0} @tensorflow/tfjs-layers@{1}":
    "请在项目目录中运行：npm install @tensorflow/tfjs-core@{0} @tensorflow/tfjs-layers@{1}",
  "TensorFlow.js {0} is required, but {1} is installed": "需要 TensorFlow.js {0}，但安装的是 {1}",
  "TensorFlow.js {0} has been changed: it lacks {1}": "TensorFlow.js {0} 已被改动：缺少 {1}",
  "the training kernels do not load: {0}": "训练内核加载失败：{0}",
  "run `npm ci`, which builds them": "请运行 `npm ci` 以编译",
  "its gradients are wrong by {0} %": "其梯度误差为 {0} %",
  "WebGPU computes wrong results on {0}: {1}": "WebGPU 在 {0} 上计算有误：{1}",
  "try another driver, or choose another backend": "请更换驱动，或选择其他后端",
  "there is no graphics processor that WebGPU can use": "没有 WebGPU 可用的显卡",
  "a driver is required: Vulkan on Linux (NVIDIA's also needs libegl1), Metal on macOS, Direct3D 12 on Windows":
    "需要驱动：Linux 上为 Vulkan（NVIDIA 还需 libegl1），macOS 上为 Metal，Windows 上为 Direct3D 12",
  "the package {0} is not installed": "未安装包 {0}",
  "`npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0` installs it":
    "请运行 `npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0` 安装",
  "TensorFlow.js cannot add the penalty of an activityRegularizer to the loss; use a regularizer of the weights (kernelRegularizer), or add it to the loss of a custom Objective":
    "TensorFlow.js 无法把 activityRegularizer 的惩罚项加入损失；请改用权重正则化（kernelRegularizer），或在自定义 Objective 的损失中加入",
  "take a smaller batch_size or a smaller model, or the backend tensorflow":
    "请减小 batch_size 或模型，或使用后端 tensorflow",
  "a device without a name": "未命名设备",
  "a software adapter": "软件模拟的适配器",
  "the device was lost: {0}": "设备丢失：{0}",
  "its device is gone": "其设备已不存在"
}
