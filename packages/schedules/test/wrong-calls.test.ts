import * as schedules from "@descent/schedules";
import { type GoodCall, wrongCalls } from "../../../tests/wrong-calls.ts";

const values = (schedule: (step: number) => number): number[] => [0, 1, 100, 1e6].map(schedule);
const good = (...args: unknown[]): GoodCall => ({ args: () => args, use: values });

wrongCalls(schedules, {
  constant: good(1),
  cosine: good({ from: 1, to: 0, over: 10 }),
  "cosine({ from })": { args: () => [1], call: (from: number) => schedules.cosine({ from, over: 10 }), use: values },
  "cosine({ over })": { args: () => [10], call: (over: number) => schedules.cosine({ from: 1, over }), use: values },
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
  linear: good({ from: 1, to: 0, over: 10 }),
  piecewise: good({ 0: 1, 10: 0.1 }),
  "piecewise, a value": { args: () => [1], call: (value: number) => schedules.piecewise({ 0: value }), use: values },
  polynomial: good({ from: 1, to: 0, over: 10, power: 2 }),
  scale: good(schedules.linear({ from: 1, over: 10 }), 0.1),
  stepwise: good({ from: 1, rate: 0.5, every: 10 }),
  warmup: good(10, schedules.linear({ from: 1, over: 10 }), { from: 0 }),
  "warmup({ from })": {
    args: () => [0],
    call: (from: number) => schedules.warmup(10, 1, { from }),
    use: values,
  },
});
