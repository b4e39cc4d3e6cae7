import type { Exchange } from './har.ts'
import type { Json } from './trace.ts'

/** A difference that is known and accepted. `at` is a path such as `data.*.customer`; `**` stands for any parents. */
export type Ignore = {
  readonly at: string
  /** `missing`: recorded, and the twin lacks it. `extra`: the twin sends it. `type`, `value`: another one. */
  readonly what: 'missing' | 'extra' | 'type' | 'value'
  readonly why: string
}

/** A request as it is about to be sent to the twin: its ids are the twin's, and only the credential is missing. */
export type Sending = {
  readonly method: string
  readonly url: URL
  readonly body: Uint8Array
  /** The time in the twin's world. */
  readonly nowMs: number
}

/** What replaying a vendor's recordings against its twin takes beyond the recordings themselves. */
export type FidelityProfile = {
  /** Gives a request the credential that the recording has a placeholder for. */
  readonly authorize?: (headers: Headers, exchange: Exchange, sending: Sending) => void
  /** The address at the twin, where recordings come from another host, such as a tenant's own. */
  readonly url?: (url: URL) => URL
  /**
   * The seed: what was there before the recording began. It may use what the recording returns and never created
   * (a price list, a workspace's users) and, of a language model, its words; never what the twin has to work out.
   */
  readonly given?: (exchanges: readonly Exchange[]) => Json
  /** The time between two requests, for recorders whose clock stands still. Otherwise it is what was recorded. */
  readonly pauseMs?: number
  readonly ignores?: readonly Ignore[]
  /** Events of a stream that come by chance, at any place and any number: they are left out on both sides. */
  readonly passing?: readonly string[]
  /** How the real service is asked with the user's own credential, for `--live`. */
  readonly live?: {
    /** The environment variable that holds it. */
    readonly env: string
    readonly authorize: (headers: Headers, secret: string) => void
    /** Credentials that are never used: those of accounts where things are real. */
    readonly refuse?: RegExp
  }
}
