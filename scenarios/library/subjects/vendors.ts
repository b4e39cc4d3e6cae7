import { call, type Reply } from './serve.ts'

type Headers = Readonly<Record<string, string>>

/** A charge of 49 dollars at the payment provider. */
export const pay = (headers: Headers = {}): Promise<Reply> =>
  call('POST https://api.stripe.com/v1/payment_intents', {
    body: 'amount=4900&currency=usd&payment_method=pm_card_visa&confirm=true&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never',
    headers: { Authorization: 'Bearer sk_test_library', ...headers },
  })

/** Ten dollars of a payment, back. */
export const refund = (payment: string, headers: Headers = {}): Promise<Reply> =>
  call('POST https://api.stripe.com/v1/refunds', {
    body: `amount=1000&payment_intent=${payment}`,
    headers: { Authorization: 'Bearer sk_test_library', ...headers },
  })

/** A mail, to Ann unless said. */
export const mail = (subject: string, email = 'ann@example.test'): Promise<Reply> =>
  call('POST https://api.sendgrid.com/v3/mail/send', {
    body: {
      personalizations: [{ to: [{ email }] }],
      from: { email: 'service@example.test' },
      subject,
      content: [{ type: 'text/plain', value: subject }],
    },
    headers: { Authorization: 'Bearer SG.library' },
  })

/** What the directory knows of a person; undefined for one who has no access any more. */
export async function activePerson(login: string): Promise<string | undefined> {
  const url = `https://acme.okta.com/api/v1/users/${login}`
  const { body } = await call(`GET ${url}`, { headers: { Authorization: 'SSWS token' } })
  return body.status === 'ACTIVE' ? login : undefined
}

/** A question to the language model, given up after ten seconds. */
export const askModel = (question: string): Promise<Reply> =>
  call('POST https://api.openai.com/v1/chat/completions', {
    body: { model: 'gpt-4.1-mini', messages: [{ role: 'user', content: question }] },
    headers: { Authorization: 'Bearer sk-library' },
    timeoutMs: 10_000,
  })
