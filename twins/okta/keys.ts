import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, sign } from 'node:crypto'

/**
 * Key pairs for tests only, the same for every org and run: RS256 signatures repeat, and generating keys would draw real entropy.
 * The second is what a rotation goes to.
 */
const PRIVATE_KEYS: readonly string[] = [
  `-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDxjvt6qtRC+Gjo
rwAxq+/+qZ/h5It3zav7jBtk2+TusiI6tYFkcFCVtz4iGfXTTXk+VsABzrXCF8VG
BjQwErRiJYX52/iKL5nWTbAaF5gt8kLgRr9/SZPIAor1iwBpma+2g0A1KvNYvjrW
jyvCEqflEESrNssxH/iZhBm7s28e74K6i1+wGf3Ec7kFq40kkRbx3SnJ2lUlLWRe
QcwM8tTNDmqZSckrM1tbajAop/ph4VLfnhG9quX68MCFntNdjz2y5XzQfNyWGmP2
DkRfpU6JzPGD/tGrWglQDMWf9HiRf141dw1/R5lQdcEEaZ1qLUmrFPf2B3c/BHN1
KygDKstlAgMBAAECggEADChgot9nOImtKgzoyxc2yI/8ApAQrvJ0lgAKvuxMXPEt
RNwuy4HVpHtpDqlU1JJBKHCQUGb5ge/VV31ncgX2+zudPyKhoz7bFMyrMN0AJUvc
rtIQwFTRMc9i9BHPbwEztVFs0WA8iDpm1ra1ApsSxTYo5p8m4e2UgxGBhA93Z8yY
M+M9VggWSDRlPhlDK0RNBU2KO4jGXgiaQaJoNsl/gwLFvk58ARTppjDRJTzkKUvC
BDhSYAkXqKDdF6ctormZEzbGSO9FjbewC/whq2W2iVC2W1dLWWt9X9ilPP7ojjNo
rJAIxJ/bKRWmX6MR3czayKnNWaXY0/uz2KrGBiEAsQKBgQD9idVbqCwEZZ7yitdD
jZvK9aOsnK14pkFXC3i6bxrGgDl83p4PNCG1NHlLcJF1j4EcRX64zgEwYfOMjJun
ef3E+zmkkyJtK6d+gQKLTiRCkk2PN0KQVnVARukYbK6mUxtg44Gmg+qfnyK3N5xh
hPZSxi23+6gapYiRikFiItUniQKBgQDz51+AOfSzsR+2fgy6jN8ACOjFT2awbXZB
Og26QBLIwouu0b4OrCRV2wBP21v9EMgIWPsEn3RWMk7VK2ZWABxpK8n/JTY7B3nc
XQLm7yuaJePCsEKB7Rn2/oFOxoc+TwCKa1I8+2RxVa4yGL+c61Qtr6fNRdV80kEH
Gnq8TIWx/QKBgEAwNSQPX5V9ZNBi9jzUDS1FIzsAL6rr7H7tGJOarVyz+dnzQnD2
8dG+hzbiOPFac4WE0qBXB1YIdnCO6Jlt+SF1uRJBbeXVt4H/h3VdQzDXeWtYwjFo
siajzT+xxEW3pKbS8nAF1dCzqUZZfe3yi6pJIioCPH0Ci6DNL+B4kR6BAoGBALt9
0hkU9Dmp4BH+JbTGE6rILn92wR7AlpYflWvmU0pG2u/BRhOrWqcxGbVJkBYib1KT
bCsqlFiqhZUyrpFPtodWZQogxeZsoc23JkL1+hOeKs5/hjCwXjRTgn1W+aH5QxYk
1+wO6DCDR8w04B81e9k+3YRbuXghfGGEhnL3dBLVAoGBAJnZQ8ywfHWH51bHLmhC
gYFhf5iP3f8QhKu5CbqGvxArTekmEqiO1wfqAAAGDXMSDn4Vyy6pBXVnYkuvQD9y
JBoGgel9QR6xgRhIe+Z0TY8k1LRAnpaazaQFQlT8Bfm0qrFClJt2yE5biE5owf/k
La72AAvLmOB5oaIgqPInrc8B
-----END PRIVATE KEY-----`,
  `-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCap3lKhgC5Q2SO
FYqP0DZdI0b6n0eMBcOvkjPW4/wJQqZrnuTBtsnISX44/VS4Mi7bGxP5/w94ZCle
KwmeiV4oN5WAA+o1l3IerCzlFbo26B7gbm72HJeui3hXkcMcrJPFUR6kQc625pti
I++8EU6TKvaNmP1NfLeCMfK1bvt/ow3aaatmCeEMIfUjwQWzoJQLSKn6njgA8uYL
2f5G3MHYASS6lpWDVls/e7DxWUKuZW9Va2sCQlO994wpJJ8/0iTJhZnF0xS9qi23
j7teuBmW4fgBRC75HDmZhfWxliUN+GbNUiYAS+mzwZ5hT6OpC+cl55u6/taUSv3w
J8R4W2GXAgMBAAECggEAONWoHOuPE4aBSzf+YmiVufeva4YigIJTzk9v7p59LpgI
Wc+caNY4ZHshwGbU/hYvIwVZ+4sxD8DbdQhi8hiweh4nOlL1/Pjpjv0eSJgKBYib
ZEYhUB/k3FfUA3aFWiHP8nkjxiCLC6tG2jOztA02L55f2lypZhMZy2Z4uBWPpnFe
gOVguVljFpvpTkI+5di7tQB7rcwN7nOi5v/+B/HX74nUL1EPGe8li4mpPrraZs6o
Eb4mAlDEghKHVppNpPe0v8yLScnEAj4ReyYDtwuePSzzGpqhFzyqDwogjCRZR/PY
QM+lps98aqW6XyC5Bl/MJMLlcfXaLYna12juoIuf/QKBgQDXNSX4HQd0WE2/ks3Y
AIWIGRcLPh2JTVhqLmDcUbVmFoDOicxa8xGC6ARTZcAqZbsxbRO56bFHdCZxuvzg
WNACenMBB68xo8n2BA5wK9u+8w2tzb+dbw71J9bkuW49blkMPsq3TZa/aklQ3gDf
uQY7RXgnThQK6C6PSCG6qdNiQwKBgQC39/+Y9Z8ziHpCm0J+BL3+DRgr9s/tIz86
YH2HCtrMGPuEQDiVGn/lZHVVDGLeThBlPf743XBA22JHRLMf1TdxU50QGFATNX1j
y1dXcWOY93q5kY1iJnP+7/JX2PyaILlS+Jwk1f7L/ln+SLk+ALZCl+q8YbM9igtD
EX1FfX3AHQKBgQCmwXogXW4PSvVDwp9aBl1x7e8bORBt+c7OyA0p6u5iooFAiSoe
N0aUZvAjJy7WK2n3jIvCfUBvG6NGcRvNQ0Q7B2Lho3CvSDkQNmhxpqpptbAdwtX9
SbcPY8VyCfVQCJdbk7REgQyUWelhjgSjVp1rhBLsceW55dteDwiDuWAgPQKBgGuf
xgPyDcTUHtJAilG27H9nobB2n4WXjTHVqRoLm5yzMNFZ0MBJ1HCaqJmsuVpcSPMx
paxpv3Xx4jjXVANXdSvzQntb/dx++nAbUWlyiFXA0iclo5S78jg+n4QNCRoR8tk7
X/2cw4cLshI08Un4mKe0wDqc3YMu8w+1d5fjpmFxAoGAPOjJdgDxOIP55zaH/oYq
zKCi4OqVSRBduqoTEZ7ueoUFVJGaO8DMMmLX/0vjnU9jMPdahDJkoYBA+ckt3flW
9MFXKn6N1uCIfX5QiGGOD76QLVi4A8XTV0WQJIi96t6mWXMcaEZQNi+tgi4cHXSi
BlmsGt/0YaRPkS8ExGK0Vm0=
-----END PRIVATE KEY-----`,
]

type SigningKey = { readonly kid: string; readonly jwk: JsonWebKey; readonly sign: (text: string) => string }

const KEYS: readonly SigningKey[] = PRIVATE_KEYS.map((pem) => {
  const key = createPrivateKey(pem)
  const { kty, n, e } = createPublicKey(key).export({ format: 'jwk' })
  // RFC 7638: the thumbprint of the key is its name.
  const kid = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url')
  return {
    kid,
    jwk: { kty, alg: 'RS256', kid, use: 'sig', e, n } as JsonWebKey,
    sign: (text) => sign('RSA-SHA256', Buffer.from(text), key).toString('base64url'),
  }
})

export const PUBLIC_JWKS: readonly JsonWebKey[] = KEYS.map(({ jwk }) => jwk)

/** The key that signs after so many rotations. */
export function signingKey(rotations: number): SigningKey {
  const key = KEYS[rotations % KEYS.length]
  if (key === undefined) throw new Error('okta: expected a signing key, got none.')
  return key
}

export const encodeJwt = (key: SigningKey, claims: object): string => {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')
  const text = `${part({ kid: key.kid, alg: 'RS256' })}.${part(claims)}`
  return `${text}.${key.sign(text)}`
}
