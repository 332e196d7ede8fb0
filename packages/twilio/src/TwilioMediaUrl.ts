/** Which addresses a user's file may be fetched from: Twilio's own, and those that Twilio's answer sends on to. */

/** Where Twilio keeps the files themselves. Source: Twilio's help on authentication of media; the last is of accounts without it. */
const fileHosts = new Set(["mms.twiliocdn.com", "media.twiliocdn.com", "s3-external-1.amazonaws.com"])

const twilio = "https://api.twilio.com"

/**
 * Where to ask for a file with the account's credentials: Twilio's address or the one in its place, and never another host, whatever the
 * webhook said. `undefined` when the address is not that of a file of this account and text.
 */
export const fileAddress = (url: string, about: { readonly accountSid: string; readonly messageSid: string }, baseUrl: URL | null): URL | undefined => {
  const asked = URL.canParse(url) ? new URL(url) : undefined
  const root = baseUrl?.pathname.replace(/\/+$/u, "") ?? ""
  if (asked === undefined || (asked.origin !== twilio && asked.origin !== baseUrl?.origin)) return undefined
  if (asked.username !== "" || asked.password !== "" || asked.search !== "" || asked.hash !== "") return undefined
  const path = asked.origin === twilio ? asked.pathname : asked.pathname.slice(root.length)
  const folder = `/2010-04-01/Accounts/${about.accountSid}/Messages/${about.messageSid}/Media/`
  const isFile = path.startsWith(folder) && /^ME[0-9a-f]{32}$/iu.test(path.slice(folder.length))
  return isFile ? new URL(baseUrl === null ? twilio + path : baseUrl.origin + root + path) : undefined
}

/** Where a redirect leads, if the file may be fetched there. Credentials do not go along. */
export const redirected = (location: string | undefined, from: URL, baseUrl: URL | null): URL | undefined => {
  if (location === undefined || !URL.canParse(location, from.href)) return undefined
  const to = new URL(location, from)
  if (to.username !== "" || to.password !== "") return undefined
  // In Twilio's place the operator has put another host, which is trusted as Twilio is.
  if (baseUrl !== null && to.origin === baseUrl.origin) return to
  return to.protocol === "https:" && to.port === "" && fileHosts.has(to.hostname) ? to : undefined
}
