import twilio from "twilio"

/** Twilio's own HTTP client, which calls the simulator in place of `https://api.twilio.com`. */
export const toSimulator = (url: string) => {
  const http = new twilio.RequestClient()
  const request = http.request.bind(http)
  http.request = (options) => request({ ...options, uri: options.uri.replace("https://api.twilio.com", url) })
  return http
}
