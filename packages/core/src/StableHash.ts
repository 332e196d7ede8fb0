/** Hashes that are the same in every process and version: for spreading and comparing, never for secrets. */

/**
 * A 64-bit hash of a text's UTF-16 code units, as 16 hex digits that sort like the number.
 * Two interleaved 32-bit multiply-xor lanes with a final mix (the method of cyrb53, by bryc, public domain). Not cryptographic: anyone can construct collisions.
 */
export const stableHash = (text: string): string => {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  const c = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  const d = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(c ^ (c >>> 13), 3266489909)
  return (d >>> 0).toString(16).padStart(8, "0") + (c >>> 0).toString(16).padStart(8, "0")
}
