/** Only apps ask these, by a JWT of their own. */
export const isAppPath = (path: string): boolean => /^\/app(\/|$)|\/installation$/.test(path)

/** Only installations of apps ask these, or do them. */
export const isInstallationPath = (path: string, method: string): boolean =>
  path.startsWith('/installation/') || (/\/check-(runs|suites)/.test(path) && method !== 'GET')
