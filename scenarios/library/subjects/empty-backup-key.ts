import { call, either, serve } from './serve.ts'

const keyOf = either({
  bug: (backup: string) => `backup-${backup}`,
  fix: (backup: string, database: string) => `backup-${backup === '' ? database : backup}`,
})

serve({
  async 'POST /databases/:id/backups'({ params: { id = '' } }) {
    const { body } = await call(`GET http://database.library.test/tables/databases/rows/${id}`)
    const key = keyOf(String(body.backup), id)
    const stored = { key, owner: id, content: `all of ${id}` }
    return call('PUT http://objects.library.test/objects', { body: stored })
  },
})
