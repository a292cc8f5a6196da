import { createCssVariablesTheme, createHighlighter } from "shiki";
import { escaped, Html } from "./html.ts";

const theme = createCssVariablesTheme({ name: "descent", variablePrefix: "--code-", fontStyle: true });
const langs = ["ts", "js", "python", "sh", "json", "wgsl", "c", "diff"] as const;
const shiki = await createHighlighter({ themes: [theme], langs: [...langs] });
const names: Readonly<Record<string, string>> = {
  bash: "sh",
  shell: "sh",
  py: "python",
  typescript: "ts",
  javascript: "js",
  tsx: "ts",
};

/** Code with its colours, which the style sheet gives. A language that is not known gets none. */
export function code(text: string, language: string): Html {
  const lang = names[language] ?? language;
  const source = text.replace(/\n$/, "");
  if (!langs.some((one) => one === lang))
    return new Html(`<pre class="code" tabindex="0"><code>${escaped(source)}</code></pre>`);
  const marked = shiki.codeToHtml(source, { lang, theme: "descent" });
  return new Html(marked.replace(/<pre [^>]*>/, '<pre class="code" tabindex="0">'));
}
