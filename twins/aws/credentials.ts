import { z } from 'zod'

/** A key pair that is valid in this world; with `session_token` it is a temporary one. */
export type Credential = {
  readonly access_key_id: string
  readonly secret_access_key: string
  readonly session_token?: string | undefined
  /** When a temporary one ends, in ISO 8601; never when left out. */
  readonly expires?: string | undefined
  /** Whose it is, as policies name them: `arn:aws:iam::123456789012:user/app`. */
  readonly arn?: string | undefined
}

export const credentialSchema: z.ZodType<Credential> = z.strictObject({
  access_key_id: z.string().min(16),
  secret_access_key: z.string().min(1),
  session_token: z.string().optional(),
  expires: z.iso.datetime().optional(),
  arn: z
    .string()
    .regex(/^arn:aws:(iam|sts)::\d{12}:(user|role|assumed-role)\/./)
    .optional(),
})

/**
 * The pair that is valid where a seed names none: the one of AWS's own examples, which opens nothing real.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (2026-11-26).
 */
export const EXAMPLE_CREDENTIAL: Credential = {
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

/** Whose a key pair is, where a seed does not say. */
export const principalOf = (credentials: readonly Credential[], key: string, account: string): string =>
  credentials.find(({ access_key_id }) => access_key_id === key)?.arn ?? `arn:aws:iam::${account}:user/app`

/** The account of every twin where a seed names none. */
export const ACCOUNT = '123456789012'
export const REGION = 'us-east-1'
export const accountSchema: z.ZodOptional<z.ZodString> = z
  .string()
  .regex(/^\d{12}$/)
  .optional()
