/** What is said of the search spaces and search algorithms of sweeps. */
export const search = {
  "a number below high, {0}; for one value, set it in the config":
    "小于 high（{0}）的数；只要一个值时，请直接写在配置中",
  "a value that JSON can hold": "JSON 能表示的值",
  "a parameter of the space: {0}": "搜索空间中的参数：{0}",
  "another search for more than {0} parameters, such as random":
    "参数超过 {0} 个时请改用其他搜索算法，例如 random",
  "at least 1, where log is true": "log 为 true 时至少为 1",
  "at least one parameter": "至少一个参数",
  "at most the epochs of a trial, {0}": "不超过一次试验的轮数，即 {0}",
  "at most high - low, {0}": "不超过 high - low，即 {0}",
  "different values; {0} is there twice": "互不相同的值；{0} 出现了两次",
  "how many values a grid takes of a real number": "网格对实数参数取多少个值",
  "names of fields joined by dots, none of them empty": "以点连接的字段名，均不为空",
  "no parameter here, since the scheduler decides how far a trial is trained":
    "此处不能有参数，因为每次试验训练多少轮由调度器决定",
  "no parameter here, since {0} sets what it is in":
    "此处不能有参数，因为 {0} 设置的正是它所在的部分",
  "nothing, where log is true": "log 为 true 时不填",
  "{0} is built in; give the custom one another name": "{0} 是内置的；请给自定义的另取一个名称"
}
