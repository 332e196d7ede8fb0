/** `parley registration`, as the command line has it. What its subcommands need is loaded with them. */
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { RegistrationKind } from "@parley/sdk"

const commands = Effect.promise(() => import("./commands/RegistrationCommands.ts"))

const json = Flag.Boolean("json").pipe(Flag.withDescription("For programs"), Flag.withDefault(false))
const id = Argument.String("registration").pipe(Argument.withDescription("reg_…"))
const file = Argument.String("file").pipe(Argument.withDescription("The filing, JSON, as the API takes it; - for standard input"))

const create = (kind: RegistrationKind, description: string) =>
  Command.make("create", { file, json }, ({ file, json }) => Effect.flatMap(commands, (module) => module.create(kind, file, json))).pipe(Command.withDescription(description))

const status = (what: string) =>
  Command.make("status", { id, json }, ({ id, json }) => Effect.flatMap(commands, (module) => module.status(id, json))).pipe(
    Command.withDescription(`Show how a ${what} stands with the carriers, and what its numbers wait for.`)
  )

const list = (kind: RegistrationKind, what: string) =>
  Command.make("list", { json }, ({ json }) => Effect.flatMap(commands, (module) => module.list(kind, json))).pipe(Command.withDescription(`List the project's ${what}, the newest first.`))

const attach = Command.make("attach", { id, number: Argument.String("number").pipe(Argument.withDescription("One of the project's long codes, E.164")), json }, ({ id, json, number }) =>
  Effect.flatMap(commands, (module) => module.attach(id, number, json))).pipe(Command.withDescription("Put a number under a campaign."))

const brand = Command.make("brand").pipe(
  Command.withDescription("Who texts. Its trust score decides how much its campaigns may send."),
  Command.withSubcommands([create("brand", "Register a brand."), status("brand"), list("brand", "brands")])
)

const campaign = Command.make("campaign").pipe(
  Command.withDescription("What a brand texts about, from long codes."),
  Command.withSubcommands([create("campaign", "Scan a campaign, and register it once its brand is approved."), status("campaign"), list("campaign", "campaigns"), attach])
)

const tollFree = Command.make("toll-free").pipe(
  Command.withDescription("The verification of toll-free numbers."),
  Command.withSubcommands([create("toll_free", "Have a toll-free number verified."), status("verification"), list("toll_free", "verifications")])
)

export const registration = Command.make("registration").pipe(
  Command.withDescription("Register with US and Canadian carriers, through a running gateway: brands, campaigns, toll-free numbers."),
  Command.withSubcommands([brand, campaign, tollFree])
)
