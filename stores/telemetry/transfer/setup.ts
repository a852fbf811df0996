/**
 * `npm run influx -- setup`: makes what Lantern needs on the server, says what it found, and tries the rights that Lantern
 * will need there. Called by command.ts.
 */
import { createServer, type ServerOptions, type Shelf } from '../influx/server.ts'
import { prepareServer } from '../influx/setup.ts'

const probe = 'lantern_probe'

/** Raises what stands in the way, with the remedy. May be run again at any time. */
export async function setUp(options: { server: ServerOptions; say: (line: string) => void }): Promise<void> {
  const { bucket, org } = options.server
  const { say } = options
  const server = createServer(options.server)
  const { version } = await server.greet()
  say(`InfluxDB ${version} at ${options.server.url}`)
  await prepareServer({
    ...{ server, bucket, org },
    found: (what, isNew) => say(`  ${what}: ${isNew ? 'made' : 'there already'}`),
  })
  for (const shelf of ['raw', '5m'] satisfies Shelf[]) {
    // A measurement's name belongs to one shelf.
    const name = `${probe}_${shelf}`
    await server.write(shelf, [`${name} tried=1i 0`])
    await server.query([`SELECT "tried" FROM ${server.from(shelf, name)}`], () => undefined)
    await server.remove(shelf, name, { end: 1 })
    say(`  ${server.nameOf(shelf)}: may be written, read and deleted from`)
  }
}
