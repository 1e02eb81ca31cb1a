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
  "{0} lines of the log cannot be read, and are left out": "日志中有 {0} 行无法读取，已略去"
}
