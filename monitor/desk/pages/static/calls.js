// Calls as a projection of their envelopes, the same as monitor/view.py, plus what the timeline and transcript keep.

const KEEP = 3000;
const KEEP_CLOSED = 50;
const AHEAD_MS = 1500;

function placed(envelope) {
  const { seq, at_ms, channel, published_at_utc, stored, folded, body } = envelope;
  return { seq, at_ms, channel, published_at_utc, stored, folded, ...body };
}

function key(envelope) {
  return `${envelope.body.condition}/${envelope.channel}`;
}

function keep(list, item) {
  list.push(item);
  if (list.length > KEEP) list.splice(0, list.length - KEEP);
}

export class Call {
  constructor(id) {
    Object.assign(this, {
      id, seq: 0, heard: 0, agent: null, team: null, info: {}, answered: null, ended: null, closed: false, flags: {},
      speaking: {}, meters: {}, voiced: {}, score: null, coverage: null, steps: [], words: [], runs: [], spans: [], version: 0,
    });
    this.conditions = new Map();
    this.alerts = new Map();
    this.prompts = new Map();
    this.partial = {};
    this.pending = new Map();
    this.anchor = { ms: 0, at: performance.now() };
  }

  /** What a snapshot says, over what is known already; older words and spans stay. */
  adopt(wire) {
    const words = new Map(this.words.map((each) => [each.seq, each]));
    for (const each of wire.utterances) words.set(each.seq, each);
    const runs = this.runs.length ? this.runs : wire.utterances.map((each) => ({ ...each, since_ms: each.start_ms }));
    Object.assign(this, {
      seq: wire.seq, heard: wire.heard_ms, agent: wire.agent_id, team: wire.team, info: wire.info,
      answered: wire.answered, ended: wire.ended, closed: wire.closed, flags: wire.flags, speaking: { ...wire.speaking },
      meters: wire.meters, score: wire.score, coverage: wire.coverage, steps: [...wire.steps],
      words: [...words.values()].sort((a, b) => a.seq - b.seq), runs,
    });
    this.conditions = new Map(wire.conditions.map((each) => [`${each.condition}/${each.channel}`, each]));
    this.alerts = new Map(wire.alerts.map((each) => [each.alert_id, each]));
    this.prompts = new Map(wire.prompts.map((each) => [each.prompt_id, each]));
    for (const [channel, meter] of Object.entries(wire.meters)) if (meter.speech) this.voiced[channel] = wire.heard_ms;
    this.moved(wire.heard_ms);
    this.version += 1;
    return this;
  }

  /** Fills in what was before a snapshot, from the call's stored envelopes. */
  backfill(envelopes) {
    const past = new Call(this.id);
    for (const each of envelopes) past.apply(each);
    const words = new Map([...past.words, ...this.words].map((each) => [each.seq, each]));
    this.words = [...words.values()].sort((a, b) => a.seq - b.seq);
    const open = this.runs.filter((run) => run.since_ms > (past.runs.at(-1)?.end_ms ?? -1));
    this.runs = [...past.runs, ...open];
    const spans = new Map([...past.spans, ...this.spans].map((each) => [`${each.condition}${each.channel}${each.since_ms}`, each]));
    this.spans = [...spans.values()];
    this.version += 1;
  }

  /** One more envelope; false when it was known already. */
  apply(envelope) {
    if (envelope.seq !== null) {
      if (envelope.seq <= this.seq) return false;
      this.seq = envelope.seq;
    }
    this.moved(Math.max(envelope.at_ms, envelope.heard_ms ?? 0));
    if (envelope.type !== "meter") this.version += 1;
    APPLY[envelope.type]?.(this, envelope);
    return true;
  }

  moved(ms) {
    this.heard = Math.max(this.heard, ms);
    this.anchor = { ms: this.heard, at: performance.now() };
  }

  /** Audio time right now: runs on between envelopes, but not away from a line that stands still. */
  now() {
    if (this.ended) return this.ended.at_ms;
    return this.anchor.ms + Math.min(AHEAD_MS, performance.now() - this.anchor.at);
  }

  /** What the agent is shown, the first one large: a step that counts down goes before advice, the newer before the older. */
  shownPrompts() {
    if (this.ended) return [];
    const counts = (each) => Number(each.countdown_ms !== null);
    return [...this.prompts.values()].reverse().sort((a, b) => counts(b) - counts(a));
  }

  openAlerts() {
    return [...this.alerts.values()].filter((each) => !each.acknowledged);
  }
}

