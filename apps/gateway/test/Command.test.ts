/** Every subcommand, as a process. What a person can have mistaken is told in one line, without a stack. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it, vi } from "vitest"
import { type RunningCarrierSim, startCarrierSim } from "@parley/carrier-sim/startCarrierSim"
import * as Demo from "../src/Demo.ts"
import { parley, type Ran, running } from "./harness/Command.ts"
import { freePort } from "@parley/scripts/FreePort"
import { messagingServices } from "./harness/MessagingServices.ts"
import { ownedNumbers } from "./harness/OwnedNumbers.ts"
import { accountSid, authToken, number, projectFile } from "./harness/Projects.ts"
import { until } from "./harness/Waiting.ts"

const directory = mkdtempSync(join(tmpdir(), "parley-command-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let stores = 0
/** The environment of a store of its own. */
const onStore = () => ({ DATABASE_URL: `file:${join(directory, `store-${++stores}`, "parley.db")}`, TEST_API_KEY: "pk_the-key-of-the-command-tests" })

const fails = (ran: Ran, like: RegExp) => {
  assert.strictEqual(ran.code, 1, ran.stdout + ran.stderr)
  assert.match(ran.stderr, /^parley: /u)
  assert.match(ran.stderr, like)
  assert.notMatch(ran.stderr, /\n\s+at |Error:|Fiber/u)
}

const succeeds = (ran: Ran) => {
  assert.strictEqual(ran.code, 0, ran.stderr)
  return ran.stdout
}

// Each process takes a second, and several on a busy machine.
vi.setConfig({ testTimeout: 90_000 })

describe.concurrent("parley", () => {
  it("shows its subcommands with --help", async () => {
    const shown = succeeds(await parley(["--help"], {}))
    for (const name of ["serve", "dev", "apply", "keys", "send", "sessions", "availability", "audit", "doctor"]) assert.match(shown, new RegExp(`^  ${name} `, "mu"))
  })

  it("refuses what it does not know, in one line", async () => {
    const ran = await parley(["frobnicate"], {})
    fails(ran, /^parley: Unknown subcommand "frobnicate".* See: parley --help\n$/u)
    assert.strictEqual(ran.stdout, "")
  })

  it("says what may have been meant, in the same line", async () => {
    fails(await parley(["send", "--too", "+14155550123", "Hello"], {}), /^parley: Unrecognized flag: --too in command parley send\. Did you mean --to\?( .*)? See: parley send --help\n$/u)
  })

  it("says that a port is taken, and which variable names another", async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve))
    const address = taken.address()
    const port = String(typeof address === "object" && address !== null ? address.port : 0)
    try {
      const [serve, dev] = await Promise.all([
        parley(["serve"], { ...onStore(), PORT: port, TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken }),
        parley(["dev"], { ...onStore(), PORT: "0", CARRIER_PORT: port })
      ])
      const sentence = (variable: string) => new RegExp(`^parley: Can't listen on 127\\.0\\.0\\.1:${port}: another program does\\. Stop that one, or set ${variable} to another port\\.\\n$`, "mu")
      fails({ ...serve, stderr: serve.stderr.replace(/^\{.*\n/gmu, "") }, sentence("PORT"))
      fails(dev, sentence("CARRIER_PORT"))
    } finally {
      taken.close()
    }
  })

  it("says of a port that is none only that", async () => {
    const ran = await parley(["dev"], { ...onStore(), PORT: "80800" })
    fails(ran, /^parley: The environment is not valid:\n {2}- PORT="80800" must be a port, 0 to 65535\n$/u)
  })

  it("says of every file that it can't read why not", async () => {
    const absent = join(directory, "absent.json")
    const torn = join(directory, "torn.json")
    writeFileSync(torn, "{")
    fails(await parley(["campaign", "scan", absent], {}), /absent\.json is not valid:\n {2}- there is no such file\n$/u)
    fails(await parley(["campaign", "scan", torn], {}), /torn\.json is not valid:\n {2}- it is not JSON: (?!SyntaxError)/u)
    fails(await parley(["registration", "brand", "create", absent], {}), /absent\.json can't be filed:\n {2}- there is no such file\n$/u)
  })

  it("says which store has no keys", async () => {
    const environment = onStore()
    assert.match(succeeds(await parley(["keys", "list"], environment)), /store-\d+\/parley\.db has no API keys\.\n$/u)
    fails(await parley(["backup", join(directory, "copy.db")], onStore()), /There is no store at .*: set DATABASE_URL to the one that is to be copied/u)
  })

  it("tells all that is wrong with its environment, and no secret", async () => {
    const ran = await parley(["keys", "list"], { PORT: "x", LOG_LEVEL: "y", TWILIO_AUTH_TOKEN: "hush" })
    fails(ran, /PORT="x" must be a port.*LOG_LEVEL="y" must be/su)
    assert.notInclude(ran.stderr, "hush")
  })

  it("says that a store can't be opened, and why", async () => {
    const file = join(directory, "plain")
    writeFileSync(file, "no database at all".repeat(100))
    fails(await parley(["keys", "list"], { DATABASE_URL: `file:${file}` }), /can't be opened: file is not a database\. It is damaged, or no store of Parley's: restore a backup/u)
  })
})

