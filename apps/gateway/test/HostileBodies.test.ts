/** What nobody sends by mistake, over real HTTP: it is refused, or it is words like any others. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { expectProblem } from "./harness/Api.ts"
import { startGateway, type TestGateway } from "./harness/Gateway.ts"
import { projectFile } from "./harness/Projects.ts"
import { newUser } from "./harness/Users.ts"

const path = "/v1/outbound-sms"

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway({ projects: [projectFile()] })
})
afterAll(() => gateway.close())

// Whatever a test has sent, the process lives and takes the next call.
afterEach(async () => {
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)
})

const post = (body: unknown) => gateway.api.post(path, body)

describe("hostile bodies", () => {
  it.each([
    ["NUL", "\\u0000"], ["half a surrogate pair, high", "\\ud800"], ["half a surrogate pair, low", "\\udc00x"], ["an escape character", "\\u001b[31m"]
  ])("refuses %s in message", async (_, escape) => {
    const problem = await expectProblem(await post(`{"user_number":"${newUser()}","message":"a${escape}b"}`), 400, "invalid-request")
    expect(problem.errors?.[0]?.path).toBe("message")
  })
  it("refuses ten thousand emoji", async () => {
    await expectProblem(await post({ user_number: newUser(), message: "😀".repeat(10_000) }), 400, "invalid-request")
  })
  it("carries emoji, marks of direction and joiners as they are", async () => {
    const user = newUser()
    const message = "\u202eשלום\u202c 👩‍👩‍👧‍👦 e\u0301 \ufeff ‮"
    await gateway.api.send(user, message)
    expect(await gateway.carrier.waitFor(user, 1)).toEqual([message])
  })
  it("takes nothing from __proto__ and constructor keys", async () => {
    const user = newUser()
    const response = await post(`{"__proto__":{"message":"polluted","polluted":true},"constructor":{"prototype":{"polluted":true}},"user_number":"${user}","message":"clean"}`)
    expect(response.status).toBe(202)
    expect(await gateway.carrier.waitFor(user, 1)).toEqual(["clean"])
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false)
    await expectProblem(await post(`{"__proto__":{"message":"inherited"},"user_number":"${newUser()}"}`), 400, "invalid-request")
  })
  it("lives through 30,000 levels of nesting", async () => {
    const nested = "[".repeat(30_000) + "]".repeat(30_000)
    expect([202, 400]).toContain((await post(`{"user_number":"${newUser()}","message":"deep","x":${nested}}`)).status)
    await expectProblem(await post(`{"user_number":"${newUser()}","message":${nested}}`), 400, "invalid-request")
    await expectProblem(await post(nested), 400, "invalid-request")
  })
  it("takes the last of duplicate keys", async () => {
    const user = newUser()
    expect((await post(`{"user_number":"${user}","message":"first","message":"last"}`)).status).toBe(202)
    expect(await gateway.carrier.waitFor(user, 1)).toEqual(["last"])
  })
  it("treats SQL and markup as words", async () => {
    const user = newUser()
    const message = "'); DROP TABLE messages; -- <script>alert(1)</script> ${7*7} {{7*7}} %s%n"
    const id = await gateway.api.send(user, message)
    expect(await gateway.carrier.waitFor(user, 1)).toEqual([message])
    expect((await gateway.api.history(id))[0]?.text).toBe(message)
  })
  it.each([["SQL", "' OR 1=1 --"], ["a path", "../../etc/passwd"], ["four thousand characters", "c".repeat(4_000)]])(
    "knows no connector whose id is %s",
    async (_, connector) => {
      await expectProblem(await gateway.apiFor({ connector }).post(path, { user_number: newUser(), message: "Hello there" }), 404, "unknown-connector")
    }
  )
})
