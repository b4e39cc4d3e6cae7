import { serve } from '@hono/node-server'
import { app } from './orders.ts'

serve({ fetch: app.fetch, port: 3000 })