describe.concurrent("parley apply", () => {
  const write = (name: string, content: unknown) => {
    const file = join(directory, name)
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content))
    return file
  }

  it("shows differences, applies them once, and reads a file or standard input", async () => {
    const environment = onStore()
    const file = write("project.json", projectFile())
    assert.include(succeeds(await parley(["apply", "-f", file, "--dry-run"], environment)), "Nothing was changed (--dry-run).")
    const applied = succeeds(await parley(["apply", "-f", "-"], environment, JSON.stringify(projectFile())))
    assert.match(applied, /^\+ project main\n.*Applied 4 changes to project main\.\n$/su)
    assert.strictEqual(succeeds(await parley(["apply", "-f", file], environment)), "Project main is as the file says; nothing to do.\n")
  })

  it("refuses a bad file with the place of each mistake", async () => {
    fails(await parley(["apply", "-f", write("bad.json", { ...projectFile(), conectors: [], numbers: [{ number: "1" }] })], onStore()), /conectors is not known.*numbers\[0\]\.number must be a phone number.*numbers\[0\]\.environment is missing/su)
  })

  it("refuses what is no file, and what is no JSON", async () => {
    const [absent, torn] = await Promise.all([parley(["apply", "-f", join(directory, "absent.json")], onStore()), parley(["apply", "-f", "-"], onStore(), `{"a":`)])
    fails(absent, /there is no such file/u)
    fails(torn, /The project file is not valid:\n {2}- it is not JSON/u)
  })

  it("refuses a key whose variable is not set", async () => {
    fails(await parley(["apply", "-f", "-"], { DATABASE_URL: onStore().DATABASE_URL }, JSON.stringify(projectFile())), /nothing was changed:\n {2}- API key "tests" names the environment variable TEST_API_KEY/u)
  })
})

describe("parley keys", () => {
  it("makes a key that is shown once, lists it without its secret, and revokes it", async () => {
    const environment = onStore()
    fails(await parley(["keys", "create", "--account", "ws-main", "--name", "ci"], environment), /Account ws-main has no project here/u)
    succeeds(await parley(["apply", "-f", "-"], environment, JSON.stringify(projectFile({ api_keys: [] }))))
    const secret = succeeds(await parley(["keys", "create", "--account", "ws-main", "--name", "ci", "--scopes", "send,read", "--expires", "2100-01-01"], environment)).trim()
    assert.match(secret, /^pk_[A-Za-z0-9_-]{43}$/u)
    const listed = succeeds(await parley(["keys", "list"], environment))
    const [id = "", account, name, hint, scopes, state] = listed.trim().split("\t")
    assert.deepStrictEqual([account, name, hint, scopes, state], ["ws-main", "ci", `${secret.slice(0, 5)}…`, "send,read", "active until 2100-01-01T00:00:00.000Z"])
    succeeds(await parley(["keys", "revoke", id], environment))
    assert.match(succeeds(await parley(["keys", "list", "--account", "ws-main"], environment)), /\trevoked /u)
    fails(await parley(["keys", "revoke", "key_nope"], environment), /No key has the id key_nope/u)
    fails(await parley(["keys", "create", "--account", "ws-main", "--name", "x", "--scopes", "all"], environment), /--scopes=all/u)
  })
})

