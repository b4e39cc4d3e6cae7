import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { addTopUps } from './money/top-ups.ts'
import { addReport } from './tools/report.ts'

const app = new Hono()
addTopUps(app)
addReport(app)

serve({ fetch: app.fetch, port: Number(process.env.PORT) })
