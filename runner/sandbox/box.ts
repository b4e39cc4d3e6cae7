import type { Place, Wrap } from '../../scenarios/subject/process.ts'
import { bubblewrap, sandboxStatus } from './bubblewrap.ts'
import { dockerPlace, dockerStatus } from './docker.ts'
import type { SandboxLimits, SandboxSettings } from './settings.ts'

/** How boxes are made here. Plain data: it travels to a worker thread. */
export type BoxSetup =
  | { readonly profile: 'bubblewrap'; readonly limits: SandboxLimits }
  | { readonly profile: 'docker'; readonly limits: SandboxLimits; readonly image: string }

/** Whether boxes are used, or why nothing may run without them. `shown` is what a verdict says of it. */
export type SandboxPolicy = {
  readonly box: BoxSetup | undefined
  readonly blocked: string | undefined
  readonly shown: string
}

/** What a project's settings come to on this machine. Nothing is quietly less than was asked for. */
export async function sandboxPolicy({ mode, profile, limits }: SandboxSettings): Promise<SandboxPolicy> {
  if (mode === 'off') return { box: undefined, blocked: undefined, shown: 'off' }
  const found = await boxStatus(profile, limits)
  // Boxes read as users of their own: trees that are checked out from now on have to be readable for all.
  if (found.available) process.umask(0o022)
  if (found.available) return { box: found.box, blocked: undefined, shown: profile }
  if (mode === 'preferred') return { box: undefined, blocked: undefined, shown: `none (${found.why})` }
  const blocked = `The project requires a sandbox, and ${found.why}. ${found.wayOut}`
  return { box: undefined, blocked, shown: 'missing' }
}

export type BoxStatus =
  | { readonly available: true; readonly box: BoxSetup }
  | { readonly available: false; readonly why: string; readonly wayOut: string }

/** Whether boxes of a profile start on this machine. */
export async function boxStatus(profile: SandboxSettings['profile'], limits: SandboxLimits): Promise<BoxStatus> {
  switch (profile) {
    case 'bubblewrap': {
      const status = sandboxStatus()
      return status.available ? { available: true, box: { profile, limits } } : status
    }
    case 'docker': {
      const status = await dockerStatus()
      return status.available ? { available: true, box: { profile, limits, image: status.image } } : status
    }
    default:
      return profile satisfies never
  }
}

/** What a subject's options take. */
export type Boxed = { readonly wrap?: Wrap; readonly place?: Place }

/** A box as a subject's options want it; none at all runs the program as a plain process. */
export function boxed(box: BoxSetup | undefined, packages: readonly string[]): Boxed {
  switch (box?.profile) {
    case undefined:
      return {}
    case 'bubblewrap':
      return { wrap: bubblewrap(packages, box.limits) }
    case 'docker':
      return { place: dockerPlace(box.image, packages, box.limits) }
    default:
      return box satisfies never
  }
}
