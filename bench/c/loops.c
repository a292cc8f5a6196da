/*
 * The rules as loops in C. Compiled twice: for the vectors that every processor of the kind has (VARIANT is baseline,
 * 128 bits on x86-64 and ARM64), and for this machine (native). Sums have eight lanes, or compilers would add one
 * element after another.
 */
#include "loops.h"
#include <math.h>

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define OF(name) JOIN(name, VARIANT)

static void OF(adamw)(const struct arrays *a, size_t from, size_t to, const struct scalars *s) {
  float *restrict p = a->p, *restrict m = a->m, *restrict v = a->v;
  const float *restrict g = a->g;
  const float b1 = s->b1, a1 = s->a1, b2 = s->b2, a2 = s->a2, step = s->step, root = s->root, eps = s->eps;
  const float keep = s->keep;
  for (size_t i = from; i < to; i++) {
    const float x = g[i];
    const float first = b1 * m[i] + a1 * x;
    const float second = b2 * v[i] + a2 * x * x;
    m[i] = first;
    v[i] = second;
    p[i] = keep * p[i] - step * first / (sqrtf(second) * root + eps);
  }
}

static void OF(scaled)(const struct arrays *a, size_t from, size_t to, const struct scalars *s) {
  float *restrict p = a->p, *restrict m = a->m, *restrict v = a->v;
  const float *restrict g = a->g;
  const float b1 = s->b1, a1 = s->a1, b2 = s->b2, a2 = s->a2, step = s->step, root = s->root, eps = s->eps;
  const float keep = s->keep, scale = s->scale;
  for (size_t i = from; i < to; i++) {
    const float x = g[i] * scale;
    const float first = b1 * m[i] + a1 * x;
    const float second = b2 * v[i] + a2 * x * x;
    m[i] = first;
    v[i] = second;
    p[i] = keep * p[i] - step * first / (sqrtf(second) * root + eps);
  }
}

static double OF(squares)(const float *restrict x, size_t n) {
  double sum[8] = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) sum[k] += (double)x[i + k] * x[i + k];
  for (; i < n; i++) sum[0] += (double)x[i] * x[i];
  return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

static void OF(momentum)(const struct arrays *a, size_t from, size_t to, const struct scalars *s) {
  float *restrict p = a->p, *restrict m = a->m;
  const float *restrict g = a->g;
  const float b1 = s->b1, lr = s->lr;
  for (size_t i = from; i < to; i++) {
    const float sum = b1 * m[i] + g[i];
    m[i] = sum;
    p[i] = p[i] - lr * sum;
  }
}

static void OF(lion)(const struct arrays *a, size_t from, size_t to, const struct scalars *s) {
  float *restrict p = a->p, *restrict m = a->m;
  const float *restrict g = a->g;
  const float b1 = s->b1, a1 = s->a1, b2 = s->b2, a2 = s->a2, lr = s->lr, keep = s->keep;
  for (size_t i = from; i < to; i++) {
    const float c = b1 * m[i] + a1 * g[i];
    p[i] = keep * p[i] - lr * (float)((c > 0) - (c < 0));
    m[i] = b2 * m[i] + a2 * g[i];
  }
}

/* The step before its length is known, into u, and the squared lengths of p and u. */
static void OF(lamb_first)(const struct arrays *a, size_t n, const struct scalars *s, double norms[2]) {
  const float *restrict p = a->p, *restrict g = a->g;
  float *restrict m = a->m, *restrict v = a->v, *restrict u = a->u;
  const float b1 = s->b1, a1 = s->a1, b2 = s->b2, a2 = s->a2, first = s->first, root = s->root, eps = s->eps;
  const float decay = s->decay;
  for (size_t from = 0; from < n; from += 2048) { /* what the sums read again is still in the first cache */
    const size_t to = from + 2048 < n ? from + 2048 : n;
    for (size_t i = from; i < to; i++) {
      const float x = g[i];
      m[i] = b1 * m[i] + a1 * x;
      v[i] = b2 * v[i] + a2 * x * x;
      u[i] = m[i] * first / (sqrtf(v[i]) * root + eps) + decay * p[i];
    }
    norms[0] += OF(squares)(p + from, to - from);
    norms[1] += OF(squares)(u + from, to - from);
  }
}

static void OF(lamb_second)(const struct arrays *a, size_t n, float rate) {
  float *restrict p = a->p;
  const float *restrict u = a->u;
  for (size_t i = 0; i < n; i++) p[i] -= rate * u[i];
}

/* AdamW's reads and writes with one addition for each: what memory allows. */
static void OF(limit)(const struct arrays *a, size_t from, size_t to, const struct scalars *s) {
  float *restrict p = a->p, *restrict m = a->m, *restrict v = a->v;
  const float *restrict g = a->g;
  (void)s;
  for (size_t i = from; i < to; i++) {
    const float x = g[i];
    p[i] += x;
    m[i] += x;
    v[i] += x;
  }
}

const struct variant OF(loops) = {
    .adamw = OF(adamw),
    .scaled = OF(scaled),
    .momentum = OF(momentum),
    .lion = OF(lion),
    .limit = OF(limit),
    .squares = OF(squares),
    .lamb_first = OF(lamb_first),
    .lamb_second = OF(lamb_second),
#if defined(__AVX512F__)
    .vectors = "AVX-512",
#elif defined(__AVX2__)
    .vectors = "AVX2",
#elif defined(__AVX__)
    .vectors = "AVX",
#elif defined(__SSE2__)
    .vectors = "SSE2",
#elif defined(__ARM_FEATURE_SVE)
    .vectors = "SVE",
#elif defined(__ARM_NEON)
    .vectors = "NEON",
#else
    .vectors = "no known vectors",
#endif
};
