"""What DP-SGD spends: Rényi divergences by numerical integration, and epsilons of Google's dp-accounting."""

import mpmath

# dp-accounting 0.6.0: RdpAccountant with PoissonSampledDpEvent of GaussianDpEvent (sampleRate 1 is not sampled), composed `steps`
# times; get_epsilon_and_optimal_order(delta). At fractional orders it bounds the divergence from above.
RUNS = [
    {"noise": 1.1, "sampleRate": 256 / 60000, "steps": 14063, "delta": 1e-5, "epsilon": 2.596655529521983, "order": 8.1},
    {"noise": 0.7, "sampleRate": 0.01, "steps": 1000, "delta": 1e-6, "epsilon": 6.278652200379616, "order": 3.7},
    {"noise": 4.0, "sampleRate": 0.2, "steps": 300, "delta": 1e-5, "epsilon": 4.1778245352607275, "order": 5.8},
    {"noise": 1.0, "sampleRate": 1.0, "steps": 10, "delta": 1e-5, "epsilon": 19.05359753163139, "order": 2.5},
    {"noise": 0.4, "sampleRate": 0.001, "steps": 5000, "delta": 1e-7, "epsilon": 16.598696817589907, "order": 2.2},
    {"noise": 20.0, "sampleRate": 0.5, "steps": 10, "delta": 1e-3, "epsilon": 0.18109189669817488, "order": 33},
    {"noise": 2.0, "sampleRate": 0.9, "steps": 50, "delta": 1e-9, "epsilon": 25.194681441123155, "order": 2.9},
    {"noise": 1.3, "sampleRate": 1e-4, "steps": 100000, "delta": 1e-8, "epsilon": 0.4961741312984003, "order": 30},
]
CASES = [(0.01, 0.7, 3.7), (0.2, 4.0, 5.8), (0.001, 0.4, 2.2), (0.9, 2.0, 2.9), (0.004, 1.1, 8.1), (0.5, 20.0, 1.1), (0.3, 0.8, 10.9), (0.01, 1.0, 40), (0.2, 3.0, 64), (1.0, 1.5, 6.5)]


def divergence(rate, noise, order):
    """log E[(density with the example / density without)^order] / (order - 1), in 30 digits."""
    mpmath.mp.dps = 30
    q = mpmath.mpf(rate)
    ratio = lambda x: (1 - q) + q * mpmath.exp((2 * x - 1) / (2 * noise**2))
    moment = mpmath.quad(lambda x: mpmath.npdf(x, 0, noise) * ratio(x) ** order, mpmath.linspace(-20 * noise, order + 20 * noise, 60))
    return float(mpmath.log(moment) / (mpmath.mpf(order) - 1))


def goldens():
    integrals = [{"sampleRate": q, "noise": s, "order": a, "divergence": divergence(q, s, a)} for q, s, a in CASES]
    source = f"mpmath {mpmath.__version__}, mpmath.quad in 30 digits; dp-accounting 0.6.0, RdpAccountant"
    return {"packages/transforms/test/golden/privacy.json": {"source": source, "divergences": integrals, "runs": RUNS}}
