import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import { Cidr, guard, isForbidden, type Reach, reachOf } from "../src/AddressGuard.ts"

/** First and last address of each network, and what lies just outside where that is public. */
const table: Readonly<Record<Reach, ReadonlyArray<string>>> = {
  loopback: ["127.0.0.0", "127.0.0.1", "127.255.255.255", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
  private: [
    "10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255", "100.64.0.0", "100.127.255.255",
    "fc00::", "fd12:3456::1", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:10.0.0.1", "::ffff:c0a8:1", "::FFFF:172.16.0.1"
  ],
  special: [
    "0.0.0.0", "0.255.255.255", "169.254.0.0", "169.254.169.254", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16",
    "::", "::127.0.0.1", "::8.8.8.8", "fe80::1", "febf::1", "fec0::1", "fe80::1%eth0", "::1%lo", "ff02::1", "2001:db8::1", "2001::1", "2002:7f00:1::", "3fff::1", "100::1", "5f00::1",
    "fd00:ec2::254", "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "::ffff:0.0.0.0", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
    "", "localhost", "127.1", "0x7f000001", "2130706433", "127.0.0.1 ", "[::1]", "1.2.3.4.5", "::ffff:300.1.1.1"
  ],
  public: [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
    "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"
  ]
}

describe("AddressGuard", () => {
  for (const reach of ["loopback", "private", "special", "public"] as const) {
    for (const ip of table[reach]) {
      it(`${JSON.stringify(ip)} is ${reach}`, () => {
        assert.strictEqual(reachOf(ip), reach)
        assert.strictEqual(isForbidden(ip), reach !== "public")
      })
    }
  }

  it("permits loopback alone in development", () => {
    const check = guard({ allowLoopback: true, allowPrivate: [] })
    assert.deepStrictEqual(table.loopback.filter(check), [])
    assert.deepStrictEqual(table.private.filter(check), table.private)
    assert.deepStrictEqual(table.special.filter(check), table.special)
  })

  it("permits the private networks that the operator names, and no other", () => {
    const check = guard({ allowLoopback: false, allowPrivate: [Cidr.make("10.20.0.0/16"), Cidr.make("fd12::/16"), Cidr.make("192.168.1.5")] })
    for (const ip of ["10.20.0.1", "10.20.255.255", "::ffff:10.20.0.1", "fd12::1", "192.168.1.5"]) assert.isFalse(check(ip), ip)
    for (const ip of ["10.21.0.1", "::ffff:10.21.0.1", "fd13::1", "192.168.1.6", "127.0.0.1"]) assert.isTrue(check(ip), ip)
  })

  it("opens neither loopback nor the special networks with a private network, however wide", () => {
    const check = guard({ allowLoopback: false, allowPrivate: [Cidr.make("0.0.0.0/0"), Cidr.make("::/0")] })
    assert.deepStrictEqual(table.loopback.filter(check), table.loopback)
    assert.deepStrictEqual(table.special.filter(check), table.special)
    assert.deepStrictEqual(table.private.filter(check), [])
  })

  for (const text of ["10.0.0.0/33", "10.0.0/8", "fd00::/129", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "fe80::1%eth0", "vpc", ""]) {
    it(`${JSON.stringify(text)} is no network`, () => {
      assert.isTrue(Option.isNone(Schema.decodeUnknownOption(Cidr)(text)))
    })
  }
})
