/** The colours of every page this app writes, light and dark. */
export const palette = `:root {
  --paper: #fbfaf8;
  --card: #ffffff;
  --ink: #1d1c1a;
  --soft: #6b6862;
  --grid: #e7e4de;
  --edge: #e2ded6;
  --bad: #c33f2d;
  --good: #dcebe2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161719;
    --card: #1e2023;
    --ink: #eceae6;
    --soft: #a09d97;
    --grid: #303236;
    --edge: #34363a;
    --bad: #ff7a66;
    --good: #22382d;
  }
}
`;
