/**
 * How the hashes of secrets stand in the database: in hexadecimal, which every database has a type for.
 */

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

export function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}
