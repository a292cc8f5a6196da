/* A process of contenders written in C: reads requests, one a line, and answers each, as serve.ts does. */
#define _GNU_SOURCE
#include "loops.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MARK "@answer "
#define GROUP 0.3e-3 /* seconds, against which reading the clock is nothing */
#define CHUNK 16384  /* elements that a thread takes at a time */
#define PROOF 5      /* steps after which numbers are compared */

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Tensors of one size; the contenders of a match share them, since only one runs at a time. */
static struct {
  size_t count, size;
  int users;
  float *p, *g, *m, *v, *u;
} block;

static float *room(size_t n) {
  float *x = aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
  if (x) memset(x, 0, n * sizeof(float));
  return x;
}

static void release(void) {
  if (--block.users > 0) return;
  free(block.p), free(block.g), free(block.m), free(block.v), free(block.u);
  memset(&block, 0, sizeof block);
}

static int take(size_t count, size_t size) {
  const size_t n = count * size;
  if (block.users > 0 && (block.count != count || block.size != size)) return 0;
  if (block.users++ == 0) {
    block.count = count, block.size = size;
    block.p = room(n), block.g = room(n), block.m = room(n), block.v = room(n), block.u = room(n);
  }
  if (!(block.p && block.g && block.m && block.v && block.u)) return release(), 0;
  memset(block.m, 0, n * sizeof(float)), memset(block.v, 0, n * sizeof(float));
  for (size_t i = 0; i < n; i++) block.p[i] = block.g[i] = (float)sin((double)(i % size));
  return 1;
}

static struct arrays tensor(size_t k) {
  const size_t at = k * block.size;
  return (struct arrays){block.p + at, block.g + at, block.m + at, block.v + at, block.u + at};
}

struct contender {
  char id[128], rule[32];
  const struct variant *loops;
  int threads, t;
  double lr;
};

/* ---- two threads: each takes the next chunk until none is left ---- */
static struct {
  pass *run;
  const struct scalars *scalars;
  atomic_size_t next;
  atomic_int asked, done;
  int sleeping;
  pthread_mutex_t lock;
  pthread_cond_t wake;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static void chunks(void) {
  const size_t each = (block.size + CHUNK - 1) / CHUNK, all = each * block.count;
  for (size_t i; (i = atomic_fetch_add(&shared.next, 1)) < all;) {
    const struct arrays a = tensor(i / each);
    const size_t from = i % each * CHUNK, to = from + CHUNK;
    shared.run(&a, from, to < block.size ? to : block.size, shared.scalars);
  }
}

static void *helper(void *nothing) {
  for (int turn = 1;; turn++) {
    for (int spins = 0; atomic_load(&shared.asked) < turn && spins < 20000; spins++) {
    }
    pthread_mutex_lock(&shared.lock);
    shared.sleeping = 1;
    while (atomic_load(&shared.asked) < turn) pthread_cond_wait(&shared.wake, &shared.lock);
    shared.sleeping = 0;
    pthread_mutex_unlock(&shared.lock);
    chunks();
    atomic_store(&shared.done, turn);
  }
  return nothing;
}

static void over(pass *run, const struct scalars *s, int threads) {
  if (threads == 1) {
    for (size_t k = 0; k < block.count; k++) {
      const struct arrays a = tensor(k);
      run(&a, 0, block.size, s);
    }
    return;
  }
  static int started = 0;
  if (!started) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, helper, NULL)) exit(1);
    started = 1;
  }
  shared.run = run, shared.scalars = s;
  atomic_store(&shared.next, 0);
  pthread_mutex_lock(&shared.lock);
  const int turn = atomic_fetch_add(&shared.asked, 1) + 1;
  if (shared.sleeping) pthread_cond_signal(&shared.wake);
  pthread_mutex_unlock(&shared.lock);
  chunks();
  while (atomic_load(&shared.done) < turn) {
  }
}

/* ---- rules ---- */
static int is(const struct contender *c, const char *rule) { return strcmp(c->rule, rule) == 0; }

