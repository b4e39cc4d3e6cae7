import { either, serve } from './serve.ts'
import { mail, pay } from './vendors.ts'

const seen = new Set<string>()
const isNews = either({ bug: () => true, fix: (id: string) => !seen.has(id) })

serve({
  'POST /orders': () => pay(),
  async 'POST /webhooks'({ body: { id = '' } }) {
    if (isNews(id)) {
      seen.add(id)
      await mail('Your receipt')
    }
    return { status: 200 }
  },
})
