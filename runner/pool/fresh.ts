import type { Pool } from './pool.ts'

/** The same pool, with a new process for each run: for programs whose packages remember one run in the next. */
export const freshPool = (pool: Pool): Pool => ({
  play: (job) => pool.play({ ...job, fresh: true }),
  close: () => pool.close(),
})
