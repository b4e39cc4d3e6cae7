import { call, type Reply } from './serve.ts'

type Headers = Readonly<Record<string, string>>

/** A charge of 49 dollars at the payment provider. */
export const pay = (headers: Headers = {}): Promise<Reply> =>
  call('POST https://api.stripe.com/v1/payment_intents', {
    body: 'amount=4900&currency=usd&payment_method=pm_card_visa&confirm=true&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never',
    headers: { Authorization: 'Bearer sk_test_library', ...headers },
  })

/** A mail to whom it may concern. */
export const mail = (subject: string): Promise<Reply> =>
  call('POST https://api.sendgrid.com/v3/mail/send', {
    body: {
      personalizations: [{ to: [{ email: 'ann@example.test' }] }],
      from: { email: 'service@example.test' },
      subject,
      content: [{ type: 'text/plain', value: subject }],
    },
    headers: { Authorization: 'Bearer SG.library' },
  })

/** A question to the language model, given up after ten seconds. */
export const askModel = (question: string): Promise<Reply> =>
  call('POST https://api.openai.com/v1/chat/completions', {
    body: { model: 'gpt-4.1-mini', messages: [{ role: 'user', content: question }] },
    headers: { Authorization: 'Bearer sk-library' },
    timeoutMs: 10_000,
  })
