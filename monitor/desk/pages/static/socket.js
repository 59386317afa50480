// One socket to the desk: hello, stream, and coming back after it was lost.

const REFUSED = new Set([4401, 4403]);
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8000;
const BEAT_MS = 15000;

export class Line {
  /** on: {hello, snapshot, envelope, resumed, error, acknowledged, state, refused}; seqs(): what a resume starts from. */
  constructor(path, token, on, seqs = () => ({})) {
    Object.assign(this, { path, token, on, seqs, wait: FIRST_WAIT_MS, stopped: false });
    this.open();
  }

  open() {
    this.on.state("connecting");
    const resume = this.seqs();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(`${scheme}//${location.host}${this.path}`);
    this.socket.onopen = () => this.say({ type: "hello", token: this.token, resume });
    this.socket.onmessage = ({ data }) => this.hear(JSON.parse(data), resume);
    this.socket.onclose = ({ code }) => this.lost(code);
  }

  hear(message, resume) {
    if ("schema" in message) {
      this.on.envelope(message);
      return;
    }
    if (message.type === "hello") {
      this.wait = FIRST_WAIT_MS;
      this.on.state("live");
      clearInterval(this.beat);
      this.beat = setInterval(() => this.say({ type: "ping" }), BEAT_MS);
    }
    this.on[message.type]?.(message, resume);
  }

  lost(code) {
    clearInterval(this.beat);
    if (this.stopped) return;
    if (REFUSED.has(code)) {
      this.on.refused(code);
      return;
    }
    this.on.state("offline");
    setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 2);
  }

  say(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  stop() {
    this.stopped = true;
    this.socket.close();
  }
}
