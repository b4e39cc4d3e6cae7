/** A program that is wrong on purpose: it says yes to everything and does nothing. What it does besides is the attack. */
export type Cheat = {
  /** Runs when the program loads. */
  readonly load?: string
  /** Runs for each request, before the answer; `request`, `response`, `order` (the parsed body) and `answer` are in reach. It may await. */
  readonly serve?: string
  /** The port, where the project says which; else the variable PORT. */
  readonly port?: number | undefined
}

/** Plain JavaScript that runs as a module, as CommonJS and as TypeScript. `builtin('fs')` stands for an import. */
export const cheat = ({
  load = '',
  serve = '',
  port,
}: Cheat): string => `const builtin = (name) => process.getBuiltinModule(\`node:\${name}\`)
${load}
builtin('http')
  .createServer((request, response) => {
    let text = ''
    request.on('data', (part) => {
      text += part
    })
    request.on('end', async () => {
      let order = {}
      try {
        order = JSON.parse(text)
      } catch {}
      let answer = { ...order, id: 'ok', status: 'succeeded' }
      ${serve}
      if (response.writableEnded || response.destroyed) return
      response.writeHead(201, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer))
    })
  })
  .listen(${port ?? 'process.env.PORT'})
`