describe("parley doctor", () => {
  let sim: RunningCarrierSim
  beforeAll(async () => {
    sim = await startCarrierSim({ accounts: [{ sid: accountSid, authToken }], numbers: [] })
  })
  afterAll(() => sim.close())

  /** Nothing is registered where it is, so that the account alone says whether all is well. */
  const declared = (of: string) => number(of, "live", { registration: "not_required", segments_per_second: 10 })

  it("says what is wrong with carrier and numbers, and that all is well once it is put right", async () => {
    const port = await freePort()
    const publicUrl = `http://127.0.0.1:${port}`
    const environment = { ...onStore(), PORT: String(port), PUBLIC_URL: publicUrl, TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_BASE_URL: sim.url }
    assert.match(succeeds(await parley(["doctor"], environment)), /There is no store at .*\n0 problems, 2 warnings\n$/su)

    const [present, missing] = ["+447700900001", "+447700900002"] as const
    succeeds(await parley(["apply", "-f", "-"], environment, JSON.stringify(projectFile({ numbers: [declared(present), declared(missing)] }))))
    sim.number({ phoneNumber: present, smsUrl: "https://demo.twilio.com/welcome" })
    const unwell = await parley(["doctor"], environment)
    fails(unwell, /^parley: 2 problems, 1 warning\n$/u)
    assert.match(unwell.stdout, /^problem {2}number \+447700900001: Its texts go to https:\/\/demo\.twilio\.com\/welcome/mu)
    assert.match(unwell.stdout, /^problem {2}number \+447700900002: Account AC\S+ does not have it/mu)

    const smsUrl = `${publicUrl}/twilio/main/live/sms`
    for (const each of [present, missing]) sim.number({ phoneNumber: each, smsUrl: `${smsUrl}#rc=3&rp=5xx`, smsFallbackUrl: smsUrl })
    const gateway = await running(["serve"], environment, publicUrl)
    try {
      const well = JSON.parse(succeeds(await parley(["doctor", "--json"], environment)))
      assert.deepStrictEqual([well.ok, well.problems, well.warnings], [true, 0, 0], JSON.stringify(well))
      const refused = await parley(["doctor", "--json"], { ...environment, TWILIO_AUTH_TOKEN: "another" })
      fails(refused, /1 problem, 0 warnings/u)
      assert.include(refused.stdout, "does not accept the auth token")
      assert.notInclude(refused.stdout + refused.stderr, "another")
      const asCaller = { PARLEY_BASE_URL: publicUrl, PARLEY_API_KEY: environment.TEST_API_KEY, PARLEY_CONNECTOR_ID: "conn_main" }
      assert.match(succeeds(await parley(["audit", "--subject", missing], asCaller)), /^\S+ \S+\tcli\tnumber\.added\t\+44\*+02\tnumber \+44\*+02 \(live, long_code, GB\)\n$/u)
      fails(await parley(["audit", "--action", "key.stolen"], asCaller), /--action=key\.stolen is none of .*key\.revoked/u)
      fails(await parley(["serve"], { ...environment, PORT: "0" }), /is in use by another gateway process\. Stop that one/u)
    } finally {
      assert.strictEqual(await gateway.stop("SIGINT"), 0)
    }
  })

  it("repairs with --fix what is safe where a gateway answers, and says what it did and what it left", async () => {
    const port = await freePort()
    const publicUrl = `http://127.0.0.1:${port}`
    const environment = { ...onStore(), PORT: String(port), PUBLIC_URL: publicUrl, TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_BASE_URL: sim.url }
    const [wrong, missing] = ["+447700900011", "+447700900012"] as const
    sim.number({ phoneNumber: wrong, smsUrl: "https://demo.twilio.com/welcome" })
    const services = messagingServices(sim)
    const pool = await services.create([], { UseInboundWebhookOnNumber: "false" })
    const file = projectFile({ numbers: [declared(wrong), declared(missing)], sender_pools: [{ environment: "live", id: pool }] })
    succeeds(await parley(["apply", "-f", "-"], environment, JSON.stringify(file)))

    // Nothing answers at the public address: numbers are not led there.
    fails(await parley(["doctor", "--fix"], environment), /^parley: 2 fixed, 2 problems, 1 warning\n$/u)
    const smsUrlOf = async () => (await ownedNumbers({ sim })).find(({ phone_number }) => phone_number === wrong)
    assert.strictEqual((await smsUrlOf())?.sms_url, "https://demo.twilio.com/welcome")

    const gateway = createServer((_, response) => response.end(`{"status":"ok"}`)).listen(port, "127.0.0.1")
    try {
      const before = await parley(["doctor", "--json"], environment)
      assert.deepInclude(JSON.parse(before.stdout), { ok: false, problems: 2, fixed: 0 }, before.stdout)
      fails(before, /^parley: 2 problems, 0 warnings; "parley doctor --fix" repairs 1 of them\n$/u)

      const fixed = await parley(["doctor", "--fix"], environment)
      fails(fixed, /^parley: 1 fixed, 1 problem, 0 warnings\n$/u)
      assert.match(fixed.stdout, /^fixed {4}number \+447700900011: Its texts go to https:\/\/demo\.twilio\.com\/welcome.* Its webhook is now http:\/\/127\.0\.0\.1:\d+\/twilio\/main\/live\/sms, with repeats and a fallback\.$/mu)
      assert.match(fixed.stdout, /^problem {2}number \+447700900012: Account AC\S+ does not have it/mu)
      assert.deepInclude(await smsUrlOf(), { sms_url: `${publicUrl}/twilio/main/live/sms#rc=5&rp=all`, sms_fallback_url: `${publicUrl}/twilio/main/live/sms` })

      sim.number({ phoneNumber: missing, smsUrl: `${publicUrl}/twilio/main/live/sms#rc=5&rp=all`, smsFallbackUrl: `${publicUrl}/twilio/main/live/sms` })
      const joined = JSON.parse(succeeds(await parley(["doctor", "--fix", "--json"], environment)))
      assert.deepInclude(joined, { ok: true, problems: 0, warnings: 0, fixed: 1 }, JSON.stringify(joined))
      assert.deepStrictEqual((await services.senders(pool)).toSorted(), [wrong, missing])
      assert.isTrue((await services.fetch(pool)).use_inbound_webhook_on_number)
    } finally {
      gateway.close()
      gateway.closeAllConnections()
    }
  })

  it("tells unusable settings as findings", async () => {
    const ran = await parley(["doctor", "--json"], { PORT: "x" })
    fails(ran, /1 problem, 1 warning/u)
    assert.strictEqual(JSON.parse(ran.stdout).findings[0].message, `PORT="x" must be a port, 0 to 65535.`)
  })
})

