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
    "--tensorboard 和 --otel 只用于真正的训练；请去掉 --dry-run 和 --overfit"
}
