/** Recording runs by other tools. */
export const tracking = {
  "{0} cannot record the run: {1}": "{0} 无法记录运行：{1}",
  "{0} is {1}; choose http/protobuf or http/json": "{0} 为 {1}；可选 http/protobuf 或 http/json",
  "{0} is {1}; give a URL such as http://localhost:4318":
    "{0} 为 {1}；请给出 URL，例如 http://localhost:4318",
  "{0} is not of the form name=value,name=value": "{0} 的格式应为 name=value,name=value（名=值）",
  "it needs the package @effect/opentelemetry: npm install @effect/opentelemetry@{0}":
    "需要 @effect/opentelemetry 包：npm install @effect/opentelemetry@{0}",
  "traces are not sent: {0} cannot be reached ({1}); training continues":
    "链路追踪未发送：无法连接 {0}（{1}）；训练继续",
  "TensorBoard's files in {0} cannot be written: {1}; training continues without them":
    "无法写入 {0} 中的 TensorBoard 文件：{1}；训练继续，不再写这些文件",
  "histograms cannot be read from the backend: {0}": "无法从计算后端读取直方图数据：{0}",
  'write event files for TensorBoard into the checkpoint folder, as "training.observers": ["tensorboard"] does':
    '在检查点文件夹中写 TensorBoard 事件文件，等同于 "training.observers": ["tensorboard"]',
  "send a trace of stages, epochs and saves to the collector of OTEL_EXPORTER_OTLP_ENDPOINT, by default http://localhost:4318; needs the package @effect/opentelemetry":
    "把各阶段、各轮和各次保存的链路追踪发送到 OTEL_EXPORTER_OTLP_ENDPOINT 所指的收集器，默认 http://localhost:4318；需要 @effect/opentelemetry 包",
  "then look at it: tensorboard --logdir checkpoints": "之后查看：tensorboard --logdir checkpoints",
  "--tensorboard and --otel are for a real run; leave out --dry-run and --overfit":
    "--tensorboard 和 --otel 只用于真正的训练；请去掉 --dry-run 和 --overfit",
  "{0} is not the address of a server; give tracking_uri, or MLFLOW_TRACKING_URI, as http://localhost:5000":
    "{0} 不是服务器地址；请把 tracking_uri 或 MLFLOW_TRACKING_URI 写成 http://localhost:5000 的形式",
  "MLflow at {0} cannot be reached ({1}); training continues, and what was measured is sent when it can be":
    "无法连接 {0} 上的 MLflow（{1}）；训练继续，恢复连接后补发已测得的数据",
  "MLflow at {0} is reachable again, and has all metrics":
    "{0} 上的 MLflow 已恢复连接，全部指标均已送达",
  "MLflow refuses metrics, which are left out: {0}": "MLflow 拒收部分指标，已略过：{0}",
  "artifacts are not uploaded to MLflow: {0}": "产物未上传到 MLflow：{0}",
  "no answer within {0}": "{0} 内没有应答（超时）",
  "the answer to {0} is none of MLflow's: {1}": "对 {0} 的应答不是 MLflow 的格式：{1}",
  "{0} is no MLflow server: {1}": "{0} 不是 MLflow 服务器：{1}",
  "the server stores artifacts in {0} and does not take them itself; start it with --serve-artifacts":
    "服务器把产物存放在 {0}，自身不接收上传；请用 --serve-artifacts 启动它",
  "Write the metrics of a run as CSV, as JSON or for TensorBoard":
    "把运行的指标写成 CSV、JSON，或供 TensorBoard 使用",
  "a line for each epoch": "每轮一行",
  "a line for each step": "每步一行",
  "the same as JSON": "同样内容，JSON 格式",
  "event files of a run that wrote none": "为没有写过事件文件的运行补写",
  "the folder of the run; default: checkpoints": "运行的文件夹；默认：checkpoints",
  "the steps, instead of the epochs": "输出每一步，而不是每一轮",
  "the file to write; default: standard output": "要写的文件；默认：标准输出",
  "write an event file for TensorBoard there, with steps and epochs":
    "在该文件夹中写 TensorBoard 事件文件，包含每步和每轮",
  "--tensorboard needs a folder": "--tensorboard 需要给出文件夹",
  "replace a file that exists": "替换已有的文件",
  "JSON instead of CSV: a list of objects": "用 JSON 代替 CSV：对象列表",
  "The metrics are those of the run's log, events.ndjson. Of a run of more than 16,384 steps it keeps those that a curve needs: first, last, lowest and highest of every few.":
    "指标取自运行日志 events.ndjson。超过 16,384 步的运行，日志只保留画曲线所需的步：每小段的首、末、最低和最高。",
  "--tensorboard goes without --steps, --json and -o":
    "--tensorboard 不能与 --steps、--json、-o 同用",
  "{0} exists; name another file with -o, or replace it with --force":
    "{0} 已存在；请用 -o 另指定文件，或用 --force 替换",
  "wrote {0} lines to {1}": "已写入 {0} 行到 {1}",
  "{0} has event files already; name another folder": "{0} 中已有事件文件；请另指定文件夹",
  "wrote {0} events to {1}; look at them: tensorboard --logdir {2}":
    "已写入 {0} 个事件到 {1}；查看：tensorboard --logdir {2}"
}
