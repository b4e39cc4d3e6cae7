import { z } from 'zod'

/** What a subject may use of the machine. Memory is limited for each process and, where the kernel lets us, for all of them together. */
export type SandboxLimits = {
  readonly processes: number
  readonly memoryMb: number
  /** What it may write, in a scratch folder in memory. */
  readonly diskMb: number
  readonly openFiles: number
  /** Seconds of processor time of one process, over all the runs it plays. */
  readonly cpuSeconds: number
}

export type Profile = 'bubblewrap' | 'docker'
export type SandboxSettings = {
  readonly mode: 'required' | 'preferred' | 'off'
  readonly profile: Profile
  readonly limits: SandboxLimits
}

/** Node takes about a dozen threads; each counts as a process. */
const LIMITS: SandboxLimits = { processes: 128, memoryMb: 1280, diskMb: 64, openFiles: 1024, cpuSeconds: 3600 }
const mode = z.enum(['required', 'preferred', 'off'])

/** `sandbox:` in backlot.yaml: a mode alone, or `{ mode, profile, limits }`. */
export const sandboxShape: z.ZodType<SandboxSettings> = z
  .union([
    mode,
    z.strictObject({
      mode: mode.default('required'),
      profile: z.enum(['bubblewrap', 'docker']).default('bubblewrap'),
      limits: z
        .strictObject({
          processes: z.int().min(32).default(LIMITS.processes),
          'memory-mb': z.int().min(128).default(LIMITS.memoryMb),
          'disk-mb': z.int().min(1).default(LIMITS.diskMb),
          'open-files': z.int().min(64).default(LIMITS.openFiles),
          'cpu-s': z.int().min(10).default(LIMITS.cpuSeconds),
        })
        .prefault({}),
    }),
  ])
  .default('required')
  .transform((given): SandboxSettings => {
    if (typeof given === 'string') return sandboxOf({ mode: given })
    const { limits } = given
    return {
      mode: given.mode,
      profile: given.profile,
      limits: {
        processes: limits.processes,
        memoryMb: limits['memory-mb'],
        diskMb: limits['disk-mb'],
        openFiles: limits['open-files'],
        cpuSeconds: limits['cpu-s'],
      },
    }
  })

/** Settings with what is not given filled in. */
export const sandboxOf = (given: Partial<SandboxSettings>): SandboxSettings => ({
  mode: 'required',
  profile: 'bubblewrap',
  limits: LIMITS,
  ...given,
})
