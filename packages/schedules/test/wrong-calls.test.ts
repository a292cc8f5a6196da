import * as schedules from "@descent/schedules";
import { type GoodCall, wrongCalls } from "../../../tests/wrong-calls.ts";

type Follower = schedules.MetricSchedule<unknown>;
const values = (schedule: (step: number) => number): number[] => [0, 1, 100, 1e6].map(schedule);
const good = (...args: unknown[]): GoodCall => ({ args: () => args, use: values });

wrongCalls(schedules, {
  chebyshev: good({ least: 0.1, greatest: 1, over: 8 }),
  constant: good(1),
  cosine: good({ from: 1, to: 0, over: 10 }),
  "cosine({ from })": { args: () => [1], call: (from: number) => schedules.cosine({ from, over: 10 }), use: values },
  "cosine({ over })": { args: () => [10], call: (over: number) => schedules.cosine({ from: 1, over }), use: values },
  cosineRestarts: good({ from: 1, to: 0, over: 10, growth: 2, decay: 0.5 }),
  cyclic: good({ low: 0, high: 1, up: 10, down: 20, shape: "exponential", rate: 0.9 }),
  "cyclic({ shape })": {
    args: () => ["triangular"],
    call: (shape: schedules.CyclicShape) => schedules.cyclic({ low: 0, high: 1, up: 10, shape }),
    use: values,
  },
  exponential: good({ from: 1, rate: 0.5, over: 10, staircase: true }),
  "exponential({ staircase })": {
    args: () => [true],
    call: (staircase: boolean) => schedules.exponential({ from: 1, rate: 0.5, staircase }),
    use: values,
  },
  "exponential({ rate })": {
    args: () => [0.5],
    call: (rate: number) => schedules.exponential({ from: 1, rate }),
    use: values,
  },
  greedy: { args: () => [{ from: 1 }], use: (s: Follower) => [s.update(1), s.state()] },
  "greedy.update": { args: () => [1], call: (metric: number) => schedules.greedy({ from: 1 }).update(metric) },
  interpolate: good({ 0: 1, 10: 0.1 }, { shape: "cosine" }),
  inverseSqrt: good({ from: 1, over: 10 }),
  inverseTime: good({ from: 1, rate: 0.5, over: 10, staircase: true }),
  "inverseTime({ staircase })": {
    args: () => [true],
    call: (staircase: boolean) => schedules.inverseTime({ from: 1, rate: 0.5, staircase }),
    use: values,
  },
  join: good([
    [0, 1],
    [10, schedules.cosine({ from: 1, over: 10 })],
  ]),
  "join, a piece": {
    args: () => [[10, 1]],
    call: (piece: readonly [number, number]) => schedules.join([[0, 1], piece]),
    use: values,
  },
  "join, a start and a value": {
    args: () => [10, 1],
    call: (start: number, value: number) =>
      schedules.join([
        [0, 1],
        [start, value],
      ]),
    use: values,
  },
  layerwise: { args: () => [1, { layers: 2, decay: 0.5 }], use: (list: schedules.Equation[]) => list.map(values) },
  linear: good({ from: 1, to: 0, over: 10 }),
  noam: good({ width: 512, warmup: 100, factor: 1 }),
  oneCycle: good({ peak: 1, from: 0.1, to: 0, up: 10, down: 20, shape: "linear" }),
  piecewise: good({ 0: 1, 10: 0.1 }),
  "piecewise, a value": { args: () => [1], call: (value: number) => schedules.piecewise({ 0: value }), use: values },
  plateau: { args: () => [{ from: 1 }], use: (s: Follower) => [s.update(1), s.state()] },
  "plateau.update": { args: () => [1], call: (metric: number) => schedules.plateau({ from: 1 }).update(metric) },
  polynomial: good({ from: 1, to: 0, over: 10, power: 2 }),
  rateFinder: {
    args: () => [{ from: 1e-5, to: 1, over: 10, stop: 4 }],
    use: (f: schedules.RateFinder) => [f.record(1), ...values(f.schedule)],
  },
  "rateFinder.record": { args: () => [1], call: (loss: number) => schedules.rateFinder().record(loss) },
  rex: good({ from: 1, to: 0, over: 10 }),
  sawtooth: good({ from: 1, to: 0, over: 10, growth: 2, decay: 0.5 }),
  scale: good(schedules.linear({ from: 1, over: 10 }), 0.1),
  startingAt: good(10, schedules.linear({ from: 1, over: 10 })),
  stepwise: good({ from: 1, rate: 0.5, every: 10 }),
  tanh: good({ from: 1, to: 0, over: 10, low: -7, high: 3 }),
  warmup: good(10, schedules.linear({ from: 1, over: 10 }), { from: 0 }),
  "warmup({ from })": {
    args: () => [0],
    call: (from: number) => schedules.warmup(10, 1, { from }),
    use: values,
  },
  wsd: good({ peak: 1, warmup: 2, stable: 3, decay: 4, to: 0, tail: "linear" }),
});
