/** What is said of images. */
export const images = {
  "has {0} scans, more than {1}": "有 {0} 次扫描，超过 {1}",
  "each image": "每幅图像",
  "cannot be decoded: {0}": "无法解码：{0}",
  "declares {0} × {1} pixels, more than {2}": "声明有 {0} × {1} 像素，超过 {2}",
  "has no pixels": "没有像素",
  "has {0} bytes, more than {1}": "有 {0} 字节，超过 {1}",
  "holds no image that can be used: {0}": "没有可用的图像：{0}",
  "holds no images, PNG or JPEG, in folders by class": "没有按类别分文件夹的 PNG 或 JPEG 图像",
  "is a link that leads nowhere, or is not there": "是失效的链接，或不存在",
  "is neither PNG nor JPEG": "既不是 PNG 也不是 JPEG",
  "is truncated": "被截断",
  "is {0}; give a whole number of pixels": "是 {0}；请给出像素数（整数）",
  "its pixels are damaged, or more than it declares": "像素数据已损坏，或超出声明的大小",
  "names no image and label": "没有给出图像和标签",
  "needs {0} means and deviations, one a channel": "需要 {0} 个均值和标准差，每个通道一个",
  'sharp is not installed; run npm install sharp, or choose "javascript"':
    '未安装 sharp；请运行 npm install sharp，或选择 "javascript"',
  "there is no such folder": "没有此文件夹",
  "{0}: it {1}": "{0}：{1}",
  "{0}: lies in no folder that names its class": "{0}：不在任何表示类别的文件夹中",
  "{0}: lies too deep": "{0}：文件夹层级过深"
}
