#!/usr/bin/env node
/** The `parley` command. Each subcommand loads only what it needs. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Option, Predicate } from "effect"
import { Argument, CliError, CliOutput, Command, Flag } from "effect/cli"
import manifest from "../package.json" with { type: "json" }
import { registration } from "./RegistrationCommand.ts"

const load = <Module>(module: () => Promise<Module>) => Effect.promise(module)

const serve = Command.make("serve", {}, () => Effect.flatMap(load(() => import("./Serve.ts")), (module) => module.serve)).pipe(
  Command.withDescription("Run the gateway. Settings come from the environment: PORT, HOST, PUBLIC_URL, DATABASE_URL, TWILIO_…, CLUSTER_…; see the README.")
)

const dev = Command.make("dev", {}, () => Effect.flatMap(load(() => import("./Dev.ts")), (module) => module.dev)).pipe(
  Command.withDescription("Run the gateway with a simulated carrier and a demo project, on this machine only.")
)

const apply = Command.make("apply", {
  file: Flag.String("file").pipe(Flag.withAlias("f"), Flag.withDescription("The project file, JSON; - for standard input")),
  dryRun: Flag.Boolean("dry-run").pipe(Flag.withDescription("Only show the differences"), Flag.withDefault(false))
}, ({ dryRun, file }) => Effect.flatMap(load(() => import("./commands/ApplyCommand.ts")), (module) => module.apply(file, dryRun))).pipe(
  Command.withDescription("Bring a project to what its file says, and show what changed.")
)

const account = Flag.String("account").pipe(Flag.withDescription("The account's id"))

const keysCreate = Command.make("create", {
  account,
  name: Flag.String("name").pipe(Flag.withDescription("What the key is for")),
  scopes: Flag.String("scopes").pipe(Flag.withDescription("send, read, operate; separated by commas"), Flag.withDefault("send,read,operate")),
  expires: Flag.String("expires").pipe(Flag.withDescription("When it stops working, ISO 8601, like 2027-06-30"), Flag.optional)
}, (options) =>
  Effect.flatMap(load(() => import("./commands/KeysCommand.ts")), (module) => module.create({ ...options, expires: Option.getOrNull(options.expires) }))).pipe(
    Command.withDescription("Make an API key. It is shown once.")
  )

const keysList = Command.make("list", { account: Flag.optional(account) }, ({ account }) =>
  Effect.flatMap(load(() => import("./commands/KeysCommand.ts")), (module) => module.list(Option.getOrNull(account)))).pipe(
    Command.withDescription("List API keys, without their secrets.")
  )

const keysRevoke = Command.make("revoke", { id: Argument.String("id").pipe(Argument.withDescription("key_…, from parley keys list")) }, ({ id }) =>
  Effect.flatMap(load(() => import("./commands/KeysCommand.ts")), (module) => module.revoke(id))).pipe(
    Command.withDescription("Stop an API key from working, at once.")
  )

const keys = Command.make("keys").pipe(Command.withDescription("API keys."), Command.withSubcommands([keysCreate, keysList, keysRevoke]))

const send = Command.make("send", {
  to: Flag.String("to").pipe(Flag.withDescription("The recipient, E.164")),
  from: Flag.String("from").pipe(Flag.withDescription("One of the project's numbers; chosen when absent"), Flag.optional),
  media: Flag.String("media").pipe(Flag.withDescription("The https URL of a picture or another file that the carrier fetches; may be given up to 10 times"), Flag.atLeast(0)),
  message: Argument.String("message").pipe(Argument.withDescription("The text; may be left out with --media"), Argument.optional)
}, ({ from, media, message, to }) =>
  Effect.flatMap(load(() => import("./commands/ClientCommands.ts")), (module) =>
    module.send({ to, message: Option.getOrUndefined(message), media, from: Option.getOrUndefined(from) }))).pipe(
    Command.withDescription("Open a conversation by text through a running gateway (PARLEY_BASE_URL, PARLEY_API_KEY, PARLEY_CONNECTOR_ID).")
  )

const sessions = Command.make("sessions", {
  id: Argument.String("id").pipe(Argument.withDescription("A session: shows its texts too"), Argument.optional),
  user: Flag.String("user").pipe(Flag.withDescription("Only this user number"), Flag.optional),
  state: Flag.Literals("state", ["unanswered", "engaged", "warned", "ended"]).pipe(Flag.withDescription("Only sessions in this state"), Flag.optional),
  json: Flag.Boolean("json").pipe(Flag.withDescription("For programs"), Flag.withDefault(false))
}, ({ id, json, state, user }) =>
  Effect.flatMap(load(() => import("./commands/ClientCommands.ts")), (module) =>
    module.sessions({ id: Option.getOrNull(id), user: Option.getOrUndefined(user), state: Option.getOrUndefined(state), json }))).pipe(
      Command.withDescription("List the sessions of a running gateway, or show one with its texts.")
    )

const availability = Command.make("availability", {
  country: Argument.String("country").pipe(Argument.withDescription("Two letters, like GB; all countries when absent"), Argument.optional),
  json: Flag.Boolean("json").pipe(Flag.withDescription("For programs"), Flag.withDefault(false))
}, ({ country, json }) =>
  Effect.flatMap(load(() => import("./commands/AvailabilityCommand.ts")), (module) => module.availability(Option.getOrNull(country), json))).pipe(
    Command.withDescription("Show what countries offer to text with: senders, pace, lead time, registration. Needs no gateway.")
  )

const campaignScan = Command.make("scan", {
  file: Argument.String("file").pipe(Argument.withDescription("The campaign, JSON, as POST /v1/campaigns/scan takes it; - for standard input")),
  json: Flag.Boolean("json").pipe(Flag.withDescription("For programs"), Flag.withDefault(false))
}, ({ file, json }) => Effect.flatMap(load(() => import("./commands/CampaignCommand.ts")), (module) => module.scan(file, json))).pipe(
  Command.withDescription("Find what carriers would reject an A2P 10DLC campaign for. Needs no gateway. Exits with 1 if they would.")
)

const campaign = Command.make("campaign").pipe(Command.withDescription("A2P 10DLC campaigns."), Command.withSubcommands([campaignScan]))

const numberCommands = load(() => import("./commands/NumberCommands.ts"))

const json = Flag.Boolean("json").pipe(Flag.withDescription("For programs"), Flag.withDefault(false))

const wish = {
  country: Flag.String("country").pipe(Flag.withDescription("Two letters, like US"), Flag.optional),
  areaCode: Flag.String("area-code").pipe(Flag.withDescription("Three digits; US and Canada"), Flag.optional),
  type: Flag.Literals("type", ["local", "mobile", "toll-free"]).pipe(Flag.withDescription("local when absent"), Flag.optional),
  contains: Flag.String("contains").pipe(Flag.withDescription("Digits that the number holds; * stands for any one"), Flag.optional)
}

const provision = {
  environment: Flag.Literals("environment", ["dev", "sandbox", "pre-release", "live"]).pipe(Flag.withDescription("The connector's when absent"), Flag.optional),
  registration: Flag.Literals("registration", ["not_required", "unregistered", "pending", "approved", "rejected", "suspended"]).pipe(
    Flag.withDescription("What is known of the number's registration"),
    Flag.optional
  ),
  campaign: Flag.String("campaign").pipe(Flag.withDescription("reg_…: the campaign that it is to text under"), Flag.optional),
  dryRun: Flag.Boolean("dry-run").pipe(Flag.withDescription("Only show the steps and the monthly price"), Flag.withDefault(false)),
  json
}

interface WishFlags {
  readonly country: Option.Option<string>
  readonly areaCode: Option.Option<string>
  readonly type: Option.Option<"local" | "mobile" | "toll-free">
  readonly contains: Option.Option<string>
}

const wishOf = ({ areaCode, contains, country, type }: WishFlags) => ({
  country: Option.getOrUndefined(country),
  areaCode: Option.getOrUndefined(areaCode),
  contains: Option.getOrUndefined(contains),
  type: Option.getOrUndefined(Option.map(type, (type) => type === "toll-free" ? "toll_free" as const : type))
})

const numbersList = Command.make("list", { json }, ({ json }) => Effect.flatMap(numberCommands, (module) => module.list(json))).pipe(
  Command.withDescription("List the numbers of the connector's project and environment.")
)

const numbersSearch = Command.make("search", {
  ...wish,
  limit: Flag.Int("limit").pipe(Flag.withDescription("At most so many, 1 to 100"), Flag.withDefault(20)),
  json
}, ({ json, limit, ...flags }) => Effect.flatMap(numberCommands, (module) => module.search(wishOf(flags), limit, json))).pipe(
  Command.withDescription("Search the carrier for numbers that can text.")
)

const numbersBuy = Command.make("buy", {
  number: Argument.String("number").pipe(Argument.withDescription("This very number, E.164; without it the first that fits the flags"), Argument.optional),
  ...wish,
  ...provision
}, ({ campaign, dryRun, environment, json, number, registration, ...flags }) =>
  Effect.flatMap(numberCommands, (module) =>
    module.buy(Option.getOrUndefined(number), wishOf(flags), {
      environment: Option.getOrUndefined(environment),
      registration: Option.getOrUndefined(registration),
      campaign: Option.getOrUndefined(campaign),
      dryRun,
      json
    }))).pipe(Command.withDescription("Buy a number and set it up to text from. Never buys twice, whatever stops it half-way."))

const numbersImport = Command.make("import", {
  number: Argument.String("number").pipe(Argument.withDescription("A number of the carrier account, E.164")),
  ...provision
}, ({ campaign, dryRun, environment, json, number, registration }) =>
  Effect.flatMap(numberCommands, (module) =>
    module.adopt(number, { environment: Option.getOrUndefined(environment), registration: Option.getOrUndefined(registration), campaign: Option.getOrUndefined(campaign), dryRun, json }))).pipe(
      Command.withDescription("Set up a number that the carrier account has already.")
    )

const numbersRelease = Command.make("release", { number: Argument.String("number").pipe(Argument.withDescription("One of the project's numbers, E.164")), json }, ({ json, number }) =>
  Effect.flatMap(numberCommands, (module) => module.release(number, json))).pipe(
    Command.withDescription("Give a number back, once its conversations have another number or an end and its texts have left.")
  )

const numbersStatus = Command.make("status", { id: Argument.String("operation").pipe(Argument.withDescription("op_…")), json }, ({ id, json }) =>
  Effect.flatMap(numberCommands, (module) => module.status(id, json))).pipe(
    Command.withDescription("Show how far a purchase, import or release is.")
  )

const numbers = Command.make("numbers").pipe(
  Command.withDescription("The project's numbers, through a running gateway: search, buy, import, release."),
  Command.withSubcommands([numbersList, numbersSearch, numbersBuy, numbersImport, numbersRelease, numbersStatus])
)

const audit = Command.make("audit", {
  action: Flag.String("action").pipe(Flag.withDescription("Only this, like key.revoked or session.taken_over"), Flag.optional),
  subject: Flag.String("subject").pipe(Flag.withDescription("Only what was done to this id or number"), Flag.optional),
  after: Flag.String("after").pipe(Flag.withDescription("At or after this time, ISO 8601"), Flag.optional),
  before: Flag.String("before").pipe(Flag.withDescription("Before this time, ISO 8601"), Flag.optional),
  limit: Flag.Int("limit").pipe(Flag.withDescription("At most so many, 1 to 100"), Flag.withDefault(20)),
  json
}, ({ action, after, before, json, limit, subject }) =>
  Effect.flatMap(load(() => import("./commands/AuditCommand.ts")), (module) =>
    module.audit({
      action: Option.getOrUndefined(action),
      subject: Option.getOrUndefined(subject),
      after: Option.getOrUndefined(after),
      before: Option.getOrUndefined(before),
      limit,
      json
    }))).pipe(Command.withDescription("Show who did what in the account, through a running gateway: keys, numbers, policy, takeovers, erasures."))

const backup = Command.make("backup", { file: Argument.String("file").pipe(Argument.withDescription("The copy, a file that does not exist")) }, ({ file }) =>
  Effect.flatMap(load(() => import("./commands/BackupCommand.ts")), (module) => module.backup(file))).pipe(
    Command.withDescription("Copy a SQLite store, also while a gateway serves it, and check the copy.")
  )

const usersCommand = load(() => import("./commands/UsersCommand.ts"))

const usersErase = Command.make("erase", { number: Argument.String("number").pipe(Argument.withDescription("The user's number, E.164")), json }, ({ json, number }) =>
  Effect.flatMap(usersCommand, (module) => module.erase(number, json))).pipe(
    Command.withDescription("Forget a user in the whole account: texts and number go, opt-outs are kept as a hash. It can't be undone.")
  )

const usersStatus = Command.make("status", { id: Argument.String("erasure").pipe(Argument.withDescription("erase_…")), json }, ({ id, json }) =>
  Effect.flatMap(usersCommand, (module) => module.status(id, json))).pipe(Command.withDescription("Show how far an erasure is, and what was erased."))

const users = Command.make("users").pipe(Command.withDescription("Users' data, through a running gateway."), Command.withSubcommands([usersErase, usersStatus]))

const doctor = Command.make("doctor", {
  fix: Flag.Boolean("fix").pipe(Flag.withDescription("Repair what is safe: webhooks with their repeats and fallback, and membership in sender pools"), Flag.withDefault(false)),
  json: Flag.Boolean("json").pipe(Flag.withDescription("For programs"), Flag.withDefault(false))
}, (options) =>
  Effect.flatMap(load(() => import("./commands/DoctorCommand.ts")), (module) => module.doctor(options))).pipe(
    Command.withDescription("Check settings, store, projects, carrier accounts and webhooks, and say what is wrong. Exits with 1 if anything is, after what was fixed.")
  )

const parley = Command.make("parley").pipe(
  Command.withDescription("A conversational SMS gateway."),
  Command.withSubcommands([serve, dev, apply, keys, send, sessions, numbers, availability, campaign, registration, audit, users, backup, doctor])
)

/** A mistake in the command line is one line, not the whole help. */
const presenter: CliOutput.Presenter = {
  ...CliOutput.defaultPresenter,
  present: (event) => event._tag === "InvalidInvocation" ? Effect.void : CliOutput.defaultPresenter.present(event)
}

