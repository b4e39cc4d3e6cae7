import { z } from 'zod'

const schema = z.object({
  PORT: z.coerce.number().int().default(3000),
  STRIPE_SECRET_KEY: z.string().min(1),
  STRIPE_WEBHOOK_SECRET: z.string().min(1),
  SENDGRID_API_KEY: z.string().min(1),
  OPENAI_API_KEY: z.string().min(1),
  MAIL_FROM: z.email(),
})

export const env = schema.parse(process.env)
