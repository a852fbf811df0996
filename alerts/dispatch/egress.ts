/**
 * Where a webhook may go. An address in a private, loopback, link-local or other special range is refused unless the
 * settings allow it, and it is the address really connected to that is looked at: a name is judged after its resolution,
 * in the very look-up that the connection uses, so that a name cannot resolve to one thing for us and to another for the
 * socket. The ranges are those that the IANA special-purpose registries call not globally reachable (RFC 6890).
 */
import { type LookupAddress, lookup } from 'node:dns'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { LanternError } from '../../model/errors.ts'

const special4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** 64:ff9b::/96 and 2002::/16 carry an IPv4 address inside, which could be any of the above. */
const special6 = [
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

export interface Egress {
  /** Raises `forbidden` for an address (as a URL's host) that is not a name and may not be reached. */
  checkHost(host: string): void
  readonly httpAgent: HttpAgent
  readonly httpsAgent: HttpsAgent
  /** Closes kept connections. */
  stop(): void
}

/** `allowed`: ranges in CIDR form that may be reached though they are special. */
export function createEgress(options: { allowed: readonly string[] }): Egress {
  const refused = rangesOf([...special4, ...special6])
  const allowed = rangesOf(options.allowed)

  function isRefused(address: string): boolean {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    return refused.check(address, family) && !allowed.check(address, family)
  }
  function refusal(host: string, address: string): LanternError {
    const what = host === address ? address : `${host} (${address})`
    return new LanternError('forbidden', `${what} is a private or special address`, {
      remedy: 'Use a public address, or let an administrator allow this one in LANTERN_WEBHOOK_ALLOW.',
    })
  }

  const guarded: LookupFunction = (host, lookupOptions, done) => {
    lookup(host, { ...lookupOptions, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return done(error, [])
      const bad = addresses.find(({ address }) => isRefused(address))
      // One refused address refuses the name: which of several is taken is not ours to choose.
      if (bad) return done(refusal(host, bad.address), [])
      const [first] = addresses
      if (lookupOptions.all) return done(null, addresses)
      done(null, first?.address ?? '', first?.family)
    })
  }
  // How many are open at once, the dispatcher says: were it said here, one slow subscriber could hold up another.
  const pool = { keepAlive: true, maxFreeSockets: 32, lookup: guarded }
  const httpAgent = new HttpAgent(pool)
  const httpsAgent = new HttpsAgent(pool)

  return {
    checkHost(host) {
      // A URL's IPv6 host stands in brackets; names are judged when they are resolved.
      const address = host.replace(/^\[(.*)\]$/, '$1')
      if (isIP(address) && isRefused(address)) throw refusal(address, address)
    },
    httpAgent,
    httpsAgent,
    stop() {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

function rangesOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return list
}
