// Finds turns of phrase that read as translated, in comments, errors, names of tests and pages. Part of `npm run lint`.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

interface Phrase {
  readonly found: RegExp;
  /** The plain way to say it. */
  readonly say: string;
}

/** The commonest ones; CONTRIBUTING § Style has a page of before and after. */
export const phrases: readonly Phrase[] = [
  {
    found: /(?:\/\*\*|\/\/|^\s*\*|^\s*"""|^\s*#)\s*What\s(?!.*\?)/,
    say: 'name the thing: "The quantity to minimise", not "What is made small"',
  },
  {
    found:
      /(?<!\bthere )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|fewer\b|better\b|worse\b|faster\b|slower\b|larger\b|smaller\b|other\b|doubt\b)[a-z`]/i,
    say: '"is not a …", or "has no …"',
  },
  { found: /(?<!\bthere )\b(?:is|are|was|were) none\b/, say: '"is not one", "has no …"' },
  { found: /\bThere cannot be\b/, say: '"`threads` must be 1 to 64; got 0"' },
  { found: /,? save (?:for )?(?:`|the\b|that\b|those\b|where\b|what\b)/, say: '"except"' },
  { found: /\b(?:is|are) to be (?!\w+ed\b.*\?)/, say: '"must be"' },
  { found: /\bshall\b/i, say: '"must" or "will"' },
  {
    found: /\bwithout a word\b|\bknows nothing of\b|\bhereby\b|\bso-called\b/i,
    say: "plainly",
  },
  { found: /\bfor it (?:is|has|was|would|does|can)\b/i, say: '"because it …"' },
  {
    found:
      /\b(?:once|twice|bytes|numbers?|milliseconds?|seconds?|bits) an? (?:step|element|number|parameter|tensor|equation|row|column|file|epoch|update)\b/,
    say: '"per …"',
  },
  { found: /\b[Ll]ets? go of\b/, say: '"drops", "frees", "releases"' },
  { found: /\bso many\b(?!.*\bthat\b)/, say: '"this many", "that many", or the name of the number' },
  { found: /\b(?:found|taken|computed|made|drawn|read|begun) anew\b/, say: '"recomputed", "new ones", "again"' },
  { found: /\bunless given\b/, say: '"default 1"' },
  { found: /\b(?:Have|Has) (?:the|this|your) \w+ an?\b/, say: '"Do the … have", "Does the … have"' },
  { found: /\b\d by (?:element|row|column|parameter)\b/, say: '"per element"' },
  { found: /\b(?:continues?|goes on|resumes?) to the (?:same )?bits?\b/, say: '"resumes bit for bit"' },
];

/** The lines of a text that read as translated. */
export function findings(text: string): { readonly line: number; readonly words: string; readonly say: string }[] {
  return text.split("\n").flatMap((line, i) =>
    phrases.flatMap(({ found, say }) => {
      const match = found.exec(line);
      return match && !line.includes("english-ignore") ? [{ line: i + 1, words: match[0].trim(), say }] : [];
    }),
  );
}

/** Texts of others, generated files, and the pages that show what not to write. */
const skipped =
  /(^|\/)(golden|goldens\/.*\.json|fixtures|LICENSE|pnpm-lock\.yaml|CODE_OF_CONDUCT\.md)|^packages\/catalogue\/src\/rules\.ts$|^CONTRIBUTING\.md$|(^|\/)english(\.test)?\.ts$/;

if (import.meta.filename === path.resolve(process.argv[1] ?? "")) {
  const root = path.resolve(import.meta.dirname, "..");
  const files = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.mjs", "*.md", "*.py"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  let count = 0;
  for (const file of files.split("\n").filter((name) => name !== "" && !skipped.test(name))) {
    let text: string;
    try {
      text = readFileSync(path.join(root, file), "utf8");
    } catch {
      continue; // deleted and not committed yet
    }
    for (const { line, words, say } of findings(text)) {
      count++;
      console.error(`${file}:${line} “${words}” → ${say}`);
    }
  }
  if (count > 0) console.error(`${count} places read as translated. CONTRIBUTING.md § Style shows the plain way.`);
  process.exitCode = count > 0 ? 1 : 0;
}
