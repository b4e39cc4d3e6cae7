import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { env } from './env.ts'
import { hook } from './hook.ts'
import { log } from './log.ts'

const app = new Hono()
app.get('/health', (c) => c.json({ ok: true }))
app.route('/', hook)

serve({ fetch: app.fetch, port: env.PORT }, ({ port }) => log('info', 'listening', { port }))
