/** Bounds for shares and failures in n tries: one-sided, at 95 % unless told otherwise. */

const LN_GAMMA = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
] as const

/** ln Γ(x) for x > 0, by Lanczos' series. */
function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x)
  const at = x - 1
  const series = LN_GAMMA.reduce((sum, term, k) => sum + term / (at + k + 1), 0.9999999999998099)
  const t = at + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (at + 0.5) * Math.log(t) - t + Math.log(series)
}

/** The regularised incomplete beta function I_x(a, b), by Lentz' continued fraction. */
function beta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a)
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a
  const tiny = 1e-300
  let [f, c, d] = [1, 1, 0]
  for (let step = 0; step <= 400; step++) {
    const m = Math.floor(step / 2)
    const numerator =
      step === 0
        ? 1
        : step % 2 === 0
          ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
          : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + numerator * d || tiny)
    c = 1 + numerator / c || tiny
    f *= c * d
    if (Math.abs(1 - c * d) < 1e-12) break
  }
  return front * (f - 1)
}

/** The quantile of Beta(a, b), by bisection: good to 1e-12, and monotone. */
function betaQuantile(p: number, a: number, b: number): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (beta(middle, a, b) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Clopper-Pearson: with `k` of `n` seen, the true share is at most this. Nothing seen of nothing: 1. */
export const upperBound = (k: number, n: number, alpha = 0.05): number =>
  n === 0 || k >= n ? 1 : k === 0 ? 1 - alpha ** (1 / n) : betaQuantile(1 - alpha, k + 1, n - k)

/** Clopper-Pearson: with `k` of `n` seen, the true share is at least this. */
export const lowerBound = (k: number, n: number, alpha = 0.05): number =>
  n === 0 || k === 0 ? 0 : k >= n ? alpha ** (1 / n) : betaQuantile(alpha, k, n - k + 1)

/** How many tries with at most `failures` failures show a share of at most `share`. */
export function triesNeeded(share: number, failures = 0, alpha = 0.05): number {
  let [low, high] = [failures, failures + 1]
  while (upperBound(failures, high, alpha) > share) high *= 2
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (upperBound(failures, middle, alpha) > share) low = middle
    else high = middle
  }
  return high
}

/** Wilson's interval for a share; one-sided 95 % with the z given here. */
export function wilson(k: number, n: number, z = 1.645): { readonly lower: number; readonly upper: number } {
  if (n === 0) return { lower: 0, upper: 1 }
  const p = k / n
  const middle = p + (z * z) / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  return { lower: Math.max(0, (middle - half) / scale), upper: Math.min(1, (middle + half) / scale) }
}

/** The share of behaviour not seen yet, by Good and Turing: what was seen once, of all that was seen. */
export const unseenMass = (seenOnce: number, total: number): number => (total === 0 ? 1 : seenOnce / total)

/** Wald's sequential test of a low share of failures against a high one, at 5 % each way. */
export function sequential(
  clean: number,
  failures: number,
  { low, high }: { readonly low: number; readonly high: number },
): 'low' | 'high' | 'open' {
  const score = clean * Math.log((1 - high) / (1 - low)) + failures * Math.log(high / low)
  const bar = Math.log(0.95 / 0.05)
  return score <= -bar ? 'low' : score >= bar ? 'high' : 'open'
}
