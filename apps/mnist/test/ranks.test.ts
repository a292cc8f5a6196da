import { expect, test } from "vitest";
import { shareOf, weigh } from "../src/training/share.ts";

/** `scripts/ranks.mjs` is plain JavaScript: it runs before anything is installed. */
interface Starting {
  launched(
    args: readonly string[],
    command: readonly string[],
    launcher: readonly string[],
    find: () => string | undefined,
  ): { readonly line: readonly string[]; readonly mpirun?: string };
}
const { launched }: Starting = await import(new URL("../../../scripts/ranks.mjs", import.meta.url).href);

const world = (rank: number, size: number) => ({
  rank,
  size,
  localRank: rank,
  sum() {},
  reduceScatter() {},
  gather() {},
  broadcast() {},
});
const batch = (count: number) => ({
  images: Float32Array.from({ length: count * 4 }, (_, i) => i),
  labels: Uint8Array.from({ length: count }, (_, i) => i),
  targets: Float32Array.from({ length: count * 2 }, (_, i) => 10 * i),
});

test("ranks divide a batch without rest or repetition, and count by their images", () => {
  const kept = Float32Array.from({ length: 5 * 3 }, (_, i) => i);
  const shares = [0, 1, 2].map((rank) => shareOf(batch(5), kept, world(rank, 3)));
  expect(shares.map(({ batch }) => [...batch.labels])).toEqual([[0, 3], [1, 4], [2]]);
  expect([...shares[1]!.batch.images]).toEqual([4, 5, 6, 7, 16, 17, 18, 19]);
  expect([...shares[1]!.batch.targets!]).toEqual([20, 30, 80, 90]);
  expect([...shares[1]!.kept!]).toEqual([3, 4, 5, 12, 13, 14]);
  expect(shares.map(({ weight }) => weight)).toEqual([6 / 5, 6 / 5, 3 / 5]);
});

test("a rank without an image computes one that counts nothing", () => {
  const { batch: own, weight } = shareOf(batch(1), undefined, world(1, 2));
  expect([own.labels.length, weight]).toEqual([1, 0]);
  const g = Float32Array.of(1, 2);
  weigh({ g }, weight);
  expect([...g]).toEqual([0, 0]);
});

test("npm start starts ranks by the mpirun there is, and says how to get one", () => {
  const command = ["node", "main.ts"];
  const start = (...args: string[]) => launched(args, command, ["node", "cli.ts"], () => "/x/mpirun");
  expect(start()).toEqual({ line: command });
  expect(start("--ranks", "x")).toEqual({ line: command });
  expect(start("--ranks", "4")).toEqual({ line: ["node", "cli.ts", "-n", "4", "--", ...command], mpirun: "/x/mpirun" });
  expect(start("--hosts=a,b").line).toEqual(["node", "cli.ts", "-n", "2", "--hosts", "a,b", "--", ...command]);
  expect(() => launched(["--ranks", "2"], command, [], () => undefined)).toThrow("npm run setup:mpi");
});
