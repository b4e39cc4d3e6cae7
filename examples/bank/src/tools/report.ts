import type { Hono } from 'hono'
import { accounts, balanceOf } from '../money/accounts.ts'

/** An internal tool: what the bank holds, for those who work there. It reads and never books. */
export function addReport(app: Hono): void {
  app.get('/tools/report', (c) => {
    const names = accounts()
    return c.json({ accounts: names.length, cents: names.reduce((sum, name) => sum + balanceOf(name), 0) })
  })
}
