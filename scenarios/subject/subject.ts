/**
 * The seam between the replayer (trusted, owns virtual time) and a program under test (untrusted, owns nothing).
 * Strict half-duplex turns: the replayer sends instructions, the subject reacts until it is quiescent, its effects come back.
 */
export type Tier = 'D3' | 'D2' | 'D1'

/** One thing the world does to the subject. `data` carries raw bytes of one connection; nothing here is parsed by the subject side. */
export type Instruction =
  /** A client of the subject connects to the server that listens on `port`; everything it causes belongs to `step`. */
  | { readonly kind: 'open'; readonly id: string; readonly port: number; readonly step: string }
  | { readonly kind: 'data'; readonly id: string; readonly bytes: Uint8Array }
  | { readonly kind: 'fin'; readonly id: string }
  | { readonly kind: 'reset'; readonly id: string; readonly code: string }
  /** The two answers to a `connect` effect. */
  | { readonly kind: 'accept'; readonly id: string }
  | { readonly kind: 'refuse'; readonly id: string; readonly code: string }
  | { readonly kind: 'signal'; readonly name: 'SIGTERM' | 'SIGINT' }
  /** A lease: fire local timers due strictly before `untilMs` (virtual, since the Unix epoch), stop at the first that has an effect. */
  | { readonly kind: 'run'; readonly untilMs: number; readonly one?: boolean }

/** One thing the subject did. `step` is what the subject's memory claims; the replayer accepts open steps only. */
export type Effect =
  | { readonly kind: 'listen'; readonly port: number }
  | { readonly kind: 'unlisten'; readonly port: number }
  | {
      readonly kind: 'connect'
      readonly id: string
      readonly host: string
      readonly port: number
      readonly tls: boolean
      readonly step: string
      /** It lies within `reach`, and the subject has taken it as accepted. */
      readonly stands?: boolean | undefined
    }
  | { readonly kind: 'data'; readonly id: string; readonly step: string; readonly bytes: Uint8Array }
  | { readonly kind: 'fin'; readonly id: string }
  | { readonly kind: 'reset'; readonly id: string; readonly code: string }
  | { readonly kind: 'log'; readonly stream: 'stdout' | 'stderr'; readonly text: string; readonly step: string }
  /** Something the runtime cannot control was tried: what, where (first stack line of the subject), and the way out. */
  | { readonly kind: 'escape'; readonly what: string; readonly where: string; readonly wayOut: string }
  | { readonly kind: 'exited'; readonly code: number; readonly error: string | undefined }

/** What one turn brought. `nextMs` is the earliest local timer (undefined: none); `draws` counts the draws of each chance stream. */
export type Turn = {
  readonly nowMs: number
  readonly nextMs: number | undefined
  /** True when every local timer is unref'd: nothing would keep a real process alive. */
  readonly unrefOnly: boolean
  readonly draws: Readonly<Record<string, number>>
  readonly effects: readonly Effect[]
  readonly passed?: Passed | undefined
}

/** Why a subject could not go on. `cause` names whose doing it was; `kind` is stable, `message` is for people. */
export class SubjectGone extends Error {
  readonly kind: 'exited' | 'killed' | 'hung' | 'memory' | 'flood' | 'protocol' | 'start'
  constructor(kind: SubjectGone['kind'], message: string) {
    super(message)
    this.name = 'SubjectGone'
    this.kind = kind
  }
}

/** How often a life may pass the place of the active mutant, and turn loops and call functions of its own. Beyond that they throw. */
export type MutantLimits = { readonly hits: number; readonly ticks: number }

/** The switch of a program whose mutants are built in: the word its code looks itself up by, and which mutant is on. */
export type MutantSwitch = {
  readonly word: string
  /** Undefined: the pristine program, which counts what it passes. */
  readonly active: string | undefined
  readonly limits: MutantLimits | undefined
}

/**
 * How often a pristine program passed the place of each mutant, while it loaded and from the first request on; how often a mutant passed
 * its own (`hits`); how often loops were turned and functions called (`ticks`).
 */
export type Passed = {
  readonly loading: Readonly<Record<string, number>>
  readonly serving: Readonly<Record<string, number>>
  readonly hits: number
  readonly ticks: number
}

export type StartOptions = {
  /** Seed of the subject's own chance. The caller derives it one-way from the run's seed. */
  readonly seed: string
  /** Virtual time at start, milliseconds since the Unix epoch. */
  readonly epochMs: number
  readonly mutant?: MutantSwitch | undefined
  /** Origins whose connections a subject may take as accepted at once: nothing in this run refuses them. */
  readonly reach?: readonly string[] | undefined
}

/** A started subject. All calls block; none returns before the subject is quiescent. Each throws `SubjectGone`. */
export interface RunningSubject {
  readonly tier: Tier
  /** Effects of loading the program: `listen` frames, calls made at import, logs. */
  readonly boot: Turn
  turn(nowMs: number, instructions: readonly Instruction[]): Turn
  /**
   * A new life in the same process: ends all connections, timers and servers and loads the program's own modules again. With
   * `keep` the program stays loaded and its servers listen on; what it remembers it keeps. Returns the new boot turn.
   */
  restart(options: StartOptions & { readonly keep?: boolean | undefined }): Turn
  /** What an instrumented program passed in this life. */
  passed?(): Passed
  close(): void
}

/** A way to run a program: in a child process, in a sandbox, in this thread. */
export interface Subject {
  readonly tier: Tier
  start(options: StartOptions): RunningSubject | Promise<RunningSubject>
}
