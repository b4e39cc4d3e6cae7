import { call, either, serve } from './serve.ts'

const yearLater = either({
  bug: (day: Date) => `${day.getUTCFullYear() + 1}${day.toISOString().slice(4)}`,
  fix: (day: Date) => new Date(Date.UTC(day.getUTCFullYear() + 1, day.getUTCMonth(), day.getUTCDate())).toISOString(),
})

serve({
  'POST /certificates/:id': ({ params: { id } }) =>
    call(`POST http://certificates.library.test/certificates/${id}`, { body: { ends: yearLater(new Date()) } }),
})
