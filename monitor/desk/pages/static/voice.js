// The own voice over the last minute, as bars that wander to the left.

import { part } from "./kit.js";

const SVG = "http://www.w3.org/2000/svg";
const BARS = 240;
const WIDTH = 4;
const HEIGHT = 100;

export class Voice {
  constructor(svg) {
    Object.assign(this, { svg, levels: [], call: null });
    svg.setAttribute("viewBox", `0 0 ${BARS * WIDTH} ${HEIGHT}`);
    this.bars = Array.from({ length: BARS }, (_, index) => {
      const bar = document.createElementNS(SVG, "rect");
      bar.setAttribute("x", index * WIDTH + 1);
      bar.setAttribute("width", WIDTH - 2);
      bar.setAttribute("rx", 1);
      return bar;
    });
    svg.append(...this.bars);
  }

  /** One more reading of the agent's meter; another call starts an empty minute. */
  push(callId, meter) {
    if (callId !== this.call) this.levels = [];
    this.call = callId;
    this.levels.push({ height: Math.max(2, part(meter.level_dbov) * HEIGHT), speech: meter.speech });
    this.levels = this.levels.slice(-BARS);
    this.draw();
  }

  draw() {
    const empty = BARS - this.levels.length;
    this.bars.forEach((bar, index) => {
      const level = this.levels[index - empty];
      const height = level?.height ?? 0;
      bar.setAttribute("y", (HEIGHT - height) / 2);
      bar.setAttribute("height", height);
      bar.toggleAttribute("data-speech", Boolean(level?.speech));
    });
  }
}
