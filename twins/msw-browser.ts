import { bypass, type HttpHandler, http } from 'msw'

export type ServedHandlersOptions = {
  /** Where `backlot twin` listens: `http://127.0.0.1:4010`. */
  readonly url: string
  /** Hosts whose requests go there, such as `api.stripe.com`. */
  readonly hosts: readonly string[]
  /** The world of this test; by default the one of the credential it uses. */
  readonly namespace?: string
}

/** Handlers for a page, or for any place that cannot run the twins itself: requests to `hosts` are answered by `backlot twin`. */
export const servedHandlers = ({ url, hosts, namespace }: ServedHandlersOptions): readonly HttpHandler[] =>
  hosts.map((host) =>
    http.all(`https://${host}/*`, async ({ request }) => {
      const asked = new URL(request.url)
      const target = `${url}/~${asked.host}${asked.pathname}${asked.search}`
      const headers = new Headers(request.headers)
      if (namespace !== undefined) headers.set('X-Backlot-Namespace', namespace)
      const body = request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer()
      return fetch(bypass(new Request(target, { method: request.method, headers, body })))
    }),
  )
