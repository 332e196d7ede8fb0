/** Texts that a project keeps by name, with places for what is different each time. */
import { Effect, Option, Result, Schema } from "effect"
import { Environment } from "@parley/schema/Environment"
import { refusal } from "@parley/schema/MessageText"
import { Directory } from "./ports/Directory.ts"
import type { Connector, Project } from "./Project.ts"

/** The most characters of a title and of a body. Source: the limits of the seed's templates. */
export const maxTitle = 100
export const maxBody = 500

const placeholder = /\$\{([A-Za-z_][A-Za-z0-9_]{0,63})\}/gu

const strayPlaceholder = (body: string): string | undefined =>
  body.replace(placeholder, "").includes("${")
    ? "must have a name of letters, digits and _ in each ${…}, like ${name}"
    : undefined

/** A text with `${…}` places, of one environment. */
export const Template = Schema.Struct({
  name: Schema.String.check(Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/u, { message: "must be 1 to 64 letters, digits, '.', '-' or '_'" })),
  environment: Environment,
  /** What it is for, for people. */
  title: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(maxTitle)),
  body: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(maxBody), Schema.makeFilter(strayPlaceholder))
})
export type Template = typeof Template.Type

const isTwice = (template: Template, index: number, all: ReadonlyArray<Template>) =>
  all.findIndex(({ environment, name }) => environment === template.environment && name === template.name) < index

/** A project's templates; a name stands once in each environment. */
export const Templates = Schema.Array(Template).check(
  Schema.makeFilter((all: ReadonlyArray<Template>) => {
    const twice = all.find(isTwice)
    return twice === undefined ? undefined : `must not have "${twice.name}" twice in ${twice.environment}`
  })
)

/** A text to be made of a template. Variables that the template has no place for are ignored. */
export interface Filling {
  readonly template: string
  readonly variables: Readonly<Record<string, string>>
}

/** The connector's environment has no such template. */
export class UnknownTemplate extends Schema.TaggedError<UnknownTemplate>()("UnknownTemplate", { template: Schema.String, environment: Environment }) {}

/** Places of the template for which there is no variable. */
export class MissingVariables extends Schema.TaggedError<MissingVariables>()("MissingVariables", {
  template: Schema.String,
  names: Schema.Array(Schema.String)
}) {}

/** What came of the template can't be sent. `refusal` goes on from "The text". */
export class FilledTextRefused extends Schema.TaggedError<FilledTextRefused>()("FilledTextRefused", {
  template: Schema.String,
  refusal: Schema.String
}) {}

/** The names of a body's places, each once, in their order. */
export const placesOf = (body: string): ReadonlyArray<string> => [...new Set(Array.from(body.matchAll(placeholder), ([, name = ""]) => name))]

/** The text with every place filled. What a variable holds is text: places in it are none. */
export const fill = (template: Template, variables: Filling["variables"]): Result.Result<string, MissingVariables | FilledTextRefused> => {
  const missing = placesOf(template.body).filter((name) => !Object.hasOwn(variables, name))
  if (missing.length > 0) return Result.fail(new MissingVariables({ template: template.name, names: missing }))
  const text = template.body.replace(placeholder, (_, name: string) => variables[name] ?? "")
  const refused = refusal(text)
  return refused === undefined ? Result.succeed(text) : Result.fail(new FilledTextRefused({ template: template.name, refusal: refused }))
}

/** An environment's templates, by name. */
export const templatesOf = (project: Project, environment: Environment): ReadonlyArray<Template> =>
  project.config.templates.filter((template) => template.environment === environment).toSorted((a, b) => a.name < b.name ? -1 : 1)

/** The text that a send is to carry: as it was written, or made of the connector's template. */
export const textOf = (text: string | Filling, project: Project, { environment }: Connector): Result.Result<string, UnknownTemplate | MissingVariables | FilledTextRefused> => {
  if (typeof text === "string") return Result.succeed(text)
  const template = project.config.templates.find((each) => each.environment === environment && each.name === text.template)
  return template === undefined ? Result.fail(new UnknownTemplate({ template: text.template, environment })) : fill(template, text.variables)
}

/** The templates of a connector's environment; none when its project was removed. */
export const list = Effect.fn("Templates.list")(function*(connector: Pick<Connector, "projectId" | "environment">) {
  const project = yield* (yield* Directory).project(connector.projectId)
  return Option.match(project, { onNone: () => [], onSome: (project) => templatesOf(project, connector.environment) })
})
