/** Whether the carrier's pools hold the numbers that they should, and leave users' texts to them. */
import type { PhoneNumber } from "@parley/schema/PhoneNumber"
import type { AgentNumber, Project } from "@parley/core/Project"
import { poolOf } from "@parley/core/Project"
import type { InspectedNumber, InspectedService } from "@parley/twilio/TwilioInspection"
import { inboundUrl, obstacleOf } from "@parley/twilio/TwilioNumbers"
import { type Finding, problem, warning } from "./Finding.ts"
import * as Repairs from "./Repairs.ts"

/** What the account has. */
export interface There {
  readonly numbers: ReadonlyArray<InspectedNumber>
  readonly services: ReadonlyArray<InspectedService>
  /** Where the carrier reaches this gateway; null: nobody knows. */
  readonly publicUrl: string | null
}

const serviceOf = ({ services }: There, number: PhoneNumber) => services.find(({ senders }) => senders.includes(number))

/** Whether the texts of a service's numbers come to the environment's address; null while ours is not known. */
const obstacle = (service: InspectedService, { environment, projectId }: Pick<AgentNumber, "environment" | "projectId">, publicUrl: string | null) =>
  publicUrl === null ? null : obstacleOf(service, inboundUrl(new URL(publicUrl), { projectId, environment }))

/** A pool of a project, and who is in it. `declared`: all numbers of the account that are anybody's here. */
export const checkPool = (project: Project, pool: Project["config"]["senderPools"][number], declared: ReadonlyArray<AgentNumber>, there: There): ReadonlyArray<Finding> => {
  const about = `sender pool ${pool.id}`
  const destination = { projectId: project.id, environment: pool.environment }
  const service = there.services.find(({ sid }) => sid === pool.id)
  if (service === undefined) return [problem(about, `The account has no such Messaging Service, so no text of project ${project.id} in ${pool.environment} leaves through it: correct "sender_pools".`)]
  const findings: Array<Finding> = []
  const hindered = obstacle(service, destination, there.publicUrl)
  if (hindered === "nowhere") {
    findings.push({ ...problem(about, "It takes its numbers' texts and gives them to nobody, so users' texts don't arrive: set it to \"Defer to sender's webhook\"."), repair: Repairs.prepare(destination, pool.id) })
  } else if (hindered === "elsewhere") {
    findings.push(problem(about, `It brings its numbers' texts to ${(service.inboundRequestUrl ?? "").replace(/#.*$/su, "")}, so they don't arrive here: set it to "Defer to sender's webhook", or take our numbers out of it.`))
  }
  const ours = declared.filter((number) => number.projectId === project.id && number.environment === pool.environment)
  const foreign = declared.filter((number) => service.senders.includes(number.number) && !ours.includes(number))
  const unknown = service.senders.filter((sender) => !declared.some(({ number }) => number === sender))
  for (const number of foreign) {
    findings.push(problem(about, `It may choose ${number.number}, which is ${number.environment}'s of project ${number.projectId}, so users' answers go there: take the number out of the pool.`))
  }
  if (unknown.length > 0) {
    findings.push(warning(about, `It may choose ${unknown.join(", ")}, of which project ${project.id} knows nothing, so limits, registration and pace are not looked after: parley numbers import them, or take them out of the pool.`))
  }
  return findings
}

/** Whether a number is where it belongs: in its environment's pool, and in no other. */
export const checkMembership = (number: AgentNumber, project: Project | undefined, there: There): ReadonlyArray<Finding> => {
  const about = `number ${number.number}`
  const inspected = there.numbers.find((each) => each.number === number.number)
  const pool = project === undefined ? null : poolOf(project, number.environment)
  const service = serviceOf(there, number.number)
  if (inspected === undefined || (service !== undefined && service.sid === pool)) return []
  if (service === undefined) {
    // A pool that is not there has its own finding.
    return pool === null || number.retiring === true || !there.services.some(({ sid }) => sid === pool)
      ? []
      : [{ ...problem(about, `It is not in the sender pool ${pool}, which never chooses it: add it to the Messaging Service.`), repair: Repairs.join(inspected.sid, number.projectId, pool) }]
  }
  if (pool !== null) return [problem(about, `It is a sender of Messaging Service ${service.sid}, so the sender pool ${pool} can't have it: take it out of the other one.`)]
  return obstacle(service, number, there.publicUrl) === null
    ? []
    : [problem(about, `It is a sender of Messaging Service ${service.sid}, which keeps users' texts from its own webhook, so they don't arrive here: set the service to "Defer to sender's webhook", or take the number out of it.`)]
}
