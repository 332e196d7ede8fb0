/** Reading the typed fields of a form; what is wrong with one is Twilio's 20001. */
import { restFailure } from "./CarrierErrors.ts"
import { field, type Form } from "./CreateMessage.ts"

/** A field that may be left out, and is refused when it is longer than `most`. */
export const textField = (form: Form, name: string, most: number): string | undefined => {
  const value = field(form, name)
  if (value !== undefined && value.length > most) throw restFailure(20001, `${name} must be at most ${most} characters`)
  return value
}

/** Refuses an empty field and one that was left out. */
export const requiredField = (form: Form, name: string, code = 20001): string => {
  const value = field(form, name)
  if (value === undefined || value === "") throw restFailure(code, `${name} is required`)
  return value
}

export const flagField = (form: Form, name: string): boolean | undefined => {
  const value = field(form, name)?.toLowerCase()
  if (value === undefined) return undefined
  if (value !== "true" && value !== "false") throw restFailure(20001, `${name} must be true or false`)
  return value === "true"
}

export const wholeField = (form: Form, name: string, least: number, most: number): number | undefined => {
  const value = field(form, name)
  if (value === undefined) return undefined
  const number = Number(value)
  if (!Number.isInteger(number) || number < least || number > most) throw restFailure(20001, `${name} must be between ${least} and ${most}`)
  return number
}

/** A web address; the empty text takes one away. */
export const urlField = (form: Form, name: string, code = 21502): string | undefined => {
  const url = field(form, name)
  if (url !== undefined && url !== "" && !(/^https?:\/\//iu.test(url) && URL.canParse(url))) throw restFailure(code, `${name} is not a valid URL: ${url}`)
  return url
}

export const oneOfField = <A extends string>(form: Form, name: string, allowed: ReadonlyArray<A>, code = 20001): A | undefined => {
  const value = field(form, name)
  if (value === undefined) return undefined
  const known = allowed.find((each) => each === value)
  if (known === undefined) throw restFailure(code, `${name} must be one of ${allowed.join(", ")}, not ${value}`)
  return known
}