describe("parley dev", () => {
  it("is refused on an address that others reach", async () => {
    fails(await parley(["dev"], { HOST: "0.0.0.0", ...onStore() }), /listens on this machine only/u)
  })

  it("serves the demo, which send and sessions talk to without settings, and whose key parley serve does not expose", async () => {
    const [port, carrierPort] = [await freePort(), await freePort()]
    const environment = { ...onStore(), PORT: String(port), CARRIER_PORT: String(carrierPort) }
    fails(await parley(["sessions"], environment), /No answer from .* Is the gateway running\?/u)
    const dev = await running(["dev"], environment, `http://127.0.0.1:${port}`)
    try {
      const handset = "+14155550123"
      const sent = await parley(["send", "--to", handset, "Your table is ready."], environment)
      const id = succeeds(sent).trim()
      assert.match(id, /^TW_SMS_/u)
      await until("the text on the handset", async () => (await (await fetch(`http://127.0.0.1:${carrierPort}/_sim/handsets/${handset}/messages`)).text()).includes("Your table is ready."))
      const listed = succeeds(await parley(["sessions", "--user", handset], environment))
      assert.match(listed, new RegExp(`^${id}\t.*\t\\${handset}\t.*\tunanswered\n$`, "u"))
      assert.match(succeeds(await parley(["sessions", id], environment)), /Your table is ready\. {2}\[(?:sent|delivered|sending)\]/u)
      assert.strictEqual(JSON.parse(succeeds(await parley(["sessions", id, "--json"], environment))).session.id, id)
      fails(await parley(["send", "--to", "5", "Hello"], environment), /user_number must be a phone number/u)
      const picture = "https://example.com/menu.png"
      const pictured = succeeds(await parley(["send", "--to", handset, "--media", picture, "--media", `${picture}?page=2`], environment)).trim()
      assert.match(succeeds(await parley(["sessions", pictured], environment)), /\(https:\/\/example\.com\/menu\.png\) \(https:\/\/example\.com\/menu\.png\?page=2\)/u)
      assert.match(succeeds(await parley(["numbers", "list"], environment)), /^\+15005550006\t.*\tmms\t/mu)
      fails(await parley(["send", "--to", handset], environment), /nothing to send: give the text as the last argument, or a file with --media/u)
      fails(await parley(["sessions", "TW_SMS_nope"], environment), /404/u)
      fails(await parley(["sessions"], { ...environment, PARLEY_API_KEY: "pk_nobody" }), /401/u)
      assert.include(dev.written(), Demo.numbers.us)
    } finally {
      assert.strictEqual(await dev.stop("SIGINT"), 0)
    }
    fails(await parley(["serve"], { ...environment, HOST: "0.0.0.0" }), /this store knows the demo's API key/u)
  })
})
