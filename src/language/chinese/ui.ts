/** The texts of the server of `holdfast ui`. */
export const ui = {
  "at most {0} curves in one request": "一次请求最多包含 {0} 条曲线",
  "cannot listen on {0}, port {1}: {2}": "无法在 {0} 的端口 {1} 上监听：{2}",
  "it has no checkpoint": "其中没有检查点",
  "it holds what no run writes: {0}": "其中的内容不是训练运行写出的：{0}",
  "it is not a regular file": "它不是普通文件",
  "missing parameter {0}": "缺少参数 {0}",
  "open the address that holdfast ui printed: it has the token that this server asks for":
    "请打开 holdfast ui 打印的地址：其中带有本服务器要求的令牌",
  "parameter x is one of {0}": "参数 x 只能是以下之一：{0}",
  "parameter {0} must be a number": "参数 {0} 必须是数字",
  "port {0} and those after it are in use; choose another: --port":
    "端口 {0} 及其后的端口都已被占用；请用 --port 换一个",
  "port {0} needs more rights; choose one above 1023: --port":
    "端口 {0} 需要更高的权限；请用 --port 选择 1023 以上的端口",
  "the body of this request is not what it should be": "请求体的内容不符合要求",
  "the content type must be application/json": "内容类型必须是 application/json",
  "there is no run {0}": "没有名为 {0} 的运行",
  "there is no such request": "没有这样的请求",
  "this request comes from another site": "这个请求来自另一个网站",
  "this request does not say which page it comes from": "这个请求没有说明它来自哪个页面",
  "this server answers under the address that it printed, no other":
    "本服务器只在它打印的地址上应答",
  "this server is reachable from other machines, and only shows runs":
    "其他机器可以访问本服务器，因此它只能查看运行，不能操作",
  "{0} lines of the log cannot be read, and are left out": "日志中有 {0} 行无法读取，已略去",
  "--port takes a number from 0 to 65535, not {0}": "--port 需要 0 到 65535 之间的数字，而不是 {0}",
  "The address that it prints has a token: whoever has it may look. On 127.0.0.1 the page can also save, stop, pin and annotate runs. Nothing is loaded from other servers, and nothing is sent to any.":
    "它打印的地址带有令牌：拿到地址的人都可以查看。在 127.0.0.1 上，页面还可以让运行立即保存或停止、固定检查点、添加备注。页面不从其他服务器加载任何内容，也不向任何服务器发送数据。",
  "Watch and compare runs in a browser": "在浏览器中查看并比较运行",
  "Windows has no signals: press Ctrl+C where the run was started":
    "Windows 没有信号机制：请在启动运行的终端按 Ctrl+C",
  "end the server; runs train on": "结束服务器；运行会继续训练",
  "let other machines look, without buttons that act": "允许其他机器查看，但不提供操作按钮",
  "no process trains this run now": "目前没有进程在训练这个运行",
  "open the page in the browser": "在浏览器中打开页面",
  "other machines that reach this one can look with this address; the page cannot act on runs\n":
    "能访问本机的其他机器可以用这个地址查看；页面不能对运行进行操作\n",
  "port {0} is in use; listening on {1}\n": "端口 {0} 已被占用；改为监听 {1}\n",
  "process {0} takes no signal from this user": "进程 {0} 不接受当前用户的信号",
  "run {0} has no checkpoint {1}": "运行 {0} 没有检查点 {1}",
  "show every run in this folder and the folders in it": "显示当前文件夹及其子文件夹中的所有运行",
  "show the runs in experiments/, and open the browser": "显示 experiments/ 中的运行，并打开浏览器",
  "showing the runs in {0}:\n  {1}\n": "正在显示 {0} 中的运行：\n  {1}\n",
  "the address to listen on; default: 127.0.0.1, which only this machine reaches":
    "监听的地址；默认为 127.0.0.1，只有本机可以访问",
  "the folder of runs; default: this one": "运行所在的文件夹；默认为当前文件夹",
  "the port to listen on, or the next free one; default: {0}; 0: any":
    "监听的端口，被占用时用下一个空闲端口；默认为 {0}；0 表示任意端口",
  "the recording {0} is not there, or cannot be read": "录音 {0} 不存在，或无法读取",
  "the run is trained by a process on {0}: act there": "这个运行由 {0} 上的进程训练：请在那里操作",
  "there is no recording of this example": "这个样本没有录音",
  "{0} cannot be started: open the address yourself\n": "无法启动 {0}：请自行打开该地址\n",
  "it holds what no sweep writes: {0}": "其中有超参数搜索不会写入的内容：{0}",
  "there is no sweep {0}": "没有超参数搜索 {0}"
}
