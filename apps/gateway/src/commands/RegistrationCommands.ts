/** `parley registration …`: brands, campaigns and toll-free verifications, through a running gateway. */
import { Console, Effect, type FileSystem, Schema, type Stdio } from "effect"
import { BrandSubmission, CampaignSubmission, TollFreeSubmission } from "@parley/contract/Registration"
import { BadRequestError, type CarrierRegistration, type Parley, type RegistrationKind } from "@parley/sdk"
import * as Mistakes from "../Mistakes.ts"
import { call, type CallFailed, client } from "./ClientCommands.ts"
import * as JsonFile from "./JsonFile.ts"

/** The file can't be used, or what it says can't be filed; `message` says why, with the place of each mistake. */
export class BadFiling extends Schema.TaggedError<BadFiling>()("BadFiling", { file: Schema.String, problems: Schema.Array(Schema.String) }) {
  override get message(): string {
    return `${this.file === "-" ? "The filing" : this.file} can't be filed:\n${this.problems.map((problem) => `  - ${problem}`).join("\n")}`
  }
}

const read = Effect.fnUntraced(function*<A>(file: string, schema: Schema.Decoder<A>) {
  const bad = (...problems: ReadonlyArray<string>) => new BadFiling({ file, problems })
  const json = yield* JsonFile.read(file).pipe(Effect.mapError(({ problem }) => bad(problem)))
  // A field that nobody knows is a mistake in a file: it would go unfiled.
  return yield* Schema.decodeUnknownEffect(schema, { errors: "all", onExcessProperty: "error" })(json).pipe(Effect.mapError(({ issue }) => bad(...Mistakes.sentences(issue, "it"))))
})

/** What the gateway finds wrong, mistake by mistake. */
const filed = (file: string, use: () => PromiseLike<CarrierRegistration>) =>
  Effect.tryPromise({ try: async () => await use(), catch: (error) => error }).pipe(
    Effect.catch((error): Effect.Effect<CarrierRegistration, BadFiling | CallFailed> =>
      error instanceof BadRequestError && error.errors.length > 0
        ? new BadFiling({ file, problems: error.errors.map(({ detail, path }) => `${path} ${detail}`) })
        : call<CarrierRegistration>(() => Promise.reject(error)))
  )

const submissions: Readonly<Record<RegistrationKind, (parley: Parley, file: string) => Effect.Effect<CarrierRegistration, BadFiling | CallFailed, FileSystem.FileSystem | Stdio.Stdio>>> = {
  brand: (parley, file) => Effect.flatMap(read(file, BrandSubmission), (params) => filed(file, () => parley.registrations.createBrand(params))),
  campaign: (parley, file) => Effect.flatMap(read(file, CampaignSubmission), (params) => filed(file, () => parley.registrations.createCampaign(params))),
  toll_free: (parley, file) => Effect.flatMap(read(file, TollFreeSubmission), (params) => filed(file, () => parley.registrations.createTollFree(params)))
}

const reason = ({ trouble }: CarrierRegistration) => trouble === null ? [] : [`${trouble.detail}${trouble.code === null ? "" : ` (${trouble.code})`}`]

const paceOf = ({ dailySegments, segmentsPerSecond, trustScore }: CarrierRegistration) => [
  ...(trustScore === null ? [] : [`trust score ${trustScore}`]),
  ...(segmentsPerSecond === null ? [] : [`${segmentsPerSecond}/s`]),
  ...(dailySegments === null ? [] : [`${dailySegments} a day`])
].join(", ")

const line = (registration: CarrierRegistration) =>
  [registration.id, registration.kind, registration.name, registration.state, registration.carrierId ?? "-", paceOf(registration) || "-", ...reason(registration)].join("\t")

const lines = (registration: CarrierRegistration): ReadonlyArray<string> => [
  line(registration),
  ...registration.numbers.map(({ number, registration, waitingFor }) => `  ${[number, registration, ...(waitingFor === null ? [] : [waitingFor])].join("\t")}`)
]

const show = (registration: CarrierRegistration, json: boolean) => Console.log(json ? JSON.stringify(registration, null, 2) : lines(registration).join("\n"))

export const create = Effect.fnUntraced(function*(kind: RegistrationKind, file: string, json: boolean) {
  const registration = yield* submissions[kind](yield* client, file)
  yield* show(registration, json)
  if (!json) yield* Console.error(`It is submitted and followed by itself. Look again: parley registration ${kind === "toll_free" ? "toll-free" : kind} status ${registration.id}`)
})

export const list = Effect.fnUntraced(function*(kind: RegistrationKind, json: boolean) {
  const parley = yield* client
  const all = yield* call(() => Array.fromAsync(parley.registrations.list({ kind, limit: 100 })))
  yield* Console.log(json ? JSON.stringify(all, null, 2) : all.length === 0 ? "None." : all.map(line).join("\n"))
})

export const status = Effect.fnUntraced(function*(id: string, json: boolean) {
  const parley = yield* client
  yield* show(yield* call(() => parley.registrations.retrieve(id)), json)
})

export const attach = Effect.fnUntraced(function*(id: string, number: string, json: boolean) {
  const parley = yield* client
  yield* show(yield* call(() => parley.registrations.attach(id, number)), json)
})
