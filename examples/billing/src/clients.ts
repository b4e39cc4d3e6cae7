import sendgrid from '@sendgrid/mail'
import OpenAI from 'openai'
import Stripe from 'stripe'
import { env } from './env.ts'

// Retries are ours (retry.ts), in one place, so that nobody multiplies them by accident.
export const stripe = new Stripe(env.STRIPE_SECRET_KEY, { maxNetworkRetries: 0, timeout: 10_000 })
export const openai = new OpenAI({ apiKey: env.OPENAI_API_KEY, maxRetries: 0, timeout: 10_000 })
sendgrid.setApiKey(env.SENDGRID_API_KEY)
export const mailer = sendgrid
