import { createServer } from 'node:http'

/** A service that says yes to everything and does nothing. Whatever praises it looks at too little. */
createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
}).listen(3000)