static void step(struct contender *c) {
  c->t++;
  const int lion = is(c, "lion");
  const double b1 = 0.9, b2 = lion ? 0.99 : 0.999, lr = c->lr, decay = 0.01;
  const double c1 = 1 - pow(b1, c->t), c2 = 1 - pow(b2, c->t);
  struct scalars s = {
      .lr = lr, .b1 = b1, .a1 = 1 - b1, .b2 = b2, .a2 = 1 - b2, .step = lr / c1, .first = 1 / c1, .root = 1 / sqrt(c2),
      .eps = is(c, "lamb") ? 1e-6 : 1e-8, .keep = 1 - lr * decay, .decay = decay, .scale = 1};
  if (is(c, "adamw")) over(c->loops->adamw, &s, c->threads);
  else if (is(c, "momentum")) over(c->loops->momentum, &s, c->threads);
  else if (lion) over(c->loops->lion, &s, c->threads);
  else if (is(c, "limit")) over(c->loops->limit, &s, c->threads);
  else if (is(c, "clip")) {
    double sum = 0;
    for (size_t k = 0; k < block.count; k++) sum += c->loops->squares(tensor(k).g, block.size);
    s.scale = fmin(1, 1 / sqrt(sum));
    over(c->loops->scaled, &s, c->threads);
  } else
    for (size_t k = 0; k < block.count; k++) {
      const struct arrays a = tensor(k);
      double norms[2] = {0, 0};
      c->loops->lamb_first(&a, block.size, &s, norms);
      const double trust = norms[0] > 0 && norms[1] > 0 ? sqrt(norms[0] / norms[1]) : 1;
      c->loops->lamb_second(&a, block.size, lr * trust);
    }
}

static double run(struct contender *c, long count) {
  const double start = seconds(CLOCK_MONOTONIC);
  for (long i = 0; i < count; i++) step(c);
  return (seconds(CLOCK_MONOTONIC) - start) / count;
}

/* Steps for about so many milliseconds, at least so many; the first few are not counted. */
static void turn(struct contender *c, double ms, long least) {
  run(c, 1); /* other contenders had the caches */
  const double once = run(c, 1);
  const long group = once >= GROUP ? 1 : (long)ceil(GROUP / once);
  const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), start = seconds(CLOCK_MONOTONIC);
  printf(MARK "{\"times\":[");
  for (long i = 0; i < least || (seconds(CLOCK_MONOTONIC) - start) * 1e3 < ms; i++)
    printf("%s%.9g", i ? "," : "", run(c, group) * 1e3);
  const double busy = (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (seconds(CLOCK_MONOTONIC) - start);
  printf("],\"busy\":%.6g}\n", busy);
}

/* ---- requests: JSON as our own parent writes it ---- */
static const char *after(const char *line, const char *name) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *found = strstr(line, key);
  return found ? found + strlen(key) : NULL;
}
static double number(const char *line, const char *name) {
  const char *at = after(line, name);
  return at ? strtod(at, NULL) : 0;
}
static void text(const char *line, const char *name, char *out, size_t most) {
  const char *at = after(line, name);
  out[0] = 0;
  if (!at || *at++ != '"') return;
  while (*at && *at != '"' && most-- > 1) *out++ = *at++;
  *out = 0;
}

static struct contender contenders[64];

static struct contender *find(const char *id) {
  for (size_t i = 0; i < sizeof contenders / sizeof *contenders; i++)
    if (strcmp(contenders[i].id, id) == 0) return &contenders[i];
  return NULL;
}

static void load(const char *line) {
  struct contender *c = find("");
  char who[64];
  text(line, "who", who, sizeof who);
  if (!c || !take((size_t)number(line, "count"), (size_t)number(line, "size"))) {
    printf(MARK "{\"absent\":\"no memory for it\"}\n");
    return;
  }
  text(line, "id", c->id, sizeof c->id);
  text(line, "rule", c->rule, sizeof c->rule);
  c->threads = (int)number(line, "threads");
  c->loops = strcmp(who, "c native") == 0 ? &loops_native : &loops_baseline;
  c->lr = number(line, "rate");
  c->t = 0;
  for (int i = 0; i < PROOF; i++) step(c);
  c->lr = number(line, "still");
  const float *p = tensor(block.count - 1).p;
  printf(MARK "{\"loaded\":true,\"proof\":[");
  for (size_t i = 1; i < 4 && i < block.size; i++) printf("%s%.9g", i > 1 ? "," : "", p[i]);
  printf("],\"versions\":{\"C\":\"" COMPILER " (%s and %s)\"}}\n", loops_baseline.vectors, loops_native.vectors);
}

int main(void) {
  char line[1024], id[128];
  while (fgets(line, sizeof line, stdin)) {
    if (after(line, "load")) load(line);
    else if (after(line, "go")) {
      text(line, "go", id, sizeof id);
      turn(find(id), number(line, "ms"), (long)number(line, "least"));
    } else {
      text(line, "drop", id, sizeof id);
      struct contender *c = find(id);
      if (c && id[0]) c->id[0] = 0, release();
      printf(MARK "{\"dropped\":true}\n");
    }
    fflush(stdout);
  }
  return 0;
}