/** In one line, with what may have been meant. */
const mistake = (message: string) => {
  const [what = "", meant] = message.split(/\s*Did you mean this\?\s*/u)
  return meant === undefined ? `${what}.` : `${what}. Did you mean ${meant.trim().split(/\s+/u).join(" or ")}?`
}

const misused = ({ commandPath, errors }: CliError.ShowHelp) =>
  errors.length === 0 ? Effect.void : Console.error(`parley: ${errors.map(({ message }) => mistake(message)).join(" ")} See: ${commandPath.join(" ")} --help`)

/** What a person can act on is a sentence; only what nobody expected is shown whole. */
const explain = (cause: Cause.Cause<unknown>) => {
  const failure = Cause.findErrorOption(cause)
  if (Option.isSome(failure) && CliError.isCliError(failure.value) && failure.value._tag === "ShowHelp") return misused(failure.value)
  const known = Option.filter(failure, (error): error is { readonly message: string } => Predicate.hasProperty(error, "message") && Predicate.isString(error.message) && error.message !== "")
  return Console.error(Option.match(known, { onNone: () => Cause.pretty(cause), onSome: (error) => `parley: ${error.message}` }))
}

parley.pipe(
  Command.run({ version: manifest.version }),
  Effect.provide(CliOutput.layerPresenter(presenter)),
  Effect.provide(NodeServices.layer),
  Effect.tapCause((cause) => Cause.hasInterruptsOnly(cause) ? Effect.void : explain(cause)),
  (program) =>
    NodeRuntime.runMain(program, {
      disableErrorReporting: true,
      // Told to stop is no failure.
      teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
    })
)
