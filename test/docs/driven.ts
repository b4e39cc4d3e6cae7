/** Operations by the SDK that drives them. */
export type Driven = { readonly [sdk: string]: readonly string[] }

/** How SDKs name themselves in `User-Agent`, and in headers of their own. */
const SDKS: readonly (readonly [pattern: RegExp, sdk: string])[] = [
  [/\bStripe\/v1 NodeBindings\//, 'stripe'],
  [/\bOpenAI\/JS /, 'openai'],
  [/\bAnthropic\/JS /, '@anthropic-ai/sdk'],
  [/\bokta-sdk-nodejs\//, '@okta/okta-sdk-nodejs'],
  [/\bopenid-client\/|\boauth4webapi\//, 'openid-client'],
  [/\bbolt\/|@slack:bolt\//, '@slack/bolt'],
  [/@slack:web-api\//, '@slack/web-api'],
  [/@slack:webhook\//, '@slack/webhook'],
  [/\boctokit-graphql\.js\//, '@octokit/graphql'],
  [/\boctokit-rest\.js\//, '@octokit/rest'],
  [/\boctokit-(auth-app|oauth-app|core)\.js\//, '@octokit/auth-app'],
  [/\baws-sdk-js\/.*\bapi\/s3#/, '@aws-sdk/client-s3'],
  [/\baws-sdk-js\/.*\bapi\/sqs#/, '@aws-sdk/client-sqs'],
  [/\bsendgrid\/[\d.]+;nodejs/, '@sendgrid/client'],
  [/\btwilio-node\//, 'twilio'],
]
const GOOGLE = /\bgdcl\/|google-api-nodejs-client\//
const GOOGLE_SDKS: readonly (readonly [pattern: RegExp, sdk: string])[] = [
  [/^https:\/\/docs\./, '@googleapis/docs'],
  [/^https:\/\/sheets\./, '@googleapis/sheets'],
  [/^https:\/\/oauth2\./, 'google-auth-library'],
  [/\/drive\//, '@googleapis/drive'],
]

/** The package that sent a request; undefined where none says that it did. */
export function sdkOf(headers: Headers, url: string): string | undefined {
  const said = `${headers.get('user-agent') ?? ''} ${headers.get('x-amz-user-agent') ?? ''} ${headers.get('x-goog-api-client') ?? ''}`
  // jira.js says nothing of itself: no other request of our tests has this pair.
  const anonymous = headers.get('user-agent') === null && headers.get('accept') === 'application/json'
  if (anonymous && /^https:\/\/([\w-]+\.atlassian\.net|(api|auth)\.atlassian\.com)\//.test(url)) return 'jira.js'
  if (GOOGLE.test(said)) return GOOGLE_SDKS.find(([pattern]) => pattern.test(url))?.[1]
  return SDKS.find(([pattern]) => pattern.test(said))?.[1]
}

/** What is recorded and was not driven, as `sdk operation`. */
export const missing = (recorded: Driven, driven: Driven): readonly string[] =>
  Object.entries(recorded).flatMap(([sdk, operations]) =>
    operations.filter((one) => driven[sdk]?.includes(one) !== true).map((one) => `${sdk} ${one}`),
  )

/** The operations of one twin by SDK, over all its test files. */
export function drivenOf(
  twin: string,
  files: Readonly<Record<string, Driven>>,
): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, Set<string>>()
  for (const [file, driven] of Object.entries(files)) {
    if (!file.startsWith(`test/twins/${twin}/`)) continue
    for (const [sdk, operations] of Object.entries(driven))
      for (const one of operations) all.set(sdk, (all.get(sdk) ?? new Set()).add(one))
  }
  return new Map([...all].sort().map(([sdk, operations]) => [sdk, [...operations].sort()]))
}
