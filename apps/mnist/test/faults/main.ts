// npm run faults: every fault at every call. -- --every 10 takes each tenth.
import { sweep } from "./sweep.ts";

const at = process.argv.indexOf("--every");
const every = at < 0 ? 1 : Number(process.argv[at + 1]);
if (!Number.isInteger(every) || every < 1) {
  console.error("--every takes a whole number of at least 1.");
  process.exit(1);
}
const found = await sweep({ every, say: (line) => console.log(line) });
const { injected, killed, failed, half, resumed, anew, unharmed, lost } = found;
for (const line of lost) console.error(`LOST: ${line}`);
console.log(
  `${killed} killed, ${failed.ENOSPC} with a full disk, ${failed.EIO} with an input/output error, ${failed.EMFILE} with too many open files; ${half} of them half-way through a write.`,
);
console.log(
  `${resumed} were resumed, ${anew} begun again for want of a checkpoint, ${unharmed} ended by themselves, all with the bits of an undisturbed run.`,
);
console.log(
  `${injected} faults injected, ${injected - lost.length} survived, ${lost.length === 0 ? "none" : lost.length} lost.`,
);
process.exit(lost.length === 0 ? 0 : 1);
