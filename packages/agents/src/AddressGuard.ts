/**
 * Which addresses an agent may be called at. A project names its agent's URL, and the gateway stands inside a network: without this, the URL would
 * reach whatever the gateway reaches. Everything that is not a public address is forbidden until the operator permits it.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net"
import { Schema } from "effect"

/** `private`: RFC 1918, shared address space and unique local. `special`: everything else that is no host on the Internet; nothing permits it. */
export type Reach = "public" | "loopback" | "private" | "special"

const splitCidr = (cidr: string) => {
  const [address = "", length, ...rest] = cidr.split("/")
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) && !address.includes("%") ? "ipv6" : undefined
  if (family === undefined || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/u.test(length))) return undefined
  const bits = family === "ipv4" ? 32 : 128
  const prefixBits = length === undefined ? bits : Number(length)
  return prefixBits > bits ? undefined : { address, prefixBits, family } as const
}

/** A network like `10.20.0.0/16` or `fd12::/16`, or a single address. */
export const Cidr = Schema.String.check(
  Schema.makeFilter((text: string) => splitCidr(text) !== undefined, { expected: "a network like 10.20.0.0/16 or fd12::/16" })
).pipe(Schema.brand("Cidr"))
export type Cidr = typeof Cidr.Type

export interface Permitted {
  /** 127.0.0.0/8 and ::1; for development. */
  readonly allowLoopback: boolean
  /** Private networks in which the operator's agents live. Opens nothing that is loopback or special. */
  readonly allowPrivate: ReadonlyArray<Cidr>
}

export const nothingPermitted: Permitted = { allowLoopback: false, allowPrivate: [] }

const networks = (cidrs: ReadonlyArray<string>): BlockList => {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const network = splitCidr(cidr)
    if (network !== undefined) list.addSubnet(network.address, network.prefixBits, network.family)
  }
  return list
}

// Sources: IANA's IPv4 and IPv6 special-purpose address registries. Before the private networks: the clouds' metadata services that lie in them or in public space.
const tables: ReadonlyArray<readonly [Reach, BlockList]> = [
  ["special", networks(["100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"])],
  ["loopback", networks(["127.0.0.0/8", "::1"])],
  ["private", networks(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"])],
  ["special", networks([
    "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"
  ])]
]
const globalUnicast = networks(["2000::/3"])

/** The eight 16-bit groups. The URL parser spells every IPv6 address in one way, in hexadecimal. */
const groups = (ip: string): ReadonlyArray<number> => {
  const [head = "", tail] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split("::")
  const parse = (part: string) => part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16))
  const [left, right] = [parse(head), parse(tail ?? "")]
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

/** The IPv4 address within an IPv4-mapped or a NAT64 (64:ff9b::/96) address. */
const embedded = (ip: string): { readonly ip: string; readonly by: "mapped" | "nat64" } | undefined => {
  const parts = groups(ip)
  const [high = 0, low = 0] = parts.slice(6)
  const prefix = parts.slice(0, 6).join(":")
  const by = prefix === "0:0:0:0:0:65535" ? "mapped" : prefix === "100:65435:0:0:0:0" ? "nat64" : undefined
  return by === undefined ? undefined : { by, ip: [high >> 8, high & 255, low >> 8, low & 255].join(".") }
}

/** Total: what is not an IP address, and an IPv6 address with a zone, is `special`. */
export const reachOf = (ip: string): Reach => {
  if (isIPv4(ip)) return tables.find(([, list]) => list.check(ip, "ipv4"))?.[0] ?? "public"
  if (!isIPv6(ip) || ip.includes("%")) return "special"
  const inner = embedded(ip)
  if (inner?.by === "mapped") return reachOf(inner.ip)
  if (inner?.by === "nat64") return reachOf(inner.ip) === "public" ? "public" : "special"
  const known = tables.find(([, list]) => list.check(ip, "ipv6"))?.[0]
  return known ?? (globalUnicast.check(ip, "ipv6") ? "public" : "special")
}

/** Makes the check for what an operator permits. */
export const guard = (permitted: Permitted) => {
  const inside = networks(permitted.allowPrivate)
  const isInside = (ip: string): boolean => {
    const plain = isIPv6(ip) ? embedded(ip)?.ip ?? ip : ip
    return inside.check(plain, isIPv4(plain) ? "ipv4" : "ipv6")
  }
  return (ip: string): boolean => {
    const reach = reachOf(ip)
    return reach === "loopback" ? !permitted.allowLoopback : reach === "private" ? !isInside(ip) : reach === "special"
  }
}

/** Whether the gateway may not connect to this address for a project. `ip`: any spelling of an address; anything else is forbidden. */
export const isForbidden: (ip: string) => boolean = guard(nothingPermitted)
