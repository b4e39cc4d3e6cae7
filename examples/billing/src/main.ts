import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { env } from './env.ts'
import { startInvoicing } from './invoices.ts'
import { orderRoutes } from './orders.ts'
import { quoteRoutes } from './quotes.ts'
import { invoices } from './store.ts'
import { webhookRoutes } from './webhooks.ts'

const app = new Hono()
app.get('/health', (c) => c.json({ ok: true }))
app.get('/invoices', (c) => c.json({ invoices: [...invoices.values()] }))
app.route('/', orderRoutes)
app.route('/', quoteRoutes)
app.route('/', webhookRoutes)

const stopInvoicing = startInvoicing()
const server = serve({ fetch: app.fetch, port: env.PORT }, ({ port }) =>
  console.log(JSON.stringify({ event: 'listening', port })),
)

// Orders under way are finished before the process goes.
process.on('SIGTERM', () => {
  stopInvoicing()
  server.close(() => process.exit(0))
})
