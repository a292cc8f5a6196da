"""The random streams of the initializers, transcribed from the papers in plain Python: whole numbers of any size, no NumPy."""

import math

MASK = 2**32 - 1


def philox(counter, key):
    """Philox4x32-10 as Salmon et al. (SC11) print it; checked against the known answers of Random123."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def fnv1a(name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h


def pair(seed, name, i, redraw=0):
    h, block = fnv1a(name), i // 2
    words = philox([block & MASK, (block >> 32) | (redraw << 20), h & MASK, h >> 32], [seed & MASK, seed >> 32])
    return [((words[j] >> 5) * 2**26 + (words[j + 1] >> 6)) / 2**53 for j in (0, 2)]


def uniform(seed, name, i):
    return pair(seed, name, i)[i % 2]


def normal(seed, name, i, redraw=0):
    u, v = pair(seed, name, i, redraw)
    return math.sqrt(-2 * math.log(1 - u)) * (math.sin if i % 2 else math.cos)(2 * math.pi * v)


def truncated(seed, name, i):
    redraw = 0
    while abs(z := normal(seed, name, i, redraw)) > 2:
        redraw += 1
    return z


def draws(seed, t, name, count, site=0):
    """The normal numbers of a call in update t: four to a block of Philox, in pairs by Box and Muller."""
    key, hashed = [seed & MASK, seed >> 32], 0x811C9DC5
    for letter in name:
        hashed = (hashed ^ ord(letter)) * 0x01000193 & MASK

    def number(i):
        words = philox([i // 4, t, site, hashed], key)
        a, b = words[i % 4 // 2 * 2 : i % 4 // 2 * 2 + 2]
        return math.sqrt(-2 * math.log((a + 1) / 2**32)) * (math.sin if i % 2 else math.cos)(2 * math.pi * b / 2**32)

    return [number(i) for i in range(count)]


def goldens():
    for counter, key, words in (
        ([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ([MASK] * 4, [MASK] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0], "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ):
        if philox(counter, key) != [int(word, 16) for word in words.split()]:
            raise AssertionError(f"philox of {counter} under {key} is not the known answer")
    streams = []
    for seed, name in ((0, "w"), (0, "b"), (1, "w"), (2**32, "w"), (2**53 - 1, "conv1/kernel"), (42, ""), (7, "größe/ядро/核/🙂")):
        # Elements that had to be drawn again, once and twice, and some whose block number needs more than 32 bits.
        outside = [i for i in range(8, 4000) if abs(normal(seed, name, i)) > 2]
        again = outside[:4] + [i for i in outside[4:] if abs(normal(seed, name, i, 1)) > 2][:2]
        index = [*range(8), *again, 2**31 + 1, 2**33 + 5, 2**53 - 1]
        streams.append({
            "seed": seed, "name": name, "hash": f"{fnv1a(name):016x}", "index": index,
            **{kind.__name__: [kind(seed, name, i) for i in index] for kind in (uniform, normal, truncated)},
        })
    return {"packages/initializers/test/golden/streams.json": streams}
