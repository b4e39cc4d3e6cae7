/** Whether keeping only these still shows the failure. False also for what could not be told. */
export type StillFails<T> = (kept: readonly T[]) => Promise<boolean>

/**
 * A subset of `items` that still fails and of which no single item can go, in order; `items` themselves are taken to fail. A budget
 * lives in `stillFails`: once it says no to everything, what was found so far is the answer.
 *
 * Delta debugging by complements: everything at once, then ever smaller chunks, then single items until none goes. Chunks alone,
 * which the paper tries as well, hardly ever fail and would be half the runs. Later chunks go first: whoever uses something goes
 * before what it uses.
 * Source: Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28(2), 2002.
 */
export async function ddmin<T>(items: readonly T[], stillFails: StillFails<T>): Promise<readonly T[]> {
  let kept = items
  let size = items.length
  while (size >= 1) {
    const before = kept.length
    for (let end = kept.length; end > 0; ) {
      const start = Math.max(0, end - size)
      const rest = [...kept.slice(0, start), ...kept.slice(end)]
      if (await stillFails(rest)) kept = rest
      end = start
    }
    if (kept.length === 0) break
    // Single items are tried again while any goes: one that went may have been all that held another.
    if (size > 1) size = Math.floor(Math.min(size, kept.length) / 2) || 1
    else if (kept.length === before) break
  }
  return kept
}