function alert(call, envelope) {
  const id = envelope.body.alert_id;
  call.pending.delete(id);
  const { at_ms, published_at_utc, acknowledged, folded } = { ...placed(envelope), acknowledged: null, ...call.alerts.get(id) };
  call.alerts.set(id, { ...placed(envelope), state: envelope.type.slice(6), at_ms, published_at_utc, acknowledged, folded });
}

const APPLY = {
  "call.started"(call, { body }) {
    Object.assign(call, { info: body, agent: body.agent_id, team: body.team });
  },
  "call.answered"(call, envelope) {
    call.answered = placed(envelope);
  },
  "call.data"(call, { body }) {
    if (body.on !== null) call.flags[body.kind] = body.on;
    if (body.kind === "transfer" && body.agent_id) call.agent = body.agent_id;
  },
  "call.ended"(call, envelope) {
    call.ended = placed(envelope);
    call.meters = {};
  },
  "call.closed"(call) {
    call.closed = true;
    call.speaking = {};
    call.partial = {};
    call.pending.clear();
    call.conditions.clear();
    call.prompts.clear();
  },
  "speech.started"(call, { channel, body }) {
    call.speaking[channel] = body.since_ms;
  },
  "speech.ended"(call, { channel, body }) {
    delete call.speaking[channel];
    keep(call.runs, { channel, since_ms: body.since_ms, end_ms: body.end_ms });
  },
  "condition.started"(call, envelope) {
    call.conditions.set(key(envelope), placed(envelope));
  },
  "condition.ended"(call, envelope) {
    call.conditions.delete(key(envelope));
    keep(call.spans, placed(envelope));
  },
  utterance(call, envelope) {
    keep(call.words, placed(envelope));
    if (call.partial[envelope.channel]?.segment_id === envelope.body.segment_id) delete call.partial[envelope.channel];
  },
  hypothesis(call, { channel, body }) {
    call.partial[channel] = body;
  },
  "alert.pending"(call, envelope) {
    if (!call.alerts.has(envelope.body.alert_id)) call.pending.set(envelope.body.alert_id, placed(envelope));
  },
  "alert.withdrawn"(call, { body }) {
    call.pending.delete(body.alert_id);
  },
  "alert.raised": alert,
  "alert.confirmed": alert,
  "alert.cleared": alert,
  "alert.acknowledged"(call, { body }) {
    const known = call.alerts.get(body.alert_id);
    if (known) call.alerts.set(body.alert_id, { ...known, acknowledged: body });
  },
  "prompt.shown"(call, envelope) {
    call.prompts.set(envelope.body.prompt_id, placed(envelope));
  },
  "prompt.cleared"(call, { body }) {
    call.prompts.delete(body.prompt_id);
  },
  "script.step"(call, envelope) {
    keep(call.steps, placed(envelope));
  },
  meter(call, { at_ms, channel, body }) {
    call.meters[channel] = body;
    if (body.speech) call.voiced[channel] = at_ms;
  },
  score(call, { body }) {
    call.score = body;
  },
  coverage(call, { body }) {
    call.coverage = body;
  },
};

/** All calls in sight. `resuming` holds snapshots of calls whose envelopes are being sent again. */
export class Calls {
  constructor() {
    this.all = new Map();
    this.resuming = new Map();
  }

  /** The last seq of each call, for a resume after a lost connection. */
  seqs() {
    return Object.fromEntries([...this.all.values()].map((call) => [call.id, call.seq]));
  }

  snapshot({ whole, calls }, resumed = {}) {
    const before = this.all;
    if (whole) this.all = new Map();
    for (const wire of calls) {
      const known = before.get(wire.call_id);
      if (known && wire.call_id in resumed) {
        this.resuming.set(wire.call_id, wire);
        this.all.set(wire.call_id, known);
      } else {
        this.all.set(wire.call_id, (known ?? new Call(wire.call_id)).adopt(wire));
      }
    }
  }

  /** The replay of a call is through; what it could not bring the snapshot has. */
  resumed(id) {
    const wire = this.resuming.get(id);
    const call = this.all.get(id);
    if (wire && call && call.seq < wire.seq) call.adopt(wire);
    this.resuming.delete(id);
  }

  apply(envelope) {
    let call = this.all.get(envelope.call_id);
    if (envelope.type === "call.started") {
      call = new Call(envelope.call_id);
      this.all.set(envelope.call_id, call);
    }
    const news = call ? call.apply(envelope) : false;
    if (news && envelope.type === "call.closed") this.prune();
    return news;
  }

  /** The server's wall forgets old calls as well. */
  prune() {
    const closed = this.list().filter((call) => call.closed);
    for (const call of closed.slice(0, Math.max(0, closed.length - KEEP_CLOSED))) this.all.delete(call.id);
  }

  /** Calls in the order they began. */
  list() {
    return [...this.all.values()];
  }
}
