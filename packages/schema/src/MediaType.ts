/** Types of files that do nothing by themselves in whatever opens them: pictures, sound, film, contacts, dates and PDF. No HTML, SVG, XML or script. */
import { Schema } from "effect"

/** Source: the types that the carrier passes on from handsets. */
export const MediaType = Schema.Literals([
  "image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/bmp", "image/tiff",
  "audio/mpeg", "audio/mp4", "audio/ogg", "audio/amr", "audio/aac", "audio/3gpp", "audio/3gpp2", "audio/basic", "audio/vnd.wave", "audio/webm",
  "video/mp4", "video/mpeg", "video/3gpp", "video/3gpp2", "video/quicktime", "video/webm",
  "text/vcard", "text/x-vcard", "text/calendar", "application/pdf"
])
export type MediaType = typeof MediaType.Type
