/** Made-up secrets, each of the shape its vendor uses, by kind. None was ever valid. */
export const SECRETS: Readonly<Record<string, string>> = {
  email: 'ada.lovelace@analytical-engines.co.uk',
  name: 'Augusta Byronsdottir',
  phone: '+44 20 7946 0958',
  'phone-us': '(415) 555-2671',
  iban: 'DE89 3704 0044 0532 0130 00',
  card: '5555 3412 4444 1115',
  uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  ipv4: '203.0.113.77',
  ipv6: '2001:db9:85a3::8a2e:370:7334',
  mac: '00:1b:63:84:45:e6',
  ssn: '856-45-6789',
  password: 'correct horse battery',
  'short-password': 'hunter2x',
  'session-id': '8f14e45fceea167a5a36dedd4bea2543',
  'stripe-live': 'sk_live_4f9aQz81LmX0cVb2NnT7yU3k',
  'stripe-webhook': 'whsec_Qm9iIGlzIGEgZGlyZWN0b3I3',
  aws: 'AKIAQ3EGRIPVXYZ4TUVW',
  'aws-secret': 'wJalrXUtnFEMIK7MDENGbPxRfiCYzzKEYabcdEFG',
  github: 'ghp_R7kzQ0mWfVbXaT3uYs8LpN2dHcJ5eG1oKiZr',
  gitlab: 'glpat-9xKq2VtZ_mW4rY7bNc3d',
  slack: 'xoxb-2938475610-5647382910-QwErTyUiOpAsDfGh',
  openai: 'sk-proj-Zx81Lm0cVb2NnT7yU3kPq4RsWt',
  anthropic: 'sk-ant-api03-Kd83hsG2lLqPzV9wXy7TnB',
  sendgrid: 'SG.n3fW7qZtQ-yH2kLm.Xv9RzT4bUw8sJcE1pOa5dGi6',
  twilio: 'AC0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  google: 'AIzaSyD9q8w7e6r5t4y3u2i1o0pLkJhGfDsAzXc',
  'google-oauth': 'ya29.a0AfH6SMBx7d9Kq2VtZmW4rY7b',
  npm: 'npm_8Jk2LmN4pQr6StU8vWx0yZa2bCd4eFg6hIj8',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTg4MTciLCJlbWFpbCI6ImdyYWNlQG5hdnkubWlsIn0.Tq7xW2vZ9rK4mN6pQ8sU0yA3bC5dE7fG9hJ1kL3mN5o',
  'private-key': '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n-----END PRIVATE KEY-----',
  okta: '00QxW7vZ9rK4mN6pQ8sU0yA3bC5dE7fG9hJ1kL3mN5',
  shopify: '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',
  mailchimp: '9f8e7d6c5b4a39281706f5e4d3c2b1a0-us14',
  telegram: '718293045:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw8',
  customer: 'cus_Nf4k2Lq9Xw01',
  'tax-id': 'DE136695976',
  'opaque-token': 'Zm9yLXlvdXItZXllcy1vbmx5MTIz',
  'licence-plate': 'B-AL-1815',
}

const b64 = (text: string | Buffer): string => Buffer.from(text).toString('base64')
const everyPercent = (text: string, upper: boolean): string =>
  [...Buffer.from(text)]
    .map((byte) => `%${upper ? byte.toString(16).padStart(2, '0').toUpperCase() : byte.toString(16).padStart(2, '0')}`)
    .join('')

/** A text in every spelling under which someone could still read it. The inner part of base64 at each offset is what does not hang on what is around. */
export const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  percent: (text) => encodeURIComponent(text),
  'percent, upper case': (text) => everyPercent(text, true),
  'percent, lower case': (text) => everyPercent(text, false),
  form: (text) => new URLSearchParams({ x: text }).toString().slice(2),
  'JSON escapes': (text) => [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'HTML entities': (text) => [...text].map((char) => `&#${char.charCodeAt(0)};`).join(''),
  'HTML entities, hex': (text) => [...text].map((char) => `&#x${char.charCodeAt(0).toString(16)};`).join(''),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex, upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'quoted-printable': (text) =>
    [...Buffer.from(text)].map((byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  'UTF-16': (text) => b64(Buffer.from(text, 'utf16le')),
  base64: (text) => b64(text),
  'base64 at offset 1': (text) =>
    b64(`x${text}`)
      .slice(2)
      .replace(/..={0,2}$/, ''),
  'base64 at offset 2': (text) =>
    b64(`xx${text}`)
      .slice(3)
      .replace(/..={0,2}$/, ''),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 twice': (text) => b64(b64(text)),
}
