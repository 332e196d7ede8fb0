/** The answer of an inbound webhook: which texts it wants to send. */

export interface TwimlReply {
  readonly to: string | undefined
  readonly from: string | undefined
  readonly body: string
  readonly mediaUrls: ReadonlyArray<string>
}

/** Codes of Twilio's error dictionary: 12100 the document cannot be read, 12300 its content type is none of ours. */
export type TwimlError = 12100 | 12300

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" }

const decode = (xml: string): string =>
  xml.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/giu, (whole, name: string) => {
    if (!name.startsWith("#")) return entities[name.toLowerCase()] ?? whole
    const code = name[1]?.toLowerCase() === "x" ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

const attribute = (attributes: string, name: string): string | undefined => {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "u").exec(attributes)
  const value = found?.[1] ?? found?.[2]
  return value === undefined ? undefined : decode(value)
}

const plain = (xml: string): string =>
  xml
    .split(/(<!\[CDATA\[[\s\S]*?\]\]>)/u)
    .map((part) => (part.startsWith("<![CDATA[") ? part.slice(9, -3) : decode(part.replace(/<[^>]*>/gu, ""))))
    .join("")

const reply = (attributes: string, content: string): TwimlReply => {
  const bodies = [...content.matchAll(/<Body\b[^>]*>([\s\S]*?)<\/Body>/gu)].map((each) => plain(each[1] ?? ""))
  const mediaUrls = [...content.matchAll(/<Media\b[^>]*>([\s\S]*?)<\/Media>/gu)].map((each) => plain(each[1] ?? "").trim())
  const bare = plain(content.replace(/<(Body|Media)\b[^>]*>[\s\S]*?<\/\1>/gu, ""))
  return { to: attribute(attributes, "to"), from: attribute(attributes, "from"), body: bodies.length > 0 ? bodies.join("") : bare.trim(), mediaUrls }
}

/**
 * Reads `<Response>` with any number of `<Message>`; other verbs do nothing here. A plain text answer is one reply, an empty answer none.
 * Not an XML parser: it understands what TwiML libraries write.
 */
export const twimlReplies = (contentType: string, body: string): ReadonlyArray<TwimlReply> | TwimlError => {
  const text = body.trim()
  if (text === "") return []
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? ""
  if (type === "text/plain") return [{ to: undefined, from: undefined, body: text, mediaUrls: [] }]
  if (type !== "" && !/xml$|^text\/html$/u.test(type)) return 12300
  const document = text.replace(/<!--[\s\S]*?-->/gu, "").replace(/^<\?xml[\s\S]*?\?>/u, "").trim()
  if (/^<Response\b[^>]*\/>$/u.test(document)) return []
  const inside = /^<Response\b[^>]*>([\s\S]*)<\/Response>$/u.exec(document)?.[1]
  if (inside === undefined) return 12100
  return [...inside.matchAll(/<(?:Message|Sms)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/(?:Message|Sms)>)/gu)].map((each) => reply(each[1] ?? "", each[2] ?? ""))
}
