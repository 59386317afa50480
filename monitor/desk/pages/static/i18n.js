// Words of the pages, Chinese and English. Keys that have no word show themselves.
const WORDS = {
  brand: ["话务质检", "linewatch"],
  live: ["实时", "live"],
  connecting: ["连接中", "connecting"],
  offline: ["已断开，正在重连", "offline, reconnecting"],
  sign_in: ["登录", "Sign in"],
  sign_out: ["退出", "Sign out"],
  token: ["访问令牌", "Access token"],
  token_hint: ["令牌由管理员发放，只保存在本标签页。", "Your administrator gives it out; it stays in this tab only."],
  token_wrong: ["令牌无效，请重新输入。", "This token is not known here."],
  no_server: ["连不上服务器，请稍后再试。", "The server does not answer. Try again."],
  tagline: ["每一通电话，实时听见", "Every line, heard as it happens"],
  agent: ["客服", "agent"],
  customer: ["客户", "customer"],
  both: ["双方", "both"],
  calls: ["通话", "Calls"],
  running: ["进行中", "running"],
  open_alerts: ["待处理", "open"],
  search: ["搜索坐席、班组", "Find agent, team"],
  by_time: ["按时间", "newest"],
  by_alerts: ["按告警", "worst first"],
  no_calls: ["目前没有通话", "No calls right now"],
  no_calls_hint: ["有电话接入时，会立刻出现在这里。", "A call appears here the moment it arrives."],
  pick_call: ["选择一路通话，查看实时文字", "Choose a call to follow its words"],
  alerts: ["告警", "Alerts"],
  alerts_open: ["未处理", "Open"],
  alerts_all: ["全部", "All"],
  no_alerts: ["没有未处理的告警", "No open alerts"],
  no_alerts_hint: ["一切正常。", "All is well."],
  acknowledge: ["确认处理", "Acknowledge"],
  note: ["备注（可不填）", "Note (optional)"],
  acknowledged: ["已处理", "Acknowledged"],
  alert_over: ["已恢复", "over"],
  critical: ["致命", "critical"],
  major: ["严重", "major"],
  minor: ["一般", "minor"],
  info: ["提示", "info"],
  silence: ["静默", "silence"],
  low_volume: ["音量低", "low volume"],
  noise: ["噪声", "noise"],
  talk_over: ["抢话", "talk-over"],
  one_way: ["单通", "one-way"],
  clipping: ["削波", "clipping"],
  dropout: ["断续", "drop-out"],
  tone: ["信号音", "tone"],
  music: ["音乐", "music"],
  reverberant: ["免提", "speakerphone"],
  hold: ["保持中", "on hold"],
  mute: ["已静音", "muted"],
  in_time: ["按时", "in time"],
  early: ["过早", "early"],
  late: ["过迟", "late"],
  wrong_words: ["用语不符", "wrong words"],
  skipped: ["遗漏", "skipped"],
  not_judged: ["未判定", "not judged"],
  todo: ["待完成", "to do"],
  said: ["规定用语", "wording"],
  unheard: ["未转写", "not transcribed"],
  refused: ["疑似识别器臆造，不计", "taken for invented, not counted"],
  lost_timeout: ["识别超时", "too late"],
  lost_overload: ["识别过载", "overload"],
  probable: ["可能", "probable"],
  inbound: ["呼入", "inbound"],
  outbound: ["呼出", "outbound"],
  waiting_answer: ["振铃中", "ringing"],
  talking: ["通话中", "talking"],
  ended: ["已结束", "ended"],
  hung_up: ["挂机", "hung up"],
  system: ["系统", "system"],
  unknown: ["未知", "unknown"],
  answered: ["接通", "answered"],
  score: ["得分", "score"],
  steps: ["流程", "Steps"],
  words: ["通话文字", "Transcript"],
  follow: ["回到最新", "Latest"],
  model: ["模型", "model"],
  rules: ["规则", "rules"],
  demo_banner: [
    "演示模型：只听得懂合成语音。真实通话的文字与用语结论不可采信。",
    "Demo model: understands synthetic speech only. On real calls its words and verdicts mean nothing.",
  ],
  not_stored: ["未入库", "not stored yet"],
  not_stored_hint: ["存储暂时没有响应，恢复后补存", "The store does not answer; it will catch up"],
    on_screen: ["客服屏幕提示", "on the agent's screen"],
  prompt: ["当前提示", "Now"],
  no_prompt: ["通话正常", "All is well"],
  no_prompt_hint: ["需要提示时，会在这里显示规定用语。", "When something is to be said, the wording appears here."],
  no_call: ["等待来电", "Waiting for a call"],
  no_call_hint: ["接通后，提示、计时和清单会出现在这里。", "Prompts, timers and the checklist appear once a call is answered."],
  seconds_left: ["秒后到下一步", "s to the next step"],
  next_now: ["现在进行下一步", "next step now"],
  checklist: ["规定用语清单", "Checklist"],
  my_alerts: ["我的提醒", "My alerts"],
  no_my_alerts: ["本通没有提醒", "None in this call"],
  my_level: ["我的音量", "My level"],
  level_good: ["音量合适", "good level"],
  level_low: ["声音偏小", "too quiet"],
  level_loud: ["声音过大", "too loud"],
  level_quiet: ["未说话", "not speaking"],
  line_state: ["线路", "Line"],
  line_good: ["线路正常", "line is fine"],
  theme: ["明暗", "Theme"],
  language: ["EN", "中"],
  language_label: ["Switch to English", "切换到中文"],
  close: ["关闭", "Close"],
  tab_wall: ["通话", "Calls"],
  tab_call: ["详情", "Call"],
  tab_alerts: ["告警", "Alerts"],
  ack_failed: ["处理失败", "Not acknowledged"],
  role_wrong: ["这个令牌打不开此页面。", "This token does not open this page."],
  customer_silent: ["客户静默", "customer silent"],
};

export let lang = localStorage.getItem("linewatch.lang") === "en" ? "en" : "zh";

export function t(key) {
  const pair = WORDS[key];
  return pair ? pair[lang === "en" ? 1 : 0] : key;
}

/** Fills every element with data-t (text), data-t-label (aria-label, title) and data-t-hint (placeholder). */
export function translate(root = document) {
  for (const each of root.querySelectorAll("[data-t]")) each.textContent = t(each.dataset.t);
  for (const each of root.querySelectorAll("[data-t-label]")) {
    each.setAttribute("aria-label", t(each.dataset.tLabel));
    each.title = t(each.dataset.tLabel);
  }
  for (const each of root.querySelectorAll("[data-t-hint]")) each.placeholder = t(each.dataset.tHint);
}

export function switchLanguage() {
  lang = lang === "en" ? "zh" : "en";
  localStorage.setItem("linewatch.lang", lang);
  document.documentElement.lang = lang === "en" ? "en" : "zh-Hans";
  translate();
}
