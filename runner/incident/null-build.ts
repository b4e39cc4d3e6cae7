/**
 * A service that says yes to everything and does nothing. No incident may be green on it: such a scenario would praise a program for
 * being absent.
 */
export const NULL_BUILD = `import { createServer } from 'node:http'
createServer((request, response) => {
  request.resume()
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
}).listen(Number(process.env.PORT ?? 3000))
`
