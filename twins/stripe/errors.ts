import type { Json } from '../trace.ts'

/** The `error` object of an answer: https://docs.stripe.com/api/errors (2026-11-24). */
export type ErrorBody = {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  readonly message: string
  readonly code?: string | undefined
  readonly param?: string | undefined
  readonly [field: string]: Json | undefined
}

/** Stripe says no; answer.ts turns it into the response. `kept` tells whether an idempotency key remembers it. */
export class Refusal extends Error {
  readonly status: number
  readonly body: ErrorBody
  readonly kept: boolean
  constructor(status: number, body: ErrorBody, kept = true) {
    super(body.message)
    this.name = 'Refusal'
    this.status = status
    this.body = body
    this.kept = kept
  }
}

type Details = { readonly code?: string; readonly param?: string; readonly [field: string]: Json | undefined }

/** A request that makes no sense in the state things are in; execution had begun. */
export const invalid = (message: string, details: Details = {}): Refusal =>
  new Refusal(400, { type: 'invalid_request_error', message, ...details })

/** Refused before execution: a key does not remember it. */
export const malformed = (message: string, details: Details = {}): Refusal =>
  new Refusal(400, { type: 'invalid_request_error', message, ...details }, false)

/**
 * `No such customer: 'cus_x'`. An id in the path gives 404, one in a parameter 400.
 * Wording and `param` as recorded on 2025-10-31 by github.com/pay-rails/pay (POST /v1/payment_methods/abcd/attach).
 */
export const missing = (what: string, id: string, param: string, status = 400): Refusal =>
  new Refusal(status, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param,
  })

export const missingParam = (param: string): Refusal =>
  malformed(`Missing required param: ${param}.`, { code: 'parameter_missing', param })

export const unknownParams = (names: readonly string[]): Refusal =>
  malformed(`Received unknown parameter${names.length > 1 ? 's' : ''}: ${names.join(', ')}`, {
    code: 'parameter_unknown',
    param: names[0] ?? '',
  })

/** 402: the card's issuer, or Radar, refuses. `extra` names the objects concerned. */
export const cardError = (body: Omit<ErrorBody, 'type'>): Refusal =>
  new Refusal(402, { ...body, message: String(body.message), type: 'card_error' })

/** https://docs.stripe.com/error-codes (2026-11-24): the page of a code has the code's name. */
export const docUrl = (code: string): string => `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`
