import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ContenderProcess } from "./contender-process.ts";
import { bestOf, type Effort, type Entry, load, type Measured, median, medianOf, play, ratio } from "./measure.ts";
import { type MemoryCase, memoryModel, memorySizes, modelOf, targetsOf } from "./models.ts";
import { javascript, noPyTorch, pytorch } from "./processes.ts";
import { conditions, digits, table } from "./report.ts";
import { share } from "./training.ts";

/** The relative difference allowed of the first losses. */
const APART = 1e-5;
/**
 * How many are compared. Adapters start from other random numbers; and float32 gradients of ResNet-50 at its start are 2 % from
 * float64's, in PyTorch too, which AdamW's first step enlarges: `npm run bench -- gradients resnet50 resnet50-smooth`.
 */
const comparable = (name: MemoryCase): number => (modelOf(name) === "resnet50" || name.endsWith("-lora") ? 1 : 2);

interface Who {
  readonly label: string;
  readonly start: (threads: number) => ContenderProcess;
  readonly way?: { readonly blocks?: boolean; readonly kept?: boolean };
}
const [ours, kept, blocks, torch]: readonly [Who, Who, Who, Who] = [
  { label: "Descent", start: () => javascript() },
  { label: "Descent, memory kept", start: () => javascript(), way: { kept: true } },
  { label: "Descent, by blocks", start: () => javascript(), way: { blocks: true } },
  { label: "PyTorch", start: (threads) => pytorch("torch_training.py", threads) },
];

const peakOf = ({ turns }: Measured): number => Math.max(...turns.map(({ peak = Number.NaN }) => peak));
const megabytes = (one: Measured): string => Math.round(peakOf(one) / 1e6).toLocaleString("en");

/**
 * Measures training of a model or of LoRA adapters of it: time and peak memory, each contender in a process of its own.
 * Returns the section of the report.
 */
export async function memory(name: MemoryCase, effort: Effort, say: (text: string) => void): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-bench-"));
  const without = noPyTorch();
  const before = load();
  const versions: Record<string, string> = {};
  const busy: number[][] = [[], []];
  const rows: string[][] = [];
  const notes: string[] = [];
  let compared = 0;
  const aims = { time: [] as string[], memory: [] as string[] };
  const lora = name.endsWith("-lora");
  const model = memoryModel(modelOf(name));
  try {
    share(model, folder, memorySizes[modelOf(name)]);
    writeFileSync(path.join(folder, "model.onnx"), model.bytes);
    for (const part of ["input", "labels"] as const) {
      const { data } = model[part];
      writeFileSync(path.join(folder, `${part}.bin`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    for (const threads of [1, 2]) {
      const task = {
        kind: "memory",
        who: "file",
        folder,
        threads,
        check: comparable(name),
        lora,
        targets: targetsOf(name),
      } as const;
      // By blocks on two threads alone, and with memory kept where gradients are large, which keeps a run short.
      const players = [
        ours,
        ...(lora ? [] : [kept]),
        ...(threads === 2 ? [blocks] : []),
        ...(without === undefined ? [torch] : []),
      ];
      const entries = players.map((who): Entry => {
        const process = who.start(threads);
        return { id: who.label, label: who.label, threads, process, task: { ...task, ...who.way } };
      });
      const match = await play(entries, effort, (text) => say(`${name}, threads ${threads}: ${text}`));
      for (const { process } of entries) process.close();
      Object.assign(versions, match.versions);
      const of = (who: Who) => match.measured.find(({ entry }) => entry.label === who.label);
      const [base, held, again, peer] = [of(ours), of(kept), of(blocks), of(torch)];
      for (const { turns } of match.measured) busy[threads - 1]!.push(...turns.map((turn) => turn.busy)); // 1 or 2
      const label = lora ? "LoRA of rank 8" : "AdamW";
      for (const { entry, why } of match.absent)
        notes.push(`- ${label}, ${threads} threads, ${entry.label}: left out, ${why}.`);
      if (base === undefined) continue;
      const apart = peer && Math.max(...base.proof.map((x, i) => Math.abs(x / peer.proof[i]! - 1))); // as many
      const against = peer && ratio(base, peer);
      if (peer !== undefined && against !== undefined) {
        compared++;
        const where = `${label}, ${threads} thread${threads === 1 ? "" : "s"}`;
        if (against.best > 1) aims.time.push(where);
        if (peakOf(base) > peakOf(peer)) aims.memory.push(where);
      }
      const cells = (one: Measured | undefined) => (one ? [digits(medianOf(one)), digits(bestOf(one))] : ["–", "–"]);
      rows.push([
        label,
        String(threads),
        ...cells(base),
        held ? digits(bestOf(held)) : "–",
        again ? digits(bestOf(again)) : "–",
        ...cells(peer),
        against ? `${against.median.toFixed(2)} (${against.best.toFixed(2)})` : "–",
        held && peer ? ratio(held, peer).best.toFixed(2) : "–",
        megabytes(base),
        held ? megabytes(held) : "–",
        again ? megabytes(again) : "–",
        peer ? megabytes(peer) : "–",
        peer ? (peakOf(base) / peakOf(peer)).toFixed(2) : "–",
        apart === undefined ? "–" : apart < APART ? apart.toExponential(0) : `**${apart.toExponential(0)}**`,
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const head = [
    "",
    "threads",
    "median ms",
    "best ms",
    "memory kept, best",
    "by blocks, best",
    "PyTorch, median",
    "PyTorch, best",
    "Descent ÷ PyTorch (best steps)",
    "memory kept ÷ PyTorch (best steps)",
    "peak MB",
    "memory kept",
    "by blocks",
    "PyTorch",
    "Descent ÷ PyTorch",
    "losses differ",
  ];
  const said = (what: string, missed: readonly string[]): string =>
    missed.length === 0 ? `${what}: met` : `${what}: missed by ${missed.join("; ")}`;
  return [
    `## ${lora ? "LoRA" : "Training"} beside PyTorch: ${model.title}`,
    conditions({ before, after: load(), busy: busy.map(median), effort, versions }),
    ...(compared > 0
      ? [
          `**Aims.** ${said("Time of the best steps ≤ 1.0 × PyTorch's", aims.time)}. ${said("Peak memory ≤ 1.0 × PyTorch's", aims.memory)}.`,
        ]
      : []),
    'Forward and backward by onnxruntime-node, AdamW on the host in machine code of @descent/native, on as many threads. LoRA: of rank 8, on every layer of the blocks, beside PEFT. Each contender opens a file in a process of its own, and they take turns. “Peak”: the most memory that the process ever had, its runtime included. “Memory kept”: with `keepMemory()`. “By blocks”: with `checkpoint: "blocks"`. “Losses differ”: the relative difference of the first, and, where no adapters start at random and rounding is not amplified ([why](README.md#when-losses-agree)), of the second.',
    table(head, rows),
    ...(without === undefined ? notes : [...notes, `- PyTorch: left out, ${without}.`]),
  ].join("\n\n");
}
