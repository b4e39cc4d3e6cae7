import { type Ask, gap, type On } from '../ask.ts'
import { beginSession } from '../sign-on.ts'
import { isRow } from '../store.ts'
import { claimant } from './sign-in.ts'

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** A plain form in the place of the sign-in widget (a stated assumption): a browser, or who plays one, posts `username` and `password`. */
export function signInPage(fromUri: string, words = ''): Response {
  const html = `<!DOCTYPE html><html><head><title>Sign In</title></head><body><form method="post" action="/login/login.htm"><p>${escaped(words)}</p><input type="hidden" name="fromURI" value="${escaped(fromUri)}"><label>Username <input name="username" autocomplete="username"></label><label>Password <input name="password" type="password" autocomplete="current-password"></label><button type="submit">Sign in</button></form></body></html>`
  return new Response(html, {
    headers: { 'Content-Type': 'text/html;charset=utf-8', 'Cache-Control': 'no-cache, no-store' },
  })
}

function submit(ask: Ask): Response {
  const form = new URLSearchParams(ask.rawBody)
  const from = form.get('fromURI') ?? '/'
  // Nobody is led to another host.
  const to = new URL(from, ask.base)
  const who = claimant(ask, form.get('username') ?? '', form.get('password') ?? '')
  if (who === 'more') throw gap('further steps on the sign-in page')
  if (!isRow(who) || to.origin !== ask.base) return signInPage(from, 'Unable to sign in')
  const session = beginSession(ask.org, who, ['pwd'])
  return new Response(null, {
    status: 302,
    headers: { Location: to.href, 'Set-Cookie': `sid=${String(session.id)}; Path=/; Secure; HttpOnly` },
  })
}

export function addSignInPage(on: On): void {
  on('sign_in_page.submit', 'POST /login/login.htm', submit)
}
