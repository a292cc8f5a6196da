/** The colours of every page this app writes, light and dark. */
export const palette = `:root {
  --paper: #fbfaf8;
  --card: #ffffff;
  --ink: #1d1c1a;
  --soft: #6b6862;
  --grid: #e7e4de;
  --edge: #e2ded6;
  --c1: #2c6fbb;
  --c2: #d1572f;
  --c3: #2e8b63;
  --c4: #8a5cc2;
  --c5: #b58900;
  --c6: #0f9aa8;
  --c7: #c04f8d;
  --c8: #7a7f87;
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
    --c1: #6aa9ee;
    --c2: #f08a5d;
    --c3: #62c496;
    --c4: #b794f0;
    --c5: #e0b54a;
    --c6: #4fcad6;
    --c7: #f08cc0;
    --c8: #a9afb8;
    --bad: #ff7a66;
    --good: #22382d;
  }
}
.c1 {
  --c: var(--c1);
}
.c2 {
  --c: var(--c2);
}
.c3 {
  --c: var(--c3);
}
.c4 {
  --c: var(--c4);
}
.c5 {
  --c: var(--c5);
}
.c6 {
  --c: var(--c6);
}
.c7 {
  --c: var(--c7);
}
.c8 {
  --c: var(--c8);
}
`;
