/** What a text brings: words, pictures and other files, or both. Shared by everything that says something to a user. */
import { maxMedia, MediaUrls, SomeMediaUrls } from "@parley/schema/MediaUrl"
import { MessageText } from "@parley/schema/MessageText"
import { Effect, Exit, type Schema, type SchemaAST, type SchemaIssue, SchemaParser } from "effect"

export const message = MessageText.annotate({ description: "The text, plain. At most 1600 characters and 10 segments." })

const about =
  `Pictures and other files, which the carrier fetches: https, at most ${maxMedia}, 5 MB in all. Only where the number and the user's country have MMS.`
export const mediaUrls = MediaUrls.annotate({ description: about })
export const someMediaUrls = SomeMediaUrls.annotate({ description: about })

/** Whether an issue is, among others, about this key of the body; `tag`: and of this kind. A missing key has its name on the wire. */
export const isAbout = (issue: SchemaIssue.Issue, key: string, tag?: SchemaIssue.Issue["_tag"]): boolean => {
  switch (issue._tag) {
    case "Pointer":
      return issue.path[0] === key && (tag === undefined || issue.issue._tag === tag)
    case "Composite":
      return issue.issues.some((inner) => isAbout(inner, key, tag))
    case "Encoding":
      return isAbout(issue.issue, key, tag)
    default:
      return false
  }
}

/** Of what is wrong with a body as words and as files: what is wrong with the kind that was meant. Files without words are files. */
export const ofWordsOrFiles = (words: SchemaIssue.Issue, files: SchemaIssue.Issue): SchemaIssue.Issue =>
  isAbout(words, "message", "MissingKey") && !isAbout(files, "media_urls", "MissingKey") ? files : words

/**
 * A union's decoding that tells what is wrong with one member, instead of with each. `first` words the refusal of what is no object at all.
 * What was decoded without waiting is passed on as it is, which halves the cost of a plain send's body.
 */
export const meaning = (first: Schema.Codec<unknown, unknown>, choose: (issues: ReadonlyArray<SchemaIssue.Issue>) => SchemaIssue.Issue | undefined) => {
  const tell = (issue: SchemaIssue.Issue, options: SchemaAST.ParseOptions): Effect.Effect<never, SchemaIssue.Issue> => {
    const chosen = issue._tag === "AnyOf" ? choose(issue.issues) : undefined
    return chosen === undefined ? Effect.andThen(SchemaParser.decodeUnknownEffect(first)(null, options), Effect.fail(issue)) : Effect.fail(chosen)
  }
  return <A>(decoded: Effect.Effect<A, SchemaIssue.Issue>, options: SchemaAST.ParseOptions): Effect.Effect<A, SchemaIssue.Issue> =>
    Exit.isExit(decoded) && Exit.isSuccess(decoded) ? decoded : Effect.catch(decoded, (issue) => tell(issue, options))
}
