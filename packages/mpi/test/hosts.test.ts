import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hosts, mpirun, mpis, sshd } from "../../../tests/optional.ts";
import { root } from "../../../tests/workspace.ts";
import { type Ended, ranks } from "./mpirun.ts";

const script = path.join(root, "bench/hosts.sh");
/** Several test runs may make hosts at once. */
const net = 1 + (process.pid % 250);
process.env.DESCENT_HOSTS = String(net);
const run = (...args: readonly string[]): string => spawnSync(script, args, { encoding: "utf8" }).stdout.trim();

/** Starts a program on two hosts; `hearing` is called with what has been printed so far. */
const onHosts = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  more: { readonly mpirun?: string; readonly hearing?: (text: string) => void } = {},
): Promise<Ended> =>
  ranks(2, args, {
    mpirun: mpirun!,
    within: [script, "on"],
    options: ["--hosts", `10.77.${net}.1,10.77.${net}.2`],
    env: {
      HYDRA_LAUNCHER: "ssh",
      HYDRA_LAUNCHER_EXEC: script,
      HYDRA_IFACE: `ds${net}b`,
      UCX_TLS: "tcp,self",
      ...env,
    },
    ...more,
  });

/** An sshd on each of two hosts, which a key of its own opens, and a file that stands where ssh does. */
class SshServers {
  readonly ssh: string;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "descent-ssh-"));
  readonly #servers: readonly ChildProcess[];

  constructor() {
    const at = (name: string): string => path.join(this.#folder, name);
    mkdirSync("/run/sshd", { recursive: true }); // where it separates privileges
    for (const name of ["host", "user"])
      spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)], { stdio: "inherit" });
    this.ssh = at("ssh.sh");
    const options = [
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
      "ConnectionAttempts=30",
    ];
    const line = ["exec", "ssh", "-F", "none", "-i", at("user"), ...options.flatMap((one) => ["-o", one])].join(" ");
    writeFileSync(this.ssh, `#!/bin/sh\n${line} "$@"\n`, { mode: 0o755 });
    this.#servers = [1, 2].map((i) => {
      const settings = {
        ListenAddress: `10.77.${net}.${i}`,
        HostKey: at("host"),
        AuthorizedKeysFile: at("user.pub"),
        PermitRootLogin: "yes",
        StrictModes: "no",
        UsePAM: "no",
        LogLevel: "ERROR",
        PidFile: "none",
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
      writeFileSync(at(`sshd${i}`), lines.join(""));
      const serve = `hostname host${i}; exec /usr/sbin/sshd -D -e -f ${at(`sshd${i}`)}`;
      return spawn("ip", ["netns", "exec", `ds${net}n${i}`, "unshare", "--uts", "sh", "-c", serve], {
        stdio: "inherit",
      });
    });
  }

  end(): void {
    for (const server of this.#servers) server.kill();
    rmSync(this.#folder, { recursive: true });
  }
}

/** The processes of this machine whose command line contains a text. */
const running = (text: string): number =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
    } catch {
      return false; // it has ended
    }
  }).length;

/** Two hosts, each a network namespace with an address of its own, and a link between them. */
describe.skipIf(mpirun === undefined || !hosts())("on two hosts", () => {
  beforeAll(() => void run("up", "2"));
  afterAll(() => void run("down", "2"));

  test("ranks find each other over the network, and train to the same bits", async () => {
    const before = Number(run("received", "1"));
    const { values, text } = await onHosts(["train", "30"], {});
    expect(values, text).toHaveLength(2);
    expect(values[0]).toEqual(values[1]);
    // 144 weights: a host receives half of each sum of two ranks twice. Ranks that met in shared memory would have sent nothing.
    expect(Number(run("received", "1")) - before).toBeGreaterThan(30 * 144 * 4);
  });

  test("a sum in many pieces has every number in its place, and crosses once each way", async () => {
    const before = Number(run("received", "1"));
    const { values, text } = await onHosts(["pieces"], {});
    expect(values, text).toEqual([-1, -1]);
    const bytes = 1_500_001 * 4;
    const crossed = Number(run("received", "1")) - before;
    expect(crossed).toBeGreaterThan(bytes);
    expect(crossed).toBeLessThan(1.2 * bytes); // headers, and what starts the ranks
  });

  test.skipIf(!sshd())("ranks start by a real ssh, under MPICH and Open MPI 5", async () => {
    const servers = new SshServers();
    try {
      for (const { name, mpirun } of mpis.filter(({ name }) => name !== "Open MPI of the system")) {
        const before = Number(run("received", "1"));
        const env = {
          HYDRA_LAUNCHER_EXEC: servers.ssh,
          PRTE_MCA_plm_ssh_agent: servers.ssh,
          OMPI_MCA_btl: "tcp,self",
          OMPI_MCA_pml: "ob1",
          OMPI_MCA_btl_tcp_if_include: "eth0",
        };
        const { values, text } = await onHosts(["train", "30"], env, { mpirun });
        expect(values, `${name}: ${text}`).toHaveLength(2);
        expect(values[0]).toEqual(values[1]);
        expect(Number(run("received", "1")) - before).toBeGreaterThan(30 * 144 * 4);
      }
    } finally {
      servers.end();
    }
  });

  test("a cut cable ends the ranks on both sides, with one message and 75", async () => {
    const mark = `mark-${process.pid}`;
    let cut = false;
    const { text, code } = await onHosts(
      ["endless", mark],
      { LIMIT: "2" },
      {
        hearing: (text) => {
          if (cut || (text.match(/^ready$/gm) ?? []).length < 2) return;
          cut = true;
          run("cut", "2");
        },
      },
    );
    expect(text).toMatch(/^Rank 0 of 2 stopped at step \d+\. MpiError: .* has waited 2 s .* Rank 1 does not answer/m);
    expect(text.match(/The last checkpoint is of step 0/g)).toHaveLength(1);
    expect(code).toBe(75);
    // The host beyond the cut gives up by itself, and nobody hears it.
    while (running(mark) > 0) await new Promise((resolve) => setTimeout(resolve, 500));
  });
});
