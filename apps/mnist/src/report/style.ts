import { styleSheet } from "@descent/viz";
import { palette } from "./palette.ts";

/** The style of every page this app writes, light and dark. */
export const style = `${styleSheet()}
${palette}* {
  box-sizing: border-box;
}
body {
  margin: 0 auto;
  padding: 3rem 1.5rem 4rem;
  max-width: 74rem;
  background: var(--paper);
  color: var(--ink);
  font: 16px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
header {
  margin-bottom: 2rem;
}
.kicker {
  margin: 0;
  color: var(--soft);
  font-size: 0.8rem;
  letter-spacing: 0.06em;
  text-transform: uppercase;
}
h1 {
  margin: 0.2rem 0 0.4rem;
  font-size: clamp(2.8rem, 8vw, 4.6rem);
  font-weight: 650;
  letter-spacing: -0.03em;
  line-height: 1.05;
}
h2 {
  margin: 0 0 0.9rem;
  font-size: 1.15rem;
  font-weight: 620;
}
section {
  margin-top: 3rem;
}
.lead {
  margin: 0 0 1rem;
  max-width: 46rem;
  color: var(--soft);
}
.tiles {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.6rem), 1fr));
  gap: 0.75rem;
  margin: 0;
}
.tile,
.chart,
.mistakes li {
  margin: 0;
  border: 1px solid var(--edge);
  border-radius: 10px;
  background: var(--card);
}
.tile {
  padding: 0.8rem 1rem;
}
.tile dt,
small,
.fine {
  color: var(--soft);
  font-size: 0.8rem;
}
.tile dd {
  margin: 0.1rem 0 0;
  font-size: 1.35rem;
  font-weight: 600;
  letter-spacing: -0.01em;
}
.charts {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr));
  gap: 0.9rem;
}
.chart {
  padding: 0.9rem 1rem 0.5rem;
}
.chart figcaption {
  font-weight: 600;
}
.chart figcaption small {
  margin-left: 0.4rem;
  font-weight: 400;
}
.chart {
  --viz-paper: var(--card);
  --viz-quiet: var(--soft);
  --viz-line: var(--grid);
}
.legend {
  display: flex;
  flex-wrap: wrap;
  gap: 0 1.1rem;
  margin: 0.1rem 0 0;
  color: var(--soft);
  font-size: 0.8rem;
}
.key::before {
  content: "";
  display: inline-block;
  width: 0.7rem;
  height: 0.2rem;
  margin-right: 0.4rem;
  border-radius: 2px;
  background: var(--c);
  vertical-align: middle;
}
.wide .chart {
  max-width: 52rem;
}
.chart .scroll {
  margin-top: 0.8rem;
}
.chart table {
  width: 100%;
}
.scroll {
  overflow-x: auto;
}
table {
  border-collapse: collapse;
  font-size: 0.92rem;
}
th,
td {
  padding: 0.35rem 0.9rem 0.35rem 0;
  border-bottom: 1px solid var(--edge);
  text-align: right;
  white-space: nowrap;
}
th:first-child,
td:first-child {
  text-align: left;
}
th {
  color: var(--soft);
  font-size: 0.8rem;
  font-weight: 500;
}
.confusion th,
.confusion td {
  min-width: 2.9rem;
  padding: 0.42rem 0.3rem;
  border: 2px solid var(--paper);
  border-radius: 6px;
  text-align: center;
}
.confusion thead td {
  border: 0;
}
.confusion .right {
  background: var(--good);
  color: var(--soft);
}
.confusion .wrong {
  background: color-mix(in srgb, var(--bad) var(--depth), var(--card));
  font-weight: 600;
}
.confusion .none {
  background: var(--card);
}
.confusion .share {
  color: var(--soft);
  font-size: 0.8rem;
}
.beside {
  display: flex;
  flex-wrap: wrap;
  gap: 1.5rem 4rem;
  align-items: center;
}
.pairs {
  flex: 1 1 18rem;
  max-width: 30rem;
  margin: 0;
  padding: 0;
  list-style: none;
}
.pairs li {
  display: grid;
  grid-template-columns: 8rem 1fr;
  align-items: center;
  padding: 0.28rem 0;
}
.pairs i {
  height: 0.55rem;
  width: var(--part);
  border-radius: 3px;
  background: var(--bad);
  opacity: 0.75;
}
.findings {
  margin: 0;
  padding: 0;
  list-style: none;
}
.findings li {
  max-width: 52rem;
  margin-top: 0.6rem;
  padding: 0.7rem 1rem;
  border: 1px solid var(--edge);
  border-left: 4px solid var(--bad);
  border-radius: 6px;
  background: var(--card);
}
.findings b::first-letter {
  text-transform: uppercase;
}
.mistakes {
  display: grid;
  grid-template-columns: repeat(10, minmax(0, 1fr));
  gap: 0.6rem;
  margin: 0;
  padding: 0;
  list-style: none;
}
@media (max-width: 62rem) {
  .mistakes {
    grid-template-columns: repeat(5, minmax(0, 1fr));
  }
}
@media (max-width: 30rem) {
  body {
    padding: 2rem 1rem 3rem;
  }
  th,
  td {
    padding-right: 0.5rem;
  }
  .chart table {
    font-size: 0.72rem;
  }
  .chart th {
    font-size: 0.66rem;
    white-space: normal;
  }
  .beside .scroll {
    width: 100%;
  }
  .confusion {
    width: 100%;
    font-size: 0.62rem;
  }
  .confusion .share {
    font-size: inherit;
  }
  .confusion th,
  .confusion td {
    min-width: 0;
    padding: 0.34rem 0;
    border-width: 1px;
    font-size: inherit;
  }
  .viz text {
    font-size: 15px;
  }
  .mistakes {
    grid-template-columns: repeat(4, minmax(0, 1fr));
  }
}
.mistakes li {
  padding: 0.7rem 0.3rem 0.5rem;
  text-align: center;
}
.mistakes img {
  max-width: 100%;
  height: auto;
  border-radius: 6px;
  image-rendering: pixelated;
}
.mistakes p {
  margin: 0.4rem 0 0;
}
.bad {
  color: var(--bad);
}
pre {
  white-space: pre-wrap;
  overflow-wrap: anywhere;
  padding: 0.8rem 1rem;
  border: 1px solid var(--edge);
  border-radius: 10px;
  background: var(--card);
  font-size: 0.85rem;
}
@media (prefers-color-scheme: dark) {
  .mistakes img {
    filter: invert(1) hue-rotate(180deg) contrast(0.92);
  }
}
`;
