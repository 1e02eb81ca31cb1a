/** Recordings of every format: what is wrong with them. */
export const audio = {
  "a frame does not end": "有一帧没有结束",
  "a packet cannot be decoded: {0}": "有一个数据包无法解码：{0}",
  "a packet has more than {0} bytes": "有一个数据包超过 {0} 字节",
  "a packet is not complete": "有一个数据包不完整",
  "a subframe makes no sense": "有一个子帧无法解析",
  "declares samples of {0} bits": "采样位数为 {0}",
  "frames are missing before it": "此前缺少若干帧",
  "has a damaged Opus header": "Opus 头已损坏",
  "has a damaged Vorbis header": "Vorbis 头已损坏",
  "has a damaged Vorbis setup header": "Vorbis setup 头已损坏",
  "has no STREAMINFO where a FLAC file begins": "文件开头没有 FLAC 的 STREAMINFO",
  "has {0} blocks of metadata, and no frame after them": "有 {0} 个元数据块，其后没有帧",
  "holds Vorbis, and the version of {0} that is installed is not the one needed: npm install {1}":
    "内容为 Vorbis，而已安装的 {0} 不是所需的版本：请运行 npm install {1}",
  "holds Vorbis, which {0} decodes, and that is not installed: npm install {1}":
    "内容为 Vorbis，需要 {0} 来解码，但尚未安装：请运行 npm install {1}",
  "holds more than {0} samples of a channel": "每声道采样数超过 {0}",
  "holds neither Vorbis nor Opus: convert it": "内容既不是 Vorbis 也不是 Opus：请先转换",
  "holds several streams, one beside or after another: convert it":
    "含有多个并列或相继的流：请先转换",
  "holds {0} channels of Opus in mapping family {1}: convert it":
    "内容为 {0} 声道 Opus，映射族 {1}：请先转换",
  "is damaged at byte {0}, after {1} s of sound: {2}": "在第 {0} 字节处（{1} 秒之后）损坏：{2}",
  "is damaged: it holds {0} frames, where its first one counts {1}":
    "已损坏：含有 {0} 帧，而首帧记录的是 {1} 帧",
  "is damaged: it holds {0} samples, where its header declares {1}":
    "已损坏：含有 {0} 个采样，而文件头声明为 {1} 个",
  "is damaged: the CRC of its sound is not that of its LAME tag":
    "已损坏：声音数据的 CRC 与 LAME 标签不符",
  "is damaged: the MD5 of its samples is not that of its header": "已损坏：采样的 MD5 与文件头不符",
  "is damaged: {0} of {1} samples could be decoded": "已损坏：{1} 个采样中只能解码 {0} 个",
  "is none of WAV, FLAC, MP3 and Ogg by its first bytes":
    "从开头的字节看，不是 WAV、FLAC、MP3 或 Ogg 文件",
  "is truncated after {0} samples: its last frame is not complete":
    "在 {0} 个采样之后被截断：最后一帧不完整",
  "is truncated: it ends at byte {0}, and no page says that it is the last":
    "被截断：在第 {0} 字节处结束，且没有标记为末页的页",
  "is truncated: it ends before its first frame": "被截断：第一帧之前就已结束",
  "is truncated: it ends within its headers": "被截断：文件头未完就已结束",
  "is truncated: it holds {0} of {1} samples": "被截断：{1} 个采样中只有 {0} 个",
  "is truncated: its last frame has {0} of {1} bytes": "被截断：最后一帧 {1} 字节中只有 {0} 字节",
  "is {0}, none of WAV, FLAC, MP3 and Ogg: convert it":
    "是 {0}，不是 WAV、FLAC、MP3 或 Ogg：请先转换",
  "it has a bit rate of its own (free format): convert it":
    "码率不在标准表中（free format）：请先转换",
  "it is MPEG audio of layer {0}, not MP3: convert it": "是 MPEG 音频第 {0} 层，不是 MP3：请先转换",
  "its position is sample {0}, and {1} were decoded":
    "标记的位置是第 {0} 个采样，而实际解码了 {1} 个",
  "mpg123 says: {0}": "mpg123 报告：{0}",
  "no frame begins there": "此处不是帧的开头",
  "no page begins there": "此处不是页的开头",
  "pages are missing before it": "此前缺少若干页",
  "the CRC of a frame is wrong": "帧的 CRC 不符",
  "the CRC of its LAME tag is wrong": "LAME 标签的 CRC 不符",
  "the CRC-16 of a frame is wrong": "帧的 CRC-16 不符",
  "the CRC-32 of a page is wrong": "页的 CRC-32 不符",
  "the CRC-8 of a frame's header is wrong": "帧头的 CRC-8 不符",
  "the rate or the channels change there": "采样率或声道数在此处改变",
  "the rate, depth or channels change there": "采样率、位深或声道数在此处改变",
  "is for a named split: set data.split to hash, k_fold, random or by_name":
    "只用于按名称给出的划分：请把 data.split 设为 hash、k_fold、random 或 by_name",
  "matches nothing of {0}": "在 {0} 中没有匹配",
  "{0} of {1} speakers have no recording to train on, such as {2}: right for verification, not for identification":
    "{1} 位说话人中有 {0} 位没有训练录音，如 {2}：适合说话人确认，不适合说话人辨认",
  "a number of at least {0}": "不小于 {0} 的数",
  "decoding recordings to augment, to be kept in {0}": "正在解码用于增强的录音，保存在 {0}",
  "has changed while it was read": "读取期间发生了变化",
  "there is no folder {0}; give {1} or a folder of recordings":
    "没有文件夹 {0}；请给出 {1} 或录音文件夹",
  "{0} cannot be read": "{0} 无法读取",
  "{0} holds no recordings": "{0} 中没有录音"
} as const
