#pragma once
#include <stddef.h>

/* What a rule keeps of one tensor. */
struct arrays {
  float *p, *g, *m, *v, *u;
};

/* What is computed once per step. */
struct scalars {
  float lr, b1, a1, b2, a2, step, first, root, eps, keep, decay, scale;
};

typedef void pass(const struct arrays *, size_t from, size_t to, const struct scalars *);

struct variant {
  pass *adamw, *scaled, *momentum, *lion, *limit;
  double (*squares)(const float *, size_t);
  void (*lamb_first)(const struct arrays *, size_t, const struct scalars *, double norms[2]);
  void (*lamb_second)(const struct arrays *, size_t, float rate);
  const char *vectors;
};

extern const struct variant loops_baseline, loops_native;
